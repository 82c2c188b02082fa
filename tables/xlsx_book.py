"""All sheets of a workbook, or a CSV, read by a child process that may use only so much memory and time."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from tables.errors import TableRefused
from tables.message import N_, Message
from tables.xlsx_rows import LAST_LINE, ROOT, SECONDS, rebuilt

TOO_MUCH = N_("the workbook is too large or too intricate to be read safely")


@dataclass
class BookRow:
    """One row of one sheet: its cells, or why it is not read."""

    sheet: str
    shows: bool
    number: int
    cells: list[str]
    hidden: bool = False


class Book:
    """An opened workbook: iterate for its rows. `rows` counts them; `problems` are what refuses it as a whole.

    Nothing is read in this process but the child's own lines. Raises TableRefused when the child refused the file or
    hit a limit.
    """

    child = "tables.xlsx_book_child"
    too_much = TOO_MUCH

    def __init__(self, path: Path, *, hidden: str = ""):
        self.output: IO[bytes] = TemporaryFile()
        run(self.child, str(path.resolve()), hidden, output=self.output)
        self.refuse_unfinished()
        self.rows, self.problems = 0, []
        sheet = ""
        for kind, *content in map(json.loads, self.output):
            if kind == "sheet":
                sheet = content[0]
            elif kind in ("row", "hidden"):
                self.rows += 1
            elif kind != "end":
                self.problems.append(problem(kind, sheet, content[0]))

    def __enter__(self) -> "Book":
        return self

    def __exit__(self, *_error: object) -> None:
        self.output.close()

    def __iter__(self) -> Iterator[BookRow]:
        self.output.seek(0)
        sheet, shows = "", True
        for kind, *content in map(json.loads, self.output):
            if kind == "sheet":
                sheet, shows = content
            elif kind in ("row", "hidden"):
                number, cells = content
                cells = [one if isinstance(one, str) else rebuilt(*one) for one in cells]
                yield BookRow(sheet, shows, number, cells, hidden=kind == "hidden")

    def refuse_unfinished(self) -> None:
        """Raise TableRefused unless the child came to its ["end"]. Rewinds."""
        self.output.seek(max(0, self.output.seek(0, 2) - LAST_LINE))
        last = self.output.read().rstrip(b"\n").rpartition(b"\n")[2]
        self.output.seek(0)
        if last != b'["end"]':
            self.output.close()
        if last.startswith(b'["refused"'):
            raise TableRefused([Message(*json.loads(last)[1:])])
        if last != b'["end"]':
            raise TableRefused([Message(self.too_much)])


class CsvBook(Book):
    """A CSV, read as a workbook of one sheet without a name."""

    child = "tables.csv_book_child"
    too_much = N_("the file is too large to be read safely")


def problem(kind: str, sheet: str, content: str | list) -> Message:
    """What refuses the whole workbook, with the address where there is one."""
    if kind == "broken":
        return Message(N_("row %(row)s: %(problem)s"), {"row": content[0], "problem": Message(content[1])})
    if kind == "concealed":
        return Message(N_("sheet “%(sheet)s” is hidden; show it or delete it"), {"sheet": content})
    return Message(N_("cells %(cells)s are merged; split them"), {"cells": f"{sheet}!{content}"})


def run(module: str, *arguments: str, output: IO[bytes], seconds: float | None = None) -> bool:
    """Run a module of ours in a process of its own; False where it took too long or failed."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env={"PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.DEVNULL,
            timeout=seconds or SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0
