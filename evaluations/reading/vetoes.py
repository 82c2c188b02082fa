"""A county's veto records as one person sees them: the list, one record with what may be done, the form of a report."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, QueryDict
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from evaluations.models import Decision, RosterEntry, VetoRecord
from evaluations.reading.county import SeenCounty
from evaluations.reading.people import acted, names_of
from evaluations.reading.search import asked_for, matching
from evaluations.services.road import places_of
from evaluations.services.vetoing import asked_mark, criteria_for_records, role_for
from evaluations.workflow import REPORT_VETO, REPORTERS, Action, Subject, VetoStatus, actions_of
from scoring.models import ALL_STARS, STAR_CODES, Criterion, StarCode
from tables.writing import write_csv, write_xlsx

PAGE = 50
STATUS = {
    VetoStatus.STANDING: Q(lifted_at=None, lift_asked_at=None),
    VetoStatus.LIFT_ASKED: Q(lifted_at=None, lift_asked_at__isnull=False),
    VetoStatus.LIFTED: Q(lifted_at__isnull=False),
}
COLUMNS = (
    "branch", "name", "township", "star", "criterion", "document", "found_on", "reporter", "finding", "status",
    "recorded_at", "lift_reason", "lift_document", "lifted_at", "lifted_reason",
)  # fmt: skip


def seen_vetoes(seen: SeenCounty) -> QuerySet[VetoRecord]:
    """The records this person may find: of branches opened to them, of the stars they review, of their department."""
    sight, rows = seen.sight, VetoRecord.objects.filter(round=seen.row.round_id)
    here = Q(branch__code__startswith=seen.row.county.prefix)
    within = Q(pk__in=[])
    for prefix in sight.prefixes:
        within |= Q(branch__code__startswith=prefix)
    if sight.stars:
        within |= Q(criterion__star__in=[*sight.stars, ALL_STARS])
    owned = [row.pk for row in criteria_for_records(seen.row) if row.owner in sight.departments]
    if owned:
        within |= Q(criterion__in=owned)
    return rows.filter(here & within).select_related("branch__township", "criterion")


def star_label(code: str) -> str:
    return _("all stars") if code == ALL_STARS else str(StarCode(code).label)


@dataclass(frozen=True)
class VetoLine:
    """One record in a list."""

    row: VetoRecord
    url: str

    @property
    def star(self) -> str:
        return star_label(self.row.criterion.star)

    @property
    def word(self) -> str:
        return str(VetoStatus(self.row.status).label)

    @property
    def stands(self) -> bool:
        return self.row.lifted_at is None


class VetoList:
    """The county's records, filtered and paged."""

    def __init__(self, seen: SeenCounty, asked: QueryDict):
        self.seen = seen
        self.status = asked.get("status", "") if asked.get("status", "") in STATUS else ""
        stars = (*STAR_CODES, ALL_STARS)
        self.star = asked.get("star", "") if asked.get("star", "") in stars else ""
        self.search = asked_for(asked.get("q", ""))
        self.asked_page = asked.get("page", "1")

    @property
    def rows(self) -> QuerySet[VetoRecord]:
        rows = seen_vetoes(self.seen)
        if self.status:
            rows = rows.filter(STATUS[VetoStatus(self.status)])
        if self.star:
            rows = rows.filter(criterion__star=self.star)
        if self.search:
            rows = rows.filter(matching(self.search, self.seen.row.county_id) | Q(document__icontains=self.search))
        return rows.order_by("-pk")

    @cached_property
    def page(self):
        return Paginator(self.rows, PAGE).get_page(self.asked_page)

    @cached_property
    def lines(self) -> list[VetoLine]:
        return [line_of(self.seen, row) for row in self.page.object_list]

    @property
    def is_filtered(self) -> bool:
        return bool(self.status or self.star or self.search)

    @property
    def query(self) -> str:
        """The filter as an address carries it."""
        asked = QueryDict(mutable=True)
        asked.update({name: text for name in ("status", "star") if (text := getattr(self, name))})
        if self.search:
            asked["q"] = self.search
        return asked.urlencode()

    @property
    def statuses(self) -> list[tuple[str, str]]:
        return [(value, label) for value, label in VetoStatus.choices]

    @property
    def stars(self) -> list[tuple[str, str]]:
        return [(code, star_label(code)) for code in (*STAR_CODES, ALL_STARS)]


def line_of(seen: SeenCounty, row: VetoRecord) -> VetoLine:
    return VetoLine(row, seen.url("veto", row.pk))


class VetoPage:
    """One record: what it says, what became of it, and what this person may do now; 404 where it is not seen."""

    def __init__(self, seen: SeenCounty, pk: int, user: User):
        self.seen, self.user = seen, user
        self.row = seen_vetoes(seen).filter(pk=pk).first() if pk < 2**63 else None
        if self.row is None:
            raise Http404
        self.line = line_of(seen, self.row)

    @cached_property
    def actions(self) -> set[str]:
        """The steps of the table that lead on from here and that this person may take."""
        if self.seen.row.state not in REPORT_VETO.counties:
            return set()
        return {one.key for one in actions_of(Subject.VETO, self.row.status) if self.may(one)}

    def may(self, action: Action) -> bool:
        place, star = self.row.branch.code, self.row.criterion.star
        return role_for(self.user, action, self.seen.row.county_id, place=place, star=star) is not None

    @property
    def asked_by_oneself(self) -> bool:
        return bool(self.row.lift_asked_by) and self.row.lift_asked_by in self.user.own_names

    @property
    def seen_mark(self) -> str:
        return asked_mark(self.row)

    @cached_property
    def steps(self) -> list[tuple[Decision, str, str]]:
        """What was done with it: step, its name, who (with for whom)."""
        rows = Decision.objects.filter(
            submission__entry__round=self.row.round_id, submission__entry__branch=self.row.branch_id,
            star=self.row.criterion.star, action__in=WORDS, criteria=[self.row.criterion.code],
        ).order_by("pk")  # fmt: skip
        found = list(rows)
        names = names_of(name for one in found for name in (one.by, one.acting_for))
        return [(one, str(WORDS[one.action].label), acted(one.by, one.acting_for, names)) for one in found]


WORDS = {one.key: one for one in actions_of(Subject.VETO)}


class ReportPage:
    """The form of a report, for whoever reports vetoes in this county; 404 for everybody else."""

    def __init__(self, seen: SeenCounty, user: User, code: str = ""):
        self.seen, self.user = seen, user
        self.criteria = [row for row in criteria_for_records(seen.row) if self.may(row)]
        if not self.criteria:
            raise Http404
        self.code = code if code.isascii() and code.isdigit() and len(code) == 12 else ""

    def may(self, criterion: Criterion) -> bool:
        county = self.seen.row.county_id
        return role_for(self.user, REPORT_VETO, county, place=county, star=criterion.star) is not None

    @property
    def choices(self) -> list[tuple[str, str]]:
        return [(row.code, f"{row.code} {row.shown_name} ({star_label(row.star)})") for row in self.criteria]

    @cached_property
    def entry(self) -> RosterEntry | None:
        """The branch it is about, where one is named."""
        rows = RosterEntry.objects.filter(round=self.seen.row.round_id, county=self.seen.row.county_id)
        return rows.select_related("branch", "township").filter(branch__code=self.code).first() if self.code else None

    @property
    def unit(self) -> str:
        """The lead department of the star reviewed, as the unit that reports."""
        stars = self.seen.sight.stars
        return next((star.lead_department for star in self.seen.stars if star.code in stars), "")


def reports_vetoes(user: User, county: str) -> bool:
    return any(places_of(user, role, county) for role in REPORTERS)


def watches_vetoes(roles: frozenset[str]) -> bool:
    """Is the list of vetoes part of the work of one who holds these roles?"""
    return bool({*REPORTERS, Role.ORGANIZATION_APPROVER, Role.AUDITOR, Role.TOWNSHIP_REVIEWER} & roles)


def exported(listed: VetoList) -> Iterator[tuple[str, ...]]:
    for row in listed.rows:
        times = (row.created_at, row.lifted_at)
        made, lifted = (at.isoformat(timespec="seconds") if at else "" for at in times)
        yield (
            row.branch.code, row.branch.name, row.branch.township.name, row.criterion.star, row.criterion.code,
            row.document, row.found_on.isoformat() if row.found_on else "", row.reporter, row.finding,
            str(row.status), made, row.lift_reason, row.lift_document, lifted, row.lifted_reason,
        )  # fmt: skip


def as_csv(listed: VetoList) -> bytes:
    out = io.StringIO()
    write_csv(out, COLUMNS, exported(listed), bom=True)
    return out.getvalue().encode()


def as_xlsx(listed: VetoList) -> bytes:
    out = io.BytesIO()
    write_xlsx(out, COLUMNS, exported(listed), sheet="vetoes", footer=listed.seen.seal_line)
    return out.getvalue()
