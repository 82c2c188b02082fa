"""The current list: the sealed one with every star taken or given since, ranked again (scoring.md §7).

The index stays as it was sealed; the level is the sealed one less the stars lost and with those given.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np

from evaluations.models import SealedCounty, SealedRating, StarChange
from scoring.models import STAR_CODES
from scoring.ranking import competition_ranks


@dataclass(frozen=True)
class Standing:
    """One branch in the current list, beside what was sealed. A parked branch has no level and no rank."""

    sealed: SealedRating
    earned: tuple[str, ...]
    level: int | None
    county_rank: int | None
    township_rank: int | None

    @property
    def is_changed(self) -> bool:
        """Are its stars others than those sealed?"""
        return self.earned != stars_of(self.sealed)


def current_list(seal: SealedCounty, on: date) -> list[Standing]:
    """The list as it stands on a day, by rank and code; those without a rank last. Two queries however long it is."""
    rows = list(seal.ratings.select_related("branch__township").order_by("branch__code"))
    changes = changes_of(seal, on)
    earned = [stars_after(stars_of(row), changes.get(row.branch_id, ())) for row in rows]
    levels = [level_of(row, stars) for row, stars in zip(rows, earned, strict=True)]
    county, township = ranks(rows, levels)
    found = [Standing(*cells) for cells in zip(rows, earned, levels, county, township, strict=True)]
    return sorted(found, key=lambda one: (one.county_rank is None, one.county_rank or 0))


def changes_of(seal: SealedCounty, on: date) -> dict[int, list[StarChange]]:
    """Branch id → its changes in effect on that day, in their order."""
    found: dict[int, list[StarChange]] = {}
    for one in seal.changes.filter(effective_on__lte=on):
        found.setdefault(one.branch_id, []).append(one)
    return found


def stars_of(row: SealedRating) -> tuple[str, ...]:
    return tuple(row.earned.split())


def stars_after(earned: Iterable[str], changes: Iterable[StarChange]) -> tuple[str, ...]:
    """The stars held once these changes are in effect, in the stars' order."""
    held = set(earned)
    for one in changes:
        held = held | {one.star} if one.gained else held - {one.star}
    return tuple(star for star in STAR_CODES if star in held)


def level_of(row: SealedRating, earned: tuple[str, ...]) -> int | None:
    """The sealed level with the stars gained and without those lost; what had none has one once a star is given."""
    moved = len(earned) - len(stars_of(row))
    return row.level if not moved else (row.level or 0) + moved


def ranks(rows: list[SealedRating], levels: list[int | None]) -> tuple[list[int | None], list[int | None]]:
    """Competition ranks in the county and in each township."""
    level = np.array([-1 if one is None else one for one in levels], np.int64)
    index = np.array([hundredths(row.index) for row in rows], np.int64)
    has_index = np.array([row.index is not None for row in rows], bool)
    keys = (level, index, has_index, level >= 0)
    towns = np.unique(np.array([row.branch.township_id for row in rows], dtype="U12"), return_inverse=True)[1]
    return shown(competition_ranks(*keys)), shown(competition_ranks(*keys, towns))


def hundredths(index: Decimal | None) -> int:
    return -1 if index is None else int(index * 100)


def shown(found: np.ndarray) -> list[int | None]:
    return [rank or None for rank in found.tolist()]
