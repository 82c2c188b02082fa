"""The rows of a CSV file in a known encoding."""

import csv
from collections.abc import Iterator
from pathlib import Path

from tables.errors import Errors
from tables.message import N_, Message


def csv_rows(path: Path, encoding: str, errors: Errors) -> Iterator[tuple[int, list[str]]]:
    """Yield (row number as a spreadsheet counts, cells), the header first; a broken row ends the file with an error."""
    number = 0
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(file, strict=True)
        try:
            for number, cells in enumerate(reader, 1):
                yield number, cells
        except csv.Error as error:
            errors.add_row(number + 1, broken(str(error)))
        except UnicodeDecodeError:
            errors.add_row(number + 1, Message(N_("the text is neither UTF-8 nor GB18030; save the file as CSV UTF-8")))


def broken(reason: str) -> Message:
    """Why the CSV reader gave up, in words for the person who made the file."""
    if "field larger than" in reason:
        return Message(N_("a cell is longer than 131,072 characters, or a quotation mark is not closed"))
    return Message(N_("a quotation mark is not closed, or text follows a closing one"))
