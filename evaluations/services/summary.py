"""A county's line in a table of counties, from the results just made."""

from __future__ import annotations

from decimal import Decimal

from evaluations.services.results import RankedResults
from scoring.ranking import THREE_STARS, UnitLine


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
