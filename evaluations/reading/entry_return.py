"""The township reviewer's list: what its clerks submitted, and one branch's values looked at beside last year's."""

from __future__ import annotations

from functools import cached_property

from django.db.models import Q
from django.http import Http404, QueryDict

from evaluations.models import RosterEntry
from evaluations.reading.county import SeenCounty
from evaluations.reading.criteria import CriterionLine, lines_of
from evaluations.reading.entry_work import roster
from evaluations.reading.values import GivenValues
from evaluations.workflow import Status
from scoring.models import Source
from scoring.standard import published_standard


class Returnable:
    """The submitted branches of the reviewer's townships; `branch` asks for one of them."""

    def __init__(self, seen: SeenCounty, places: tuple[str, ...], asked: QueryDict):
        self.seen, self.places, self.asked = seen, places, asked.get("branch", "")

    @cached_property
    def entries(self) -> list[RosterEntry]:
        within = Q(pk__in=[])
        for prefix in self.places:
            within |= Q(branch__code__startswith=prefix)
        found = roster(self.seen).filter(within, submission__status=Status.SUBMITTED)
        return list(found.select_related("branch", "township", "submission"))

    @cached_property
    def entry(self) -> RosterEntry | None:
        """The branch looked at; 404 for one that isn't in the list."""
        if not self.asked:
            return None
        found = next((entry for entry in self.entries if entry.branch.code == self.asked), None)
        if found is None:
            raise Http404
        return found

    @property
    def wish(self) -> str:
        return f"{self.entry.branch.code}:{self.entry.submission.revision}"

    @cached_property
    def lines(self) -> list[CriterionLine]:
        """What the township gave, each beside last year's."""
        standard = published_standard(self.seen.round.criteria_set_id)
        values = GivenValues(self.seen.round, self.entry.branch_id)
        lines = lines_of(standard, values, None, [], sight=self.seen.sight, code=self.entry.branch.code)
        return [line for line in lines if line.row.source == Source.TOWNSHIP]
