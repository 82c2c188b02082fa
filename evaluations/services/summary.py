"""Townships of a county and counties of a city, as tables: from the results already stored."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, Sum

from evaluations.models import Rating, RoundCounty
from evaluations.services.results import RankedResults
from scoring.ranking import UnitLine, unit_table


def county_line(ranked: RankedResults) -> dict:
    """A county's own line in a table of counties: rated branches, three stars or more, mean index."""
    results, included = ranked.results, ranked.included
    indexed = included & results.has_index
    line = UnitLine(
        rated=int(included.sum()),
        three_plus=int((included & (results.level >= 3)).sum()),
        index_sum=int(results.index[indexed].sum()),
        indexed=int(indexed.sum()),
    )
    return {"rated": line.rated, "three_plus": line.three_plus, "index_mean": as_decimal(line.index_mean)}


def as_decimal(hundredths: int | None) -> Decimal | None:
    return None if hundredths is None else Decimal(hundredths).scaleb(-2)
