"""Whether a value may be entered now: the county's state, its deadline by the database's clock, the submission."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from accounts.access import EntryScope
from branches.prepared import execute
from evaluations.models import RoundCounty, State
from evaluations.workflow import ENTRY, Status
from scoring.models import Criterion, Source
from tables.message import N_, Message

# The county and the submission stay as they are until the edit is committed: whoever closes or submits waits for it.
GATES = """
    SELECT b.code, b.id, b.households, r.township_id, s.status, s.unlocked, s.answer_due, c.state, now(), c.entry_due,
        (SELECT max(e.until) FROM evaluations_extension e
         WHERE e.county_id = c.id AND e.granted AND e.township_id = r.township_id),
        {department_untils}
    FROM evaluations_roundcounty c
    JOIN evaluations_rosterentry r ON r.round_id = c.round_id AND r.county_id = c.county_id
    JOIN evaluations_submission s ON s.entry_id = r.id
    JOIN branches_branch b ON b.id = r.branch_id
    WHERE c.id = %s AND b.code = ANY(%s)
    ORDER BY b.id
"""
DEPARTMENT_UNTILS = """
    ARRAY(SELECT (SELECT max(e.until) FROM evaluations_extension e JOIN branches_department d ON d.id = e.department_id
                  WHERE e.county_id = c.id AND e.granted AND d.name = own.name)
          FROM unnest(%s::text[]) WITH ORDINALITY AS own (name, place) ORDER BY own.place)
"""
LOCK = "FOR SHARE OF c, s"
LOCK_ALONE = "FOR UPDATE OF s FOR SHARE OF c"
NOT_OPEN = {
    State.DRAFT: N_("Entry has not opened yet."),
    State.CLOSED_FOR_ENTRY: N_("Entry is closed in this county."),
}
LOCKED = {
    Status.SUBMITTED: N_("Submitted and locked; withdraw the submission to change it."),
    Status.ABSENT: N_("Recorded as not submitted."),
}


@dataclass(frozen=True)
class Gate:
    """One branch's door for one request: everything that can be shut, read under a lock. Times are the database's."""

    branch: str
    branch_id: int
    households: int | None
    township: str
    status: str
    unlocked: tuple[str, ...]
    answer_due: datetime | None  # to when what was given back may be corrected, whatever became of the county's
    state: str
    now: datetime
    due: datetime | None
    township_until: datetime | None
    department_untils: Mapping[str, datetime | None]  # by the name of the department, of those asked for
    asked: datetime | None = None  # when what is written now was asked for, where that was earlier

    @property
    def received(self) -> datetime:
        """The moment that is held against a deadline."""
        return self.asked or self.now

    def until(self, row: Criterion) -> datetime | None:
        """To when the unit that enters this criterion has more time: a department's extension is its own only."""
        return self.township_until if row.source == Source.TOWNSHIP else self.department_untils.get(row.owner)

    def ends(self, row: Criterion) -> datetime | None:
        """The moment after which this criterion is no longer taken."""
        if self.is_given_back(row):
            return self.answer_due
        return self.due and max(self.due, self.until(row) or self.due)

    def is_given_back(self, row: Criterion) -> bool:
        """Was this criterion returned with a time of its own: by the township while draft, by a department after?"""
        if self.answer_due is None or self.state not in ENTRY:
            return False
        if self.status == Status.DRAFT:
            return row.source == Source.TOWNSHIP and (not self.unlocked or row.code in self.unlocked)
        return self.status == Status.PASSED and row.code in self.unlocked

    def closed_for(self, row: Criterion) -> Message | None:
        """Why this criterion can't be entered now; None where it can."""
        if self.is_given_back(row) and self.received <= self.answer_due:
            return None
        if self.state != State.OPEN:
            return Message(NOT_OPEN.get(State(self.state), N_("The county is under review: values are locked.")))
        if is_past(self.received, self.due, self.until(row)):
            return Message(N_("After the deadline, not accepted. Ask for an extension."))
        return self.locked_for(row) if row.source == Source.TOWNSHIP else None

    def locked_for(self, row: Criterion) -> Message | None:
        """Why the submission locks one of its township's criteria; None where it doesn't."""
        if self.status != Status.DRAFT:
            return Message(LOCKED.get(Status(self.status), N_("Passed on by the township: only a return opens it.")))
        if self.unlocked and row.code not in self.unlocked:
            return Message(N_("Only the criteria that were returned can be changed."))
        return None


def is_past(now: datetime, due: datetime | None, until: datetime | None) -> bool:
    """Is the deadline, with the extension granted, over? What comes at the deadline itself is in time."""
    return due is not None and now > max(due, until or due)


def gates(county: RoundCounty, branches: Iterable[str], scope: EntryScope, *, alone: bool = False) -> dict[str, Gate]:
    """The doors of these branches, by code, locked for the transaction; a branch that isn't there has none.

    `alone` keeps every other edit of these branches out, for values that are judged beside each other.
    """
    return read_gates(GATES + (LOCK_ALONE if alone else LOCK), county, branches, scope)


def seen_gates(county: RoundCounty, branches: Iterable[str], scope: EntryScope) -> dict[str, Gate]:
    """The doors of these branches as a page shows them: read without a lock."""
    return read_gates(GATES, county, branches, scope)


def read_gates(sql: str, county: RoundCounty, branches: Iterable[str], scope: EntryScope) -> dict[str, Gate]:
    names = sorted(scope.departments)
    sql = sql.format(department_untils=DEPARTMENT_UNTILS if names else "NULL")  # a township's plans without them
    branches = sorted(branches)
    with connection.cursor() as cursor:
        execute(cursor, sql, [*([names] if names else []), county.pk, branches], rows=len(branches))
        found = cursor.fetchall()
    return {row[0]: Gate(*row[:5], tuple(row[5]), *row[6:-1], by_name(names, row[-1])) for row in found}


def by_name(names: Iterable[str], untils: list[datetime | None] | None) -> dict[str, datetime | None]:
    return dict(zip(names, untils or (), strict=True))
