"""Charts as tables whose bars are SVG widths on a scale of 0 to 100."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from evaluations.reading.marks import StarHead


@dataclass(frozen=True)
class Figure:
    """One row before it is drawn: its name, this year's number and last year's, as shown and as measured."""

    name: str
    now: Decimal | int
    last: Decimal | int | None = None
    shown: str = ""
    shown_last: str = ""
    note: str = ""
    url: str = ""
    star: StarHead | None = None


@dataclass(frozen=True)
class Bar:
    """One row as drawn."""

    figure: Figure
    now_width: str
    last_width: str

    name = property(lambda self: self.figure.name)
    note = property(lambda self: self.figure.note)
    url = property(lambda self: self.figure.url)
    star = property(lambda self: self.figure.star)
    now = property(lambda self: self.figure.shown or str(self.figure.now))

    @property
    def last(self) -> str:
        return self.figure.shown_last or ("" if self.figure.last is None else str(self.figure.last))


@dataclass(frozen=True)
class Chart:
    """A caption that says the figures' meaning, the heads of the columns and the rows; line: a mark on the scale."""

    caption: str
    name_head: str
    now_head: str
    last_head: str
    rows: list[Bar]
    line: str = ""


def drawn(
    figures: Sequence[Figure],
    *,
    caption: str,
    name_head: str,
    now_head: str,
    last_head: str = "",
    line: Decimal | None = None,
) -> Chart:
    """Scale the bars so that the largest fills the width."""
    numbers = [figure.now for figure in figures] + [figure.last or 0 for figure in figures]
    largest = max([Decimal(number) for number in numbers] + [line or Decimal(0)], default=Decimal(0)) or Decimal(1)
    rows = [Bar(figure, width(figure.now, largest), width(figure.last or 0, largest)) for figure in figures]
    return Chart(caption, name_head, now_head, last_head, rows, width(line, largest) if line else "")


def width(number: Decimal | int, largest: Decimal) -> str:
    """A number's share of the largest, on a scale of 100."""
    return f"{Decimal(number) / largest * 100:.2f}"
