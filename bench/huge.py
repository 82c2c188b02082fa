"""P3: twelve provinces' worth of branches through one real worker: the time of a branch and the worker's memory."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from bench.figures import Figure
from bench.floor import RESULTS, Floor, empty
from bench.recompute import quotients
from bench.workers import rate_all, worker

SLOWER, MEGABYTES = 1.2, 300


def measure(province: Floor, huge: Floor, times: int) -> list[Figure]:
    """The huge round between two of the province, again and again, each by a worker that starts afresh."""
    small, large = (f"{floor.rated.branches:,} branches" for floor in (province, huge))
    runs: dict[str, list[float]] = {small: [], large: []}
    peaks: dict[str, list[float]] = {small: [], large: []}
    for floor, name in [(province, small), *[(huge, large), (province, small)] * times]:
        milliseconds, peak = rate_once(floor)
        runs[name].append(milliseconds)
        peaks[name].append(peak)
    beside = [(before + after) / 2 for before, after in pairwise(runs[small])]
    what = f"time of a branch among {large}, over the province's"
    return [
        Figure("P3", what, "ms", runs, quotients(runs[large], beside), SLOWER),
        Figure("P3", "peak memory of a worker process", "MB", peaks, peaks[large], MEGABYTES),
    ]


def rate_once(floor: Floor) -> tuple[float, float]:
    """Milliseconds a branch, and the worker's peak memory in MB."""
    empty(RESULTS)
    with worker(1) as pid:
        run = rate_all(floor)
        peak = peak_megabytes(pid)
    return (run.finished_at - run.created_at).total_seconds() / floor.rated.branches * 1000, peak


def peak_megabytes(worker_pid: int) -> float:
    """The most that the worker or one of its pool processes ever held."""
    children = Path(f"/proc/{worker_pid}/task/{worker_pid}/children").read_text().split()
    return max(high_water(int(pid)) for pid in [worker_pid, *children])


def high_water(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    kilobytes = next(line for line in lines if line.startswith("VmHWM"))
    return int(kilobytes.split()[1]) / 1024
