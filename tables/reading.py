"""Read a CSV or .xlsx file row by row: values in the declared order, and every error of the file collected.

table = open_table(path, {"code": division_code(), "name": Text(max_length=100)})
for number, (code, name) in table:
    ...
table.errors.refuse()
"""

import os
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from tables.columns import Column
from tables.csv_rows import csv_rows
from tables.encoding import csv_encoding
from tables.errors import BadCell, Errors, TableRefused, refuse_file
from tables.message import N_, Message
from tables.xlsx_rows import xlsx_rows

INVALID = object()
CACHED = 1 << 16  # parsed texts remembered for each column
CSV_LIMIT = 200 * 1024 * 1024
XLSX_LIMIT = 20 * 1024 * 1024
ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0"
SHOWN_NAMES = 20

Rows = Callable[[Errors], Iterator[tuple[int, list[str]]]]


class Table:
    """An opened file. Iterating yields (row number in the file, values in the order of the declared columns).

    `present` names the declared columns that the file has. A row with a bad cell goes into `errors` and is left out;
    with `keep_bad_rows` it is yielded with INVALID in place of the bad values. Iterate once; memory does not grow.
    """

    def __init__(self, rows: Rows, columns: Mapping[str, Column], errors: Errors, *, keep_bad_rows: bool, typed: bool):
        self.errors = errors
        self.keep_bad_rows = keep_bad_rows
        self._rows = rows(errors)
        _, header = next(self._rows, (1, []))
        names = header_names(header, columns, errors)
        self._width = len(names)
        self.present = [name for name in columns if name in names]
        # A column the file lacks is read from an empty cell put after the row's last.
        places = [names.index(name) if name in names else self._width for name in columns]
        self._names = list(columns)
        self._lacking = self._width in places
        # A PercentCell equals the str of its digits: only a typed cache keeps them apart, and it is slower.
        reads = [lru_cache(CACHED, typed=typed)(column.read) for column in columns.values()]
        self._readers = list(zip(places, reads, strict=True))

    def __iter__(self) -> Iterator[tuple[int, list[Any]]]:
        width, lacking, readers = self._width, self._lacking, self._readers
        for number, cells in self._rows:
            if len(cells) != width and not self._fits(number, cells):
                continue
            if lacking:
                cells.append("")
            try:
                values = [read(cells[place]) for place, read in readers]
            except BadCell:
                values = self._read_each(number, cells)
            if values:
                yield number, values

    def _fits(self, number: int, cells: list[str]) -> bool:
        """Whether a row unlike the header in length is only longer by empty cells; a blank line is passed over."""
        if not any(cell.strip() for cell in cells):
            return False
        if len(cells) > self._width and not any(cell.strip() for cell in cells[self._width :]):
            del cells[self._width :]
            return True
        params = {"cells": len(cells), "columns": self._width}
        self.errors.add_row(number, Message(N_("the row has %(cells)s cells, the header %(columns)s"), params))
        return False

    def _read_each(self, number: int, cells: list[str]) -> list[Any]:
        """The slow way, for a row with a bad cell: note each bad cell; the values, or nothing when not wanted."""
        if not any(cell.strip() for cell in cells):
            return []
        values: list[Any] = []
        for name, (place, read) in zip(self._names, self._readers, strict=True):
            try:
                values.append(read(cells[place]))
            except BadCell as error:
                self.errors.add(number, name, cells[place], error.allowed)
                values.append(INVALID)
        return values if self.keep_bad_rows else []


def open_table(
    path: str | os.PathLike[str], columns: Mapping[str, Column], *, name: str | None = None, keep_bad_rows: bool = False
) -> Table:
    """Open `path`, check that it is what it says it is and that its columns are the declared ones.

    `name` is what errors call the file (its own name by default). Raises TableRefused when the file as a whole cannot
    be taken; the errors of single cells wait in `table.errors` until the rows have been read.
    """
    path = Path(path)
    errors = Errors(name or path.name)
    rows, is_workbook = source(path, errors.file)
    table = Table(rows, columns, errors, keep_bad_rows=keep_bad_rows, typed=is_workbook)
    errors.refuse()
    return table


def source(path: Path, file: str) -> tuple[Rows, bool]:
    """What yields the file's rows, and whether it is a workbook."""
    try:
        if not path.is_file():
            raise refuse_file(file, Message(N_("this is not a file") if path.exists() else N_("there is no such file")))
        with path.open("rb") as opened:
            size, start = os.fstat(opened.fileno()).st_size, opened.read(8)
            refuse_kind(path, file, size, start)
            if start.startswith(ZIP):
                return lambda errors: xlsx_rows(path, errors), True
            opened.seek(0)
            encoding = csv_encoding(opened)
    except PermissionError:
        raise refuse_file(file, Message(N_("there is no permission to read the file"))) from None
    except OSError as error:
        problem = Message(N_("the file cannot be read (%(reason)s)"), {"reason": error.strerror or "?"})
        raise refuse_file(file, problem) from None
    if isinstance(encoding, Message):
        raise refuse_file(file, encoding)
    return lambda errors: csv_rows(path, encoding, errors), False


def refuse_kind(path: Path, file: str, size: int, start: bytes) -> None:
    """Raise TableRefused for a file that is empty, too large or neither CSV nor .xlsx."""
    is_zip, extension = start.startswith(ZIP), path.suffix.lower()
    limit = XLSX_LIMIT if is_zip else CSV_LIMIT
    problem = None
    if not size:
        problem = Message(N_("the file is empty"))
    elif start.startswith(OLE) or extension in (".xls", ".et", ".xlsb", ".xlsm", ".ods"):
        problem = Message(old_workbook(extension))
    elif is_zip != (extension == ".xlsx"):
        problem = Message(N_("the content does not go with the name; save the file as .xlsx or as CSV"))
    elif size > limit:
        problem = Message(N_("the file is larger than %(limit)s MB"), {"limit": limit // 1024 // 1024})
    if problem:
        raise refuse_file(file, problem)


def old_workbook(extension: str) -> str:
    """Why a workbook that is not an open .xlsx is refused: an .xlsx in an OLE wrapper has a password."""
    if extension == ".xlsx":
        return N_("the workbook is protected by a password; save it without one")
    if extension == ".xlsm":
        return N_("a workbook with macros is not accepted; save it as .xlsx")
    return N_("this kind of workbook is not accepted; save it as .xlsx")


def header_names(header: list[str], columns: Mapping[str, Column], errors: Errors) -> list[str]:
    """The header's names, blanks trimmed; unknown, missing and repeated ones go into `errors`."""
    names = [name.strip() for name in header]
    while names and not names[-1]:
        names.pop()
    if not names:
        errors.add_file(Message(N_("the first row must hold the names of the columns")))
        return names
    unknown = [name or "“”" for name in dict.fromkeys(names) if name not in columns]
    missing = [name for name, column in columns.items() if name not in names and not column.optional]
    twice = [name for name in dict.fromkeys(names) if name and names.count(name) > 1]
    for text, wrong in (
        (N_("unknown columns: %(names)s; the columns are %(allowed)s"), unknown),
        (N_("missing columns: %(names)s; the columns are %(allowed)s"), missing),
        (N_("columns given twice: %(names)s; the columns are %(allowed)s"), twice),
    ):
        if wrong:
            params = {"names": shown_names(wrong), "allowed": ", ".join(columns)}
            errors.add_file(Message(text, params))
    return names


def shown_names(names: list[str]) -> str:
    more = ", …" if len(names) > SHOWN_NAMES else ""
    return ", ".join(name[:40] for name in names[:SHOWN_NAMES]) + more


__all__ = ["INVALID", "BadCell", "Errors", "Table", "TableRefused", "open_table"]
