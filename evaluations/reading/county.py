"""A county in a round as one person sees it: the start of every page about it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404
from django.urls import reverse

from accounts.access import Sight
from accounts.models import User
from branches.models import CODE_LENGTH
from evaluations.models import EvaluationRound, Rating, RoundCounty, SealedCounty
from evaluations.reading.inbox import told_still
from evaluations.reading.marks import StarHead
from evaluations.services.rating import pending_edits
from scoring.models import Star
from scoring.ranking import UnitLine
from scoring.units import two_places

LISTED = 400  # a province's counties in two years


@dataclass(frozen=True)
class SeenCounty:
    """One county's road through a round, and what may be seen of it."""

    row: RoundCounty
    sight: Sight

    @property
    def round(self) -> EvaluationRound:
        return self.row.round

    @property
    def name(self) -> str:
        return self.row.county.shown_name

    @property
    def is_official(self) -> bool:
        return self.row.is_official

    @property
    def document(self) -> str:
        return self.row.document or self.round.document

    @property
    def share(self) -> str:
        """Percent of the county's rated branches at three stars or more, by its last rating."""
        share = UnitLine(self.row.rated, self.row.three_plus).share
        return "" if share is None else two_places(share)

    @cached_property
    def stars(self) -> list[Star]:
        """The stars of the round's standard, in order."""
        return list(self.round.criteria_set.stars.order_by("order"))

    @property
    def knows_levels(self) -> bool:
        """Is level and index seen of every branch that is listed?"""
        return self.sight.ranking or not (self.sight.stars or self.sight.departments)

    @property
    def opens_all(self) -> bool:
        """Is every value and score seen of every branch that is listed?"""
        only_own = not (self.sight.ranking or self.sight.stars or self.sight.departments)
        return only_own or self.row.county.prefix in self.sight.prefixes

    @property
    def own_branch(self) -> str:
        """The code of the one branch that is all this person sees; empty for everybody else."""
        only = len(self.sight.prefixes) == 1 and not (self.sight.ranking or self.sight.stars or self.sight.departments)
        return next((code for code in self.sight.prefixes if only and len(code) == CODE_LENGTH), "")

    @cached_property
    def shown_stars(self) -> list[StarHead]:
        """The stars a list of branches has a column for."""
        return [StarHead(star) for star in self.stars if self.knows_levels or star.code in self.sight.stars]

    def knows_scores(self, star: str) -> bool:
        """Is this star's score seen of every branch that is listed?"""
        return self.opens_all or star in self.sight.stars

    @cached_property
    def pending(self) -> int:
        return pending_edits(self.row.round_id, self.row.county_id)

    @property
    def sealed_digest(self) -> str:
        """The SHA-256 of the county's sealed file; empty before it is sealed."""
        return getattr(self.row, "seal_digest", None) or ""

    @property
    def seal_line(self) -> str:
        """The digest as a sheet's foot prints it; empty before the county is sealed."""
        return f"SHA-256 {self.sealed_digest}" if self.sealed_digest else ""

    def within_sight(self) -> Q:
        """A condition on rows that have a branch: those this person may find in a list."""
        if self.sight.ranking or self.sight.stars or self.sight.departments:
            return Q()
        within = Q(pk__in=[])
        for prefix in self.sight.prefixes:
            within |= Q(branch__code__startswith=prefix)
        return within

    def ratings(self) -> QuerySet[Rating]:
        """The results this person may find in a list."""
        return Rating.objects.of(self.row.round_id, self.row.county_id).filter(self.within_sight())

    def url(self, page: str, *args: str) -> str:
        """The address of a page about this county."""
        return reverse(page, args=[self.round.slug, self.row.county_id, *args])


def reachable(user: User) -> QuerySet[RoundCounty]:
    """The counties and rounds in which this person may see anything, the latest year first.

    With each row, as `seal_digest`, the digest of its sealed file, and as `unread`, how much of this person's inbox is
    unread: every page's frame shows it, and this is the query that every page asks anyway.
    """
    mine = told_still(user).filter(read_at=None).order_by().values("user")
    unread = Subquery(mine.annotate(count=Count("pk")).values("count"), output_field=IntegerField())
    rows = RoundCounty.objects.select_related("round__criteria_set", "round__region", "round__previous", "county")
    seals = SealedCounty.objects.filter(round=OuterRef("round"), county=OuterRef("county")).values("sha256")
    rows = rows.filter(user.regions()).annotate(unread=Coalesce(unread, 0), seal_digest=Subquery(seals[:1]))
    return rows.order_by("-round__year", "round__slug", "county_id")


def counties_seen_by(user: User, *, slug: str = "") -> list[SeenCounty]:
    """The counties this person sees anything of, of one round or the latest year first."""
    rows = reachable(user)
    rows = (rows.filter(round__slug=slug) if slug else rows)[:LISTED]
    seen = [SeenCounty(row, user.sight(row.county_id, confirmed=row.is_official)) for row in rows]
    return [county for county in seen if county.sight]


def county_seen_by(user: User, slug: str, county_code: str) -> SeenCounty:
    """The county as this person sees it; 404 where that is not at all, as for a county that isn't there."""
    row = reachable(user).filter(round__slug=slug, county_id=county_code).first()
    if row is None:
        raise Http404
    sight = user.sight(county_code, confirmed=row.is_official)
    if not sight:
        raise Http404
    return SeenCounty(row, sight)
