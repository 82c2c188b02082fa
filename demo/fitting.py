"""Finding values whose points add up to a wanted score, from where they were, with few changes."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from demo.ladders import Ladder, Slot

STEPS, FINE_STEPS = 160, 60
CLOSE = 300  # units: 0.03 points of a hundred


@dataclass(frozen=True)
class Task:
    """One star of one branch: the values that may move, and the points wanted of them together (units).

    `shares` says over how many a slot's points are spread: 1, or the quarters that count.
    """

    ladders: dict[Slot, Ladder]
    shares: dict[Slot, int]
    wanted: int

    def points(self, slot: Slot, value: int) -> int:
        return self.ladders[slot].points_of[value] // self.shares[slot]

    def total(self, values: dict[Slot, int]) -> int:
        return sum(self.points(slot, value) for slot, value in values.items())


def draw_values(task: Task, most: int, rng: Random) -> dict[Slot, int]:
    """Values around the share of the points that is wanted, each a little better or worse."""
    percent = 100 * task.wanted // max(most, 1)
    values = {}
    for slot, ladder in task.ladders.items():
        share = min(100, max(0, percent + rng.randrange(-30, 31)))
        values[slot] = ladder.nearest(ladder.points[-1] * share // 100, rng)
    return values


def drift(task: Task, values: dict[Slot, int], steady: frozenset[str], rng: Random) -> dict[Slot, int]:
    """A year later: measured shares move a little, most options and all stable facts stay."""
    moved = {}
    for slot, ladder in task.ladders.items():
        value = values.get(slot)
        if value not in ladder.points_of:
            value = ladder.nearest(ladder.points[-1] * 3 // 4, rng)
        elif slot[0] not in steady and (ladder.is_fine or rng.randrange(100) < 15):
            step = ladder.points[-1] * rng.randrange(-6, 11) // 100
            value = ladder.nearest(ladder.points_of[value] + step, rng)
        moved[slot] = value
    return moved


def fit(task: Task, values: dict[Slot, int], rng: Random, movable: tuple[Slot, ...] | None = None) -> dict[Slot, int]:
    """Move values until their points are as near to the wanted sum as they come.

    Coarse steps first, any criterion; then only those measured finely, straight at what is left.
    """
    values = dict(values)
    slots = movable or tuple(task.ladders)
    fine = tuple(slot for slot in slots if task.ladders[slot].is_fine)
    gap = task.wanted - task.total(values)
    for step in range(STEPS):
        if abs(gap) <= CLOSE:
            break
        last = step >= STEPS - FINE_STEPS
        slot = rng.choice(fine or slots if last else slots)
        ladder, share = task.ladders[slot], task.shares[slot]
        part = 100 if last else rng.randrange(25, 101)
        now = ladder.points_of[values[slot]]
        value = ladder.nearest(now + gap * share * part // 100, rng)
        after = gap - (ladder.points_of[value] // share - now // share)
        if abs(after) < abs(gap):
            values[slot], gap = value, after
    return values
