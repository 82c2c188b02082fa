"""The branches behind a number of the overview: of a township, in a state, or lacking a department's values."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from evaluations.models import RosterEntry
from evaluations.reading.entry_overview import Overview
from evaluations.reading.entry_share import Share
from evaluations.reading.entry_work import roster
from evaluations.services.completeness import other_rows, slots_of, township_rows
from evaluations.services.explaining import select
from evaluations.workflow import Status
from scoring.models import Criterion

SHOWN = 600
GIVEN = """
    SELECT r.id, (
        SELECT count(*) FROM evaluations_value v
        WHERE v.round_id = r.round_id AND v.branch_id = r.branch_id AND v.criterion_id = ANY(%s)
            AND (v.reported_number IS NOT NULL OR (v.reported_na AND (%s OR v.note <> '')))
    ) FROM evaluations_rosterentry r WHERE r.round_id = %s AND r.county_id = %s
"""
STATES: dict[str, Promise] = {
    "missing": _("Values missing"),
    "complete": _("All values in"),
    "submitted": _("Submitted"),
    "returned": _("Returned"),
    "overdue": _("Overdue"),
    "late": _("Late"),
}


@dataclass(frozen=True)
class BranchLine(Share):
    """One branch: what is given of what was asked about, and where its submission stands."""

    entry: RosterEntry
    given: int
    asked: int
    past: bool

    @property
    def submitted(self) -> bool:
        return self.entry.submission.status != Status.DRAFT

    @property
    def returned(self) -> bool:
        return not self.submitted and bool(self.entry.submission.unlocked)

    @property
    def late(self) -> bool:
        return self.entry.submission.late

    @property
    def complete(self) -> bool:
        return not self.missing

    @property
    def overdue(self) -> bool:
        return self.past and not self.submitted


class BranchList:
    """The branches that `township`, `department` and `state` of an address leave; what isn't known leaves all."""

    def __init__(self, overview: Overview, asked: QueryDict):
        self.overview, self.seen = overview, overview.seen
        self.township = next((one for one in overview.townships if one.code == asked.get("township")), None)
        owners = {row.owner for row in other_rows(self.seen.round.criteria_set_id)}
        self.department = asked.get("department", "") if asked.get("department", "") in owners else ""
        self.state = asked.get("state", "missing" if self.department else "")
        self.state = self.state if self.state in STATES else ""

    @property
    def criteria(self) -> list[Criterion]:
        """Whose values are counted: the department's, else those the townships must give."""
        if self.department:
            return [row for row in other_rows(self.seen.round.criteria_set_id) if row.owner == self.department]
        return [row for row in township_rows(self.seen.round.criteria_set_id) if row.required]

    @cached_property
    def lines(self) -> list[BranchLine]:
        criteria = self.criteria
        asked = sum(len(slots_of(row)) for row in criteria)
        place = [self.seen.row.round_id, self.seen.row.county_id]
        given = dict(select(GIVEN, [[row.pk for row in criteria], bool(self.department), *place]))
        past = {one.code: one.deadline.past for one in self.overview.townships}
        entries = roster(self.seen).select_related("branch", "township", "submission")
        if self.township:
            entries = entries.filter(township=self.township.code)
        lines = [BranchLine(one, given.get(one.pk, 0), asked, past.get(one.township_id, False)) for one in entries]
        return [line for line in lines if not self.state or getattr(line, self.state)]

    @property
    def shown(self) -> list[BranchLine]:
        return self.lines[:SHOWN]

    @property
    def label(self) -> str:
        """What was asked for, in words."""
        named = [self.township.name if self.township else "", self.department, str(STATES.get(self.state, ""))]
        return " · ".join(part for part in named if part)
