"""Files for the table tests: CSV from text or bytes, workbooks from raw XML so that they can be hostile."""

from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from tables.columns import Column, Raw, Text, division_code
from tables.message import Message
from tables.reading import TableRefused, open_table

COLUMNS: dict[str, Column] = {"branch": division_code(), "name": Text(max_length=20), "value": Raw(default="")}
HEADER = "branch,name,value\n"
GOOD_ROW = "419921000123,王庄村,82.5\n"

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATION = "http://schemas.openxmlformats.org/package/2006/relationships"
WORKBOOK = (
    f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
    '<sheet name="hidden" sheetId="1" state="hidden" r:id="r0"/><sheet name="data" sheetId="2" r:id="r1"/>'
    "</sheets></workbook>"
)
RELATIONS = (
    f'<Relationships xmlns="{RELATION}">'
    f'<Relationship Id="r1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="r2" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
    f'<Relationship Id="r3" Type="{OFFICE}/styles" Target="styles.xml"/>'
    "</Relationships>"
)
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><numFmts>'
    '<numFmt numFmtId="170" formatCode="yyyy&quot;年&quot;m&quot;月&quot;"/></numFmts>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="10"/><xf numFmtId="14"/><xf numFmtId="170"/></cellXfs></styleSheet>'
)
TEXTS = (
    f'<sst xmlns="{MAIN}"><si><t>branch</t></si><si><t>name</t></si><si><t>value</t></si><si><t>王庄村</t></si></sst>'
)
HEADER_XML = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="s"><v>2</v></c></row>'
PERCENT, DATE, CHINESE_DATE = 1, 2, 3  # places in STYLES


def csv_file(folder: Path, content: str | bytes, name: str = "values.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def row_xml(number: int, *cells: str, attributes: str = "") -> str:
    return f'<row r="{number}" {attributes}>{"".join(cells)}</row>'


def good_row_xml(number: int, value: str) -> str:
    """A branch, a name and the given third cell."""
    branch, name = f'<c r="A{number}"><v>4.19921000123E+11</v></c>', f'<c r="B{number}" t="s"><v>3</v></c>'
    return row_xml(number, branch, name, value)


def sheet_xml(*rows: str, before: str = "", after: str = "") -> str:
    data = f"{before}<sheetData>{''.join(rows)}</sheetData>{after}"
    return f'<worksheet xmlns="{MAIN}"><dimension ref="A1"/>{data}</worksheet>'  # a false dimension hides nothing


def workbook(folder: Path, sheet: str, name: str = "values.xlsx", **parts: str | bytes) -> Path:
    """A workbook whose first visible sheet is `sheet`; `parts` replace or add by name ("xl/styles.xml")."""
    contents: dict[str, str | bytes] = {
        "xl/workbook.xml": WORKBOOK,
        "xl/_rels/workbook.xml.rels": RELATIONS,
        "xl/styles.xml": STYLES,
        "xl/sharedStrings.xml": TEXTS,
        "xl/worksheets/sheet1.xml": sheet,
        **parts,
    }
    path = folder / name
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for part, content in contents.items():
            archive.writestr(part, content)
    return path


def read(path: Path, columns: dict[str, Column] | None = None, **options) -> list[list]:
    """All rows; raises TableRefused when anything was wrong."""
    table = open_table(path, columns or COLUMNS, **options)
    rows = [values for _number, values in table]
    table.errors.refuse()
    return rows


def refusals(path: Path, columns: dict[str, Column] | None = None) -> list[str]:
    """The English sentences of a refusal; an empty list for a file that is taken."""
    try:
        read(path, columns)
    except TableRefused as refused:
        assert all(isinstance(message, Message) for message in refused.messages)
        return [str(message) for message in refused.messages]
    return []
