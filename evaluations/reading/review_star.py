"""One star of one branch in front of those who decide on it: values, points, doubts, what was said and done so far."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from types import SimpleNamespace

from django.http import Http404
from django.utils.timezone import localtime

from accounts.models import User
from evaluations.models import Countersign, Decision, RosterEntry, SiteCheck, StarReview, VetoRecord
from evaluations.reading.branch import StarLine, rating_of
from evaluations.reading.county import SeenCounty
from evaluations.reading.criteria import CriterionLine, lines_of, lines_of_star
from evaluations.reading.entry_points import star_now, unrated
from evaluations.reading.evidence import files_of
from evaluations.reading.gaps import columns_of, rated_alone
from evaluations.reading.marks import StarMark
from evaluations.reading.review_queue import Queue
from evaluations.reading.review_town import ANSWER_DAYS, jumps
from evaluations.reading.review_values import Histories, ReviewLine, slots_of_line
from evaluations.reading.values import GivenValues
from evaluations.services.countersigning import co_departments
from evaluations.services.road import may_act
from evaluations.services.road.stamps import stamps
from evaluations.workflow import ACTIONS, RECOMMEND, Action, Need, StarStatus, Subject, actions_of
from scoring.engine import NOT_APPLICABLE, Results
from scoring.models import ALL_STARS
from scoring.standard import Standard, published_standard
from scoring.units import div_half_up, to_units


@dataclass(frozen=True)
class Sign:
    """What one co-department said last of a criterion; `stale` says that the value has changed since."""

    department: str
    word: Countersign | None
    by: str = ""
    stale: bool = False


@dataclass(frozen=True)
class Said:
    """One step of the star's road as it is told."""

    decision: Decision
    by: str

    @property
    def label(self) -> str:
        known = ACTIONS.get(self.decision.action)
        return str(known.label) if known else ""

    @property
    def of_star(self) -> bool:
        """Is it about this star? What was said of the whole branch may speak of other stars' values."""
        return bool(self.decision.star)


class StarPage:
    """A branch's star as one person sees it; 404 where that is not at all."""

    def __init__(self, seen: SeenCounty, queue: Queue, code: str, *, reader: User):
        self.seen, self.queue, self.reader = seen, queue, reader
        rows = RosterEntry.objects.filter(round=seen.row.round_id, county=seen.row.county_id, branch__code=code)
        self.entry = rows.select_related("branch", "township", "submission").first()
        if self.entry is None:
            raise Http404
        self.branch, self.head = self.entry.branch, queue.head

    @cached_property
    def review(self) -> StarReview | None:
        return StarReview.objects.filter(entry=self.entry, star=self.head.code).first()

    @property
    def status(self) -> str:
        return self.review.status if self.review else StarStatus.WAITING

    @property
    def status_word(self) -> str:
        return str(StarStatus(self.status).label)

    @cached_property
    def stamp(self) -> int:
        evaluation = self.seen.round
        return stamps(evaluation.pk, evaluation.criteria_set_id, [self.branch.pk], self.head.code)[self.branch.pk]

    @property
    def wish(self) -> str:
        return f"{self.branch.code}:{self.review.revision if self.review else 0}:{self.stamp}"

    # Values and points -----------------------------------------------------------------------------------------------
    @cached_property
    def standard(self) -> Standard:
        return published_standard(self.seen.round.criteria_set_id)

    @cached_property
    def values(self) -> GivenValues:
        return GivenValues(self.seen.round, self.branch.pk)

    @cached_property
    def records(self) -> list[VetoRecord]:
        """The veto records that stand."""
        return list(VetoRecord.objects.filter(round=self.seen.row.round_id, branch=self.branch, lifted_at=None))

    @cached_property
    def results(self) -> Results:
        """What the values earn at this moment, with the county-wide bases of the last rating."""
        rating = rating_of(self.seen, self.branch.pk)
        self.basis = rating if rating and not rating.parked else unrated(self.standard)
        return rated_alone(self.standard, columns_of(self.standard, self.values, self.branch, self.records), self.basis)

    @cached_property
    def lines(self) -> list[CriterionLine]:
        """This star's criteria, and the vetoes of all stars."""
        results, count = self.results, len(self.standard.criteria)
        points = [
            None if results.state[0, place] == NOT_APPLICABLE else int(results.points[0, place])
            for place in range(count)
        ]
        codes = self.standard.compiled.star_places
        vetoed = " ".join(code for code, place in codes.items() if results.vetoed[0, place])
        now = SimpleNamespace(parked="", points=points, basis=self.basis.basis, vetoed=vetoed)
        sight, code = self.seen.sight, self.branch.code
        lines = lines_of(self.standard, self.values, now, self.records, sight=sight, code=code)
        files = files_of(self.seen.round, self.branch, sight)
        own = [replace(line, files=tuple(files.get(line.row.code, ()))) for line in lines]
        return lines_of_star(own, self.head.code)

    @cached_property
    def histories(self) -> Histories:
        codes = {line.row.code for line in self.lines}
        values = [value for (code, _period), value in self.values.now.items() if code in codes]
        people = [one.by for one in [*self.decisions, *self.words]]
        return Histories(values, people)

    @property
    def shown(self) -> list[ReviewLine]:
        return [
            ReviewLine(line, slots_of_line(line, self.values, self.histories), self.signs_of(line), jumps(line))
            for line in self.lines
        ]

    @cached_property
    def star_line(self) -> StarLine:
        """The score with its bar, as of now."""
        now = star_now(self.head.star, self.results, self.standard.compiled.star_places[self.head.code])
        mark = StarMark(self.head.star, now["state"], Decimal(now["score"]) if now["score"] else None)
        bonus = sum(line.units or 0 for line in self.lines if line.compiled.bonus)
        capped = min(bonus, to_units(self.head.star.bonus_cap))
        return StarLine(mark, Decimal(div_half_up(capped, 100)).scaleb(-2), None, "")

    # What others said ------------------------------------------------------------------------------------------------
    @cached_property
    def words(self) -> list[Countersign]:
        rows = Countersign.objects.filter(entry=self.entry, criterion__star=self.head.code)
        return list(rows.select_related("department").order_by("pk"))

    def signs_of(self, line: CriterionLine) -> list[Sign]:
        """The criterion's co-departments, each with its last word."""
        last = {one.department.name: one for one in self.words if one.criterion_id == line.row.pk}
        revision = sum(value.revision for (code, _p), value in self.values.now.items() if code == line.row.code)
        names = self.histories.names
        return [
            Sign(name, word, names.get(word.by, "") if word else "", bool(word) and word.value_revision != revision)
            for name in co_departments(line.row)
            for word in [last.get(name)]
        ]

    @property
    def dissents(self) -> list[tuple[CriterionLine, Sign]]:
        found = [(line, sign) for line in self.lines for sign in self.signs_of(line)]
        return [(line, sign) for line, sign in found if sign.word and not sign.word.agrees]

    @cached_property
    def decisions(self) -> list[Decision]:
        rows = Decision.objects.filter(submission=self.entry.pk, star__in=["", self.head.code])
        return list(rows.order_by("-pk"))

    @property
    def road(self) -> list[Said]:
        """What was done with the star and the branch, the latest first."""
        names = self.histories.names
        return [Said(one, names.get(one.by, one.by)) for one in self.decisions if one.action in ACTIONS]

    @property
    def last_reason(self) -> Said | None:
        return next((one for one in self.road if one.decision.star and one.decision.reason), None)

    @cached_property
    def visits(self) -> list[SiteCheck]:
        return list(SiteCheck.objects.filter(entry=self.entry, sample__star=self.head.code).select_related("sample"))

    @property
    def standing_vetoes(self) -> list[VetoRecord]:
        codes = {row.pk for row in self.standard.criteria if row.star in (self.head.code, ALL_STARS)}
        return [record for record in self.records if record.criterion_id in codes]

    # What may be done ------------------------------------------------------------------------------------------------
    @cached_property
    def steps(self) -> list[Action]:
        """The steps that lead from where the star stands and are this person's."""
        county = self.seen.row
        return [
            action
            for action in actions_of(Subject.STAR, self.status)
            if county.state in action.counties
            and may_act(self.reader, action, county.county_id, place=self.branch.code, star=self.head.code)
        ]

    @property
    def corrects(self) -> bool:
        """Whoever may recommend the star may correct its values."""
        return RECOMMEND in self.steps

    @property
    def asks_criteria(self) -> bool:
        return any(Need.CRITERIA in action.needs for action in self.steps)

    @property
    def returnable(self) -> list[CriterionLine]:
        return [line for line in self.lines if line.row.takes_entry and line.row.star == self.head.code]

    @property
    def offered_due(self) -> datetime:
        day = localtime() + timedelta(days=ANSWER_DAYS)
        return day.replace(hour=18, minute=0, second=0, microsecond=0)

    def url(self, page: str = "review_star") -> str:
        return self.seen.url(page, self.head.code, self.branch.code) + self.queue.query
