"""The rows of a workbook, read by a child process that may use only so much memory and time (xlsx_child)."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from tables.cells import DateCell, PercentCell, RefusedCell
from tables.errors import Errors, refuse_file
from tables.message import N_, Message

SECONDS = 25
LAST_LINE = 4_000  # bytes that surely hold it
ROOT = Path(__file__).resolve().parent.parent


def xlsx_rows(path: Path, errors: Errors) -> Iterator[tuple[int, list[str]]]:
    """Yield (row number in the sheet, cells) of the first visible sheet, empty rows left out, the header first.

    Numbers come as they are shown, with 15 digits; PercentCell, DateCell and RefusedCell tell more. Raises TableRefused
    when the workbook as a whole is not accepted; hidden rows and merged cells go into `errors`.
    """
    with TemporaryFile() as output:
        run_child(path.resolve(), output)
        refuse_unfinished(output, errors.file)
        width = 0
        for line in output:
            kind, *content = json.loads(line)
            if kind == "row":
                number, cells = content
                width = width or len(cells)
                cells.extend([""] * (width - len(cells)))
                yield number, [cell if isinstance(cell, str) else rebuilt(*cell) for cell in cells]
            elif kind != "end":
                note(errors, kind, *content)


def run_child(path: Path, output: IO[bytes]) -> None:
    """Read the workbook in a process of its own; whatever goes wrong there, only `output` tells."""
    command = [sys.executable, "-m", "tables.xlsx_child", str(path)]
    environment = {"PYTHONPATH": str(ROOT)}
    try:
        subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return


def refuse_unfinished(output: IO[bytes], file: str) -> None:
    """Raise TableRefused unless the child came to its ["end"]; one that hit a limit has no last line. Rewinds."""
    output.seek(max(0, output.seek(0, 2) - LAST_LINE))
    last = output.read().rstrip(b"\n").rpartition(b"\n")[2]
    output.seek(0)
    if last.startswith(b'["refused"'):
        raise refuse_file(file, Message(*json.loads(last)[1:]))
    if last != b'["end"]':
        raise refuse_file(file, Message(N_("the workbook is too large or too intricate to be read safely")))


def rebuilt(kind: str, text: str, sentence: str = "", params: Mapping[str, object] | None = None) -> str:
    """The cell that xlsx_cells wrote as [kind, text …]."""
    if kind == "p":
        return PercentCell(text)
    if kind == "d":
        return DateCell(text)
    return RefusedCell(text, Message(sentence, params or {}))


def note(errors: Errors, kind: str, content: str) -> None:
    """A line of the child that is not a row."""
    if kind == "hidden":
        errors.add_row(int(content), Message(N_("the row is hidden; show it or delete it")))
    elif kind == "merged":
        errors.add_file(Message(N_("cells %(cells)s are merged; split them"), {"cells": content}))
