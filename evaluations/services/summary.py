"""Townships of a county and counties of a city, as tables: from the results already stored."""

from __future__ import annotations

from decimal import Decimal

from evaluations.models import RoundCounty
from evaluations.services.results import RankedResults
from scoring.ranking import THREE_STARS, UnitLine, unit_table


def county_line(ranked: RankedResults) -> dict:
    """A county's own line in a table of counties: rated branches, three stars or more, mean index."""
    results, included = ranked.results, ranked.included
    indexed = included & results.has_index
    line = UnitLine(
        rated=int(included.sum()),
        three_plus=int((included & (results.level >= THREE_STARS)).sum()),
        index_sum=int(results.index[indexed].sum()),
        indexed=int(indexed.sum()),
    )
    return {"rated": line.rated, "three_plus": line.three_plus, "index_mean": as_decimal(line.index_mean)}


def as_decimal(hundredths: int | None) -> Decimal | None:
    return None if hundredths is None else Decimal(hundredths).scaleb(-2)


def rank_counties(round_id: int) -> None:
    """Rank a round's counties inside each city, by share of three stars or more, then mean index."""
    cities: dict[str, list[tuple[int, UnitLine]]] = {}
    for pk, county, rated, three_plus, mean in RoundCounty.objects.filter(round_id=round_id).values_list(
        "pk", "county_id", "rated", "three_plus", "index_mean"
    ):
        line = UnitLine(rated, three_plus, int(mean * 100) if mean is not None else 0, 0 if mean is None else 1)
        cities.setdefault(county[:4], []).append((pk, line))
    for lines in cities.values():
        for unit in unit_table(lines):
            RoundCounty.objects.filter(pk=unit.key).exclude(city_rank=unit.rank or None).update(
                city_rank=unit.rank or None
            )
