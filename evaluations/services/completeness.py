"""What a township's branches still lack before they may be submitted: values, notes that explain, returned criteria.

Read for many branches at once, in a fixed number of queries; what nobody has to explain costs none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import lru_cache

from evaluations.checking import limits_of
from evaluations.models import EvaluationRound
from evaluations.services.explaining import explain, last_numbers, select
from evaluations.services.sums import WrongSum, standing_wrong
from evaluations.spellings import is_reason
from scoring.models import Criterion, Periods, Source
from scoring.standard import published_standard
from tables.message import Message

Slot = tuple[str, int]  # criterion code, period
QUARTERS = (1, 2, 3, 4)
GIVEN = """
    SELECT branch_id, criterion_id, period, reported_number, reported_na, note, updated_at FROM evaluations_value
    WHERE round_id = %s AND branch_id = ANY(%s) AND criterion_id = ANY(%s)
"""
FILES = """
    SELECT branch_id, criterion_id, max(greatest(added_at, removed_at)) FROM evaluations_evidence
    WHERE round_id = %s AND branch_id = ANY(%s) AND criterion_id = ANY(%s) GROUP BY 1, 2
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
    wrong: dict[Slot, list[Message]] = field(default_factory=dict)  # sums that do not hold
    untouched: list[str] = field(default_factory=list)  # criteria that were returned and not looked at since

    @property
    def complete(self) -> bool:
        return not self.lacking

    @property
    def lacking(self) -> int:
        return len(self.missing) + len(self.unexplained) + len(self.wrong) + len(self.untouched)


@dataclass(frozen=True)
class Branch:
    """A branch to look at; `unlocked` are the criteria a return opened, `since` when it did."""

    pk: int
    township: str
    unlocked: tuple[str, ...] = ()
    since: datetime | None = None


def periods_of(row: Criterion) -> tuple[int, ...]:
    """The year, or its quarters."""
    return QUARTERS if row.periods == Periods.QUARTERS else (0,)


def slots_of(row: Criterion) -> list[Slot]:
    """The places a criterion has in a year."""
    return [(row.code, period) for period in periods_of(row)]


def is_asked(row: Criterion) -> bool:
    """Is a value that isn't there missing? What a township need not give isn't, nor a bonus or a veto not given."""
    return row.required or (row.source != Source.TOWNSHIP and not row.bonus and not row.veto)


@lru_cache(maxsize=32)
def other_rows(criteria_set_id: int) -> tuple[Criterion, ...]:
    """The criteria that others than townships enter and that are asked of them, in the standard's order."""
    rows = published_standard(criteria_set_id).criteria
    return tuple(row for row in rows if row.source != Source.TOWNSHIP and row.takes_entry and is_asked(row))


@lru_cache(maxsize=32)
def township_rows(criteria_set_id: int) -> tuple[Criterion, ...]:
    """The criteria that townships enter, in the standard's order."""
    rows = published_standard(criteria_set_id).criteria
    return tuple(row for row in rows if row.source == Source.TOWNSHIP and row.takes_entry)


def progress_of(evaluation: EvaluationRound, branches: list[Branch]) -> dict[int, Progress]:
    """Branch id → how far its township's values are, in a fixed number of queries however many branches there are.

    Three at most, and a fourth where a branch came back: a file answers a return as a value does.
    """
    rows = township_rows(evaluation.criteria_set_id)
    cells = cells_of(evaluation, branches, rows)
    files = files_changed(evaluation, branches, rows)
    explaining = Explaining(evaluation, branches, rows)
    found = {
        branch.pk: progress(branch, rows, cells.get(branch.pk, {}), explaining, files.get(branch.pk, {}))
        for branch in branches
    }
    wrong = standing_wrong(evaluation, published_standard(evaluation.criteria_set_id), list(found))
    for branch, errors in wrong.items():
        found[branch].wrong = own_sums(errors, {row.code for row in rows})
    return found


def own_sums(errors: Iterable[WrongSum], own: set[str]) -> dict[Slot, list[Message]]:
    """Wrong sums in which the township has a hand, each at its first value of them."""
    found: dict[Slot, list[Message]] = {}
    for period, codes, message in errors:
        mine = next((code for code in codes if code in own), None)
        if mine is not None:
            found.setdefault((mine, period), []).append(message)
    return found


def cells_of(
    evaluation: EvaluationRound, branches: list[Branch], rows: tuple[Criterion, ...]
) -> dict[int, dict[Slot, Cell]]:
    codes = {row.pk: row.code for row in rows}
    found: dict[int, dict[Slot, Cell]] = {}
    for branch, criterion, period, *cell in select(GIVEN, [evaluation.pk, [one.pk for one in branches], list(codes)]):
        found.setdefault(branch, {})[codes[criterion], period] = Cell(*cell)
    return found


def files_changed(
    evaluation: EvaluationRound, branches: list[Branch], rows: tuple[Criterion, ...]
) -> dict[int, dict[str, datetime]]:
    """Branch id → criterion code → when a file was last added or taken back; of branches that came back only."""
    back = [one.pk for one in branches if one.since is not None]
    if not back:
        return {}
    codes = {row.pk: row.code for row in rows}
    found: dict[int, dict[str, datetime]] = {}
    for branch, criterion, at in select(FILES, [evaluation.pk, back, list(codes)]):
        found.setdefault(branch, {})[codes[criterion]] = at
    return found


def untouched_since(evaluation: EvaluationRound, branch: int, codes: Iterable[str], since: datetime) -> list[str]:
    """Of these criteria of a branch, whoever enters them, those of which nothing was given or changed since then."""
    rows = tuple(row for row in published_standard(evaluation.criteria_set_id).criteria if row.code in set(codes))
    one = Branch(branch, "", tuple(codes), since)
    cells = cells_of(evaluation, [one], rows).get(branch, {})
    return untouched(one, cells, files_changed(evaluation, [one], rows).get(branch, {}))


def progress(
    branch: Branch, rows: tuple[Criterion, ...], cells: Mapping[Slot, Cell], explaining: Explaining,
    files: Mapping[str, datetime],
) -> Progress:  # fmt: skip
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
    made.untouched = untouched(branch, cells, files)
    return made


def untouched(branch: Branch, cells: Mapping[Slot, Cell], files: Mapping[str, datetime]) -> list[str]:
    """The returned criteria of which nothing was given or changed since the return, no value and no file."""
    if branch.since is None:
        return []
    touched = {code for (code, _period), cell in cells.items() if cell.at > branch.since}
    touched |= {code for code, at in files.items() if at > branch.since}
    return [code for code in branch.unlocked if code not in touched]


class Explaining:
    """Which values ask for a note: last year's and the township's equal ones, read only where a limit asks for them."""

    def __init__(self, evaluation: EvaluationRound, branches: list[Branch], rows: tuple[Criterion, ...]):
        compared = [row.code for row in rows if limits_of(row).compares_last_year]
        counted = [row.pk for row in rows if limits_of(row).same_value_count is not None]
        self.last = last_numbers(evaluation, [one.pk for one in branches], compared)
        self.same: dict[tuple[str, int, int, int], int] = {}
        if counted and branches:
            towns = sorted({one.township for one in branches})
            self.same = {tuple(row[:4]): row[4] for row in select(SAME, [evaluation.pk, towns, counted])}

    def of(self, branch: Branch, row: Criterion, slot: Slot, cell: Cell) -> list[Message]:
        """What must be explained here; nothing once there is a note that says something."""
        if is_reason(cell.note) or cell.number is None:
            return []
        equal = self.same.get((branch.township, row.pk, slot[1], int(cell.number * 10_000)), 0)
        return explain(row, cell.number, self.last.get((branch.pk, *slot)), equal)
