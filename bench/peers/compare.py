"""Did a peer compute the same answer? A peer that computed another doesn't count."""

from __future__ import annotations

from evaluations.models import Rating

FIELDS = ("level", "index", "county_rank", "township_rank")
ALLOWED = 0.002  # binary floats may round a score at a half differently, and move a few ranks with it


def answers(round_id: int) -> dict[str, tuple]:
    """Branch code → level, index in hundredths, county rank, township rank, as stored by whoever rated last."""
    rows = Rating.objects.filter(round_id=round_id).values_list("branch__code", *FIELDS)
    return {code: (level, int(index * 100), *ranks) for code, level, index, *ranks in rows}


def same_level_and_index(ours: dict[str, tuple], theirs: dict[str, tuple]) -> tuple[bool, str]:
    """Whether the peer agrees on every branch but a handful, and a sentence that says so."""
    shared = ours.keys() & theirs.keys()
    wrong = sum(ours[code][:2] != theirs[code][:2] for code in shared)
    ranks = sum(ours[code][2:] != theirs[code][2:] for code in shared)
    note = f"{len(shared)} branches compared: {wrong} with another level or index, {ranks} with another rank"
    return bool(shared) and len(theirs) == len(shared) and wrong <= ALLOWED * len(shared), note
