"""The county's ranking: filtered, ordered and paged, with only what the reader may see."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.core.paginator import Paginator
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from evaluations.models import Rating
from evaluations.reading.county import SeenCounty
from evaluations.reading.marks import StarMark, marks_of
from evaluations.reading.parking import parking_words
from evaluations.reading.search import asked_for, matching
from evaluations.reading.words import level_word, two_places

PAGE, WHOLE = 200, 1000  # rows of a page; of one meant for paper
LEVELS = {
    "3+": Q(level__gte=3),
    **{str(level): Q(level=level) for level in (5, 4, 3, 2, 1, 0)},
    "vetoed": ~Q(vetoed=""),
    "parked": ~Q(parked=""),
}
LEVEL_WORDS = {"3+": _("Three stars or more"), "vetoed": _("Vetoed"), "parked": _("Parked")}


@dataclass(frozen=True)
class Move:
    """Places gained (above 0) or lost on the last sealed rank."""

    places: int

    @property
    def up(self) -> bool:
        return self.places > 0

    @property
    def down(self) -> bool:
        return self.places < 0

    @property
    def size(self) -> int:
        return abs(self.places)


@dataclass(frozen=True)
class RankingRow:
    """One branch in the list."""

    rating: Rating
    marks: list[StarMark]
    shows_level: bool
    shows_rank: bool
    shows_reason: bool
    url: str

    @property
    def level(self) -> int | None:
        return self.rating.level if self.shows_level else None

    @property
    def level_word(self) -> str:
        return level_word(self.level)

    @property
    def index(self) -> str:
        return two_places(self.rating.index) if self.shows_level else ""

    @property
    def parked(self) -> str:
        """Why the branch could not be scored, to those who see its values."""
        return parking_words(self.rating.parked) if self.shows_reason else ""

    @property
    def move(self) -> Move | None:
        places = self.rating.movement if self.shows_rank else None
        return None if places is None else Move(places)


@dataclass(frozen=True)
class Column:
    """A column's head: how to order by it, and how the list is ordered by it now."""

    label: str
    url: str
    direction: str


class Ranking:
    """One page of the list, as the address asks for it."""

    def __init__(self, seen: SeenCounty, asked: QueryDict):
        self.seen = seen
        self.asked = asked
        self.township = asked.get("township", "").replace("\0", "")[:12]
        self.level = asked.get("level", "") if asked.get("level") in self.levels else ""
        self.star = asked.get("star", "") if asked.get("star", "").lstrip("-") in self.star_codes else ""
        self.search = asked_for(asked.get("q", ""))
        self.whole = asked.get("show") == "all"
        self.order = asked.get("sort", "") if asked.get("sort", "").lstrip("-") in self.orders else self.default_order

    @cached_property
    def star_codes(self) -> set[str]:
        return {star.code for star in self.seen.shown_stars}

    @property
    def levels(self) -> list[str]:
        """The levels one may filter by; who is vetoed is part of a branch's own values."""
        if not self.seen.knows_levels:
            return []
        return [level for level in LEVELS if level != "vetoed" or self.seen.opens_all]

    @property
    def default_order(self) -> str:
        return "rank" if self.seen.knows_levels else "name"

    @cached_property
    def orders(self) -> dict[str, tuple[str, ...]]:
        """What this person may order by: never by something not shown, or the order would tell it."""
        known: dict[str, tuple[str, ...]] = {"name": ("branch__sort_key",)}
        if self.seen.knows_levels:
            known |= {"rank": ("county_rank",), "index": ("index",), "level": ("level",)}
        if self.seen.sight.ranking:
            known["move"] = ("gained",)
        known |= {code: (code,) for code in self.star_codes if self.seen.knows_scores(code)}
        return known

    @property
    def is_filtered(self) -> bool:
        return bool(self.township or self.level or self.star or self.search)

    def matching(self) -> QuerySet[Rating]:
        """The results that the filters leave."""
        found = self.seen.ratings()
        if self.township:
            found = found.filter(township_id=self.township)
        if self.level:
            found = found.filter(LEVELS[self.level])
        if self.star:
            has = Q(earned__contains=self.star.lstrip("-"))
            found = found.filter(~has if self.star.startswith("-") else has)
        if self.search:
            found = found.filter(matching(self.search, self.seen.row.county_id))
        return found

    def ordered(self) -> QuerySet[Rating]:
        """In the order asked for; where there is no number, last; rows that are equal, by branch code."""
        others = Rating.objects.of(self.seen.row.round_id, self.seen.row.county_id).filter(
            county_rank=OuterRef("county_rank")
        )
        found = self.matching().annotate(
            tied=Exists(others.exclude(pk=OuterRef("pk"))), gained=F("previous_rank") - F("county_rank")
        )
        down = self.order.startswith("-")
        keys = [
            F(name).desc(nulls_last=True) if down else F(name).asc(nulls_last=True)
            for name in self.orders[self.order.lstrip("-")]
        ]
        return found.for_listing().order_by(*keys, "branch__code")

    @cached_property
    def page(self):
        return Paginator(self.ordered(), WHOLE if self.whole else PAGE).get_page(self.asked.get("page"))

    @property
    def rows(self) -> list[RankingRow]:
        return [self.row_of(rating) for rating in self.page]

    def row_of(self, rating: Rating) -> RankingRow:
        sight, code = self.seen.sight, rating.branch.code
        stars = [head.star for head in self.seen.shown_stars]
        return RankingRow(
            rating,
            marks_of(stars, rating, sight),
            shows_level=sight.ranking or sight.opens_branch(code),
            shows_rank=sight.ranking,
            shows_reason=sight.opens_branch(code),
            url=self.seen.url("branch", code),
        )

    def address(self, **changes: str | int | None) -> str:
        """This list with something changed; the page starts over unless it is what changes."""
        query = self.asked.copy()
        query.pop("page", None)
        for name, value in changes.items():
            query.pop(name, None)
            if value not in (None, ""):
                query[name] = str(value)
        return f"?{query.urlencode()}" if query else "?"

    @property
    def level_choices(self) -> list[tuple[str, str]]:
        """What one may filter by: a level, three stars or more, a veto, parked."""
        return [(value, str(LEVEL_WORDS.get(value) or level_word(int(value)))) for value in self.levels]

    @property
    def star_choices(self) -> list[tuple[str, str]]:
        """Each star, earned or not."""
        choices = []
        for head in self.seen.shown_stars:
            choices.append((head.code, gettext("%(star)s: earned") % {"star": head.label}))
            choices.append((f"-{head.code}", gettext("%(star)s: not earned") % {"star": head.label}))
        return choices

    @property
    def columns_right(self) -> int:
        """Columns to the right of the branch's name."""
        return len(self.seen.shown_stars) + 2 * self.seen.knows_levels + self.seen.sight.ranking

    def column(self, name: str, label: str, *, falls: bool = False) -> Column:
        """A column's head; `falls` says that the best is the largest, so that a first click puts it on top."""
        if name not in self.orders:
            return Column(label, "", "")
        direction = {name: "ascending", f"-{name}": "descending"}.get(self.order, "")
        following = f"-{name}" if direction == "ascending" or (falls and not direction) else name
        return Column(label, self.address(sort=following), direction)

    @property
    def pager(self) -> dict[str, object]:
        page = self.page
        return {
            "first": page.start_index(),
            "last": page.end_index(),
            "total": page.paginator.count,
            "before": self.address(page=page.previous_page_number()) if page.has_previous() else "",
            "after": self.address(page=page.next_page_number()) if page.has_next() else "",
            "all": self.address(show="all") if page.has_other_pages() and not self.whole else "",
        }
