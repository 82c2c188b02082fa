"""Competition ranks, tables of townships or counties, movement (scoring.md §5). PURE."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from scoring.units import div_half_up

THREE_STARS = 3
UNRANKED = 0


def competition_ranks(level, index, has_index, included, groups=None) -> np.ndarray:
    """Return int32[n]: ranks 1, 1, 3 by level then index, both descending; 0 where not included.

    level int[n], index int64[n] hundredths (ignored without has_index: last of its level), included bool[n];
    groups int[n] ranks each group by itself.
    """
    ranks = np.full(len(level), UNRANKED, np.int32)
    at = np.flatnonzero(included)
    if not len(at):
        return ranks
    scope = np.zeros(len(at), np.int64) if groups is None else np.asarray(groups)[at]
    keys = np.stack([scope, -np.asarray(level)[at].astype(np.int64), -np.where(has_index, index, -1)[at]])
    order = np.lexsort(keys[::-1])
    new_key, new_scope = _changes(keys[:, order]), _changes(keys[:1, order])
    place = np.arange(len(at))
    first_of_key = np.maximum.accumulate(np.where(new_key, place, 0))
    first_of_scope = np.maximum.accumulate(np.where(new_scope, place, 0))
    ranks[at[order]] = first_of_key - first_of_scope + 1
    return ranks


def _changes(sorted_keys):
    """Return bool[m]: does a column differ from the one before it? The first does."""
    changed = np.ones(sorted_keys.shape[1], bool)
    changed[1:] = (sorted_keys[:, 1:] != sorted_keys[:, :-1]).any(axis=0)
    return changed


@dataclass(frozen=True)
class UnitLine:
    """The counts of one township or county: rated branches, those at three stars or more, and their indexes."""

    rated: int
    three_plus: int
    index_sum: int = 0  # hundredths
    indexed: int = 0  # branches with an index

    @property
    def share(self) -> int | None:
        """Percent of rated branches at three stars or more, hundredths, half-up; None when none is rated."""
        return div_half_up(self.three_plus * 10_000, self.rated) if self.rated else None

    @property
    def index_mean(self) -> int | None:
        """Mean index over the branches that have one, hundredths, half-up."""
        return div_half_up(self.index_sum, self.indexed) if self.indexed else None

    def __add__(self, other: "UnitLine") -> "UnitLine":
        return UnitLine(
            self.rated + other.rated,
            self.three_plus + other.three_plus,
            self.index_sum + other.index_sum,
            self.indexed + other.indexed,
        )


@dataclass(frozen=True)
class RankedUnit:
    """A unit's place in its table; rank 0 when it has no rated branch. `levels[k]` counts branches of k stars."""

    key: Hashable
    line: UnitLine
    rank: int
    levels: tuple[int, ...] = ()


def unit_table(lines: Sequence[tuple[Hashable, UnitLine]]) -> list[RankedUnit]:
    """Rank (key, line) pairs by share, then mean index, both at 2 decimals; unrated units come last.

    Equal units share a rank and keep the order given.
    """
    keys = [_standing(line) for _, line in lines]
    ordered = sorted(range(len(lines)), key=keys.__getitem__, reverse=True)
    return [
        RankedUnit(*lines[place], 1 + sum(key > keys[place] for key in keys) if lines[place][1].rated else UNRANKED)
        for place in ordered
    ]


def _standing(line: UnitLine) -> tuple[int, int]:
    share, mean = line.share, line.index_mean
    return (-1 if share is None else share, -1 if mean is None else mean)


def township_table(townships, results, included, stars: int = 5) -> list[RankedUnit]:
    """Return the ranked table of the units in `townships` (a key per branch), with counts by level 0..stars.

    `results` has level, index and has_index as Results does; included bool[n] leaves the parked out.
    """
    level, index, has_index = results.level, results.index, results.has_index
    units, unit_of = np.unique(np.asarray(townships), return_inverse=True)
    rows, counts = [], {}
    for place, unit in enumerate(units.tolist()):
        here = (unit_of == place) & included
        indexed = here & has_index
        line = UnitLine(
            int(here.sum()), int((level[here] >= THREE_STARS).sum()), int(index[indexed].sum()), int(indexed.sum())
        )
        rows.append((unit, line))
        counts[unit] = tuple(np.bincount(level[here], minlength=stars + 1).tolist())
    return [RankedUnit(row.key, row.line, row.rank, counts[row.key]) for row in unit_table(rows)]


def movement(last_rank: int | None, this_rank: int | None) -> int | None:
    """Return last sealed rank − this rank (up is positive), None when either is absent or unranked."""
    return last_rank - this_rank if last_rank and this_rank else None
