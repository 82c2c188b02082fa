"""The township's check: what its clerks submitted and what came back corrected, with what each has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db.models import Count, Max, Q

from accounts.models import User
from evaluations.models import Decision, Evidence, RosterEntry, StarReview, Value
from evaluations.reading.county import SeenCounty
from evaluations.reading.entry_work import roster
from evaluations.reading.marks import StarHead
from evaluations.reading.review_rows import jumps_of
from evaluations.services.completeness import Branch, Progress, progress_of, slots_of, township_rows
from evaluations.services.road import may_act
from evaluations.services.road.stamps import stamps
from evaluations.services.road.submissions import begun_by_departments
from evaluations.workflow import GIVE_BACK, PASS, PASS_STAR, RETAKE, RETURN, RETURN_STAR, StarStatus, Status


@dataclass(frozen=True)
class CheckRow:
    """A submitted branch, and what deserves a look in it. `back` is when it was returned last."""

    entry: RosterEntry
    progress: Progress
    asked: int
    notes: int
    files: int
    jumps: int
    stamp: int
    back: datetime | None

    @property
    def wish(self) -> str:
        return f"{self.entry.branch.code}:{self.entry.submission.revision}:{self.stamp}"

    @property
    def given(self) -> int:
        return len(self.progress.given)

    @property
    def lacking(self) -> int:
        return self.progress.lacking


@dataclass(frozen=True)
class StarRow:
    """A star whose correction waits for the township's word."""

    entry: RosterEntry
    review: StarReview
    head: StarHead
    stamp: int

    @property
    def wish(self) -> str:
        return f"{self.entry.branch.code}:{self.review.revision}:{self.stamp}:{self.head.code}"


class CheckList:
    """The branches of the reviewer's townships that stand at the township's check, or have just left it."""

    def __init__(self, seen: SeenCounty, places: tuple[str, ...], *, reader: User):
        self.seen, self.places, self.reader = seen, places, reader
        self.criteria = township_rows(seen.round.criteria_set_id)

    @cached_property
    def entries(self) -> list[RosterEntry]:
        found = roster(self.seen).filter(within(self.places))
        return list(found.select_related("branch", "township", "submission"))

    @property
    def submitted(self) -> list[RosterEntry]:
        return [entry for entry in self.entries if entry.submission.status == Status.SUBMITTED]

    @cached_property
    def rows(self) -> list[CheckRow]:
        """What waits for the township's word."""
        entries = self.submitted
        evaluation, ids = self.seen.round, [entry.branch_id for entry in entries]
        progress = progress_of(evaluation, [Branch(entry.branch_id, entry.township_id) for entry in entries])
        marks = stamps(evaluation.pk, evaluation.criteria_set_id, ids)
        jumps = jumps_of(evaluation, self.criteria, ids)
        own = {"round": evaluation, "branch__in": ids, "criterion__in": [row.pk for row in self.criteria]}
        notes = counted(Value.objects.filter(**own).exclude(note=""))
        files = counted(Evidence.objects.filter(**own, removed_at=None))
        returns = Decision.objects.filter(submission__in=[entry.pk for entry in entries], action=RETURN.key)
        back = dict(returns.order_by().values_list("submission").annotate(at=Max("at")))
        asked = sum(len(slots_of(row)) for row in self.criteria if row.required)
        return [
            CheckRow(
                entry, progress[entry.branch_id], asked, notes.get(entry.branch_id, 0), files.get(entry.branch_id, 0),
                jumps[entry.branch_id], marks[entry.branch_id], back.get(entry.pk),
            )
            for entry in entries
        ]  # fmt: skip

    @cached_property
    def reviews(self) -> dict[int, list[StarReview]]:
        """Roster entry → its stars' reviews, of the branches that were passed on."""
        passed = [entry.pk for entry in self.entries if entry.submission.status in (Status.PASSED, Status.REVIEWED)]
        found: dict[int, list[StarReview]] = {}
        for one in StarReview.objects.filter(entry__in=passed):
            found.setdefault(one.entry_id, []).append(one)
        return found

    @cached_property
    def stars(self) -> list[StarRow]:
        """The stars that came back corrected, each with what stands behind it now."""
        heads = {star.code: StarHead(star) for star in self.seen.stars}
        found = [
            (entry, one)
            for entry in self.entries
            for one in self.reviews.get(entry.pk, ())
            if one.status == StarStatus.CORRECTED
        ]
        branches: dict[str, list[int]] = {}
        for entry, one in found:
            branches.setdefault(one.star, []).append(entry.branch_id)
        evaluation = self.seen.round
        marks = {star: stamps(evaluation.pk, evaluation.criteria_set_id, ids, star) for star, ids in branches.items()}
        return [StarRow(entry, one, heads[one.star], marks[one.star][entry.branch_id]) for entry, one in found]

    @cached_property
    def passed(self) -> list[tuple[RosterEntry, bool]]:
        """The branches passed on, each with whether it can still be taken back: no department has begun with it."""
        begun = begun_by_departments([entry.pk for entry in self.entries])
        return [
            (entry, entry.submission.status == Status.PASSED and entry.pk not in begun)
            for entry in self.entries
            if self.reviews.get(entry.pk)
        ]

    @property
    def elsewhere(self) -> int:
        """How many branches of these townships are still with their clerks."""
        return sum(entry.submission.status == Status.DRAFT for entry in self.entries)

    def takes(self, action) -> bool:
        """May the reader take this step here and now?"""
        county = self.seen.row
        here = [place for place in self.places if may_act(self.reader, action, county.county_id, place=place)]
        return bool(here) and county.state in action.counties

    @property
    def passes(self) -> bool:
        return self.takes(PASS)

    @property
    def passes_stars(self) -> bool:
        return self.takes(PASS_STAR)

    @property
    def retakes(self) -> bool:
        return self.takes(RETAKE)


def within(places: tuple[str, ...]) -> Q:
    found = Q(pk__in=[])
    for prefix in places:
        found |= Q(branch__code__startswith=prefix)
    return found


def counted(rows) -> dict[int, int]:
    return dict(rows.order_by().values_list("branch").annotate(count=Count("pk")))


RETURNS_OF_STAR = (RETURN_STAR.key, GIVE_BACK.key)
