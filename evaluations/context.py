"""What every page's frame needs: the county's name, where one may go, who is signed in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.access import Sight
from accounts.roles import ORGANIZATION, Role
from evaluations.models import RoundCounty
from evaluations.reading.appeals import appeal_places
from evaluations.reading.county import counties_seen_by
from evaluations.reading.inbox import unread_of
from evaluations.reading.objections import handled_stars
from evaluations.reading.people import role_word
from evaluations.reading.runs import steers
from evaluations.reading.vetoes import watches_vetoes
from evaluations.reading.words import ICONS, SEALS
from evaluations.services.road import places_of
from evaluations.workflow import RECOMMEND, RULING
from scoring.models import STAR_CODES, StarCode

COUNTY = 6  # significant digits of a county's code
OVERSEERS = ORGANIZATION | {Role.AUDITOR}
INVENTED = "4199"  # no real division's code begins so: demo and tests live there


@dataclass(frozen=True)
class NavEntry:
    url: str
    label: str
    current: bool


@dataclass(frozen=True)
class Slot:
    """One of the five stars before any standard names it."""

    code: str
    seal: str
    icon: str
    label: str


class Portal:
    """The frame around a page; nothing is read until a template asks for it."""

    def __init__(self, request: HttpRequest):
        self.request = request

    @cached_property
    def row(self) -> RoundCounty | None:
        """The county the page is about, else the latest the reader may see, else the latest there is."""
        seen = getattr(self.request, "seen_county", None)
        if seen is not None:
            return seen.row
        user = self.request.user
        if user.is_authenticated:
            return next((county.row for county in counties_seen_by(user)), None)
        rows = RoundCounty.objects.select_related("round__region", "round__criteria_set", "county")
        return rows.order_by("-round__year", "pk").first()

    @cached_property
    def sight(self) -> Sight:
        if self.row is None or not self.request.user.is_authenticated:
            return Sight()
        return self.request.user.sight(self.row.county_id, confirmed=self.row.is_official)

    @property
    def place(self) -> str:
        """The county's name; before anyone is signed in, the region's that the round covers."""
        if self.row is None:
            return ""
        return str(self.row.county if self.request.user.is_authenticated else self.row.round.region)

    @property
    def name(self) -> str:
        if not self.place:
            return _("Five-star branches")
        return _("%(place)s five-star branches") % {"place": self.place}

    @property
    def round_line(self) -> str:
        return _("Rating of %(year)s") % {"year": self.row.round.year} if self.row else ""

    @property
    def slots(self) -> list[Slot]:
        """The five stars, as the latest standard names them, else by the names of their slots."""
        if self.row is not None:
            named = self.row.round.criteria_set.stars.order_by("order")
            return [Slot(star.code, SEALS[star.code], ICONS[star.code], star.shown_name) for star in named]
        return [Slot(code, SEALS[code], ICONS[code], label) for code, label in StarCode.choices]

    @property
    def document(self) -> str:
        return self.row.document or self.row.round.document if self.row else ""

    @property
    def person(self) -> str:
        user = self.request.user
        return str(user) if user.is_authenticated else ""

    @property
    def role(self) -> str:
        """The roles held, as a person would name them."""
        user = self.request.user
        if not user.is_authenticated:
            return ""
        roles = dict.fromkeys(role_word(grant) for grant in user.held_grants)
        return pgettext("between names", ", ").join(roles)

    @property
    def unread(self) -> int:
        """Items of the inbox not read yet: counted with the county's row, or by itself where there is none."""
        known = getattr(self.row, "unread", None)
        return unread_of(self.request.user) if known is None else known

    @property
    def footer(self) -> str:
        return _("Works in the fast mode of 360 and in Edge or Chrome from version 86.")

    @property
    def is_invented(self) -> bool:
        """Is this the demo county, whose pages must say so?"""
        return self.row is not None and self.row.county_id.startswith(INVENTED)

    @property
    def nav(self) -> list[NavEntry]:
        """The pages this person may open."""
        if not self.request.user.is_authenticated:
            return []
        entries = [self.entry("home", _("Home"))]
        if self.row is not None and self.sees_counties:
            entries.append(self.entry("counties", _("All counties"), self.row.round.slug))
        if self.row is not None and self.sight:
            place = (self.row.round.slug, self.row.county_id)
            entries += self.entry_pages(*place)
            entries.append(self.entry("ranking", _("Ranking"), *place, also=("branch",)))
            if self.sight.ranking:
                entries.append(self.entry("townships", _("Townships"), *place))
            entries += self.case_pages(*place)
            entries.append(self.entry("standard", _("Standard"), *place))
            if steers(self.request.user, self.row.round):
                entries.append(self.entry("runs", _("Rating"), place[0], also=("run",)))
        return entries + self.watching_pages()

    def watching_pages(self) -> list[NavEntry]:
        """The pages of no county: the ledger, the admin."""
        entries = []
        if self.request.user.has_role(Role.AUDITOR, Role.SECURITY_ADMINISTRATOR):
            entries.append(self.entry("ledger", _("Ledger")))
        if self.request.user.is_staff:
            entries.append(self.entry("admin:index", _("Administration")))
        return entries

    def entry_pages(self, *place: str) -> list[NavEntry]:
        """Where this person works on values: a clerk enters, a reviewer returns, the organization watches."""
        entries = []
        if self.request.user.entry_scope(place[1]):
            also = ("entry_grid", "entry_branch", "entry_submit", "entry_workbook", "uploads", "upload", "entry_import")
            entries.append(self.entry("work", _("My work"), *place, also=also))
        if places_of(self.request.user, Role.TOWNSHIP_REVIEWER, place[1]):
            also = ("check_branch", "check_star")
            entries.append(self.entry("check", _("Township check"), *place, also=also))
        entries += self.review_pages(*place)
        if self.sight.workers & OVERSEERS:
            entries.append(self.entry("entry_overview", _("Entry"), *place, also=("entry_branches",)))
            also = ("county_branches", "county_branch", "county_list", "county_calendar", "county_absent")
            entries.append(self.entry("county_road", _("County road"), *place, also=also))
        return entries

    def case_pages(self, *place: str) -> list[NavEntry]:
        """What came after the list: objections to it, appeals, and the list as it stands today."""
        user, entries = self.request.user, []
        if self.row.state in RULING and handled_stars(user, place[1]):
            entries.append(self.entry("objections", _("Objections"), *place, also=("objection", "objection_new")))
        if self.row.is_official and appeal_places(user, place[1]):
            entries.append(self.entry("appeals", _("Appeals"), *place, also=("appeal", "appeal_new")))
        if self.row.is_official and self.sight.ranking:
            entries.append(self.entry("standing", _("Current list"), *place, also=("revoke",)))
        return entries

    def review_pages(self, *place: str) -> list[NavEntry]:
        """A star's reviewer has its list; a co-department's clerk what it countersigns; the overseers all stars."""
        entries = []
        star = next(iter(sorted(self.sight.stars)), "") or (STAR_CODES[0] if self.sight.workers & OVERSEERS else "")
        if star:
            also = ("review_star", "review_correct", "review_bulk", "review_samples", "review_visit")
            entries.append(self.entry("review_queue", pgettext("departments", "Review"), *place, star, also=also))
        if self.sight.departments and self.row.state in RECOMMEND.counties:
            entries.append(self.entry("countersigns", _("Countersign"), *place, also=("countersign",)))
        if watches_vetoes(self.sight.workers):
            entries.append(self.entry("vetoes", _("Vetoes"), *place, also=("veto", "veto_report")))
        return entries

    @property
    def sees_counties(self) -> bool:
        """Does any role held reach beyond one county? The auditor's reaches everywhere."""
        held = self.request.user.held_grants
        return any(grant.role == Role.AUDITOR or (grant.region and len(grant.region.prefix) < COUNTY) for grant in held)

    def entry(self, name: str, label: str, *args: str, also: tuple[str, ...] = ()) -> NavEntry:
        match = self.request.resolver_match
        return NavEntry(reverse(name, args=args), label, bool(match) and match.view_name in (name, *also))


def portal(request: HttpRequest) -> dict[str, Portal]:
    return {"portal": Portal(request)}
