"""From a county's columns of values to points, scores, stars, levels and index.

Implements scoring.md §1, §2 and §4.1 to §4.6, without the options of §4.5. All arithmetic is on integers:
units (ten-thousandths) for values and points, hundredths for scores and index. PURE.
"""

from dataclasses import dataclass

import numpy as np

from scoring.bases import MISSING, NOT_APPLICABLE, REPORTED, Values, form
from scoring.compiled import ALL_STARS, CompiledCriterion, CompiledSet, CompiledStar
from scoring.parking import find_parked
from scoring.units import BASIS_LIMIT, div_half_up, peak
from tables.message import Message

__all__ = [
    "ENGINE_VERSION", "MISSING", "NOT_APPLICABLE", "REPORTED",
    "Columns", "CompiledCriterion", "CompiledSet", "CompiledStar", "Results", "rate",
]  # fmt: skip

ENGINE_VERSION = "1"
HUNDREDTHS_IN_WHOLE = 100 * 100  # a score of 100.00


@dataclass
class Columns:
    """The values of one county's active branches: n rows, one column per slot or criterion of the set."""

    units: np.ndarray  # int64[n, slots]; a choice is its option's place × 10^4, a yesno 10^4 or 0
    state: np.ndarray  # int8[n, slots]
    last_units: np.ndarray  # int64[n, criteria]; only the columns of criteria that an `of` names are read
    last_state: np.ndarray  # int8[n, criteria]
    population: np.ndarray  # int64[n], -1 absent
    households: np.ndarray  # int64[n], -1 absent
    withheld: np.ndarray  # bool[n, s], stars the review does not grant whatever their score

    @classmethod
    def blank(cls, compiled: CompiledSet, n: int) -> "Columns":
        """Return columns of n branches with nothing reported and no population."""
        slots, criteria = len(compiled.slots), len(compiled.criteria)
        return cls(
            units=np.zeros((n, slots), np.int64, order="F"),
            state=np.zeros((n, slots), np.int8, order="F"),
            last_units=np.zeros((n, criteria), np.int64, order="F"),
            last_state=np.zeros((n, criteria), np.int8, order="F"),
            population=np.full(n, -1, np.int64),
            households=np.full(n, -1, np.int64),
            withheld=np.zeros((n, len(compiled.stars)), bool),
        )


@dataclass
class Results:
    """What n branches earned on c criteria and s stars; a parked branch has zeros and False everywhere."""

    parked: list[Message | None]
    basis: np.ndarray  # int64[n, c] units, within ±BASIS_LIMIT; 0 where not formed and for quarterly criteria
    state: np.ndarray  # int8[n, c], NA also where a basis can't be formed
    points: np.ndarray  # int64[n, c] units
    base: np.ndarray  # int64[n, s] hundredths
    bonus: np.ndarray  # int64[n, s] hundredths
    scores: np.ndarray  # int64[n, s] hundredths = base + bonus, 0 where not rated
    rated: np.ndarray  # bool[n, s]
    earned: np.ndarray  # bool[n, s]
    vetoed: np.ndarray  # bool[n, s]
    unmet: np.ndarray  # bool[n, s], a mandatory criterion is not met
    level: np.ndarray  # int8[n]
    index: np.ndarray  # int64[n] hundredths, 0 without an index
    has_index: np.ndarray  # bool[n]


@dataclass
class _Tally:
    """Sums per star while the criteria are gone through; units, [s, n] so that a star is contiguous."""

    points: np.ndarray
    possible: np.ndarray
    bonus: np.ndarray
    vetoed: np.ndarray
    unmet: np.ndarray

    @classmethod
    def empty(cls, stars: int, n: int) -> "_Tally":
        sums = (np.zeros((stars, n), np.int64) for _ in range(3))
        return cls(*sums, *(np.zeros((stars, n), bool) for _ in range(2)))


@dataclass
class _Scored:
    """What one criterion gave ([n]), or all of them ([n, c], a column contiguous)."""

    basis: np.ndarray
    state: np.ndarray
    points: np.ndarray
    met: np.ndarray

    @classmethod
    def empty(cls, n: int, criteria: int) -> "_Scored":
        kinds = (np.int64, np.int8, np.int64, bool)
        return cls(*(np.zeros((n, criteria), kind, order="F") for kind in kinds))

    def put(self, place: int, one: "_Scored") -> None:
        self.basis[:, place], self.state[:, place] = one.basis, one.state
        self.points[:, place], self.met[:, place] = one.points, one.met


def rate(compiled: CompiledSet, columns: Columns) -> Results:
    """Rate one county's branches; the result doesn't depend on their order nor on other counties.

    Raises nothing for any value: a branch that can't be scored is parked with its reason (§5).
    """
    n = len(columns.population)
    parked = find_parked(compiled, columns)
    kept = np.array([reason is None for reason in parked], bool)
    tally = _Tally.empty(len(compiled.stars), n)
    matrices = _Scored.empty(n, len(compiled.criteria))
    for place, criterion in enumerate(compiled.criteria):
        score = _score_quarters if criterion.quarters else _score_year
        scored = score(compiled, columns, criterion, kept)
        matrices.put(place, scored)
        _count(tally, compiled, criterion, scored)
    return _conclude(compiled, tally, matrices, parked, columns.withheld)


def _score_year(compiled, columns, criterion, kept) -> _Scored:
    source = compiled.slot_of(criterion.code if criterion.takes_values else criterion.of)
    reported, units, state = _column(columns, source, kept)
    values = Values(units, reported, criterion.direction == "lower", columns.population, columns.households)
    if not criterion.takes_values:
        last = compiled.places[criterion.of]
        values.last_units = columns.last_units[:, last]
        values.last_reported = columns.last_state[:, last] == REPORTED
    basis, formed = form(criterion.basis, values)
    state[reported & ~formed] = NOT_APPLICABLE
    points = criterion.rule.points(basis, criterion.max_points)
    met = formed & criterion.rule.satisfied(basis, points)
    points[~formed] = 0
    return _Scored(basis, state, points, met)


def _score_quarters(compiled, columns, criterion, kept) -> _Scored:
    """Each quarter's points are rounded, then their mean over the quarters that aren't NA (§1)."""
    total, counted, given = (np.zeros(len(kept), np.int64) for _ in range(3))
    for period in (1, 2, 3, 4):
        reported, units, state = _column(columns, compiled.slot_of(criterion.code, period), kept)
        total += np.where(reported, criterion.rule.points(units, criterion.max_points), 0)
        counted += state != NOT_APPLICABLE
        given += reported
    points = div_half_up(total, np.maximum(counted, 1))
    state = np.where(counted == 0, NOT_APPLICABLE, np.where(given == 0, MISSING, REPORTED))
    return _Scored(np.zeros_like(points), state, points, points > 0)


def _column(columns, place, kept):
    """Return reported bool[n], units (0 where not reported) and a state of its own; parked branches are missing."""
    state = np.where(kept, columns.state[:, place], MISSING)
    reported = state == REPORTED
    return reported, np.where(reported, columns.units[:, place], 0), state


def _count(tally, compiled, criterion, scored):
    """Add one criterion to its star (§4.1 to §4.3)."""
    star = slice(None) if criterion.star == ALL_STARS else compiled.star_places[criterion.star]
    if criterion.veto:
        star = slice(None) if criterion.on_fail == "veto_all" else star
        tally.vetoed[star] |= (scored.state == REPORTED) & ~scored.met
    elif criterion.bonus:
        tally.bonus[star] += scored.points
    else:
        applies = scored.state != NOT_APPLICABLE
        tally.points[star] += scored.points
        tally.possible[star] += applies * np.int64(criterion.max_points)
        if criterion.mandatory:
            tally.unmet[star] |= applies & ~scored.met


def _conclude(compiled, tally, scored, parked, withheld) -> Results:
    """Stars, level and index from the sums (§4)."""
    kept = np.array([reason is None for reason in parked], bool)
    rated = (tally.possible > 0) & kept
    base = np.where(rated, _share(tally.points, np.maximum(tally.possible, 1)), 0)
    bonus = np.where(rated, _capped_bonus(compiled, tally.bonus), 0)
    scores, unmet, vetoed = base + bonus, tally.unmet & kept, tally.vetoed & kept
    reaches = scores * 100 >= _of_stars(compiled, "pass_line")
    earned = rated & reaches & ~unmet & ~vetoed & ~withheld.T
    index, has_index = _index(compiled, scores, rated)
    by_branch = (base.T, bonus.T, scores.T, rated.T, earned.T, vetoed.T, unmet.T)
    level = earned.sum(axis=0).astype(np.int8)
    return Results(parked, scored.basis, scored.state, scored.points, *by_branch, level, index, has_index)


def _of_stars(compiled, name):
    return np.array([getattr(star, name) for star in compiled.stars], np.int64)[:, None]


def _share(points, possible):
    """Half-up(points ÷ possible × 100, 2 decimals) in hundredths (§4.1)."""
    if peak(possible) * HUNDREDTHS_IN_WHOLE >= BASIS_LIMIT:
        points = points.astype(object)
    return div_half_up(points * HUNDREDTHS_IN_WHOLE, possible).astype(np.int64)


def _capped_bonus(compiled, bonus):
    return div_half_up(np.minimum(bonus, _of_stars(compiled, "bonus_cap")), 100)


def _index(compiled, scores, rated):
    """Half-up(Σ weight × score ÷ Σ weight, 2) over the rated stars (§4.6)."""
    weight = _of_stars(compiled, "weight")
    total = np.where(rated, weight, 0).sum(axis=0)
    if int(weight.sum()) * peak(scores) >= BASIS_LIMIT:
        scores, weight = scores.astype(object), weight.astype(object)
    weighed = (scores * weight).sum(axis=0)
    has_index = rated.any(axis=0)
    index = div_half_up(weighed, np.maximum(total, 1)).astype(np.int64)
    return np.where(has_index, index, 0), has_index
