"""Which figures are measured, at which sizes, and what is done with them."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bench import against, day, edit, entry, files, huge, machine, pages, recompute, workers
from bench.figures import PASS, REPORTED, Figure, table
from bench.floor import Floor
from bench.province import make_rounds

RESULTS = Path(__file__).resolve().parent / "results"


@dataclass(frozen=True)
class Sizes:
    """How much of everything: full, or just enough to try the harness."""

    province: tuple[int, ...] = (2500,) * 20
    counties: tuple[int, ...] = (574, 2500)  # of one edit
    pages: tuple[int, ...] = (10, 600, 6000)
    sheets: tuple[tuple[int, float], ...] = ((1, 10), (8, 30))  # counties in a workbook, times faster
    huge: tuple[int, ...] = (2500,) * 240  # only when asked for
    pairs: int = 5
    edits: int = 30
    grid: int = 60  # branches of E1's and E3's clerk
    department: int = 600  # branches of E1d's
    files: int = 600  # branches in E2's workbook and of L1's county; one of `pages`
    day: int = 60  # seconds of L1


QUICK = Sizes(
    province=(300,) * 3, counties=(60, 150), pages=(10, 60, 200), sheets=((1, 10),), huge=(300,) * 6, pairs=1, edits=3,
    files=60, department=60, day=10,
)  # fmt: skip


def run(options: argparse.Namespace, directory: Path) -> int:
    """Measure what was asked for, print it and keep it; 1 where a figure falls short or could not run."""
    sizes = QUICK if options.quick else Sizes()
    asked = {name.upper() for name in options.only or ()}
    figures: list[Figure] = []
    before = machine.load()
    for figure in measured(sizes, asked, options.huge, directory):
        figures.append(figure)
        print(table([figure]).splitlines()[1], flush=True)
    print(f"\n{table(figures)}")
    if options.quick:
        return 0
    keep(figures, before)
    return 0 if all(figure.verdict in (PASS, REPORTED) for figure in figures) else 1


def measured(sizes: Sizes, asked: set[str], with_huge: bool, directory: Path) -> Iterator[Figure]:
    plan = {"province": list(sizes.province), "grid": [sizes.grid], "department": [sizes.department]}
    plan |= {f"county-{count}": [count] for count in sizes.counties} | {
        f"page-{count}": [count] for count in sizes.pages
    }
    rounds = make_rounds(plan)
    province = prepared(Floor(rounds["province"], directory))
    few = max(sizes.pairs - 2, 1)

    def many() -> Floor:
        return Floor(make_rounds({"huge": list(sizes.huge)})["huge"], directory)

    edited = [f"county-{count}" for count in sizes.counties]
    wanted: dict[str, Callable[[], list[Figure]]] = {
        "P1": lambda: recompute.measure(province, sizes.pairs),
        "P2": lambda: workers.measure(province, few),
        "P4": lambda: against.measure(province, sizes.sheets, few, directory),
        "P5": lambda: [edit.measure(one_county(rounds[name], directory), sizes.edits) for name in edited],
        "E2": lambda: files.measure(rounds[f"page-{sizes.files}"], sizes.pairs),
        "E1": lambda: entry.measure_grid(rounds["grid"]) + entry.measure_department_grid(rounds["department"]),
        "E3": lambda: entry.measure_saving(rounds["grid"]),
        "L1": lambda: day.measure(rounds[f"page-{sizes.files}"], sizes.day),
        "P6": lambda: pages.measure([rounds[f"page-{count}"] for count in sizes.pages]),
    }
    if with_huge:
        wanted["P3"] = lambda: huge.measure(province, many(), few)
    for name, measure in wanted.items():
        if not asked or name in asked:
            yield from measure()


def prepared(floor: Floor) -> Floor:
    floor.capture()
    floor.load()
    return floor


def one_county(rated, directory: Path) -> Floor:
    floor = prepared(Floor(rated, directory))
    edit.prepare(floor)
    return floor


def keep(figures: list[Figure], load_before: float) -> None:
    """One file per figure under bench/results/, with the machine it was measured on."""
    RESULTS.mkdir(exist_ok=True)
    about = machine.describe() | {"load": {"before": load_before, "after": machine.load()}}
    for name in sorted({figure.id[:2] for figure in figures}):
        own = [figure.as_dict() for figure in figures if figure.id[:2] == name]
        text = json.dumps(about | {"figures": own}, ensure_ascii=False, indent=1)
        (RESULTS / f"{name}.json").write_text(f"{text}\n", encoding="utf-8")
