"""What a file says of one place, as its reader found it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from evaluations.workbooks.plan import Place
from scoring.models import Criterion
from tables.cells import PercentCell, RefusedCell
from tables.message import N_, Message
from tables.text import without_controls


@dataclass(slots=True)
class Found:
    """One cell. `note`, `document`, `source` and `as_of` are None where the file says nothing of them."""

    sheet: str
    cell: str
    branch: Place | None = None
    row: Criterion | None = None
    period: int = 0
    text: str = ""
    note: str | None = None
    document: str | None = None
    source: str | None = None
    as_of: date | None = None
    problem: Message | None = None

    @property
    def key(self) -> str:
        return f"{self.branch.code}|{self.row.code}|{self.period}"


def shown(text: str) -> str:
    """A cell's text as it is shown to people, of any length a file may hold."""
    kept = without_controls(text[:300])
    return f"{kept} (%)"[:300] if isinstance(text, PercentCell) else kept


def refused(text: str) -> Message | None:
    """Why a cell is taken by no column; None where it is plain."""
    if not isinstance(text, RefusedCell):
        return None
    return Message(N_("must be %(allowed)s"), {"allowed": text.allowed})


def address(column: int, row: int) -> str:
    """ "E7" for column 4, counted from 0, of row 7."""
    letters, number = "", column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"
