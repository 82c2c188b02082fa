"""The counties of a round side by side, ranked inside each city as the page is read (scoring.md §5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from accounts.models import User
from accounts.roles import BLIND, Role
from branches.models import CODE_LENGTH, Region
from evaluations.models import RoundCounty
from evaluations.reading.county import SeenCounty, counties_seen_by
from scoring.ranking import UnitLine, unit_table

CITY = 4  # significant digits of a city's code


@dataclass(frozen=True)
class CountyRow:
    """One county's line; `rank` 0 where none is shown."""

    seen: SeenCounty
    rank: int


@dataclass(frozen=True)
class CityTable:
    """The counties of one city, in rank order."""

    name: str
    rows: list[CountyRow]


def cities_seen_by(user: User, slug: str) -> list[CityTable]:
    """The round's counties whose ranking this person sees, by city."""
    shown = [seen for seen in counties_seen_by(user, slug=slug) if seen.sight.ranking]
    shown.sort(key=lambda seen: seen.row.county_id)
    cities = {code: list(counties) for code, counties in groupby(shown, lambda seen: seen.row.county_id[:CITY])}
    names = {region.code[:CITY]: region.shown_name for region in regions_of(cities)}
    return [CityTable(names.get(code, ""), city_rows(user, code, counties)) for code, counties in cities.items()]


def regions_of(cities: Iterable[str]) -> Iterable[Region]:
    return Region.objects.filter(code__in=[code.ljust(CODE_LENGTH, "0") for code in cities])


def city_rows(user: User, city: str, counties: list[SeenCounty]) -> list[CountyRow]:
    """Rank the confirmed counties, for an auditor all; nobody learns a place among counties that are not shown."""
    ranked = [seen for seen in counties if seen.is_official or user.has_role(Role.AUDITOR)]
    lines = [(seen.row.pk, line_of(seen.row)) for seen in ranked] if reaches(user, city) else []
    ranks = {unit.key: unit.rank for unit in unit_table(lines)}
    rows = [CountyRow(seen, ranks.get(seen.row.pk, 0)) for seen in counties]
    return sorted(rows, key=lambda row: (row.rank == 0, row.rank, row.seen.row.county_id))


def reaches(user: User, city: str) -> bool:
    """Does any role that reads ratings reach over the whole city?"""
    return any(grant.role not in BLIND and city.startswith(grant.scope_prefix) for grant in user.held_grants)


def line_of(row: RoundCounty) -> UnitLine:
    """The county's line by its last rating; the mean stands for all its indexes."""
    if row.index_mean is None:
        return UnitLine(row.rated, row.three_plus)
    return UnitLine(row.rated, row.three_plus, int(row.index_mean * 100), 1)
