"""The ranking file that other programs read: exactly the columns of the data contract."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from django.db.models import F

from evaluations.models import EvaluationRound, Rating, RoundCounty
from evaluations.models.round import OFFICIAL
from scoring.models import STAR_CODES
from tables.writing import write_csv

COLUMNS = (
    "county_rank", "township_rank", "branch", "name", "township", "level", "index", *STAR_CODES, "earned", "status",
)  # fmt: skip


def write_ranking(file: IO[str], evaluation: EvaluationRound, county_code: str | None = None) -> None:
    """Write the ranking file as CSV."""
    write_csv(file, COLUMNS, ranking_rows(evaluation, county_code))


def ranking_rows(evaluation: EvaluationRound, county_code: str | None = None) -> Iterator[tuple[str, ...]]:
    """Yield the ranking as text cells, by county, rank and code; parked branches last in their county."""
    official = set(RoundCounty.objects.filter(round=evaluation, state__in=OFFICIAL).values_list("county_id", flat=True))
    ratings = Rating.objects.filter(round=evaluation)
    if county_code:
        ratings = ratings.filter(county_id=county_code)
    ordered = ratings.order_by("county_id", F("county_rank").asc(nulls_last=True), "branch__code").values_list(
        "county_id", "parked", "county_rank", "township_rank", "branch__code", "branch__name", "township__name",
        "level", "index", *STAR_CODES, "earned",
    )  # fmt: skip
    for county, parked, *cells in ordered.iterator(chunk_size=5000):
        status = "parked" if parked else "confirmed" if county in official else "provisional"
        yield (*("" if cell is None else str(cell) for cell in cells), status)
