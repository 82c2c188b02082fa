"""An invented province as rows: regions, branches, a published standard, last year sealed and this year open.

Everything is drawn from a seed and goes in by COPY, county by county, each criterion's values together as a
department's file brings them. Triggers and foreign keys are off meanwhile where the server allows it.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Max

from bench.sample import draw
from branches.models import Branch, Region
from evaluations.models import EvaluationRound, RosterEntry, RoundCounty, SealedCounty, SealedRating, State
from scoring.models import CriteriaSet
from scoring.standard import Standard, compile_set
from scoring.units import SCALE

CATALOGUE = Path(__file__).resolve().parent.parent / "scoring" / "catalogue"
SEED = 4199
PER_TOWNSHIP = 50
COUNTIES_PER_CITY = 20
MISSING_SHARE, NA_SHARE, VETO_SHARE = 0.02, 0.007, 0.003
NULL = r"\N"


@dataclass(frozen=True)
class Rated:
    """A round that was made: its row's id and its counties with their number of branches."""

    round_id: int
    counties: dict[str, int]

    @property
    def evaluation(self) -> EvaluationRound:
        return EvaluationRound.objects.select_related("previous").get(pk=self.round_id)

    @property
    def branches(self) -> int:
        return sum(self.counties.values())


@dataclass(frozen=True)
class County:
    """A county to be made: its code, its place in the province and the ids of its branches."""

    code: str
    place: int
    ids: np.ndarray

    @property
    def townships(self) -> list[str]:
        return [f"{self.code[:6]}{1 + row // PER_TOWNSHIP:03d}000" for row in range(len(self.ids))]


def make_rounds(sizes: dict[str, list[int]]) -> dict[str, Rated]:
    """Add a round per name, over new counties of these many branches each; last year is sealed."""
    made: dict[str, Rated] = {}
    counties = plan(sizes)
    with transaction.atomic():
        without_triggers()
        standard = write_standard()
        write_regions([county.code for own in counties.values() for county in own])
        for name, own in counties.items():
            last, this = write_rounds(standard, name)
            for county in own:
                write_county(county, standard, last, this)
            made[name] = Rated(this.pk, {county.code: len(county.ids) for county in own})
    catch_up()
    return made


def plan(sizes: dict[str, list[int]]) -> dict[str, list[County]]:
    """Codes and branch ids in one sequence over all rounds, after those there already are."""
    place = Region.objects.counties().count()
    first = 1 + (Branch.objects.aggregate(last=Max("pk"))["last"] or 0)
    counties: dict[str, list[County]] = {}
    for name, counts in sizes.items():
        counties[name] = []
        for count in counts:
            counties[name].append(County(county_code(place), place, np.arange(first, first + count)))
            place, first = place + 1, first + count
    return counties


def county_code(place: int) -> str:
    city, county = divmod(place, COUNTIES_PER_CITY)
    return f"41{80 + city}{county + 1:02d}000000"


def without_triggers() -> None:
    """Leave out the foreign keys' and guards' checks in this transaction: the rows are right by construction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_parameter_privilege('session_replication_role', 'SET')")
        if cursor.fetchone()[0]:
            cursor.execute("SET LOCAL session_replication_role = replica")


def catch_up() -> None:
    """Bring the sequence of a table that got explicit ids to its last row, and the planner up to date."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
        cursor.execute("SELECT setval(pg_get_serial_sequence('branches_branch', 'id'), max(id)) FROM branches_branch")


def write_standard() -> Standard:
    """The shipped village catalogue, published as the county would."""
    files = {"criteria": str(CATALOGUE / "village.csv"), "stars": str(CATALOGUE / "village_stars.csv")}
    call_command("load_criteria", "bench", **files, publish=True, stdout=io.StringIO(), stderr=io.StringIO())
    return compile_set(CriteriaSet.objects.get(name="bench"))


def write_regions(counties: list[str]) -> None:
    cities = sorted({code[:4] for code in counties})
    rows = [Region(code="410000000000", name="试省", level="province")]
    rows += [Region(code=f"{city}00000000", name=f"试{city[2:]}市", level="city") for city in cities]
    rows += [Region(code=code, name=f"试{code[2:6]}县", level="county") for code in counties]
    Region.objects.bulk_create(rows, ignore_conflicts=True)


def write_rounds(standard: Standard, name: str) -> tuple[EvaluationRound, EvaluationRound]:
    criteria_set = standard.criteria[0].criteria_set_id
    shared = {"region_id": "410000000000", "criteria_set_id": criteria_set, "document": "试〔2026〕1号"}
    last = EvaluationRound.objects.create(slug=f"{name}-2025", year=2025, **shared)
    return last, EvaluationRound.objects.create(slug=f"{name}-2026", year=2026, previous=last, **shared)


def copy_rows(table: str, columns: str, lines: Iterable[str]) -> None:
    with connection.cursor() as cursor:
        cursor.cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", io.StringIO("\n".join(lines) + "\n"))


def write_county(county: County, standard: Standard, last: EvaluationRound, this: EvaluationRound) -> None:
    """One county's branches, rosters, values, vetoes and sealed ranks."""
    rng = np.random.default_rng([SEED, county.place])
    households = rng.integers(150, 1200, len(county.ids))
    write_branches(rng, county, households)
    for evaluation in (last, this):
        state = State.CLOSED if evaluation is last else State.OPEN
        RoundCounty.objects.create(round=evaluation, county_id=county.code, state=state, document=evaluation.document)
        rows = zip(county.ids.tolist(), county.townships, strict=True)
        lines = (f"{evaluation.pk}\t{branch}\t{county.code}\t{township}" for branch, township in rows)
        copy_rows(RosterEntry._meta.db_table, "round_id, branch_id, county_id, township_id", lines)
    write_values(rng, county.ids, households, standard, last, this)
    write_vetoes(rng, county.ids, standard, this)
    write_seal(rng, county, last)


def write_branches(rng, county: County, households: np.ndarray) -> None:
    townships = county.townships
    names = sorted(set(townships))
    Region.objects.bulk_create([Region(code=code, name=f"{code[6:9]}乡", level="township") for code in names])
    population = (households * rng.normal(3.2, 0.3, len(townships))).astype(int)
    lines = [
        f"{branch}\t{township[:9]}{1 + row % PER_TOWNSHIP:03d}\t{township}\t{branch}村\t\tvillage\t{people}\t{homes}"
        f"\tt\t{branch:07d}\t"
        for row, (branch, township, people, homes) in enumerate(
            zip(county.ids.tolist(), townships, population.tolist(), households.tolist(), strict=True)
        )
    ]
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


def write_seal(rng, county: County, last) -> None:
    """Last year's sealed ranks, for movement; the file itself is not read by a recompute."""
    seal = SealedCounty.objects.create(
        round=last, county_id=county.code, document=last.document, engine_version="1", content="{}", sha256="0" * 64
    )
    ranks = rng.permutation(len(county.ids)) + 1
    pairs = zip(county.ids.tolist(), ranks.tolist(), strict=True)
    lines = [f"{seal.pk}\t{branch}\t\t3\t80.00\t{rank}\t{rank}" for branch, rank in pairs]
    columns = "seal_id, branch_id, earned, level, index, county_rank, township_rank"
    copy_rows(SealedRating._meta.db_table, columns, lines)
