"""The effective values of both years, fitted to the plan and checked against the real engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from random import Random

import numpy as np

from demo.absences import Absences, draw_absences
from demo.bonuses import draw_bonuses
from demo.county import villages
from demo.fitting import Task, draw_values, drift, fit
from demo.incomes import draw_incomes
from demo.ladders import FIXED, Ladder, Slot, ladder_of
from demo.plan import BranchPlan, StarPlan, make_plans
from demo.standard import STARS, village_catalogue
from scoring.bases import NOT_APPLICABLE, REPORTED
from scoring.engine import Columns, Results, rate
from scoring.units import SCALE

NOW, LAST = 2026, 2025
STEADY = frozenset({"ST-09", "WM-01", "WM-02", "WM-05", "ZB-08", "ST-06", "PA-05", "ZB-02"})
REPAIRS = 8
TIES = ((5, 1), (4, 2), (4, 19))  # level, and the place inside it whose index the next one shares


@dataclass
class Year:
    """One year: per village (code order) the value of each slot; what has none is not applicable or missing."""

    number: int
    plans: list[BranchPlan | None]
    absences: list[Absences]
    values: list[dict[Slot, int]] = field(default_factory=list)
    before: Year | None = None

    @property
    def places(self) -> list[int]:
        """The villages that take part."""
        return [place for place, plan in enumerate(self.plans) if plan is not None]


@lru_cache(maxsize=1)
def make_years() -> tuple[Year, Year]:
    """Return this year and last year, deterministically."""
    plans = make_plans()
    absences = draw_absences(plans)
    last = Year(LAST, plans.last, [pair.last for pair in absences])
    fill(last)
    now = Year(NOW, plans.now, [pair.now for pair in absences], before=last)
    fill(now)
    tie_neighbours(now)
    return now, last


def fill(year: Year) -> None:
    """Fixed figures first, then star by star what the plan wants; then whatever the engine finds amiss."""
    year.values = [dict(fixed_values(year, place)) for place in range(len(villages()))]
    points = fixed_points(year)
    for place in year.places:
        for star in STARS:
            fit_star(year, place, star, points[place])
    repair(year, points)


def fixed_values(year: Year, place: int) -> dict[Slot, int]:
    """Incomes, namings and vetoes, which no fitting moves."""
    plan = year.plans[place]
    if plan is None:
        return {}
    incomes = draw_incomes()[place]
    income, head = (incomes.now, incomes.head_now) if year.number == NOW else (incomes.last, incomes.head_last)
    values = {("CY-01", 0): income, ("CY-04", 0): head, **draw_bonuses(place, year.number)}
    found = [veto.code for star in plan.values() for veto in star.vetoes]
    vetoes = [criterion.code for criterion in village_catalogue().compiled.criteria if criterion.veto]
    return values | {(code, 0): SCALE * found.count(code) for code in vetoes}


def fixed_points(year: Year) -> list[dict[str, int]]:
    """What the fixed figures earn, by the engine itself: the county's mean and growth are in it. NA is left out."""
    compiled = village_catalogue().compiled
    results = rate(compiled, columns_of(year))
    rows: list[dict[str, int]] = [{} for _village in villages()]
    for row, place in enumerate(year.places):
        for code in FIXED:
            at = compiled.places[code]
            if results.state[row, at] != NOT_APPLICABLE:
                rows[place][code] = int(results.points[row, at])
    return rows


def columns_of(year: Year) -> Columns:
    """The year as the engine reads it, one row per village that takes part."""
    compiled = village_catalogue().compiled
    columns = Columns.blank(compiled, len(year.places))
    for row, place in enumerate(year.places):
        village = villages()[place]
        columns.population[row] = -1 if village.population is None else village.population
        columns.households[row] = -1 if village.households is None else village.households
        for slot, value in year.values[place].items():
            column = compiled.slot_of(*slot)
            columns.units[row, column], columns.state[row, column] = value, REPORTED
        for slot in year.absences[place].not_applicable:
            columns.state[row, compiled.slot_of(*slot)] = NOT_APPLICABLE
        if year.before and ("CY-01", 0) in year.before.values[place]:
            at = compiled.places["CY-01"]
            columns.last_units[row, at] = year.before.values[place]["CY-01", 0]
            columns.last_state[row, at] = REPORTED
    return columns


def fit_star(year: Year, place: int, star: str, fixed: dict[str, int], shift: int = 0) -> None:
    """Find the values of one star of one village; `shift` (hundredths) corrects an earlier attempt."""
    rng = Random(f"demo county: {year.number} {villages()[place].code} {star} {shift}")
    task, most = task_of(year, place, star, fixed, shift)
    if not task.ladders:
        return
    earlier = year.before.values[place] if year.before else {}
    if any(slot in year.values[place] for slot in task.ladders):
        start = {slot: year.values[place][slot] for slot in task.ladders}
    elif earlier:
        start = drift(task, earlier, STEADY, rng)
    else:
        start = draw_values(task, most, rng)
    year.values[place].update(fit(task, start, rng))


def task_of(year: Year, place: int, star: str, fixed: dict[str, int], shift: int) -> tuple[Task, int]:
    """What a star's values have to add up to, and the most they could."""
    village, plan, absences = villages()[place], year.plans[place][star], year.absences[place]
    ladders: dict[Slot, Ladder] = {}
    shares: dict[Slot, int] = {}
    bonus = possible = held = 0
    for criterion in village_catalogue().of_star(star):
        if criterion.bonus:
            ladder = ladder_of(criterion, None, None)
            bonus += ladder.points_of[year.values[place][criterion.code, 0]]
        elif criterion.code in FIXED:
            held += fixed.get(criterion.code, 0)
            possible += criterion.max_points if criterion.code in fixed else 0
        elif not criterion.veto:
            slots = absences.counted_slots(criterion)
            scored = slots and can_form(criterion.basis, village)
            possible += criterion.max_points if scored else 0
            for slot in absences.given_slots(criterion):
                ladders[slot] = ladder_for(criterion, village, plan)
                shares[slot] = max(len(slots), 1)
    wanted = (plan.score + shift - bonus // 100) * possible // 10_000 - held
    return Task(ladders, shares, wanted), possible - held


def can_form(basis: str, village) -> bool:
    """Has the branch the size that its basis divides by?"""
    size = {"per_100_households": village.households, "per_1000_residents": village.population}
    return bool(size.get(basis, 1))


def ladder_for(criterion, village, plan: StarPlan) -> Ladder:
    """A mandatory criterion is met, unless the plan says that it isn't."""
    ladder = ladder_of(criterion, village.population, village.households)
    return ladder.cut(reaching=plan.unmet != criterion.code) if criterion.mandatory else ladder


def repair(year: Year, points: list[dict[str, int]]) -> None:
    """Fit again, a little higher or lower, the stars that the engine gives otherwise than planned."""
    shifts: dict[tuple[int, str], int] = {}
    for _round in range(REPAIRS):
        wrong = wrong_stars(year, rate(village_catalogue().compiled, columns_of(year)))
        if not wrong:
            return
        for place, star in wrong:
            shifts[place, star] = shifts.get((place, star), 0) + (25 if year.plans[place][star].earned else -25)
            fit_star(year, place, star, points[place], shifts[place, star])
    raise AssertionError(f"{year.number}: stars not as planned: {wrong}")


def wrong_stars(year: Year, results: Results) -> list[tuple[int, str]]:
    return [
        (place, star)
        for row, place in enumerate(year.places)
        for at, star in enumerate(STARS)
        if bool(results.earned[row, at]) != year.plans[place][star].earned
    ]


def tie_neighbours(year: Year) -> None:
    """Give a few pairs of neighbours in the ranking the same index."""
    points = fixed_points(year)
    for level, position in TIES:
        for _try in range(REPAIRS):
            results = rate(village_catalogue().compiled, columns_of(year))
            order = [row for row in np.lexsort((-results.index,)).tolist() if results.level[row] == level]
            upper, lower = order[position], order[position + 1]
            lacking = int(results.index[upper] - results.index[lower])
            if not lacking:
                break
            raise_index(year, year.places[lower], 5 * lacking, results.scores[lower].tolist(), points)


def raise_index(year: Year, place: int, hundredths: int, scores: list[int], points: list[dict[str, int]]) -> None:
    """Raise the lowest earned star so that the five scores together gain that much."""
    earned = [at for at, star in enumerate(STARS) if year.plans[place][star].earned]
    at = min(earned, key=lambda one: (scores[one], one))
    shift = scores[at] + hundredths - year.plans[place][STARS[at]].score
    fit_star(year, place, STARS[at], points[place], shift)
