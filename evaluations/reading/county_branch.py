"""One branch before its list: five stars, every value on which raters differ, and who decided what and why."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q
from django.http import Http404

from accounts.models import User
from branches.models import Succession
from evaluations.models import (
    RATERS,
    Countersign,
    Decision,
    Objection,
    Rating,
    RosterEntry,
    StarReview,
    Value,
    VetoRecord,
)
from evaluations.reading.county import SeenCounty
from evaluations.reading.marks import StarHead, StarMark, mark_of
from evaluations.reading.people import names_of
from evaluations.reading.raters import in_words, rated
from evaluations.reading.values import QUARTERS, is_corrected
from evaluations.reading.words import level_word, two_places
from evaluations.services.road import may_act
from evaluations.workflow import ACTIONS, SEND_BACK, StarStatus, State, Status
from scoring.models import ALL_STARS, Criterion
from scoring.standard import published_standard


@dataclass(frozen=True)
class RaterCell:
    """What one rater gave; `used` is what counts, `same` what the rater before gave too."""

    text: str
    used: bool
    same: bool


@dataclass(frozen=True)
class Difference:
    """One value on which the raters differ, and why."""

    row: Criterion
    quarter: str
    cells: list[RaterCell]
    reasons: list[str]


@dataclass(frozen=True)
class Told:
    """One decision on the branch or on one of its stars."""

    decision: Decision
    by: str

    @property
    def label(self) -> str:
        action = ACTIONS.get(self.decision.action)
        return str(action.label) if action else ""


@dataclass(frozen=True)
class StarPart:
    """One star of the branch with all that differs about it."""

    head: StarHead
    mark: StarMark | None
    review: StarReview | None
    decided_by: str
    differences: list[Difference]
    decisions: list[Told]
    vetoes: list[VetoRecord]
    objections: list[Objection]
    dissents: list[Countersign]
    may_send_back: bool

    @property
    def review_word(self) -> str:
        return str(StarStatus(self.review.status if self.review else StarStatus.WAITING).label)

    @property
    def last_reason(self) -> str:
        return next((told.decision.reason for told in reversed(self.decisions) if told.decision.reason), "")


class CountyBranch:
    """The branch's page; 404 where it does not take part in the county's round."""

    def __init__(self, seen: SeenCounty, user: User, code: str):
        self.seen, self.user, self.row = seen, user, seen.row
        rows = RosterEntry.objects.filter(round=self.row.round_id, county=self.row.county_id, branch__code=code)
        entry = rows.select_related("branch", "township", "submission").first()
        if entry is None:
            raise Http404
        self.entry, self.branch = entry, entry.branch

    @cached_property
    def rating(self) -> Rating | None:
        found = Rating.objects.filter(round=self.row.round_id, branch=self.branch).select_related("branch")
        return found.defer("points", "basis").first()

    @property
    def level_word(self) -> str:
        return level_word(self.rating.level) if self.rating else ""

    @property
    def index(self) -> str:
        return two_places(self.rating.index) if self.rating else ""

    @property
    def status_word(self) -> str:
        return str(Status(self.entry.submission.status).label)

    @cached_property
    def decisions(self) -> list[Decision]:
        return list(Decision.objects.filter(submission=self.entry.pk).order_by("pk"))

    @cached_property
    def corrections(self):
        return list(self.entry.corrections.order_by("pk"))

    @cached_property
    def names(self) -> dict[str, str]:
        people = [one.by for one in (*self.decisions, *self.corrections)]
        return names_of(people + [review.decided_by for review in self.reviews.values()])

    @cached_property
    def reviews(self) -> dict[str, StarReview]:
        return {one.star: one for one in StarReview.objects.filter(entry=self.entry)}

    @property
    def road(self) -> list[Told]:
        """The decisions on the branch as a whole."""
        return [Told(one, self.names.get(one.by, one.by)) for one in self.decisions if not one.star]

    @cached_property
    def differences(self) -> dict[str, list[Difference]]:
        """Star → the values on which its raters differ."""
        standard = published_standard(self.row.round.criteria_set_id)
        compiled = dict(zip((row.pk for row in standard.criteria), standard.compiled.criteria, strict=True))
        rows = {row.pk: row for row in standard.criteria}
        why = defaultdict(list)
        for one in self.corrections:
            why[one.value_id].append(f"{self.names.get(one.by, one.by)}：{one.reason} {one.document}".strip())
        found = defaultdict(list)
        for value in Value.objects.filter(round=self.row.round_id, branch=self.branch).order_by("criterion", "period"):
            if value.criterion_id in rows and is_corrected(value):
                row = rows[value.criterion_id]
                cells = cells_of(compiled[row.pk], value)
                quarter = str(QUARTERS[value.period]) if value.period else ""
                found[row.star].append(Difference(row, quarter, cells, why[value.pk]))
        return found

    @cached_property
    def vetoes(self) -> list[VetoRecord]:
        found = VetoRecord.objects.filter(round=self.row.round_id, branch=self.branch, lifted_at=None)
        return list(found.select_related("criterion"))

    @property
    def vetoes_of_all(self) -> list[VetoRecord]:
        """Those that take every star: they belong to no one star's part."""
        return [one for one in self.vetoes if one.criterion.star == ALL_STARS]

    @cached_property
    def objections(self) -> list[Objection]:
        return list(self.entry.objections.order_by("pk"))

    @cached_property
    def dissents(self) -> list[Countersign]:
        """The last word of each co-department, where it is no."""
        last = self.entry.countersigns.select_related("criterion", "department").order_by(
            "criterion_id", "department_id", "-pk"
        )
        return [one for one in last.distinct("criterion_id", "department_id") if not one.agrees]

    @cached_property
    def may_send_back(self) -> bool:
        return may_act(self.user, SEND_BACK, self.row.county_id, place=self.branch.code) is not None

    @cached_property
    def parts(self) -> list[StarPart]:
        return [self.part(StarHead(star)) for star in self.seen.stars]

    def part(self, head: StarHead) -> StarPart:
        review, code = self.reviews.get(head.code), head.code
        sent = self.may_send_back and self.row.state == State.UNDER_REVIEW
        told = [Told(one, self.names.get(one.by, one.by)) for one in self.decisions if one.star == code]
        return StarPart(
            head, mark_of(head.star, self.rating, self.seen.sight) if self.rating else None, review,
            self.names.get(review.decided_by, "") if review else "", self.differences[code], told,
            [one for one in self.vetoes if one.criterion.star == code],
            [one for one in self.objections if one.star == code],
            [one for one in self.dissents if one.criterion.star == code],
            may_send_back=sent and review is not None and review.status in SEND_BACK.sources,
        )  # fmt: skip

    @cached_property
    def successions(self) -> list[Succession]:
        """The mergers and splits this branch came out of or went into."""
        rows = Succession.objects.select_related("before", "after")
        return list(rows.filter(Q(before=self.branch) | Q(after=self.branch)))


def cells_of(compiled, value: Value) -> list[RaterCell]:
    """Reported, township, department, final: what each gave."""
    given = [rated(value, rater) for rater in RATERS]
    last = max(place for place, one in enumerate(given) if one != (None, False))
    cells, before = [], None
    for place, rater in enumerate(RATERS):
        text = in_words(compiled, value, rater)
        cells.append(RaterCell(text, place == last, bool(text) and given[place] == before))
        before = given[place] if text else before
    return cells
