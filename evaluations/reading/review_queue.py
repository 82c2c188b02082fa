"""The list of a star's reviewers: what waits for them, why it deserves a look, and what they decided."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.core.paginator import Paginator
from django.http import Http404, QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from accounts.roles import ORGANIZATION, Role
from evaluations.models import Decision, StarReview
from evaluations.reading.county import SeenCounty
from evaluations.reading.marks import StarHead
from evaluations.reading.ranking import Column
from evaluations.reading.review_rows import ReviewRow, review_rows
from evaluations.reading.search import asked_for
from evaluations.services.road import may_act
from evaluations.workflow import RECOMMEND, RECONSIDER

PAGE = 100
FAR = Decimal(10_000)
OVERSEERS = ORGANIZATION | {Role.AUDITOR}


@dataclass(frozen=True)
class Filter:
    """One way to narrow the list; `rows` says of which rows it keeps."""

    key: str
    label: Promise
    keeps: Callable[[ReviewRow], bool]


FILTERS = (
    Filter("waiting", pgettext_lazy("star review", "Waiting"), lambda row: row.waiting),
    Filter("changed", _("Changed since my last look"), lambda row: row.changed),
    Filter("near", _("Near the line"), lambda row: row.waiting and row.near),
    Filter("jump", _("Big change"), lambda row: row.waiting and bool(row.jumps)),
    Filter("sampled", _("Drawn for a visit"), lambda row: row.sampled),
    Filter("veto", _("Veto reported"), lambda row: row.here and row.veto),
    Filter("dissent", _("Dissent"), lambda row: row.here and row.dissent),
    Filter("back", pgettext_lazy("star review", "Returned"), lambda row: row.back),
    Filter("decided", _("Decided"), lambda row: row.decided),
    Filter("not_here", _("Not passed on yet"), lambda row: not row.here),
    Filter("all", pgettext_lazy("star review", "All"), lambda row: True),
)
BY_KEY = {one.key: one for one in FILTERS}


def by_line(row: ReviewRow):
    return FAR if row.distance is None else abs(row.distance)


def by_score(row: ReviewRow):
    return -FAR if row.score is None else row.score


ORDERS: dict[str, Callable] = {
    "line": by_line, "score": by_score, "name": lambda row: row.sort_key, "township": lambda row: row.township,
    "submitted": lambda row: row.submitted_at.timestamp() if row.submitted_at else 0.0,
}  # fmt: skip


@dataclass(frozen=True)
class Chip:
    label: str
    count: int
    url: str
    current: bool


class Queue:
    """The branches of a county under one star, as the address asks for them."""

    def __init__(self, seen: SeenCounty, star: str, asked: QueryDict, *, reader: User):
        self.seen, self.asked, self.reader = seen, asked, reader
        self.head = head_of(seen, star)
        self.filter = BY_KEY.get(asked.get("show", ""), FILTERS[0])
        self.township = asked.get("township", "")[:12]
        self.search = asked_for(asked.get("q", ""))
        order = asked.get("sort", "")
        self.order = order if order.lstrip("-") in ORDERS else "line"

    @property
    def code(self) -> str:
        return self.head.code

    @cached_property
    def everything(self) -> list[ReviewRow]:
        return review_rows(self.seen.row, self.head.star, self.reader.ledger_name)

    @cached_property
    def found(self) -> list[ReviewRow]:
        """What township and search leave."""
        return [row for row in self.everything if self.is_asked_for(row)]

    def is_asked_for(self, row: ReviewRow) -> bool:
        if self.township and row.township != self.township:
            return False
        low = self.search.lower()
        named = low in row.name.lower() or low in row.name_en.lower() or row.initials.startswith(low)
        return not low or named or row.code == low

    @cached_property
    def shown(self) -> list[ReviewRow]:
        """What the filter leaves of them, in the order asked for; equals by branch code."""
        kept = [row for row in self.found if self.filter.keeps(row)]
        return sorted(kept, key=ORDERS[self.order.lstrip("-")], reverse=self.order.startswith("-"))

    @cached_property
    def page(self):
        return Paginator(self.shown, PAGE).get_page(self.asked.get("page"))

    @property
    def rows(self) -> list[ReviewRow]:
        return list(self.page)

    @property
    def waiting(self) -> list[ReviewRow]:
        """The branches shown that may be decided on, on whatever page."""
        return [row for row in self.shown if row.waiting]

    @property
    def several(self) -> list[ReviewRow]:
        """Of them, those that may be recommended at one stroke: at the line or above it, and nothing speaks against."""
        return [row for row in self.waiting if row.score is not None and row.score >= row.line and not row.veto]

    @property
    def left_out(self) -> int:
        return len(self.waiting) - len(self.several)

    def following(self, code: str) -> ReviewRow | None:
        """The next one to be decided on after a branch, in the order of the list; the first again at its end."""
        waiting = [row for row in self.shown if row.waiting and row.code != code]
        ordered = [row.code for row in self.shown]
        behind = ordered.index(code) if code in ordered else -1
        later = [row for row in waiting if ordered.index(row.code) > behind]
        return next(iter([*later, *waiting]), None)

    # Counts ----------------------------------------------------------------------------------------------------------
    @property
    def chips(self) -> list[Chip]:
        """Every filter with how many it would leave; one that leaves none is shown only where it is the one set."""
        counted = [(one, sum(map(one.keeps, self.found))) for one in FILTERS]
        always = ("waiting", "decided", "all", self.filter.key)
        return [
            Chip(str(one.label), count, self.address(show=one.key), one == self.filter)
            for one, count in counted
            if count or one.key in always
        ]

    @property
    def figures(self) -> dict[str, int]:
        rows = self.everything
        return {
            "decided": sum(row.decided for row in rows),
            "waiting": sum(row.waiting for row in rows),
            "back": sum(row.back for row in rows),
            "not_here": sum(not row.here for row in rows),
        }

    @property
    def townships(self) -> list[tuple[str, str]]:
        return sorted({row.township: row.shown_township for row in self.everything}.items())

    # What may be done ------------------------------------------------------------------------------------------------
    @cached_property
    def is_own(self) -> bool:
        """Is the reader the star's reviewer, rather than somebody who looks on?"""
        county = self.seen.row.county_id
        return may_act(self.reader, RECOMMEND, county, place=county, star=self.code) is not None

    @property
    def acts(self) -> bool:
        """May the reader decide on this star here and now?"""
        return self.is_own and self.seen.row.state in RECOMMEND.counties

    @cached_property
    def undo(self) -> list[StarReview]:
        """What the reader recommended last at one stroke and nobody touched since: more than one, or nothing."""
        own = Decision.objects.filter(
            submission__entry__round=self.seen.row.round_id, submission__entry__county=self.seen.row.county_id,
            star=self.code, by=self.reader.ledger_name, action__in=[RECOMMEND.key, RECONSIDER.key],
        )  # fmt: skip
        last = own.order_by("-pk").values("at", "action").first() if self.acts else None
        if last is None or last["action"] != RECOMMEND.key:
            return []
        rows = StarReview.objects.filter(
            entry__round=self.seen.row.round_id, entry__county=self.seen.row.county_id, star=self.code,
            status=RECOMMEND.target, decided_by=self.reader.ledger_name, changed_at=last["at"],
        )  # fmt: skip
        found = list(rows.select_related("entry__branch"))
        return found if len(found) > 1 else []

    # Addresses -------------------------------------------------------------------------------------------------------
    @property
    def is_filtered(self) -> bool:
        return bool(self.township or self.search or self.asked.get("show"))

    def address(self, **changes: str | int | None) -> str:
        query = self.asked.copy()
        query.pop("page", None)
        for name, value in changes.items():
            query.pop(name, None)
            if value not in (None, ""):
                query[name] = str(value)
        return f"?{query.urlencode()}" if query else "?"

    @property
    def query(self) -> str:
        """The list's own address, for the pages that lead back to it."""
        kept = {name: self.asked[name] for name in ("show", "township", "q", "sort", "page") if name in self.asked}
        query = QueryDict(mutable=True)
        query.update(kept)
        return f"?{query.urlencode()}" if kept else ""

    def url_of(self, code: str) -> str:
        return self.seen.url("review_star", self.code, code) + self.query

    def column(self, name: str, label: str, *, falls: bool = False) -> Column:
        direction = {name: "ascending", f"-{name}": "descending"}.get(self.order, "")
        following = f"-{name}" if direction == "ascending" or (falls and not direction) else name
        return Column(label, self.address(sort=following), direction)

    @property
    def pager(self) -> dict[str, object]:
        page = self.page
        return {
            "first": page.start_index(), "last": page.end_index(), "total": page.paginator.count,
            "before": self.address(page=page.previous_page_number()) if page.has_previous() else "",
            "after": self.address(page=page.next_page_number()) if page.has_next() else "",
        }  # fmt: skip


def head_of(seen: SeenCounty, star: str) -> StarHead:
    """The star asked for, to those who may see it of every branch; 404 for everybody else."""
    head = next((one for one in map(StarHead, seen.stars) if one.code == star), None)
    reviews = star in seen.sight.stars or (seen.opens_all and bool(seen.sight.workers & OVERSEERS))
    if head is None or not reviews:
        raise Http404
    return head


def heads_of(seen: SeenCounty) -> list[StarHead]:
    """The stars whose reviews this person may look at."""
    every = seen.opens_all and bool(seen.sight.workers & OVERSEERS)
    return [StarHead(star) for star in seen.stars if every or star.code in seen.sight.stars]
