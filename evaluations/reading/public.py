"""What anybody may read without signing in: which counties are on notice or confirmed, and their lists.

The approved, frozen list while the notice runs; the sealed one afterwards. Branch and stars, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.http import Http404, QueryDict
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language, pgettext

from branches.models import shown_name
from branches.working_days import today
from evaluations.models import PublicNotice, RoundCounty, SealedCounty, State
from evaluations.reading.search import asked_for
from evaluations.reading.words import level_word
from evaluations.services.frozen import Listed, listed
from evaluations.workflow import OFFICIAL, PUBLIC_LABELS
from scoring.models import Star

PAGE, WHOLE, COUNTIES = 200, 3000, 400
INVENTED = "4199"  # no real division's code begins so


@dataclass(frozen=True)
class OpenCounty:
    """A county the public may open: on notice, or confirmed."""

    row: RoundCounty
    word: str
    until: date | None  # the notice's last day


def open_counties() -> list[OpenCounty]:
    """On notice first, then confirmed, the latest year first; a county of which nothing is public isn't there."""
    running = PublicNotice.objects.filter(withdrawn_at=None)
    sealed = SealedCounty.objects.filter(round=OuterRef("round"), county=OuterRef("county"))
    on_notice = list(running.filter(county__state=State.ON_NOTICE).select_related("county__round", "county__county"))
    confirmed = RoundCounty.objects.filter(Exists(sealed), state__in=OFFICIAL).select_related("round", "county")
    found = [OpenCounty(one.county, str(PUBLIC_LABELS[State.ON_NOTICE]), one.last_day) for one in on_notice]
    found.sort(key=lambda one: one.row.county_id)
    return found + [OpenCounty(row, str(PUBLIC_LABELS[State(row.state)]), None) for row in confirmed[:COUNTIES]]


@dataclass(frozen=True)
class Line:
    """One branch as the public reads it."""

    branch: str
    name: str
    town: str  # the township's code
    township: str
    stars: Sequence[Star]
    pending: Sequence[Star] = ()  # not earned while an objection to them is open

    @property
    def level(self) -> int:
        return len(self.stars)

    @property
    def names(self) -> str:
        return between(star.shown_name for star in self.stars)

    @property
    def pending_names(self) -> str:
        return between(star.shown_name for star in self.pending)


def between(names: Iterable[str]) -> str:
    return pgettext("between names", ", ").join(names)


@dataclass(frozen=True)
class Group:
    """The branches of one level on a page."""

    word: str
    count: int
    lines: list[Line]


class PublicCounty:
    """A county as the public finds it: `notice` while one runs, `withdrawn` after, `seal` once it is confirmed."""

    def __init__(self, row: RoundCounty):
        self.row = row

    @property
    def name(self) -> str:
        return self.row.county.shown_name

    @property
    def is_invented(self) -> bool:
        """Is this the demo county, whose pages must say so?"""
        return self.row.county_id.startswith(INVENTED)

    @property
    def year(self) -> int:
        return self.row.round.year

    @property
    def document(self) -> str:
        return self.row.document or self.row.round.document

    @cached_property
    def today(self) -> date:
        return today()

    @cached_property
    def notices(self) -> list[PublicNotice]:
        return list(self.row.notices.select_related("proposal").order_by("-pk"))

    @cached_property
    def notice(self) -> PublicNotice | None:
        """The notice on which the list stands now, whether or not its last day is over."""
        if self.row.state != State.ON_NOTICE:
            return None
        return next((one for one in self.notices if one.withdrawn_at is None), None)

    @cached_property
    def withdrawn(self) -> PublicNotice | None:
        """The last notice, where it was withdrawn and nothing has taken its place."""
        last = self.notices[0] if self.notices else None
        return last if last and last.withdrawn_at and self.row.state not in (State.ON_NOTICE, *OFFICIAL) else None

    @property
    def withdrawn_on(self) -> str:
        return date_format(localtime(self.withdrawn.withdrawn_at).date(), "DATE_FORMAT")

    @cached_property
    def seal(self) -> SealedCounty | None:
        if self.row.state not in OFFICIAL:
            return None
        return SealedCounty.objects.defer("content").filter(round=self.row.round_id, county=self.row.county_id).first()

    @cached_property
    def stars(self) -> dict[str, Star]:
        return {star.code: star for star in self.row.round.criteria_set.stars.order_by("order")}

    def of(self, codes: Iterable[str]) -> list[Star]:
        """The stars of these codes, in the standard's order."""
        held = set(codes)
        return [star for code, star in self.stars.items() if code in held]

    @property
    def takes_objections(self) -> bool:
        return self.notice is not None and self.notice.first_day <= self.today <= self.notice.last_day

    @property
    def begins(self) -> bool:
        return self.notice is not None and self.today < self.notice.first_day

    @property
    def days_left(self) -> int:
        """With today; 0 once the last day is over."""
        return max((self.notice.last_day - self.today).days + 1, 0) if self.takes_objections else 0


def public_county(slug: str, county: str) -> PublicCounty:
    """The county, where anything of it was ever public; else it is not there, whatever state it is in."""
    rows = RoundCounty.objects.select_related("round__criteria_set", "county")
    row = rows.filter(round__slug=slug, county_id=county).first()
    found = PublicCounty(row) if row else None
    if found is None or not (found.notice or found.seal or found.withdrawn):
        raise Http404
    return found


def frozen_lines(county: PublicCounty) -> list[Line]:
    """The approved list, with the names it was approved with."""
    return [frozen_line(county, row) for row in listed(county.notice.proposal)]


def frozen_line(county: PublicCounty, row: Listed) -> Line:
    english = (get_language() or "").startswith("en")
    township = row.township_en if english and row.township_en else row.township
    return Line(row.branch, shown_name(row), row.town, township, county.of(row.stars))


class PublicList:
    """One page of a list: searched by branch and township, grouped by level."""

    def __init__(self, lines: Sequence[Line], asked: QueryDict):
        self.lines, self.asked = lines, asked
        self.search, self.town = asked_for(asked.get("q", "")), asked.get("township", "")[:12]
        self.whole = asked.get("show") == "all"

    @cached_property
    def townships(self) -> list[tuple[str, str]]:
        return sorted({(line.town, line.township) for line in self.lines})

    @property
    def is_filtered(self) -> bool:
        return bool(self.search or self.town)

    @cached_property
    def found(self) -> list[Line]:
        low = self.search.lower()
        in_town = [line for line in self.lines if self.town in ("", line.town)]
        return [line for line in in_town if low in line.name.lower() or low == line.branch]

    @cached_property
    def page(self):
        return Paginator(self.found, WHOLE if self.whole else PAGE).get_page(self.asked.get("page"))

    @property
    def total(self) -> int:
        return len(self.lines)

    @property
    def three_plus(self) -> int:
        return sum(line.level >= 3 for line in self.lines)

    @cached_property
    def groups(self) -> list[Group]:
        """The page's branches by level; the count is of all that were found."""
        groups: dict[int, list[Line]] = {}
        for line in self.page:
            groups.setdefault(line.level, []).append(line)
        counts = {level: sum(line.level == level for line in self.found) for level in groups}
        return [Group(level_word(level), counts[level], lines) for level, lines in groups.items()]

    def address(self, **changes: str | int) -> str:
        query = self.asked.copy()
        for name in ("page", "show"):
            query.pop(name, None)
        for name, value in changes.items():
            query[name] = str(value)
        return f"?{query.urlencode()}"

    @property
    def pager(self) -> dict[str, object]:
        page = self.page
        return {
            "first": page.start_index(), "last": page.end_index(), "total": page.paginator.count,
            "before": self.address(page=page.previous_page_number()) if page.has_previous() else "",
            "after": self.address(page=page.next_page_number()) if page.has_next() else "",
            "all": self.address(show="all") if page.has_other_pages() and not self.whole else "",
        }  # fmt: skip
