"""P1: one process rates the province, against the floor, county by county in turns."""

from __future__ import annotations

import time
from collections.abc import Callable

from bench.figures import Figure
from bench.floor import FLOOR, RESULTS, Floor, empty, execute, settle

TARGET = 1.5
Runs = dict[str, list[float]]


def measure(floor: Floor, pairs: int) -> list[Figure]:
    """Everything new, everything changed, nothing changed."""
    return [everything_new(floor, pairs), everything_changed(floor, pairs), nothing_changed(floor, pairs)]


def in_turns(runs: Runs, floor: Floor, *works: Callable[[str], object]) -> None:
    """Add each work's seconds over all counties: they take turns at every county, so that noise meets all alike.

    No two are near the same county at a time: none finds the pages that another just read.
    """
    counties = list(floor.rated.counties)
    spent = [0.0] * len(works)
    for turn in range(len(counties)):
        for place, work in enumerate(works):
            county = counties[(turn + place * len(counties) // len(works)) % len(counties)]
            started = time.perf_counter()
            work(county)
            spent[place] += time.perf_counter() - started
    for name, seconds in zip(runs, spent, strict=True):
        runs[name].append(seconds)


def everything_new(floor: Floor, pairs: int) -> Figure:
    """The figure that counts."""
    runs: Runs = {"floor": [], "portal": []}
    for _pair in range(pairs):
        empty(FLOOR)
        empty(RESULTS)
        in_turns(runs, floor, floor.rate, floor.portal)
    what = f"recompute of {floor.rated.branches:,} branches, all results new, over the floor"
    return Figure("P1", what, runs=runs, ratios=quotients(runs["portal"], runs["floor"]), target=TARGET)


def everything_changed(floor: Floor, pairs: int) -> Figure:
    runs: Runs = {"floor": [], "portal": []}
    for _pair in range(pairs):
        execute(f"UPDATE {RESULTS} SET input_digest = ''")
        execute(f"VACUUM {RESULTS}")
        execute(f"VACUUM {FLOOR}")
        settle()
        in_turns(runs, floor, floor.replace, floor.portal)
    what = "the same, every stored result to be replaced"
    return Figure("P1b", what, runs=runs, ratios=quotients(runs["portal"], runs["floor"]))


def nothing_changed(floor: Floor, pairs: int) -> Figure:
    runs: Runs = {"floor's reading": [], "portal": []}
    for _pair in range(pairs):
        settle()
        in_turns(runs, floor, floor.read, floor.portal)
    what = "the same, nothing to write"
    return Figure("P1c", what, runs=runs, ratios=quotients(runs["portal"], runs["floor's reading"]))


def quotients(above: list[float], below: list[float]) -> list[float]:
    return [one / other for one, other in zip(above, below, strict=True)]


def portal_cold(floor: Floor) -> float:
    """Seconds the portal takes over all counties, one after the other, all results new."""
    empty(RESULTS)
    started = time.perf_counter()
    for county in floor.rated.counties:
        floor.portal(county)
    return time.perf_counter() - started
