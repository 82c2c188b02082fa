"""A process's share of the floor. Django is set up here, because a spawned process imports this module first."""

from __future__ import annotations

import time
from pathlib import Path

READY_SECONDS = 60


def floor_share(round_id: int, counties: dict[str, int], rows: Path, barrier, ends) -> None:
    """Warm up, wait for the others, then read and write these counties; tell when the last was written."""
    import django

    django.setup()
    from bench.floor import Floor
    from bench.province import Rated

    floor = Floor(Rated(round_id, counties), rows)
    floor.load()
    floor.read(next(iter(counties)))
    barrier.wait(READY_SECONDS)
    for county in counties:
        floor.rate(county)
    ends.put(time.monotonic())
