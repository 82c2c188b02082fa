"""The limited process that reads a workbook: `python -m tables.xlsx_child FILE` writes its first sheet as JSON lines.

["row", number, cells] · ["hidden", number] · ["merged", range] · then ["end"], or ["refused", sentence, parameters]
when the workbook as a whole is not accepted. No last line at all: a limit was hit.
"""

import json
import re
import resource
import sys
from collections.abc import Callable
from xml.sax.xmlreader import AttributesImpl

from tables import xlsx_cells as cells
from tables.message import N_, Message
from tables.xlsx_xml import Events, read_part, sheet_part
from tables.xlsx_zip import Refused, open_archive

ROWS = 100_000
COLUMNS = 200
MERGES = 200
MEGABYTE = 1024 * 1024
LIMITS = {
    resource.RLIMIT_AS: 512 * MEGABYTE,
    resource.RLIMIT_CPU: 20,
    resource.RLIMIT_FSIZE: 256 * MEGABYTE,
    resource.RLIMIT_CORE: 0,
}
ADDRESS = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")

Emit = Callable[..., None]


class SheetRows(Events):
    """A worksheet's XML: emits each row that holds something, row by row."""

    def __init__(self, texts: list[str], formats: list[str], from_1904: bool, emit: Emit):
        super().__init__()
        self.texts, self.formats, self.from_1904, self.emit = texts, formats, from_1904, emit
        self.row = self.merges = 0
        self.column = self.style = 0
        self.kind = self.inline = self.before_phonetic = ""
        self.value: str | None = None
        self.formula: str | None = None
        self.hidden_row = False
        self.hidden_columns: set[int] = set()
        self.cells: list[cells.Cell] = []
        self.starts = {"row": self.start_row, "c": self.start_cell, "col": self.start_column, "mergeCell": self.merge}
        self.readers = {
            "s": self.shared_text,
            "n": self.number,
            "str": cells.plain,
            "b": cells.truth,
            "d": cells.written_day,
        }

    def start(self, name: str, attributes: AttributesImpl) -> None:
        if name in self.starts:
            self.starts[name](attributes)
        elif name in ("v", "t", "f"):
            self.collect()
        elif name == "rPh":  # the reading of characters, not part of the text
            self.before_phonetic = self.inline

    def end(self, name: str) -> None:
        if name == "c":
            self.end_cell()
        elif name == "row":
            self.end_row()
        elif name == "rPh":
            self.inline = self.before_phonetic
        elif name == "v":
            self.value = self.text()
        elif name == "f":
            self.formula = self.text()
        elif name == "t":
            self.inline += self.text()

    def start_column(self, attributes: AttributesImpl) -> None:
        if attributes.get("hidden") in ("1", "true"):
            first, last = whole(attributes.get("min")), whole(attributes.get("max"))
            self.hidden_columns.update(range(first, min(last, COLUMNS) + 1))

    def start_row(self, attributes: AttributesImpl) -> None:
        number = whole(attributes.get("r", str(self.row + 1)))
        if number <= self.row:
            raise Refused(Message(N_("the workbook is damaged")))
        self.row, self.cells = number, []
        self.hidden_row = attributes.get("hidden") in ("1", "true")
        self.column = 0

    def start_cell(self, attributes: AttributesImpl) -> None:
        self.column += 1
        if address := attributes.get("r"):
            match = ADDRESS.fullmatch(address)
            if not match or column_number(match[1]) < self.column or int(match[2]) != self.row:
                raise Refused(Message(N_("the workbook is damaged")))
            self.column = column_number(match[1])
        self.kind = attributes.get("t", "n")
        self.style = whole(attributes.get("s", "0"))
        self.value = self.formula = None
        self.inline = ""

    def end_cell(self) -> None:
        cell = self.cell()
        if cell == "":
            return
        if self.row > ROWS or self.column > COLUMNS:
            params = {"cell": self.address(), "rows": ROWS, "columns": COLUMNS}
            text = N_("cell %(cell)s is outside the %(rows)s rows and %(columns)s columns that are read")
            raise Refused(Message(text, params))
        self.cells.extend([""] * (self.column - 1 - len(self.cells)))
        self.cells.append(cell)

    def cell(self) -> cells.Cell:
        """What the cell just ended holds."""
        address = self.address()
        if self.formula is not None:
            return cells.formula(self.formula, address)
        content = self.content(address)
        if content != "" and self.column in self.hidden_columns:
            return cells.hidden(content if isinstance(content, str) else content[1], address)
        return content

    def content(self, address: str) -> cells.Cell:
        """The value of a cell without formula, by its declared type."""
        if self.kind == "inlineStr":
            return cells.plain(self.inline, address)
        if self.value is None:
            return ""
        return self.readers.get(self.kind, cells.broken)(self.value, address)

    def shared_text(self, text: str, address: str) -> cells.Cell:
        return cells.shared(text, self.texts, address)

    def number(self, text: str, address: str) -> cells.Cell:
        shown = self.formats[self.style] if self.style < len(self.formats) else ""
        return cells.stored_number(text, shown, self.from_1904, address)

    def address(self) -> str:
        return column_letters(self.column) + str(self.row)

    def end_row(self) -> None:
        if self.cells:
            self.emit("hidden", self.row) if self.hidden_row else self.emit("row", self.row, self.cells)

    def merge(self, attributes: AttributesImpl) -> None:
        self.merges += 1
        if self.merges <= MERGES:
            self.emit("merged", attributes.get("ref", "?")[:40])


def whole(text: str | None) -> int:
    """A small whole number of an attribute; Refused for anything else."""
    if text and text.isascii() and text.isdecimal() and len(text) < 10:
        return int(text)
    raise Refused(Message(N_("the workbook is damaged")))


def column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def emit(*line: object) -> None:
    sys.stdout.write(json.dumps(line) + "\n")


def read_workbook(path: str) -> None:
    """Emit the first visible sheet; Refused when the workbook is not accepted."""
    with open_archive(path) as archive:
        part, from_1904, texts, formats = sheet_part(archive)
        read_part(archive, part, SheetRows(texts, formats, from_1904, emit))


def main() -> None:
    for limit, most in LIMITS.items():
        resource.setrlimit(limit, (most, most))
    try:
        read_workbook(sys.argv[1])
        emit("end")
    except Refused as refusal:
        emit("refused", refusal.problem.text, dict(refusal.problem.params))


if __name__ == "__main__":
    main()
