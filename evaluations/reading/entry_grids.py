"""The two entry grids: one star × the branches of a township, one criterion × the branches of a county."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property

from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.access import EntryScope
from evaluations.models import Rating
from evaluations.reading.county import SeenCounty
from evaluations.reading.entry_cells import shown_last
from evaluations.reading.entry_grid import Chip, Grid
from evaluations.reading.marks import StarHead, StarMark, star_state
from evaluations.services.gates import Gate
from scoring.models import Criterion

EVERY = "all"  # every star's columns beside each other


class StarGrid(Grid):
    """One star, or all of them, × the branches of the reader's townships."""

    kind = "star"

    def is_own(self, row: Criterion) -> bool:
        return row.takes_entry and row.source == "township"

    def within(self) -> Q:
        found = Q(pk__in=[])
        for prefix in self.scope.townships:
            found |= Q(branch__code__startswith=prefix)
        return found

    @cached_property
    def star(self) -> str:
        """The star asked for, else the first that lacks something, else the first."""
        asked, codes = self.query.get("star", ""), [chip.code for chip in self.heads]
        if asked in codes or asked == EVERY:
            return asked
        lacking = [row.star for row in self.own_rows if self.missing.get(row.code)]
        return next((code for code in codes if code in lacking), codes[0])

    @cached_property
    def heads(self) -> list[StarHead]:
        return [StarHead(star) for star in self.seen.stars]

    @property
    def head(self) -> StarHead | None:
        return next((head for head in self.heads if head.code == self.star), None)

    @cached_property
    def rows(self) -> list[Criterion]:
        return [row for row in self.standard.criteria if row.takes_entry and self.star in (row.star, EVERY)]

    @property
    def chips(self) -> list[Chip]:
        chips = [
            Chip(head.code, head.label, self.missing_of(head.code), head.code == self.star, head.seal)
            for head in self.heads
        ]
        return [*chips, Chip(EVERY, _("All"), self.total_missing, self.star == EVERY)]

    def missing_of(self, star: str) -> int:
        return sum(self.missing.get(row.code, 0) for row in self.own_rows if row.star == star)

    @property
    def title(self) -> str:
        towns = {entry.township.shown_name for entry in self.entries}
        return _("Entry of %(place)s") % {"place": towns.pop() if len(towns) == 1 else self.seen.name}

    @property
    def label(self) -> str:
        return self.head.label if self.head else _("All stars")

    @cached_property
    def ratings(self) -> dict[int, Rating]:
        rows = Rating.objects.of(self.seen.row.round_id, self.seen.row.county_id)
        return {rating.branch_id: rating for rating in rows.filter(branch__in=self.branch_ids)}

    def mark_of(self, branch: int) -> StarMark | None:
        """The star by the last rating; for all stars, none."""
        rating = self.ratings.get(branch)
        if self.head is None or rating is None or rating.parked:
            return None
        return StarMark(self.head.star, star_state(self.head.star, rating), getattr(rating, self.star))

    def until(self, gate: Gate) -> datetime | None:
        return gate.township_until


class CriterionGrid(Grid):
    """One criterion of the reader's department × the branches of the county."""

    kind = "criterion"

    def __init__(self, seen: SeenCounty, scope: EntryScope, query: Mapping[str, str]):
        super().__init__(seen, scope, query)
        asked = query.get("criterion", "")
        if asked and asked not in {row.code for row in self.own_rows}:
            raise Http404

    def is_own(self, row: Criterion) -> bool:
        return row.takes_entry and row.source != "township" and row.owner in self.scope.departments

    def within(self) -> Q:
        return Q()

    @cached_property
    def criterion(self) -> Criterion | None:
        """The one asked for, else the first that lacks something, else the first."""
        rows = {row.code: row for row in self.own_rows}
        lacking = (code for code, missing in self.missing.items() if missing)
        return rows.get(self.query.get("criterion") or next(lacking, next(iter(rows), "")))

    @property
    def rows(self) -> list[Criterion]:
        return [self.criterion] if self.criterion else []

    @property
    def chips(self) -> list[Chip]:
        names = {star.code: star.shown_name for star in self.seen.stars}
        return [
            Chip(
                row.code,
                row.shown_name,
                self.missing.get(row.code, 0),
                row == self.criterion,
                group=names.get(row.star, ""),
            )
            for row in self.own_rows
        ]

    @property
    def title(self) -> str:
        return _("Entry of %(place)s") % {"place": pgettext("between names", ", ").join(sorted(self.scope.departments))}

    @property
    def label(self) -> str:
        return f"{self.criterion.code} {self.criterion.shown_name}" if self.criterion else ""

    def last_of(self, branch: int, last) -> str:
        column, years = self.columns[0], last.get((branch, self.columns[0].code), [])
        if len(years) == 1:
            return shown_last(column, years[0])
        return " / ".join(column.text_of(*year[1:]) or "–" for year in years)

    def until(self, gate: Gate) -> datetime | None:
        return gate.until(self.criterion) if self.criterion else None


def grid_of(seen: SeenCounty, scope: EntryScope, query: Mapping[str, str]) -> Grid:
    """The grid asked for, else the townships', else the department's; 404 for what the reader doesn't enter."""
    wants_criterion = "criterion" in query or not scope.townships
    if wants_criterion and not scope.departments:
        raise Http404
    return CriterionGrid(seen, scope, query) if wants_criterion else StarGrid(seen, scope, query)
