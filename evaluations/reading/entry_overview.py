"""How far entry is in a county, township by township and department by department, for the organization department."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from accounts.models import User
from accounts.roles import ORGANIZATION, Role
from branches.models import Region
from evaluations.models import Extension, RoundCounty
from evaluations.reading.county import SeenCounty
from evaluations.reading.entry_share import Share
from evaluations.reading.entry_time import Deadline, database_now, deadline_of
from evaluations.reading.people import names_of
from evaluations.services.completeness import other_rows, slots_of, township_rows
from evaluations.services.explaining import select
from evaluations.services.road import places_of

OVERSEERS = ORGANIZATION | {Role.AUDITOR}
TOWNSHIPS = """
    SELECT r.township_id, count(*), count(*) FILTER (WHERE g.given = %s), coalesce(sum(g.given), 0),
        count(*) FILTER (WHERE s.status <> 'draft'), count(*) FILTER (WHERE s.late),
        count(*) FILTER (WHERE s.status = 'draft' AND s.unlocked <> '{}')
    FROM evaluations_rosterentry r
    JOIN evaluations_submission s ON s.entry_id = r.id
    CROSS JOIN LATERAL (
        SELECT count(*) AS given FROM evaluations_value v
        WHERE v.round_id = r.round_id AND v.branch_id = r.branch_id AND v.criterion_id = ANY(%s)
            AND (v.reported_number IS NOT NULL OR (v.reported_na AND v.note <> ''))
    ) g
    WHERE r.round_id = %s AND r.county_id = %s
    GROUP BY 1 ORDER BY 1
"""
DEPARTMENTS = """
    SELECT v.criterion_id, count(*) FROM evaluations_rosterentry r
    JOIN evaluations_value v ON v.round_id = r.round_id AND v.branch_id = r.branch_id
    WHERE r.round_id = %s AND r.county_id = %s AND v.criterion_id = ANY(%s)
        AND (v.reported_number IS NOT NULL OR v.reported_na)
    GROUP BY 1
"""


@dataclass(frozen=True)
class TownshipLine(Share):
    """One township's entry: branches, those complete, those submitted; its values given and asked."""

    code: str
    name: str
    branches: int
    complete: int
    given: int
    asked: int
    submitted: int
    late: int
    returned: int
    deadline: Deadline

    @property
    def overdue(self) -> int:
        """Branches not submitted although the deadline, with its extension, is over."""
        return self.branches - self.submitted if self.deadline.past else 0


@dataclass(frozen=True)
class DepartmentSum(Share):
    """One department's values: given and asked over the county."""

    name: str
    given: int
    asked: int


@dataclass(frozen=True)
class Asked:
    """More time that was asked for: by whom, for which unit, and what became of it, with persons by name."""

    extension: Extension
    asked_by: str
    decided_by: str
    decides: bool  # may the reader decide it?

    @property
    def unit(self) -> str:
        return unit_of(self.extension)


class Overview:
    """The county's entry as one person sees it; `approves` says whether this person sets and grants."""

    def __init__(self, seen: SeenCounty, user: User):
        self.seen, self.user = seen, user
        self.approves = approves(user, seen.row.county_id)
        self.now = database_now()
        found = seen.row.extensions.select_related("township", "department").order_by("-pk")
        self.extensions: list[Extension] = list(found)

    @property
    def deadline(self) -> Deadline:
        """The county's own."""
        return deadline_of(self.seen.row, self.now, [])

    @cached_property
    def asked(self) -> list[Asked]:
        names = names_of([name for one in self.extensions for name in (one.asked_by, one.decided_by)])
        return [
            Asked(
                one, names.get(one.asked_by, ""), names.get(one.decided_by, ""),
                self.approves and one.asked_by != self.user.ledger_name,
            )
            for one in self.extensions
        ]  # fmt: skip

    @property
    def waiting(self) -> list[Asked]:
        """What was asked for and waits."""
        return [one for one in self.asked if one.extension.decided_at is None]

    @property
    def decided(self) -> list[Asked]:
        return [one for one in self.asked if one.extension.decided_at is not None]

    @cached_property
    def townships(self) -> list[TownshipLine]:
        required = [row for row in township_rows(self.seen.round.criteria_set_id) if row.required]
        asked = sum(len(slots_of(row)) for row in required)
        place = [self.seen.row.round_id, self.seen.row.county_id]
        rows = select(TOWNSHIPS, [asked, [row.pk for row in required], *place])
        names = {region.code: region.shown_name for region in Region.objects.filter(code__in=[row[0] for row in rows])}
        return [self.line_of(names.get(row[0], row[0]), asked, row) for row in rows]

    def line_of(self, name: str, each: int, row: tuple) -> TownshipLine:
        code, branches, complete, given, submitted, late, returned = row
        deadline = deadline_of(self.seen.row, self.now, [one for one in self.extensions if one.township_id == code])
        asked = each * branches
        return TownshipLine(code, name, branches, complete, int(given), asked, submitted, late, returned, deadline)

    @cached_property
    def departments(self) -> list[DepartmentSum]:
        """The departments in the standard's order."""
        own = other_rows(self.seen.round.criteria_set_id)
        given = dict(select(DEPARTMENTS, [self.seen.row.round_id, self.seen.row.county_id, [row.pk for row in own]]))
        branches = self.branches
        names = dict.fromkeys(row.owner for row in own)
        return [
            DepartmentSum(
                name, sum(given.get(row.pk, 0) for row in own if row.owner == name),
                branches * sum(len(slots_of(row)) for row in own if row.owner == name),
            )
            for name in names
        ]  # fmt: skip

    @property
    def branches(self) -> int:
        return sum(line.branches for line in self.townships)

    @property
    def submitted(self) -> int:
        return sum(line.submitted for line in self.townships)

    @property
    def complete(self) -> int:
        return sum(line.complete for line in self.townships)

    @property
    def late(self) -> int:
        return sum(line.late for line in self.townships)

    @property
    def overdue(self) -> int:
        return sum(line.overdue for line in self.townships)

    @property
    def missing(self) -> int:
        return sum(line.missing for line in self.townships)


def approves(user: User, county: str) -> bool:
    """Is this person the organization department's approver for the county?"""
    above = any(
        grant.role == Role.ORGANIZATION_APPROVER and county.startswith(grant.scope_prefix)
        for grant in (user.held_grants if user.is_active else [])
    )
    return above or bool(places_of(user, Role.ORGANIZATION_APPROVER, county))


def unit_of(extension: Extension) -> str:
    """The township or department that asked."""
    return extension.township.shown_name if extension.township else str(extension.department or "")


def waiting_of(row: RoundCounty) -> int:
    """How many extensions wait for a decision."""
    return row.extensions.filter(decided_at=None).count()
