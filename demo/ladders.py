"""For each criterion of a branch, the values it could plausibly have, from worst to best, with the points they earn."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cache, cached_property
from random import Random

import numpy as np

from demo.standard import village_catalogue
from scoring.compiled import CompiledCriterion
from scoring.units import SCALE, scale_half_up

Slot = tuple[str, int]  # a criterion's code and period, 0 = the year

# What is plausible: lowest, highest, step (units).
RANGES = {
    "CY-02": (80_000, 780_000, 1000),
    "CY-07": (910_000, 1_040_000, 1000),
    "CY-08": (20_000, 370_000, 1000),
    "CY-09": (800_000, 1_000_000, 1000),
    "ST-01": (580_000, 992_000, 1000),
    "ST-02": (0, 50_000, SCALE),
    "ST-03": (90_000, 560_000, 1000),
    "ST-04": (880_000, 1_000_000, 1000),
    "ST-05": (0, 160_000, SCALE),
    "ST-B1": (0, 30_000, SCALE),
    "ST-08": (770_000, 996_000, 1000),
    "PA-01": (0, 40_000, SCALE),
    "PA-02": (0, 10_000, SCALE),
    "PA-03": (830_000, 996_000, 100),
    "PA-04": (780_000, 1_000_000, 1000),
    "PA-06": (0, 40_000, SCALE),
    "PA-07": (785_000, 992_000, 100),
    "PA-08": (760_000, 1_000_000, 1000),
    "WM-03": (0, 30_000, SCALE),
    "WM-06": (872_000, 991_000, 100),
    "WM-09": (690_000, 968_000, 100),
    "ZB-03": (0, 50_000, SCALE),
    "ZB-04": (0, 60_000, SCALE),
    "ZB-05": (0, 30_000, SCALE),
    "ZB-06": (790_000, 1_000_000, 1000),
    "ZB-07": (0, 30_000, SCALE),
    "ZB-08": (800_000, 4_600_000, 50_000),
    "ZB-11": (600_000, 958_000, 100),
}
SHARES = {"CY-06": (2, 42), "ST-07": (12, 62), "WM-04": (18, 88), "ZB-10": (45, 99)}  # percent of the households
ASSUMED_HOUSEHOLDS = 400  # where the county has no figure for the branch
FIXED = ("CY-01", "CY-03", "CY-04")  # drawn for the whole county beforehand (demo.incomes)


@dataclass(frozen=True)
class Ladder:
    """Values and the points each earns (units), both ordered from the fewest points to the most."""

    values: tuple[int, ...]
    points: tuple[int, ...]

    @property
    def is_fine(self) -> bool:
        return len(self.values) > 30

    @cached_property
    def points_of(self) -> dict[int, int]:
        return dict(zip(self.values, self.points, strict=True))

    def nearest(self, wanted: int, rng: Random) -> int:
        """A value whose points come nearest to those wanted; any of those that earn the same."""
        at = bisect_left(self.points, wanted)
        if at == len(self.points) or (at and wanted - self.points[at - 1] < self.points[at] - wanted):
            at -= 1
        low, high = bisect_left(self.points, self.points[at]), bisect_right(self.points, self.points[at])
        return self.values[rng.randrange(low, high)]

    def cut(self, *, reaching: bool) -> Ladder:
        """Only the values that earn points, or only those that earn none."""
        kept = [place for place, points in enumerate(self.points) if (points > 0) == reaching]
        return Ladder(tuple(self.values[place] for place in kept), tuple(self.points[place] for place in kept))


def ladder_of(criterion: CompiledCriterion, population: int | None, households: int | None) -> Ladder:
    """The ladder of one criterion for a branch of that size; one without a size it needs earns nothing from it."""
    size = {"per_100_households": households, "per_1000_residents": population}.get(criterion.basis)
    homes = households if criterion.code in SHARES else None
    return build_ladder(criterion.code, size, homes)


@cache
def build_ladder(code: str, size: int | None, homes: int | None) -> Ladder:
    catalogue = village_catalogue().compiled
    criterion = catalogue.criteria[catalogue.places[code]]
    values = np.array(candidates(criterion, homes), np.int64)
    basis = values
    if criterion.basis.startswith("per_"):
        factor = 100 if criterion.basis == "per_100_households" else 1000
        basis = scale_half_up(values, factor, size) if size else None
    points = np.zeros_like(values) if basis is None else criterion.rule.points(basis, criterion.max_points)
    order = np.lexsort((values, points))
    return Ladder(tuple(values[order].tolist()), tuple(points[order].tolist()))


def candidates(criterion: CompiledCriterion, homes: int | None) -> list[int]:
    """Plausible values in units: an option's place, a number of households, or a range."""
    if criterion.value_type == "choice":
        return [SCALE * (place + 1) for place in range(len(criterion.options))]
    if criterion.value_type == "yesno":
        return [0, SCALE]
    if criterion.code in SHARES:
        low, high = (share * (homes or ASSUMED_HOUSEHOLDS) // 100 for share in SHARES[criterion.code])
        return [SCALE * number for number in range(low, high + 1)]
    low, high, step = RANGES[criterion.code]
    return list(range(low, high + 1, step))
