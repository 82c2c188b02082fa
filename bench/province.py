"""An invented province as rows: regions, branches, a published standard, last year sealed and this year open.

Everything is drawn from a seed and goes in by COPY, county by county, each criterion's values together as a
department's file brings them. Triggers and foreign keys are off meanwhile where the server allows it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from django.db import connection, transaction
from django.db.models.functions import Now

from bench.sample import draw
from branches.models import Branch, Kind, Region
from evaluations.models import EvaluationRound, RosterEntry, RoundCounty, SealedCounty, SealedRating, State
from scoring.models import CriteriaSet, Criterion, Star
from scoring.standard import Standard, compile_set
from scoring.units import SCALE

CATALOGUE = Path(__file__).resolve().parent.parent / "scoring" / "catalogue"
SEED = 4199
PER_TOWNSHIP = 50
COUNTIES_PER_CITY = 20
MISSING_SHARE, NA_SHARE, VETO_SHARE = 0.02, 0.007, 0.003
NULL = r"\N"
FLAGS = ("mandatory", "veto", "bonus", "required", "stable")
NUMBERS = ("max_points", "files", "order", "pass_line", "weight", "bonus_cap")


@dataclass(frozen=True)
class Province:
    """What was made: the round to rate, its counties and how many branches each has."""

    round_id: int
    counties: tuple[str, ...]
    branches: int

    @property
    def evaluation(self) -> EvaluationRound:
        return EvaluationRound.objects.select_related("previous").get(pk=self.round_id)


def county_codes(count: int) -> list[str]:
    places = [divmod(place, COUNTIES_PER_CITY) for place in range(count)]
    return [f"41{80 + city}{county + 1:02d}000000" for city, county in places]


def make_province(counties: int, branches: int) -> Province:
    """Fill the empty database; return what to rate."""
    codes = county_codes(counties)
    with transaction.atomic():
        without_triggers()
        standard = write_standard()
        write_regions(codes)
        last, this = write_rounds(standard)
        for place, code in enumerate(codes):
            write_county(place, code, branches, standard, last, this)
    catch_up()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
    return Province(this.pk, tuple(codes), branches)


def without_triggers() -> None:
    """Leave out the foreign keys' and guards' checks in this transaction: the rows are right by construction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if cursor.fetchone()[0]:
            cursor.execute("SET LOCAL session_replication_role = replica")


def catch_up() -> None:
    """Bring the sequences of tables that got explicit ids to their last row."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(pg_get_serial_sequence('branches_branch', 'id'), max(id)) FROM branches_branch")


def catalogue_rows(name: str) -> list[dict]:
    with (CATALOGUE / name).open(encoding="utf-8") as file:
        return [row | {"order": row.get("order") or place} for place, row in enumerate(csv.DictReader(file), 1)]


def typed(row: dict) -> dict:
    """A catalogue row as a model's fields."""
    return {
        name: text == "1" if name in FLAGS else text or "0" if name in NUMBERS else text or "{}" if name == "checks" else text
        for name, text in row.items()
    }


def write_standard() -> Standard:
    criteria_set = CriteriaSet.objects.create(name="bench", kind=Kind.VILLAGE)
    for row in catalogue_rows("village_stars.csv"):
        row["code"] = row.pop("star")
        Star.objects.create(criteria_set=criteria_set, **typed(row))
    for row in catalogue_rows("village.csv"):
        Criterion.objects.create(criteria_set=criteria_set, **typed(row))
    CriteriaSet.objects.filter(pk=criteria_set.pk).update(published_at=Now())
    return compile_set(criteria_set)


def write_regions(counties: list[str]) -> None:
    Region.objects.create(code="410000000000", name="试省", level="province")
    cities = sorted({code[:4] for code in counties})
    Region.objects.bulk_create([Region(code=f"{city}00000000", name=f"试{city[2:]}市", level="city") for city in cities])
    Region.objects.bulk_create([Region(code=code, name=f"试{code[2:6]}县", level="county") for code in counties])


def write_rounds(standard: Standard) -> tuple[EvaluationRound, EvaluationRound]:
    shared = {"region_id": "410000000000", "criteria_set_id": standard.criteria[0].criteria_set_id, "document": "试〔2026〕1号"}
    last = EvaluationRound.objects.create(slug="bench-2025", year=2025, **shared)
    return last, EvaluationRound.objects.create(slug="bench-2026", year=2026, previous=last, **shared)


def copy_rows(table: str, columns: str, lines: Iterable[str]) -> None:
    with connection.cursor() as cursor:
        cursor.cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", io.StringIO("\n".join(lines) + "\n"))


def write_county(place: int, county: str, count: int, standard: Standard, last, this) -> None:
    """One county's branches, rosters, values, vetoes and sealed ranks."""
    rng = np.random.default_rng([SEED, place])
    ids = np.arange(count) + place * count + 1
    townships = [f"{county[:6]}{1 + row // PER_TOWNSHIP:03d}000" for row in range(count)]
    households = rng.integers(150, 1200, count)
    write_branches(rng, ids, townships, households)
    for evaluation in (last, this):
        state = State.CLOSED if evaluation is last else State.OPEN
        RoundCounty.objects.create(round=evaluation, county_id=county, state=state, document=evaluation.document)
        rows = zip(ids.tolist(), townships, strict=True)
        lines = (f"{evaluation.pk}\t{branch}\t{county}\t{township}" for branch, township in rows)
        copy_rows(RosterEntry._meta.db_table, "round_id, branch_id, county_id, township_id", lines)
    write_values(rng, ids, households, standard, last, this)
    write_vetoes(rng, ids, standard, this)
    write_seal(rng, ids, county, last)


def write_branches(rng, ids: np.ndarray, townships: list[str], households: np.ndarray) -> None:
    names = sorted(set(townships))
    Region.objects.bulk_create([Region(code=code, name=f"{code[6:9]}乡", level="township") for code in names])
    population = (households * rng.normal(3.2, 0.3, len(ids))).astype(int)
    lines = (
        f"{branch}\t{township[:9]}{1 + row % PER_TOWNSHIP:03d}\t{township}\t{branch}村\t\tvillage\t{people}\t{homes}\tt\t{branch:07d}\t"
        for row, (branch, township, people, homes) in enumerate(
            zip(ids.tolist(), townships, population.tolist(), households.tolist(), strict=True)
        )
    )
    columns = "id, code, township_id, name, name_en, kind, population, households, active, sort_key, initials"
    copy_rows(Branch._meta.db_table, columns, lines)


def write_values(rng, ids: np.ndarray, households: np.ndarray, standard: Standard, last, this) -> None:
    quality = rng.beta(2.2, 1.6, len(ids))
    lines: list[str] = []
    for place, period in standard.compiled.slots:
        if standard.criteria[place].pk in standard.record_counted:
            continue
        criterion = standard.compiled.criteria[place]
        units = draw(rng, criterion, quality, households)
        start = f"{this.pk}\t{{}}\t{standard.criteria[place].pk}\t{period}"
        lines += value_lines(rng, ids, units, criterion.options, start)
        if criterion.code in standard.of_places:
            before = whole_cents(units / rng.normal(1.05, 0.05, len(ids)))
            lines += value_lines(rng, ids, before, (), f"{last.pk}\t{{}}\t{standard.criteria[place].pk}\t{period}")
    columns = "round_id, branch_id, criterion_id, period, reported_number, reported_option, reported_na"
    copy_rows("evaluations_value", columns, lines)


def whole_cents(units: np.ndarray) -> np.ndarray:
    return (units // (SCALE // 100)).astype(np.int64) * (SCALE // 100)


def value_lines(rng, ids: np.ndarray, units: np.ndarray, options: tuple[str, ...], start: str) -> Iterator[str]:
    """COPY lines of one criterion and period: some branches have no value, a few have NA."""
    chance = rng.random(len(ids))
    for branch, number, luck in zip(ids.tolist(), units.tolist(), chance.tolist(), strict=True):
        if luck < MISSING_SHARE:
            continue
        where = start.format(branch)
        if luck < MISSING_SHARE + NA_SHARE:
            yield f"{where}\t{NULL}\t\tt"
        else:
            option = options[number // SCALE - 1] if options else ""
            yield f"{where}\t{number // SCALE}.{number % SCALE:04d}\t{option}\tf"


def write_vetoes(rng, ids: np.ndarray, standard: Standard, this) -> None:
    lines = [
        f"{this.pk}\t{branch}\t{criterion}\t试办〔2026〕{branch}号\t\t\tt\t"
        for criterion in standard.record_counted
        for branch in ids[rng.random(len(ids)) < VETO_SHARE].tolist()
    ]
    columns = "round_id, branch_id, criterion_id, document, reporter, finding, imported, lifted_reason"
    if lines:
        copy_rows("evaluations_vetorecord", columns, lines)


def write_seal(rng, ids: np.ndarray, county: str, last) -> None:
    """Last year's sealed ranks, for movement; the file itself is not read by a recompute."""
    seal = SealedCounty.objects.create(
        round=last, county_id=county, document=last.document, engine_version="1", content="{}", sha256="0" * 64
    )
    ranks = rng.permutation(len(ids)) + 1
    lines = (f"{seal.pk}\t{branch}\t\t3\t80.00\t{rank}\t{rank}" for branch, rank in zip(ids.tolist(), ranks.tolist(), strict=True))
    columns = "seal_id, branch_id, earned, level, index, county_rank, township_rank"
    copy_rows(SealedRating._meta.db_table, columns, lines)
