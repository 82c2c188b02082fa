"""The limited process that reads a CSV: `python -m tables.csv_book_child FILE` writes JSON lines.

["row", number, cells] for every row that holds something, ["broken", [number, sentence]] where the file breaks off,
then ["end"], or ["refused", sentence, parameters]. No last line at all: a limit was hit.
"""

import resource
import sys
from collections.abc import Iterator
from pathlib import Path

from tables.csv_rows import csv_rows
from tables.encoding import csv_encoding
from tables.errors import Errors
from tables.message import N_, Message
from tables.xlsx_child import COLUMNS, LIMITS, ROWS, column_letters, emit
from tables.xlsx_zip import Refused


def read_csv(path: Path) -> None:
    """Emit the rows; Refused when the file is not accepted."""
    with path.open("rb") as file:
        encoding = csv_encoding(file)
    if isinstance(encoding, Message):
        raise Refused(encoding)
    errors = Errors(path.name)
    for number, cells in filled_rows(csv_rows(path, encoding, errors)):
        if number > ROWS or len(cells) > COLUMNS:
            params = {"cell": f"{column_letters(len(cells))}{number}", "rows": ROWS, "columns": COLUMNS}
            text = N_("cell %(cell)s is outside the %(rows)s rows and %(columns)s columns that are read")
            raise Refused(Message(text, params))
        emit("row", number, cells)
    for number, message in errors.first:
        emit("broken", [number, message.params["problem"].text])


def filled_rows(rows: Iterator[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
    """The rows that hold something, up to their last cell that does: spreadsheets save empty ones by the thousand."""
    for number, cells in rows:
        while cells and not cells[-1].strip():
            cells.pop()
        if cells:
            yield number, cells


def main() -> None:
    for limit, most in LIMITS.items():
        resource.setrlimit(limit, (most, most))
    try:
        read_csv(Path(sys.argv[1]))
        emit("end")
    except Refused as refusal:
        emit("refused", refusal.problem.text, dict(refusal.problem.params))


if __name__ == "__main__":
    main()
