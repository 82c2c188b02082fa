"""P1: one process rates the province, against the floor, in turns."""

from __future__ import annotations

import time
from collections.abc import Callable

from bench.figures import Figure
from bench.floor import FLOOR, RESULTS, Floor, empty, execute, settle
from evaluations.services.rating import rate_county

TARGET = 1.5


def seconds(work: Callable, items) -> float:
    """How long the work takes over all items, one after the other."""
    started = time.perf_counter()
    for item in items:
        work(item)
    return time.perf_counter() - started


def measure(floor: Floor, pairs: int) -> list[Figure]:
    """Everything new, everything changed, nothing changed."""
    return [everything_new(floor, pairs), everything_changed(floor, pairs), nothing_changed(floor, pairs)]


def ours(floor: Floor) -> float:
    return seconds(lambda county: rate_county(floor.evaluation, county), floor.rated.counties)


def everything_new(floor: Floor, pairs: int) -> Figure:
    """The figure that counts; the floor into the result table itself (its foreign keys checked) stands beside it."""
    runs: dict[str, list[float]] = {"floor": [], "portal": [], "floor with foreign keys": []}
    for _pair in range(pairs):
        empty(FLOOR)
        runs["floor"].append(seconds(floor.rate, floor.rated.counties))
        empty(RESULTS)
        runs["portal"].append(ours(floor))
        empty(RESULTS)
        runs["floor with foreign keys"].append(seconds(lambda c: floor.rate(c, RESULTS), floor.rated.counties))
    what = f"recompute of {floor.rated.branches:,} branches, all results new, over the floor"
    return Figure("P1", what, runs=runs, ratios=quotients(runs["portal"], runs["floor"]), target=TARGET)


def everything_changed(floor: Floor, pairs: int) -> Figure:
    runs: dict[str, list[float]] = {"floor": [], "portal": []}
    empty(FLOOR)
    seconds(floor.rate, floor.rated.counties)
    ours(floor)
    for _pair in range(pairs):
        execute(f"VACUUM {FLOOR}")
        settle()
        runs["floor"].append(seconds(floor.replace, floor.rated.counties))
        execute(f"UPDATE {RESULTS} SET input_digest = ''")
        execute(f"VACUUM {RESULTS}")
        settle()
        runs["portal"].append(ours(floor))
    what = "the same, every stored result to be replaced"
    return Figure("P1b", what, runs=runs, ratios=quotients(runs["portal"], runs["floor"]))


def nothing_changed(floor: Floor, pairs: int) -> Figure:
    runs: dict[str, list[float]] = {"floor's reading": [], "portal": []}
    ours(floor)
    for _pair in range(pairs):
        settle()
        runs["floor's reading"].append(seconds(floor.read, floor.rated.counties))
        runs["portal"].append(ours(floor))
    what = "the same, nothing to write"
    return Figure("P1c", what, runs=runs, ratios=quotients(runs["portal"], runs["floor's reading"]))


def quotients(above: list[float], below: list[float]) -> list[float]:
    return [one / other for one, other in zip(above, below, strict=True)]
