"""P5: one edited value until the new score and ranks are committed, against that county's reading and writing."""

from __future__ import annotations

import io
import time

import numpy as np
from django.db import connection, transaction
from django.db.models import Max

from bench.figures import Figure
from bench.floor import FLOOR, Floor, execute
from bench.recompute import quotients
from evaluations.models import Rating, RatingMark, Value
from evaluations.services.rating import rate_county
from evaluations.services.results import COLUMNS

TARGET = 1.5
EDITED = "PA-03"  # a percentage that most branches have


def measure(floor: Floor, times: int) -> Figure:
    """In turns: an edit rated by the portal, then the same rows read and written by the floor."""
    (county,) = floor.rated.counties
    evaluation = floor.evaluation
    rng = np.random.default_rng(len(floor.ids[county]))
    runs: dict[str, list[float]] = {"floor": [], "portal": [], "rows written": []}
    values = editable(floor, rng, times + 2)
    for place, value in enumerate(values):
        edit(value, float(rng.integers(8000, 10_000)) / 100)
        before = Rating.objects.aggregate(last=Max("pk"))["last"]
        portal = timed(lambda: rate_county(evaluation, county))
        branches, text = rows_after(before)
        beside = timed(lambda rows=text, gone=branches: write_beside(floor, county, gone, rows))
        if place >= 2:  # the first two warm up
            for name, number in (("portal", portal), ("floor", beside), ("rows written", len(branches))):
                runs[name].append(number)
    what = f"one edited value, score and ranks committed, county of {len(floor.ids[county]):,}"
    return Figure("P5", what, runs=runs, ratios=quotients(runs["portal"], runs["floor"]), target=TARGET)


def editable(floor: Floor, rng: np.random.Generator, count: int) -> list[int]:
    reported = Value.objects.filter(round_id=floor.rated.round_id, criterion__code=EDITED, effective_state=1)
    ids = np.array(reported.order_by("pk").values_list("pk", flat=True))
    return rng.permutation(ids)[:count].tolist()


def edit(value: int, number: float) -> None:
    """Save a value as a page would; the database marks the county in the same transaction."""
    Value.objects.filter(pk=value).update(reported_number=f"{number:.2f}")
    assert RatingMark.objects.exists(), "the edit left no mark: this would measure nothing"


def timed(work) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def rows_after(before: int) -> tuple[list[int], bytes]:
    """The rows the rating just wrote, as their branches and as COPY text."""
    out = io.BytesIO()
    with connection.cursor() as cursor:
        cursor.cursor.copy_expert(f"COPY (SELECT {COLUMNS} FROM evaluations_rating WHERE id > {before}) TO STDOUT", out)
    return list(Rating.objects.filter(pk__gt=before).values_list("branch_id", flat=True)), out.getvalue()


def write_beside(floor: Floor, county: str, branches: list[int], text: bytes) -> None:
    with transaction.atomic():
        floor.read(county)
        floor.delete(branches)
        floor.write(text)


def prepare(floor: Floor) -> None:
    """Both tables hold the county's rows before the first edit."""
    (county,) = floor.rated.counties
    execute(f"DELETE FROM {FLOOR} WHERE county_id = %s", [county])
    floor.load()
    floor.write(floor.texts[county])
