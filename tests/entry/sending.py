"""Workbooks and tables handed out, filled in and sent back, as a person with a spreadsheet does."""

from __future__ import annotations

from datetime import date
from io import BytesIO

from openpyxl import Workbook, load_workbook

from accounts.models import User
from evaluations.models import Upload, UploadKind
from evaluations.services.handing_out import workbook_of
from evaluations.services.uploads import read_if_due, take_upload
from evaluations.workbooks.comparing import unpacked
from evaluations.workbooks.plan import units_of
from tests.entry.world import World

KEYS = 5  # the row of a sheet that holds the columns' keys


def handed(county: World, user: User | None = None) -> bytes:
    """The workbook of the person's first unit."""
    user = user or county.clerk
    unit = units_of(county.county, county.scope(user))[0]
    return workbook_of(county.county, unit, by=user.ledger_name)


def place(book: Workbook, key: str, code: str):
    """The cell of a column's key and a branch's code, whichever sheet it is in."""
    for sheet in book.worksheets:
        for column in sheet[KEYS]:
            if column.value == key:
                return sheet.cell(next(cell.row for cell in sheet["A"] if cell.value == code), column.column)
    raise KeyError(key)


def saved(book: Workbook) -> bytes:
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def filled(content: bytes, changes: dict[tuple[str, str], object]) -> bytes:
    """The workbook with other cells: {(column's key, branch's code): value}."""
    book = load_workbook(BytesIO(content))
    for (key, code), value in changes.items():
        place(book, key, code).value = value
    return saved(book)


def sent(county: World, content: bytes, *, by: User | None = None, **fields) -> Upload:
    """The upload, read."""
    user = by or county.clerk
    facts = {"kind": UploadKind.WORKBOOK, "name": "填报.xlsx"} | fields
    upload = take_upload(county.county, content=content, by=user.ledger_name, **facts)
    read_if_due(upload.pk)
    return Upload.objects.get(pk=upload.pk)


def changed(county: World, **values) -> Upload:
    """The clerk's upload of the workbook with values of the first branch: changed(county, PA_06=3)."""
    one = county.mine[0].code
    return sent(county, filled(handed(county), {(key.replace("_", "-"), one): value for key, value in values.items()}))


def waiting(county: World, content: bytes = b"PK\x03\x04 no workbook") -> Upload:
    """A file sent and not read yet."""
    facts = {"kind": UploadKind.WORKBOOK, "name": "w.xlsx", "by": county.clerk.ledger_name}
    return take_upload(county.county, content=content, **facts)


def table(county: World, text: str | bytes, *, name: str = "table.csv", **fields) -> Upload:
    """A department's table, read."""
    facts = {"source": "粮食台账", "as_of": date(2025, 10, 31)} | fields
    content = text.encode() if isinstance(text, str) else text
    department = units_of(county.county, county.scope(county.farms))[0].department
    return sent(county, content, by=county.farms, kind=UploadKind.TABLE, name=name, department=department, **facts)


def kinds(upload: Upload) -> list[tuple[str, str, str]]:
    """(kind, address, what was found) of every row."""
    return [(row.kind, f"{row.sheet}!{row.cell}", row.found) for row in upload.rows.order_by("place")]


def sentences(upload: Upload) -> list[str]:
    """What is wrong with an upload as a whole, in English."""
    return [str(unpacked(problem)) for problem in upload.problems]


def reasons(upload: Upload) -> list[str]:
    """What is said of every row that something is said of."""
    return [str(unpacked(row.message)) for row in upload.rows.order_by("place") if row.message]
