"""A branch's page: its five stars, what each lacks, and every criterion behind them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

from django.db.models import Count, OuterRef, Subquery
from django.http import Http404

from evaluations.models import Rating, RosterEntry, SealedRating, VetoRecord
from evaluations.reading.county import SeenCounty
from evaluations.reading.criteria import CriterionLine, lines_of, lines_of_star, may_see
from evaluations.reading.evidence import files_of
from evaluations.reading.gaps import Advice, Gap
from evaluations.reading.marks import StarMark, marks_of
from evaluations.reading.parking import parking_words
from evaluations.reading.values import GivenValues
from evaluations.reading.vetoes import VetoLine, line_of
from evaluations.reading.words import level_word, signed, trimmed, two_places
from evaluations.workflow import BEFORE_SEAL, REPORTERS
from scoring.standard import Standard, published_standard
from scoring.units import div_half_up, to_units


@dataclass(frozen=True)
class ScoreBar:
    """A star's score drawn on a scale of 0 to 100 and its bonus cap."""

    width: Decimal
    base: Decimal
    bonus: Decimal
    passing: Decimal
    last: Decimal | None


@dataclass(frozen=True)
class StarLine:
    """One star's line: score, bar, result, last year."""

    mark: StarMark
    bonus: Decimal
    last: Decimal | None
    url: str

    @property
    def bar(self) -> ScoreBar:
        score = self.mark.result or Decimal(0)
        width = 100 + self.mark.star.bonus_cap.normalize()
        return ScoreBar(width, score - self.bonus, self.bonus, self.mark.star.pass_line, self.last)

    @property
    def shown_bonus(self) -> str:
        return two_places(self.bonus) if self.bonus else ""

    @property
    def shown_last(self) -> str:
        return two_places(self.last)

    @property
    def change(self) -> str:
        return "" if self.last is None or self.mark.result is None else signed(self.mark.result - self.last)

    @property
    def lack(self) -> str:
        return two_places(self.mark.lack)

    @property
    def passing(self) -> str:
        return trimmed(to_units(self.mark.star.pass_line))


class BranchPage:
    """One branch in one round, as one person sees it; 404 where that is not at all."""

    def __init__(self, seen: SeenCounty, code: str, star: str = ""):
        self.seen = seen
        self.entry = entry_of(seen, code)
        self.branch = self.entry.branch
        self.rating = rating_of(seen, self.branch.pk)
        if self.rating:
            self.rating.branch = self.branch
        self.asked_star = star

    @property
    def opened(self) -> bool:
        """Are all values of this branch seen?"""
        return self.seen.sight.opens_branch(self.branch.code)

    @property
    def shows_level(self) -> bool:
        return bool(self.rating) and not self.rating.parked and (self.seen.sight.ranking or self.opened)

    @property
    def shows_county_rank(self) -> bool:
        return self.shows_level and self.seen.sight.ranking

    @cached_property
    def marks(self) -> list[StarMark]:
        if self.rating is None or self.rating.parked:
            return []
        return [mark for mark in marks_of(self.seen.stars, self.rating, self.seen.sight) if mark.state != "hidden"]

    @cached_property
    def last(self) -> SealedRating | None:
        """The result of the last sealed round."""
        if self.seen.round.previous_id is None:
            return None
        return SealedRating.objects.filter(seal__round=self.seen.round.previous_id, branch=self.branch).first()

    @cached_property
    def standard(self) -> Standard:
        return published_standard(self.seen.round.criteria_set_id)

    @cached_property
    def values(self) -> GivenValues:
        return GivenValues(self.seen.round, self.branch.pk)

    @cached_property
    def all_records(self) -> list[VetoRecord]:
        """Every veto record of the branch, lifted ones too."""
        rows = VetoRecord.objects.filter(round=self.seen.row.round_id, branch=self.branch)
        return list(rows.select_related("criterion").order_by("pk"))

    @property
    def records(self) -> list[VetoRecord]:
        """The veto records that stand."""
        return [row for row in self.all_records if row.lifted_at is None]

    @property
    def vetoes(self) -> list[VetoLine]:
        """The records the reader may see, each with its page."""
        for row in self.all_records:
            row.branch = self.branch
        sight, code = self.seen.sight, self.branch.code
        return [line_of(self.seen, row) for row in self.all_records if may_see(sight, code, row.criterion)]

    @property
    def may_report(self) -> bool:
        """May the reader report a veto now?"""
        return bool({*REPORTERS} & self.seen.sight.workers) and self.seen.row.state in BEFORE_SEAL

    @cached_property
    def lines(self) -> list[CriterionLine]:
        """Every criterion the reader may see."""
        sight, code = self.seen.sight, self.branch.code
        lines = lines_of(self.standard, self.values, self.rating, self.records, sight=sight, code=code)
        files = files_of(self.seen.round, self.branch, sight)
        return [replace(line, files=tuple(files.get(line.row.code, ()))) for line in lines]

    @property
    def star_lines(self) -> list[StarLine]:
        """The stars whose score the reader may see."""
        return [self.star_line(mark) for mark in self.marks if mark.result is not None]

    def star_line(self, mark: StarMark) -> StarLine:
        points = [line.units or 0 for line in self.lines if line.compiled.bonus and line.row.star == mark.code]
        capped = min(sum(points), to_units(mark.star.bonus_cap))
        bonus = Decimal(div_half_up(capped, 100)).scaleb(-2)
        last = getattr(self.last, mark.code) if self.last else None
        return StarLine(mark, bonus, last, self.address(mark.code))

    @cached_property
    def sections(self) -> list[tuple[StarMark | None, list[CriterionLine]]]:
        """The star being looked at, or all of them, each with its criteria."""
        shown = [head for head in self.chips if self.asked_star == "all" or head.code == self.star]
        return [(head, lines_of_star(self.lines, head.code)) for head in shown]

    @cached_property
    def chips(self) -> list[StarMark]:
        """The stars that have criteria the reader may see."""
        own = {line.row.star for line in self.lines}
        by_code = {mark.code: mark for mark in self.marks}
        return [by_code.get(star.code, StarMark(star, "unrated")) for star in self.seen.stars if star.code in own]

    @property
    def star(self) -> str:
        """The star asked for, else the nearest that is missed, else the first."""
        codes = [head.code for head in self.chips]
        if self.asked_star in codes or self.asked_star == "all":
            return self.asked_star
        missed = sorted((mark for mark in self.marks if mark.lack), key=lambda mark: mark.lack)
        return next((mark.code for mark in missed if mark.code in codes), codes[0] if codes else "")

    @cached_property
    def gaps(self) -> list[Gap]:
        """The stars not earned, the nearest first."""
        missed = [
            mark
            for mark in self.marks
            if mark.state in ("near", "missed", "unmet", "vetoed") and mark.result is not None
        ]
        missed.sort(key=lambda mark: (mark.state == "vetoed", mark.lack or 0))
        if not missed:
            return []
        advice = Advice(self.standard, self.values, self.branch, self.rating, self.records)
        return [advice.gap_of(mark, self.lines) for mark in missed]

    @property
    def township_rated(self) -> int:
        """How many rated branches the township rank counts."""
        return self.rating.township_rated or 0

    @property
    def parked(self) -> str:
        return parking_words(self.rating.parked) if self.rating and self.opened else ""

    @property
    def all_earned(self) -> bool:
        return bool(self.marks) and all(mark.state == "earned" for mark in self.marks)

    @property
    def population(self) -> str:
        return "" if self.branch.population is None else f"{self.branch.population:,}"

    @property
    def households(self) -> str:
        return "" if self.branch.households is None else f"{self.branch.households:,}"

    @property
    def level_word(self) -> str:
        return level_word(self.rating.level) if self.shows_level else ""

    @property
    def index(self) -> str:
        return two_places(self.rating.index) if self.shows_level else ""

    @property
    def last_level_word(self) -> str:
        return level_word(self.last.level) if self.last else ""

    def address(self, star: str) -> str:
        return f"{self.seen.url('branch', self.branch.code)}?star={star}#criteria"


def rating_of(seen: SeenCounty, branch_id: int) -> Rating | None:
    """The branch's result, with how many rated branches its township has."""
    near = Rating.objects.of(seen.row.round_id, seen.row.county_id).filter(
        level__isnull=False, township=OuterRef("township")
    )
    counted = near.order_by().values("township").annotate(count=Count("pk")).values("count")
    own = Rating.objects.filter(round_id=seen.row.round_id, branch=branch_id)
    return own.annotate(township_rated=Subquery(counted)).first()


def entry_of(seen: SeenCounty, code: str) -> RosterEntry:
    """The branch's place on the roster; 404 where the reader may not find it."""
    roster = RosterEntry.objects.filter(round=seen.row.round_id, county=seen.row.county_id, branch__code=code)
    entry = roster.select_related("branch", "township").first()
    if entry is None or not seen.sight.lists_branch(code):
        raise Http404
    return entry
