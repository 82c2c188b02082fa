"""What a township's branches still lack before they may be submitted: values, notes that explain, returned criteria.

Read for many branches at once, in a fixed number of queries; what nobody has to explain costs none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import lru_cache

from evaluations.checking import change_warning, limits_of, sameness_warning
from evaluations.models import EvaluationRound
from evaluations.services.explaining import LAST, select
from scoring.models import Criterion, Periods, Source
from scoring.standard import published_standard
from tables.message import Message

Slot = tuple[str, int]  # criterion code, period
QUARTERS = (1, 2, 3, 4)
GIVEN = """
    SELECT branch_id, criterion_id, period, reported_number, reported_na, note, updated_at FROM evaluations_value
    WHERE round_id = %s AND branch_id = ANY(%s) AND criterion_id = ANY(%s)
"""
SAME = """
    SELECT r.township_id, v.criterion_id, v.period, v.effective_units, count(*)
    FROM evaluations_rosterentry r
    JOIN evaluations_value v ON v.round_id = r.round_id AND v.branch_id = r.branch_id
    WHERE r.round_id = %s AND r.township_id = ANY(%s) AND v.criterion_id = ANY(%s) AND v.effective_state = 1
    GROUP BY 1, 2, 3, 4
"""


@dataclass(frozen=True)
class Cell:
    """What a township gave in one place."""

    number: Decimal | None
    na: bool
    note: str
    at: datetime

    @property
    def given(self) -> bool:
        """Is there a value, or NA with its reason?"""
        return self.number is not None or (self.na and bool(self.note))


@dataclass
class Progress:
    """How far one branch is: what was given, what is missing before submitting, what must be explained by a note."""

    given: set[Slot] = field(default_factory=set)
    missing: list[Slot] = field(default_factory=list)
    unexplained: dict[Slot, list[Message]] = field(default_factory=dict)
    untouched: list[str] = field(default_factory=list)  # criteria that were returned and not looked at since

    @property
    def complete(self) -> bool:
        return not (self.missing or self.unexplained or self.untouched)

    @property
    def lacking(self) -> int:
        return len(self.missing) + len(self.unexplained) + len(self.untouched)


@dataclass(frozen=True)
class Branch:
    """A branch to look at; `unlocked` are the criteria a return opened, `since` when it did."""

    pk: int
    township: str
    unlocked: tuple[str, ...] = ()
    since: datetime | None = None


def slots_of(row: Criterion) -> list[Slot]:
    """The places a criterion has in a year."""
    return [(row.code, period) for period in (QUARTERS if row.periods == Periods.QUARTERS else (0,))]


@lru_cache(maxsize=32)
def township_rows(criteria_set_id: int) -> tuple[Criterion, ...]:
    """The criteria that townships enter, in the standard's order."""
    rows = published_standard(criteria_set_id).criteria
    return tuple(row for row in rows if row.source == Source.TOWNSHIP and row.takes_entry)


def progress_of(evaluation: EvaluationRound, branches: list[Branch]) -> dict[int, Progress]:
    """Branch id → how far its township's values are, in at most three queries however many branches there are."""
    rows = township_rows(evaluation.criteria_set_id)
    cells = cells_of(evaluation, branches, rows)
    explaining = Explaining(evaluation, branches, rows)
    return {branch.pk: progress(branch, rows, cells.get(branch.pk, {}), explaining) for branch in branches}


def cells_of(
    evaluation: EvaluationRound, branches: list[Branch], rows: tuple[Criterion, ...]
) -> dict[int, dict[Slot, Cell]]:
    codes = {row.pk: row.code for row in rows}
    found: dict[int, dict[Slot, Cell]] = {}
    for branch, criterion, period, *cell in select(GIVEN, [evaluation.pk, [one.pk for one in branches], list(codes)]):
        found.setdefault(branch, {})[codes[criterion], period] = Cell(*cell)
    return found


def progress(
    branch: Branch, rows: tuple[Criterion, ...], cells: Mapping[Slot, Cell], explaining: Explaining
) -> Progress:
    """One branch's, from what was read of it."""
    made = Progress()
    for row in rows:
        for slot in slots_of(row):
            cell = cells.get(slot)
            if cell is None or not cell.given:
                made.missing += [slot] * row.required
                continue
            made.given.add(slot)
            asked = explaining.of(branch, row, slot, cell)
            if asked:
                made.unexplained[slot] = asked
    made.untouched = untouched(branch, cells)
    return made


def untouched(branch: Branch, cells: Mapping[Slot, Cell]) -> list[str]:
    """The returned criteria of which nothing was given or changed since the return."""
    if branch.since is None:
        return []
    touched = {code for (code, _period), cell in cells.items() if cell.at > branch.since}
    return [code for code in branch.unlocked if code not in touched]


class Explaining:
    """Which values ask for a note: last year's and the township's equal ones, read only where a limit asks for them."""

    def __init__(self, evaluation: EvaluationRound, branches: list[Branch], rows: tuple[Criterion, ...]):
        compared = [row.code for row in rows if limits_of(row).compares_last_year]
        counted = [row.pk for row in rows if limits_of(row).same_value_count is not None]
        self.last: dict[tuple[int, str], Decimal] = {}
        self.same: dict[tuple[str, int, int, int], int] = {}
        if compared and evaluation.previous_id and branches:
            found = select(LAST, [evaluation.previous_id, [one.pk for one in branches], compared])
            self.last = {(branch, code): Decimal(number) for branch, code, number in found}
        if counted and branches:
            towns = sorted({one.township for one in branches})
            self.same = {tuple(row[:4]): row[4] for row in select(SAME, [evaluation.pk, towns, counted])}

    def of(self, branch: Branch, row: Criterion, slot: Slot, cell: Cell) -> list[Message]:
        """What must be explained here; nothing once there is a note."""
        if cell.note or cell.number is None:
            return []
        limits = limits_of(row)
        jump = change_warning(limits, cell.number, self.last.get((branch.pk, row.code)))
        equal = self.same.get((branch.township, row.pk, slot[1], int(cell.number * 10_000)), 0)
        return [message for message in (jump, sameness_warning(limits, equal)) if message]
