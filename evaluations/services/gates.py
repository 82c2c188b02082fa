"""Whether a value may be entered now: the county's state, its deadline by the database's clock, the submission."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from accounts.access import EntryScope
from evaluations.models import RoundCounty, State
from evaluations.workflow import Status
from scoring.models import Criterion, Source
from tables.message import N_, Message

# The county and the submission stay as they are until the edit is committed: whoever closes or submits waits for it.
GATES = """
    SELECT b.code, b.id, b.households, r.township_id, s.status, s.unlocked, c.state, now(), c.entry_due,
        (SELECT max(e.until) FROM evaluations_extension e
         WHERE e.county_id = c.id AND e.granted AND e.township_id = r.township_id),
        {department_until}
    FROM evaluations_roundcounty c
    JOIN evaluations_rosterentry r ON r.round_id = c.round_id AND r.county_id = c.county_id
    JOIN evaluations_submission s ON s.entry_id = r.id
    JOIN branches_branch b ON b.id = r.branch_id
    WHERE c.id = %s AND b.code = ANY(%s)
    ORDER BY b.id
"""
DEPARTMENT_UNTIL = """
    (SELECT max(e.until) FROM evaluations_extension e JOIN branches_department d ON d.id = e.department_id
     WHERE e.county_id = c.id AND e.granted AND d.name = ANY(%s))
"""
LOCK = "FOR SHARE OF c, s"
NOT_OPEN = {
    State.DRAFT: N_("Entry has not opened yet."),
    State.CLOSED_FOR_ENTRY: N_("Entry is closed in this county."),
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
    state: str
    now: datetime
    due: datetime | None
    township_until: datetime | None
    department_until: datetime | None

    def closed_for(self, row: Criterion) -> Message | None:
        """Why this criterion can't be entered now; None where it can."""
        if self.state != State.OPEN:
            return Message(NOT_OPEN.get(State(self.state), N_("The county is under review: values are locked.")))
        of_township = row.source == Source.TOWNSHIP
        if is_past(self.now, self.due, self.township_until if of_township else self.department_until):
            return Message(N_("After the deadline, not accepted. Ask for an extension."))
        if of_township and self.status != Status.DRAFT:
            return Message(N_("Submitted and locked; withdraw the submission to change it."))
        if of_township and self.unlocked and row.code not in self.unlocked:
            return Message(N_("Only the criteria that were returned can be changed."))
        return None


def is_past(now: datetime, due: datetime | None, until: datetime | None) -> bool:
    """Is the deadline, with the extension granted, over? What comes at the deadline itself is in time."""
    return due is not None and now > max(due, until or due)


def gates(county: RoundCounty, branches: Iterable[str], scope: EntryScope) -> dict[str, Gate]:
    """The doors of these branches, by code, locked for the transaction; a branch that isn't there has none."""
    return read_gates(GATES + LOCK, county, branches, scope)


def seen_gates(county: RoundCounty, branches: Iterable[str], scope: EntryScope) -> dict[str, Gate]:
    """The doors of these branches as a page shows them: read without a lock."""
    return read_gates(GATES, county, branches, scope)


def read_gates(sql: str, county: RoundCounty, branches: Iterable[str], scope: EntryScope) -> dict[str, Gate]:
    departments = [sorted(scope.departments)] if scope.departments else []  # a township's request plans without them
    sql = sql.format(department_until=DEPARTMENT_UNTIL if departments else "NULL::timestamptz")
    with connection.cursor() as cursor:
        cursor.execute(sql, [*departments, county.pk, sorted(branches)])
        return {row[0]: Gate(*row[:5], tuple(row[5]), *row[6:]) for row in cursor.fetchall()}
