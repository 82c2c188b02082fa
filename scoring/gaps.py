"""What is missing for a star: single changes of one branch's values, and what each would gain. PURE."""

from dataclasses import dataclass, replace

import numpy as np

from scoring.bases import MISSING, NOT_APPLICABLE, REPORTED
from scoring.compiled import CompiledCriterion, CompiledSet
from scoring.engine import Columns, Results, rate
from scoring.units import SCALE, VALUE_LIMIT

OWN_BASES = {"value": ("", 1), "per_1000_residents": ("population", 1000), "per_100_households": ("households", 100)}
WHOLE_TYPES = ("count", "yesno", "choice")
LIMITS = {"count": (0, VALUE_LIMIT - SCALE), "percent": (0, VALUE_LIMIT - 1), "yesno": (0, SCALE)}


@dataclass(frozen=True)
class Improvement:
    """One change of one yearly value, all else as it is."""

    place: int  # of the criterion in the set
    units: int | None  # the value now, None when it is missing
    target: int  # the value to reach, units; a choice is its option's place × 10^4
    gain: int  # units by which the star's points and bonus points rise, criteria that follow the value included
    score: int  # the star's score then, hundredths
    enough: bool  # the star would be earned


@dataclass(frozen=True)
class _Case:
    """One branch and one star, with the county's results."""

    compiled: CompiledSet
    mine: Columns  # the branch's row alone
    results: Results
    branch: int
    star: int

    @property
    def code(self) -> str:
        return self.compiled.stars[self.star].code


def missing_score(compiled: CompiledSet, results: Results, branch: int, star: int) -> int:
    """Return the hundredths a star's score lacks to its line (rounded up), 0 when it reaches it."""
    return max(0, -(-compiled.stars[star].pass_line // 100) - int(results.scores[branch, star]))


def improvements(compiled: CompiledSet, columns: Columns, results: Results, branch: int, star: int):
    """Return list[Improvement]: single changes that raise a star, those that are enough first, then by gain.

    One per criterion whose points depend on this branch alone (basis value, per resident or household; yearly):
    the least change that would be enough, else the one that gains most. Each is applied through `rate`, so the
    gain is exact. [] for a parked branch and for a star that is earned, vetoed or not rated.
    """
    at = (branch, star)
    if results.parked[branch] or not results.rated[at] or results.earned[at] or results.vetoed[at]:
        return []
    mine = {name: array[branch : branch + 1] for name, array in vars(columns).items()}
    case = _Case(compiled, Columns(**mine), results, branch, star)
    lacking = _lacking_points(case)
    targets = []
    for place, criterion in enumerate(compiled.criteria):
        if _can_change(case, criterion):
            target = _target(case, place, lacking)
            targets += [] if target is None else [(place, target)]
    return sorted(_try_out(case, targets), key=lambda one: (not one.enough, -one.gain, one.place))


def rate_alone(compiled: CompiledSet, mine: Columns, basis: np.ndarray, state: np.ndarray) -> Results:
    """Rate one branch without its county: what depends on the county is taken from `basis` and `state`.

    mine has one row; basis int64[c] units and state int8[c] are read where a criterion's basis is county-wide
    (mean, min and max, rank), all else is computed from the row. improvements() takes the result as branch 0.
    """
    return rate(*_frozen(compiled, mine, basis, state))


def _can_change(case, criterion) -> bool:
    return (
        criterion.star == case.code and criterion.basis in OWN_BASES and not criterion.quarters and not criterion.veto
    )


def _lacking_points(case) -> int:
    """Return the units by which base points must rise to reach the line with the bonus the star has."""
    line = -(-case.compiled.stars[case.star].pass_line // 100) - int(case.results.bonus[case.branch, case.star])
    points = possible = 0
    for place, criterion in enumerate(case.compiled.criteria):
        base = criterion.star == case.code and not criterion.veto and not criterion.bonus
        if base and case.results.state[case.branch, place] != NOT_APPLICABLE:
            points += int(case.results.points[case.branch, place])
            possible += criterion.max_points
    needed = -(-(2 * line - 1) * possible // 20_000)  # the least sum that rounds half-up to the line
    return max(0, needed - points)


def _target(case, place, lacking) -> int | None:
    """Return the value to aim at, None when no change of this criterion helps."""
    criterion, at = case.compiled.criteria[place], (case.branch, place)
    state, basis = case.results.state[at], int(case.results.basis[at])
    if state == NOT_APPLICABLE:
        return None
    wanted = min(criterion.max_points, int(case.results.points[at]) + max(lacking, 1))
    aim = criterion.rule.reach(wanted, criterion.max_points, basis)
    least = criterion.rule.mandatory_min
    if criterion.mandatory and least is not None and basis < least:
        aim = least if aim is None else max(aim, least)
    if aim is None:  # nothing is better; a missing value is still worth giving
        return 0 if state == MISSING and criterion.value_type != "choice" else None
    return _value_for(criterion, case.mine, aim, rising=aim > basis)


def _value_for(criterion: CompiledCriterion, mine: Columns, basis: int, rising: bool) -> int:
    """Return a value that can be entered and whose basis is at least (rising) or at most `basis`."""
    value, size, factor = basis, 0, 1
    if criterion.basis != "value":
        name, factor = OWN_BASES[criterion.basis]
        size = int(getattr(mine, name)[0])
        value = -(-basis * size // factor) if rising else basis * size // factor
    if criterion.value_type in WHOLE_TYPES:
        value = -(-value // SCALE) * SCALE if rising else value // SCALE * SCALE
    least, most = LIMITS.get(criterion.value_type, (1 - VALUE_LIMIT, VALUE_LIMIT - 1))
    if criterion.basis == "per_100_households":
        most = size * SCALE
    return max(least, min(most, value))


def _try_out(case, targets):
    """Rate the branch once per target, one row each after a row without any change."""
    basis, state = case.results.basis[case.branch], case.results.state[case.branch]
    frozen, row = _frozen(case.compiled, case.mine, basis, state)
    columns = Columns(**{name: np.repeat(array, 1 + len(targets), axis=0) for name, array in vars(row).items()})
    slots = [case.compiled.slot_of(case.compiled.criteria[place].code) for place, _ in targets]
    for tried, (slot, (_, target)) in enumerate(zip(slots, targets, strict=True), start=1):
        columns.units[tried, slot], columns.state[tried, slot] = target, REPORTED
    results = rate(frozen, columns)
    worth = results.points[:, [criterion.star == case.code for criterion in frozen.criteria]].sum(axis=1)
    unmet = results.unmet[:, case.star]
    for tried, (slot, (place, target)) in enumerate(zip(slots, targets, strict=True), start=1):
        gain = int(worth[tried] - worth[0])
        if gain > 0 or unmet[0] > unmet[tried]:
            now = int(case.mine.units[0, slot]) if case.mine.state[0, slot] == REPORTED else None
            at = (tried, case.star)
            yield Improvement(place, now, target, gain, int(results.scores[at]), bool(results.earned[at]))


def _frozen(compiled, mine, basis, state) -> tuple[CompiledSet, Columns]:
    """Return the set and the branch's row with every county-wide basis as if it were the value itself.

    So the row can be rated without the county; no change tried here alters such a basis.
    """
    row = Columns(**{name: array.copy() for name, array in vars(mine).items()})
    criteria = list(compiled.criteria)
    for place, criterion in enumerate(criteria):
        if criterion.takes_values and criterion.basis not in OWN_BASES:
            slot = compiled.slot_of(criterion.code)
            row.units[0, slot] = max(1 - VALUE_LIMIT, min(VALUE_LIMIT - 1, int(basis[place])))
            row.state[0, slot] = state[place]
            criteria[place] = replace(criterion, basis="value", value_type="number")
    return CompiledSet(tuple(criteria), compiled.stars), row
