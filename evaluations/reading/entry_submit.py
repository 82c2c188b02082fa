"""The checklist before submitting: of each branch what is missing, what must be explained, what isn't one's own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.db import connection

from accounts.access import EntryScope
from evaluations.reading.county import SeenCounty
from evaluations.reading.entry_links import link
from evaluations.reading.entry_work import Work, WorkRow
from evaluations.reading.values import QUARTERS, said
from evaluations.services.completeness import Slot, other_rows, slots_of
from scoring.models import Criterion

OTHERS = """
    SELECT branch_id, count(*) FROM evaluations_value
    WHERE round_id = %s AND branch_id = ANY(%s) AND criterion_id = ANY(%s) AND effective_state > 0 GROUP BY 1
"""


@dataclass(frozen=True)
class Thing:
    """One value that is in the way, and where to give it."""

    name: str
    why: str
    url: str


@dataclass(frozen=True)
class ChecklistRow:
    """One branch that isn't submitted yet."""

    work: WorkRow
    missing: list[Thing]
    wrong: list[Thing]
    unexplained: list[Thing]
    untouched: list[Thing]
    not_in: int

    @property
    def wish(self) -> str:
        """What the form sends: the branch and the revision looked at."""
        return wish_text(self.work)


def wish_text(row: WorkRow) -> str:
    return f"{row.entry.branch.code}:{row.submission.revision}"


class Checklist:
    """Everything that stands between a clerk and a receipt."""

    def __init__(self, seen: SeenCounty, scope: EntryScope):
        self.seen = seen
        self.work = Work(seen, scope)
        self.by_code = {row.code: row for row in self.work.criteria}

    @cached_property
    def rows(self) -> list[ChecklistRow]:
        """The complete branches first: they can go now."""
        rows = [self.row_of(row) for row in self.work.waiting]
        return sorted(rows, key=lambda row: not row.work.ready)

    @property
    def ready(self) -> int:
        return self.work.ready

    @property
    def may_submit(self) -> bool:
        """Is a branch complete while values are taken?"""
        return bool(self.ready) and self.work.deadline.open

    @property
    def not_in(self) -> int:
        return sum(row.not_in for row in self.rows)

    def row_of(self, row: WorkRow) -> ChecklistRow:
        progress = row.progress
        return ChecklistRow(
            row,
            [self.thing(row, slot) for slot in progress.missing],
            [self.thing(row, slot, map(said, why)) for slot, why in progress.wrong.items()],
            [self.thing(row, slot, map(said, why)) for slot, why in progress.unexplained.items()],
            [self.thing(row, (code, 0)) for code in progress.untouched if code in self.by_code],
            self.asked_of_others - self.given_by_others.get(row.entry.branch_id, 0),
        )  # fmt: skip

    def thing(self, row: WorkRow, slot: Slot, why: Iterable[str] = ()) -> Thing:
        code, period = slot
        criterion = self.by_code[code]
        name = f"{criterion.shown_name} {QUARTERS[period]}" if period else criterion.shown_name
        url = link(self.seen, "entry_branch", row.entry.branch.code, star=criterion.star)
        return Thing(name, " ".join(why), f"{url}#{code}")

    @property
    def others(self) -> tuple[Criterion, ...]:
        """What departments give."""
        return other_rows(self.seen.round.criteria_set_id)

    @property
    def asked_of_others(self) -> int:
        return sum(len(slots_of(row)) for row in self.others)

    @cached_property
    def given_by_others(self) -> dict[int, int]:
        """Branch id → how many of the departments' values are in."""
        branches = [row.entry.branch_id for row in self.work.waiting]
        with connection.cursor() as cursor:
            cursor.execute(OTHERS, [self.seen.row.round_id, branches, [row.pk for row in self.others]])
            return dict(cursor.fetchall())
