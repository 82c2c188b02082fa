"""A CSV that was sent, on its way back with what is wrong in each of its rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from evaluations.workbooks.tables import ERRORS, tidy
from tables.writing import Cell, csv_text
from tables.xlsx_book import CsvBook

ROW, NEGATIVE = re.compile(r"[0-9]+\Z"), re.compile(r"-[0-9]+(\.[0-9]+)?")


def csv_with_errors(content: bytes, errors: Mapping[str, str], *, head: str) -> bytes:
    """The rows of a CSV with a last column headed `head`; `errors` are sentences by cell. TableRefused if unreadable.

    The column of an earlier return gives way to the new one. What is wrong with the first row stands in the second.
    """
    rows = rows_of(content)
    said = by_row(errors, (number for number, _cells in rows))
    names = [tidy(name) for name in rows[0][1]] if rows else []
    kept = [place for place, name in enumerate(names) if name not in ERRORS]
    width = max((len(cells) for _number, cells in rows), default=0)
    kept += range(len(names), width)
    lines = [[*picked(cells, kept), said.get(number, "")] for number, cells in rows]
    return csv_text([*picked(rows[0][1], kept), head] if rows else [head], lines[1:]).encode()


def rows_of(content: bytes) -> list[tuple[int, list[str]]]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "upload"
        path.write_bytes(content)
        with CsvBook(path) as book:
            return [(row.number, row.cells) for row in book]


def by_row(errors: Mapping[str, str], numbers: Iterable[int]) -> dict[int, str]:
    """The sentences of each row's cells, each after its cell's address."""
    first, second, *_rest = [*numbers, 0, 0]
    found: dict[int, list[str]] = {}
    for cell, sentence in errors.items():
        number = int(ROW.search(cell)[0])
        found.setdefault(second if number == first else number, []).append(f"{cell} {sentence}")
    return {number: " / ".join(sentences) for number, sentences in found.items()}


def picked(cells: list[str], places: Iterable[int]) -> list[Cell]:
    """The cells of these columns; a number below zero stays one, though it begins like a formula."""
    texts = [cells[place] if place < len(cells) else "" for place in places]
    return [Decimal(text) if NEGATIVE.fullmatch(text) else text for text in texts]
