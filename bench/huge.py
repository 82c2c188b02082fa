"""P3: twelve provinces' worth of branches through one real worker: the time of a branch and the worker's memory."""

from __future__ import annotations

from pathlib import Path

from bench.figures import Figure
from bench.floor import RESULTS, Floor, empty
from bench.recompute import quotients
from bench.workers import rate_all, worker

SLOWER, MEGABYTES = 1.2, 300


def measure(province: Floor, huge: Floor) -> list[Figure]:
    """The province before and after the huge round, each by a worker that starts afresh."""
    names = [f"{floor.rated.branches:,} branches" for floor in (province, huge)]
    runs: dict[str, list[float]] = {name: [] for name in names}
    peaks: list[float] = []
    for floor, name in ((province, names[0]), (huge, names[1]), (province, names[0])):
        empty(RESULTS)
        with worker(1) as pid:
            run = rate_all(floor)
            peaks.append(peak_megabytes(pid))
        seconds = (run.finished_at - run.created_at).total_seconds()
        runs[name].append(seconds / floor.rated.branches * 1000)
    ratios = quotients(runs[names[1]] * 2, runs[names[0]])
    what = f"time of a branch among {names[1]}, over the province's"
    memory = {name: [peak] for name, peak in zip(names, peaks, strict=False)}
    return [
        Figure("P3", what, "ms", runs, ratios, SLOWER),
        Figure("P3", "peak memory of a worker process", "MB", memory, [peaks[1]], MEGABYTES),
    ]


def peak_megabytes(worker_pid: int) -> float:
    """The most that the worker or one of its pool processes ever held."""
    children = Path(f"/proc/{worker_pid}/task/{worker_pid}/children").read_text().split()
    return max(high_water(int(pid)) for pid in [worker_pid, *children])


def high_water(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    kilobytes = next(line for line in lines if line.startswith("VmHWM"))
    return int(kilobytes.split()[1]) / 1024
