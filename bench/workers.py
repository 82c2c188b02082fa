"""P2: two worker processes against one, beside what two processes do for the floor itself."""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.figures import Figure
from bench.floor import FLOOR, RESULTS, Floor, empty, execute
from bench.recompute import quotients
from bench.share import READY_SECONDS, floor_share
from embedded import processes
from evaluations.models import RatingRun
from evaluations.models.job import RunState
from evaluations.services import runs

TARGET = 0.8
BASE = Path(__file__).resolve().parent.parent
RUN_SECONDS = 3600
COMMAND = [sys.executable, "-m", "celery", "-A", "config", "worker", "--without-gossip", "--without-mingle"]


def measure(floor: Floor, pairs: int) -> list[Figure]:
    """In turns: the floor in one and two processes, the portal's worker with one and two."""
    speeds: dict[str, list[float]] = {"floor, 1": [], "floor, 2": [], "portal, 1": [], "portal, 2": []}
    for _pair in range(pairs):
        for count in (1, 2):
            empty(FLOOR)
            speeds[f"floor, {count}"].append(floor_in_processes(floor, count))
        for count in (1, 2):
            speeds[f"portal, {count}"].append(run_in_workers(floor, count))
    floors = quotients(speeds["floor, 1"], speeds["floor, 2"])
    portals = quotients(speeds["portal, 1"], speeds["portal, 2"])
    what = "speed-up by a second worker process, over the floor's own"
    runs_ = speeds | {"floor's speed-up": floors, "portal's speed-up": portals}
    return [Figure("P2", what, runs=runs_, ratios=quotients(portals, floors), target=TARGET, at_most=False)]


def floor_in_processes(floor: Floor, count: int) -> float:
    """Seconds from a common start until the last process has written its share of the counties."""
    context = multiprocessing.get_context("spawn")
    barrier, ends = context.Barrier(count + 1), context.Queue()
    counties = list(floor.rated.counties)
    shares = [dict.fromkeys(counties[place::count], 0) for place in range(count)]
    shared = (floor.rows, barrier, ends)
    workers = [context.Process(target=floor_share, args=(floor.rated.round_id, share, *shared)) for share in shares]
    for worker in workers:
        worker.start()
    barrier.wait(READY_SECONDS)
    started = time.monotonic()
    last = max(ends.get(timeout=RUN_SECONDS) for _worker in workers)
    for worker in workers:
        worker.join()
    return last - started


def run_in_workers(floor: Floor, count: int) -> float:
    """Seconds that a run over the round takes with so many worker processes, all results new, as its row tells."""
    with worker(count):
        rate_all(floor)
        empty(RESULTS)
        run = rate_all(floor)
    return (run.finished_at - run.created_at).total_seconds()


def rate_all(floor: Floor) -> RatingRun:
    """Start a run as the page does and send out what is due until PostgreSQL says that it is done."""
    run = runs.start_run(floor.evaluation, by="bench")
    deadline = time.monotonic() + RUN_SECONDS
    while run.state == RunState.RUNNING:
        if time.monotonic() > deadline:
            raise TimeoutError(f"run {run.pk} did not end: {run.counties_done} of {run.counties} counties")
        runs.publish_due()
        time.sleep(0.05)
        run.refresh_from_db()
    if run.failures or run.branches_done != floor.rated.branches:
        raise RuntimeError(f"run {run.pk} left {run.failures} counties out")
    return run


@contextmanager
def worker(count: int) -> Iterator[int]:
    """A Celery worker with so many processes, ready to work; yields its process id."""
    execute("DELETE FROM evaluations_ratingmark")
    command = [*COMMAND, f"--concurrency={count}", "--loglevel=WARNING"]
    process = processes.spawn(command, log=BASE / "var" / "log" / "bench-worker.log", env=dict(os.environ), cwd=BASE)
    try:
        wait_until_ready()
        yield process.pid
    finally:
        process.terminate()
        processes.finish(process, READY_SECONDS)


def wait_until_ready() -> None:
    from config.celery import app

    deadline = time.monotonic() + READY_SECONDS
    while not app.control.ping(timeout=0.5):
        if time.monotonic() > deadline:
            raise TimeoutError("the Celery worker did not answer (see var/log/bench-worker.log)")
