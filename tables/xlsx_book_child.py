"""The limited process that reads a whole workbook: `python -m tables.xlsx_book_child FILE HIDDEN` writes JSON lines.

For every sheet that shows, and for the hidden one called HIDDEN: ["sheet", name, shows], then its ["row", number,
cells], ["hidden", number, cells] and ["merged", range]; for any other hidden sheet ["concealed", name]. Last
["end"], or ["refused", sentence, parameters]. No last line at all: a limit was hit. Refused cells name themselves as
sheet!cell.
"""

import resource
import sys
from xml.sax.xmlreader import AttributesImpl
from zipfile import ZipFile

from tables.message import N_, Message
from tables.xlsx_child import LIMITS, Emit, SheetRows, emit
from tables.xlsx_xml import Events, book_parts, read_part
from tables.xlsx_zip import Refused, open_archive

SHEETS = 30
TYPES = "[Content_Types].xml"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


class BookRows(SheetRows):
    """A sheet's rows whose cells are named with their sheet."""

    def __init__(self, name: str, texts: list[str], formats: list[str], from_1904: bool, send: Emit):
        super().__init__(texts, formats, from_1904, send)
        self.name = name

    def address(self) -> str:
        return f"{self.name}!{super().address()}"

    def end_row(self) -> None:
        if self.cells:  # what a hidden row says may be what the workbook is read by
            self.emit("hidden" if self.hidden_row else "row", self.row, self.cells)


class ContentTypes(Events):
    """[Content_Types].xml: every type that is declared."""

    def __init__(self) -> None:
        super().__init__()
        self.types: set[str] = set()

    def start(self, name: str, attributes: AttributesImpl) -> None:
        if name in ("Override", "Default"):
            self.types.add(attributes.get("ContentType", ""))


def refuse_types(archive: ZipFile) -> None:
    """Raise Refused for what another program made, whatever it is called now."""
    declared = ContentTypes()
    read_part(archive, TYPES, declared)
    if any("macroenabled" in one.lower() for one in declared.types):
        raise Refused(Message(N_("a workbook with macros is not accepted; save it as .xlsx")))
    if WORKBOOK not in declared.types:
        raise Refused(Message(N_("the file is called .xlsx but is no workbook; save it as .xlsx")))


def read_book(path: str, hidden: str) -> None:
    """Emit every sheet that is wanted; Refused when the workbook is not accepted."""
    with open_archive(path) as archive:
        refuse_types(archive)
        sheets, targets, texts, formats = book_parts(archive)
        if not sheets.first:
            raise Refused(Message(N_("the workbook has no sheet that shows")))
        if len(sheets.found) > SHEETS:
            raise Refused(Message(N_("the workbook has more than %(most)s sheets"), {"most": SHEETS}))
        for name, shows, relation in sheets.found:
            if not shows and name != hidden:
                emit("concealed", name[:40])
                continue
            emit("sheet", name[:40], shows)
            read_part(archive, targets.get(relation, ""), BookRows(name[:40], texts, formats, sheets.from_1904, emit))


def main() -> None:
    for limit, most in LIMITS.items():
        resource.setrlimit(limit, (most, most))
    try:
        read_book(*sys.argv[1:3])
        emit("end")
    except Refused as refusal:
        emit("refused", refusal.problem.text, dict(refusal.problem.params))


if __name__ == "__main__":
    main()
