"""A department's work: of each of its criteria, how many branches have a value, and where they are missing."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from accounts.access import EntryScope
from branches.models import Region
from evaluations.reading.county import SeenCounty
from evaluations.reading.entry_links import link
from evaluations.reading.entry_share import Share
from evaluations.reading.marks import StarHead
from evaluations.reading.values import QUARTERS
from evaluations.services.completeness import is_asked, periods_of
from evaluations.services.explaining import select
from scoring.models import ALL_STARS, Criterion
from scoring.standard import published_standard

GIVEN = """
    SELECT r.township_id, v.criterion_id, v.period, count(*)
    FROM evaluations_rosterentry r
    JOIN evaluations_value v ON v.round_id = r.round_id AND v.branch_id = r.branch_id
    WHERE r.round_id = %s AND r.county_id = %s AND v.criterion_id = ANY(%s)
        AND (v.reported_number IS NOT NULL OR v.reported_na)
    GROUP BY 1, 2, 3
"""
BRANCHES = """
    SELECT township_id, count(*) FROM evaluations_rosterentry
    WHERE round_id = %s AND county_id = %s GROUP BY 1 ORDER BY 1
"""


@dataclass(frozen=True)
class PeriodLine(Share):
    """One period of a criterion: how many of the county's branches have a value."""

    word: str
    given: int
    asked: int


@dataclass(frozen=True)
class TownshipGap:
    """A township of which a criterion's values are not all in."""

    name: str
    left: int
    url: str


@dataclass(frozen=True)
class DepartmentLine:
    """One criterion that the department gives. A bonus or a veto that a branch hasn't got is not missing."""

    row: Criterion
    head: StarHead | None
    periods: list[PeriodLine]
    gaps: list[TownshipGap]
    url: str

    @property
    def asked(self) -> bool:
        return is_asked(self.row)

    @property
    def left(self) -> int:
        return sum(period.missing for period in self.periods) if self.asked else 0


def department_lines(seen: SeenCounty, scope: EntryScope) -> list[DepartmentLine]:
    """The criteria of the person's departments, in three queries however many branches there are."""
    rows = [row for row in published_standard(seen.round.criteria_set_id).criteria if scope.enters("", row)]
    place = [seen.row.round_id, seen.row.county_id]
    towns = dict(select(BRANCHES, place))
    given = {tuple(found[:3]): found[3] for found in select(GIVEN, [*place, [row.pk for row in rows]])}
    names = {region.code: region.shown_name for region in Region.objects.filter(code__in=list(towns))}
    heads = {star.code: StarHead(star) for star in seen.stars}
    return [line_of(seen, row, towns, given, names, heads) for row in rows]


def line_of(
    seen: SeenCounty, row: Criterion, towns: dict[str, int], given: dict[tuple[str, int, int], int],
    names: dict[str, str], heads: dict[str, StarHead],
) -> DepartmentLine:  # fmt: skip
    periods, gaps = periods_of(row), []
    counts = {town: [given.get((town, row.pk, period), 0) for period in periods] for town in towns}
    lines = [
        PeriodLine(
            str(QUARTERS[period]) if period else str(_("year")), sum(count[place] for count in counts.values()),
            sum(towns.values()),
        )
        for place, period in enumerate(periods)
    ]  # fmt: skip
    for town, branches in towns.items():
        left = branches * len(periods) - sum(counts[town])
        if left and is_asked(row):
            url = link(seen, "entry_grid", criterion=row.code, township=town)
            gaps.append(TownshipGap(names.get(town, town), left, url))
    head = None if row.star == ALL_STARS else heads.get(row.star)
    return DepartmentLine(row, head, lines, gaps, link(seen, "entry_grid", criterion=row.code))
