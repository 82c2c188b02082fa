"""Objections for those who handle them: the star's department and the organization department."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, QuerySet
from django.http import Http404, QueryDict
from django.utils.translation import gettext, pgettext

from accounts.models import User
from evaluations.models import Objection, ObjectionContact
from evaluations.reading.county import SeenCounty
from evaluations.reading.people import names_of
from evaluations.services.road.persons import may_act
from evaluations.services.ruling import needs_of
from evaluations.workflow import OPEN_OBJECTIONS, Action, Need, ObjectionStatus, Subject, actions_of
from scoring.models import STAR_CODES, Star

PAGE = 50
OPEN, ALL = "open", "all"
OPEN_FIRST = (F("ruled_at").desc(nulls_first=True), "pk")  # the longest open first, then what was ruled on last


def handled_stars(user: User, county: str, *, place: str = "") -> list[str]:
    """The stars whose objections this person handles: those with a step of an objection open to one of their roles."""
    steps = actions_of(Subject.OBJECTION)
    return [
        star for star in STAR_CODES
        if any(may_act(user, step, county, place=place or county, star=star) for step in steps)
    ]  # fmt: skip


@dataclass(frozen=True)
class Chip:
    """One status as a filter."""

    key: str
    word: str
    count: int
    current: bool


@dataclass(frozen=True)
class ObjectionRow:
    """One objection in the list; its text is read on its own page."""

    one: Objection
    star: Star
    url: str

    @property
    def is_open(self) -> bool:
        return self.one.status in OPEN_OBJECTIONS


class ObjectionList:
    """One page of the county's objections to the stars this person handles: the open ones unless asked."""

    def __init__(self, seen: SeenCounty, user: User, asked: QueryDict):
        self.seen, self.codes, self.asked = seen, handled_stars(user, seen.row.county_id), asked
        self.status = asked.get("status") if asked.get("status") in (ALL, *ObjectionStatus.values) else OPEN

    def rows_of(self) -> QuerySet[Objection]:
        return Objection.objects.filter(county=self.seen.row, star__in=self.codes)

    @cached_property
    def chips(self) -> list[Chip]:
        counts = dict(self.rows_of().order_by().values_list("status").annotate(Count("pk")))
        open_ = sum(counts.get(key, 0) for key in OPEN_OBJECTIONS)
        kinds = [(OPEN, pgettext("objections", "Open"), open_), (ALL, gettext("All"), sum(counts.values()))]
        kinds += [(key, str(label), counts.get(key, 0)) for key, label in ObjectionStatus.choices]
        return [Chip(key, word, count, self.status == key) for key, word, count in kinds]

    @property
    def shown(self) -> list[str]:
        """The statuses asked for."""
        return {OPEN: list(OPEN_OBJECTIONS), ALL: ObjectionStatus.values}.get(self.status, [self.status])

    @cached_property
    def page(self):
        rows = self.rows_of().select_related("entry__branch", "entry__township").defer("text", "finding", "reply")
        rows = rows.filter(status__in=self.shown).order_by(*OPEN_FIRST)
        return Paginator(rows, PAGE).get_page(self.asked.get("page"))

    @property
    def rows(self) -> list[ObjectionRow]:
        stars = {star.code: star for star in self.seen.stars}
        return [ObjectionRow(one, stars[one.star], self.seen.url("objection", one.pk)) for one in self.page]

    @property
    def pager(self) -> dict[str, object]:
        return pager_of(self.page, self.asked, "page")


def pager_of(page: Page, asked: QueryDict, name: str) -> dict[str, object]:
    """What components/pager.html takes; `name` is the page's number in the address."""

    def address(number: int) -> str:
        query = asked.copy()
        query[name] = str(number)
        return f"?{query.urlencode()}"

    return {
        "first": page.start_index(), "last": page.end_index(), "total": page.paginator.count, "all": "",
        "before": address(page.previous_page_number()) if page.has_previous() else "",
        "after": address(page.next_page_number()) if page.has_next() else "",
    }  # fmt: skip


class ObjectionPage:
    """One objection with all that was written, for a handler; 404 for everybody else."""

    def __init__(self, seen: SeenCounty, user: User, pk: int):
        self.seen, self.user = seen, user
        rows = Objection.objects.select_related("entry__branch", "entry__township", "notice")
        self.one = rows.filter(pk=pk, county=seen.row).first()
        if self.one is None or self.one.star not in handled_stars(user, seen.row.county_id, place=self.branch.code):
            raise Http404

    @property
    def branch(self):
        return self.one.entry.branch

    @cached_property
    def star(self) -> Star:
        return next(star for star in self.seen.stars if star.code == self.one.star)

    @cached_property
    def contact(self) -> str:
        """How to reach whoever objected; gone some time after the ruling."""
        return ObjectionContact.objects.filter(pk=self.one.pk).values_list("contact", flat=True).first() or ""

    @cached_property
    def names(self) -> dict[str, str]:
        return names_of([self.one.checked_by, self.one.ruled_by, self.one.recorded_by])

    @property
    def checked_by(self) -> str:
        return self.names.get(self.one.checked_by, "")

    @property
    def ruled_by(self) -> str:
        return self.names.get(self.one.ruled_by, "")

    @property
    def recorded_by(self) -> str:
        return self.names.get(self.one.recorded_by, "")

    @cached_property
    def steps(self) -> list[Action]:
        """The steps this person may take now."""
        here = {"county": self.seen.row.county_id, "place": self.branch.code, "star": self.one.star}
        open_ = actions_of(Subject.OBJECTION, self.one.status)
        return [step for step in open_ if self.seen.row.state in step.counties and may_act(self.user, step, **here)]

    @property
    def checks(self) -> bool:
        return any(Need.FINDING in step.needs for step in self.steps)

    @property
    def numbers_rejection(self) -> bool:
        """Does a rejection ask for a decision number as well?"""
        return any(
            Need.DOCUMENT in needs_of(step, sealed=self.seen.is_official) for step in self.steps
            if step.target == ObjectionStatus.REJECTED
        )  # fmt: skip
