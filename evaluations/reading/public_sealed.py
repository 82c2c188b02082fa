"""A confirmed county as the public reads it: the yearly list as it was sealed, and the list as it stands today."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from evaluations.models import Objection, SealedRating, StarChange
from evaluations.reading.public import Line, PublicCounty
from evaluations.services.current import changes_of, stars_after, stars_of
from evaluations.workflow import OPEN_OBJECTIONS

YEAR, NOW = "year", "now"


@dataclass(frozen=True)
class ShownChange:
    """A star given or taken after the seal: since when, by which decision."""

    on: date
    branch: str
    star: str
    gained: bool
    cause: str
    document: str


class SealedLists:
    """Both lists of one county; whoever holds no star is on neither.

    Of the yearly list the stars are marked to which an objection was open at the seal, of today's those still open.
    """

    def __init__(self, county: PublicCounty, which: str):
        self.county, self.which = county, which if which in (YEAR, NOW) else YEAR
        ratings = SealedRating.objects.filter(seal=county.seal).select_related("branch__township")
        self.ratings = list(ratings.order_by("branch__code"))
        self.changes = changes_of(county.seal, county.today)
        self.pending_of: dict[int, set[str]] = {}
        for one in objections_of(county):
            if self.which == YEAR or one.status in OPEN_OBJECTIONS:
                self.pending_of.setdefault(one.entry.branch_id, set()).add(one.star)

    @property
    def lines(self) -> list[Line]:
        lines = [self.line(row) for row in self.ratings]
        return sorted((line for line in lines if line.stars or line.pending), key=lambda one: (-one.level, one.branch))

    def line(self, row: SealedRating) -> Line:
        earned = stars_of(row)
        if self.which == NOW:
            earned = stars_after(earned, self.changes.get(row.branch_id, ()))
        pending = self.pending_of.get(row.branch_id, set()) - set(earned)
        branch, county = row.branch, self.county
        return Line(
            branch.code, branch.shown_name, branch.township_id, branch.township.shown_name,
            county.of(earned), county.of(pending),
        )  # fmt: skip

    @property
    def shown_changes(self) -> list[ShownChange]:
        """What changed up to today, the latest first."""
        names = {row.branch_id: row.branch.shown_name for row in self.ratings}
        found = [one for changes in self.changes.values() for one in changes]
        return [self.shown(one, names) for one in sorted(found, key=lambda one: (one.effective_on, one.pk))[::-1]]

    def shown(self, one: StarChange, names: dict[int, str]) -> ShownChange:
        star = self.county.stars[one.star].shown_name
        return ShownChange(
            one.effective_on, names[one.branch_id], star, one.gained, one.get_cause_display(), one.document
        )


def objections_of(county: PublicCounty) -> Iterable[Objection]:
    """Those that were open when the county was sealed."""
    found = Objection.objects.filter(county=county.row, filed_at__lte=county.seal.sealed_at)
    found = found.filter(Q(ruled_at=None) | Q(ruled_at__gt=county.seal.sealed_at))
    return list(found.select_related("entry").only("star", "status", "entry__branch"))
