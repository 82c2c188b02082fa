"""Tables for a terminal, where a Chinese character takes two columns."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

GAP = "  "
LEFT, RIGHT = "left", "right"


def width(text: str) -> int:
    """Columns a text takes. ★ and ☆ count one: where a terminal gives them two, every row has five and stays level."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def padded(text: str, columns: int, side: str) -> str:
    space = " " * (columns - width(text))
    return space + text if side == RIGHT else text + space


def table(heads: Sequence[str], sides: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """The head, a rule below it, and the rows, each column as wide as its widest cell; no space at a line's end."""
    columns = [max(width(row[place]) for row in [heads, *rows]) for place in range(len(heads))]

    def line(cells: Sequence[str]) -> str:
        return GAP.join(padded(*cell) for cell in zip(cells, columns, sides, strict=True)).rstrip()

    return [line(heads), "─" * (sum(columns) + len(GAP) * (len(columns) - 1)), *(line(row) for row in rows)]
