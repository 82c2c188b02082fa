"""P4: the same values rated end to end by LibreOffice Calc, by pandas and by a row-by-row loop."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path
from statistics import median

from django.db import connection

from bench.figures import Figure, not_run
from bench.floor import RESULTS, Floor, empty, execute
from bench.peers import compare, libreoffice, orm_loop, workbook
from bench.peers.standard import plain_standard
from bench.recompute import portal_cold, quotients
from evaluations.services.columns import read_county
from evaluations.services.export import COLUMNS, ranking_rows
from evaluations.services.rating import rate_county

BASE = Path(__file__).resolve().parent
PANDAS = BASE / ".venv" / "bin" / "python"
PANDAS_TABLE = "bench_pandas"
SCRIPT = BASE / "peers" / "pandas_script.py"


def measure(floor: Floor, sheets: Iterable[tuple[int, float]], pairs: int, directory: Path) -> list[Figure]:
    """`sheets` names how many counties a workbook holds and how many times faster the portal has to be."""
    counties = list(floor.rated.counties)
    figures = [libreoffice_figure(floor, counties[:count], target, directory) for count, target in sheets]
    return [*figures, pandas_figure(floor, pairs, directory), orm_figure(floor, counties[0])]


def size(floor: Floor, counties: list[str]) -> int:
    return sum(floor.rated.counties[county] for county in counties)


def ours(floor: Floor, counties: list[str], directory: Path) -> float:
    """Seconds for reading, rating, writing and exporting these counties, all results new."""
    empty(RESULTS)
    started = time.perf_counter()
    for county in counties:
        rate_county(floor.evaluation, county)
        with (directory / "ranking.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            writer.writerows(ranking_rows(floor.evaluation, county))
    return time.perf_counter() - started


def libreoffice_figure(floor: Floor, counties: list[str], target: float, directory: Path) -> Figure:
    """End to end: from the stored values to the ranking in a file; Calc's own part of it stands in the note."""
    what = f"LibreOffice Calc over the portal, {size(floor, counties):,} branches"
    if libreoffice.program() is None:
        return not_run("P4", what, target, "LibreOffice is not installed", at_most=False)
    standard, path = plain_standard(floor.evaluation.criteria_set), directory / "county.xlsx"
    started = time.perf_counter()
    inputs = [read_county(floor.evaluation, county) for county in counties]
    workbook.write_workbook(path, standard, inputs)
    built = time.perf_counter() - started
    libreoffice.start_once(directory)
    runs: dict[str, list[float]] = {"portal": [], "Calc": [], "building the workbook": [built]}
    runs["portal"].append(ours(floor, counties, directory))
    started = time.perf_counter()
    files = libreoffice.recalculate(path, directory)
    runs["Calc"].append(time.perf_counter() - started)
    runs["portal"].append(ours(floor, counties, directory))
    theirs = libreoffice.answers(files, workbook.column_names(standard, inputs[0]))
    ratios = [(built + runs["Calc"][0]) / seconds for seconds in runs["portal"]]
    figure = judged(Figure("P4", what, runs=runs, ratios=ratios, target=target, at_most=False), floor, theirs)
    alone = figure.medians["Calc"] / figure.medians["portal"]
    figure.note += f"; Calc alone, from opening the workbook to the last CSV: {alone:.1f} times the portal"
    return figure


def judged(figure: Figure, floor: Floor, theirs: dict[str, tuple]) -> Figure:
    """A peer that computed another answer doesn't count."""
    same, figure.note = compare.same_level_and_index(compare.answers(floor.rated.round_id), theirs)
    if not same:
        figure.ratios = []
    return figure


def pandas_figure(floor: Floor, pairs: int, directory: Path) -> Figure:
    what, target = f"pandas over the portal, {floor.rated.branches:,} branches", 1.5
    if not PANDAS.exists():
        return not_run("P4", what, target, "no pandas in bench/.venv (python -m bench --with-pandas makes it)", False)
    execute(f"CREATE TABLE IF NOT EXISTS {PANDAS_TABLE} (LIKE {RESULTS} INCLUDING ALL)")
    evaluation = floor.evaluation
    job = {"database": os.environ["DATABASE_URL"], "round": evaluation.pk, "previous": evaluation.previous_id}
    job |= {"table": PANDAS_TABLE} | plain_standard(evaluation.criteria_set)
    (directory / "job.json").write_text(json.dumps(job), encoding="utf-8")
    runs: dict[str, list[float]] = {"portal": [], "pandas": [], "pandas without starting": []}
    for _pair in range(pairs):
        empty(PANDAS_TABLE)
        started = time.perf_counter()
        answer = subprocess.run(
            [str(PANDAS), str(SCRIPT), str(directory / "job.json")], check=True, capture_output=True, text=True
        )
        runs["pandas"].append(time.perf_counter() - started)
        runs["pandas without starting"].append(json.loads(answer.stdout)["seconds"])
        runs["portal"].append(portal_cold(floor))
    ratios = quotients(runs["pandas"], runs["portal"])
    figure = judged(Figure("P4", what, runs=runs, ratios=ratios, target=target, at_most=False), floor, pandas_answers())
    alone = median(quotients(runs["pandas without starting"], runs["portal"]))
    figure.note += f"; without starting the script and loading pandas {alone:.2f} times the portal"
    return figure


def pandas_answers() -> dict[str, tuple]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT b.code, r.level, (r.index * 100)::int, r.county_rank, r.township_rank"
            f" FROM {PANDAS_TABLE} r JOIN branches_branch b ON b.id = r.branch_id"
        )
        return {code: tuple(rest) for code, *rest in cursor.fetchall()}


def orm_figure(floor: Floor, county: str) -> Figure:
    """The portal without its export, because the loop has none."""
    what = f"row-by-row ORM loop over the portal, {floor.rated.counties[county]:,} branches"
    evaluation = floor.evaluation
    empty(RESULTS)
    started = time.perf_counter()
    orm_loop.rate(evaluation, county)
    loop = time.perf_counter() - started
    theirs = compare.answers(floor.rated.round_id)
    portal = []
    for _run in range(5):
        empty(RESULTS)
        started = time.perf_counter()
        rate_county(evaluation, county)
        portal.append(time.perf_counter() - started)
    ratios = [loop / seconds for seconds in portal]
    runs = {"portal": portal, "ORM loop": [loop]}
    return judged(Figure("P4", what, runs=runs, ratios=ratios, target=50, at_most=False), floor, theirs)
