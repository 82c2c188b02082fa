"""Appeals for the township that files them and the approver who decides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, QueryDict

from accounts.models import User
from branches.working_days import today
from evaluations.models import Appeal, SealedCounty, SealedRating, StarChange
from evaluations.reading.county import SeenCounty
from evaluations.reading.objections import OPEN_FIRST, pager_of
from evaluations.reading.people import names_of
from evaluations.services.current import stars_of
from evaluations.services.road.counties import last_appeal_day
from evaluations.services.road.persons import may_act, places_of
from evaluations.workflow import APPEAL, Action, Subject, actions_of
from scoring.models import Star

PAGE = 200


def appeal_places(user: User, county: str) -> tuple[str, ...]:
    """What the codes of the branches begin with whose appeals this person files or decides."""
    roles = dict.fromkeys(role for step in actions_of(Subject.APPEAL) for role in step.roles)
    places = [place for role in roles for place in places_of(user, role, county)]
    return tuple(dict.fromkeys(places))


def files(user: User, county: str, place: str) -> bool:
    """May this person file an appeal for a branch of that code?"""
    return may_act(user, APPEAL, county, place=place) is not None


def of_places(places: tuple[str, ...], field: str) -> Q:
    within = Q(pk__in=[])
    for place in places:
        within |= Q(**{f"{field}__startswith": place})
    return within


@dataclass(frozen=True)
class AppealRow:
    one: Appeal
    star: Star
    url: str


@dataclass(frozen=True)
class Appealable:
    """A branch that may still appeal, with the stars it did not get."""

    branch: object
    stars: list[Star]
    url: str


class AppealList:
    """The county's appeals that concern this person; for a township, the branches that may still appeal."""

    def __init__(self, seen: SeenCounty, user: User, asked: QueryDict):
        self.seen, self.user, self.asked = seen, user, asked
        self.places = appeal_places(user, seen.row.county_id)

    @cached_property
    def seal(self) -> SealedCounty | None:
        return SealedCounty.objects.defer("content").filter(round=self.seen.round, county=self.seen.row.county).first()

    @cached_property
    def filed(self):
        """One page of the appeals, the longest open first."""
        found = Appeal.objects.filter(of_places(self.places, "branch__code"), seal=self.seal)
        rows = found.select_related("branch__township").defer("reason", "reply").order_by(*OPEN_FIRST)
        return Paginator(rows, PAGE).get_page(self.asked.get("filed"))

    @property
    def rows(self) -> list[AppealRow]:
        stars = {star.code: star for star in self.seen.stars}
        return [AppealRow(one, stars[one.star], self.seen.url("appeal", one.pk)) for one in self.filed]

    @property
    def filed_pager(self) -> dict[str, object]:
        return pager_of(self.filed, self.asked, "filed")

    @property
    def pager(self) -> dict[str, object]:
        return pager_of(self.page, self.asked, "page")

    @cached_property
    def last_day(self) -> date | None:
        return last_appeal_day(self.seen.row)

    @cached_property
    def takes(self) -> bool:
        """Is there time left to appeal?"""
        in_state = self.seen.row.state in APPEAL.counties
        return in_state and self.last_day is not None and today() <= self.last_day

    @cached_property
    def own(self) -> tuple[str, ...]:
        """The townships this person appeals for."""
        return tuple(one for role in APPEAL.roles for one in places_of(self.user, role, self.seen.row.county_id))

    @cached_property
    def page(self):
        rows = SealedRating.objects.filter(of_places(self.own, "branch__code"), seal=self.seal)
        rows = rows.select_related("branch").order_by("branch__code")
        open_ = [row for row in rows if self.lacking(row)] if self.own and self.takes else []
        return Paginator(open_, PAGE).get_page(self.asked.get("page"))

    @property
    def appealable(self) -> list[Appealable]:
        return [
            Appealable(row.branch, self.lacking(row), self.seen.url("appeal_new", row.branch.code)) for row in self.page
        ]

    @cached_property
    def settled(self) -> set[tuple[int, str]]:
        """(branch, star) for which nothing can be asked: an appeal is there, or the star was given since."""
        asked = Appeal.objects.filter(seal=self.seal).values_list("branch", "star")
        given = StarChange.objects.filter(seal=self.seal, gained=True).values_list("branch", "star")
        return {*asked, *given}

    def lacking(self, row: SealedRating) -> list[Star]:
        """The stars a branch did not get and may appeal for."""
        earned, settled = stars_of(row), self.settled
        return [
            star for star in self.seen.stars
            if star.code not in earned and (row.branch_id, star.code) not in settled
        ]  # fmt: skip

    def of(self, code: str) -> Appealable:
        """One branch of this person's that may appeal; 404 for any other."""
        rows = SealedRating.objects.filter(of_places(self.own, "branch__code"), seal=self.seal).select_related("branch")
        row = rows.filter(branch__code=code).first()
        if row is None:
            raise Http404
        return Appealable(row.branch, self.lacking(row), self.seen.url("appeal_new", code))


class AppealPage:
    """One appeal, for its township and for whoever decides; 404 for everybody else."""

    def __init__(self, seen: SeenCounty, user: User, pk: int):
        self.seen, self.user = seen, user
        rows = Appeal.objects.select_related("branch__township").filter(
            of_places(appeal_places(user, seen.row.county_id), "branch__code"),
            pk=pk, seal__round=seen.row.round_id, seal__county=seen.row.county_id,
        )  # fmt: skip
        self.one = rows.first()
        if self.one is None:
            raise Http404

    @cached_property
    def star(self) -> Star:
        return next(star for star in self.seen.stars if star.code == self.one.star)

    @cached_property
    def names(self) -> dict[str, str]:
        return names_of([self.one.filed_by, self.one.ruled_by])

    @property
    def filed_by(self) -> str:
        return self.names.get(self.one.filed_by, "")

    @property
    def ruled_by(self) -> str:
        return self.names.get(self.one.ruled_by, "")

    @cached_property
    def steps(self) -> list[Action]:
        county, place = self.seen.row.county_id, self.one.branch.code
        return [
            step for step in actions_of(Subject.APPEAL, self.one.status)
            if self.seen.row.state in step.counties and may_act(self.user, step, county, place=place)
        ]  # fmt: skip
