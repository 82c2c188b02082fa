"""A second rating programme, written from scoring.md alone: plain Python, `Fraction`, one cell after another.

It reads criteria rows as files hold them and shares no line with scoring/. A value is a Fraction, True or False,
an option's code, MISSING or NA; anything else parks the branch.
"""

import json
from dataclasses import dataclass, field
from fractions import Fraction

MISSING, NA = None, "NA"
NO_FRACTION = Fraction(0)
COMPARE = {
    ">=": lambda a, b: a >= b, ">": lambda a, b: a > b, "<=": lambda a, b: a <= b,
    "<": lambda a, b: a < b, "==": lambda a, b: a == b, "!=": lambda a, b: a != b,
}  # fmt: skip
rounded_ties = 0


def half_up(number, places):
    """§2, §6: ties go away from zero."""
    global rounded_ties  # noqa: PLW0603
    top, bottom = abs(number.numerator) * 10**places, number.denominator
    whole, rest = divmod(top, bottom)
    rounded_ties += 2 * rest == bottom
    whole += 2 * rest >= bottom
    return Fraction(whole if number >= 0 else -whole, 10**places)


@dataclass
class Branch:
    """What one branch reported: {(code, period): value}, last year's {code: value}, and its size."""

    values: dict
    last: dict = field(default_factory=dict)
    population: int | None = None
    households: int | None = None


class Criterion:
    """One row of a criteria file."""

    def __init__(self, row):
        self.code, self.star, self.type = row["code"], row["star"], row["value_type"]
        self.basis, self.rule, self.lower = row["basis"], row["rule"], row["direction"] == "lower"
        self.quarters = row["periods"] == "quarters"
        self.max = Fraction(row["max_points"])
        self.mandatory, self.veto, self.bonus = (row[flag] == "1" for flag in ("mandatory", "veto", "bonus"))
        self.p = json.loads(row["parameters"], parse_float=Fraction, parse_int=Fraction)
        self.source = self.p["of"] if self.basis == "yoy_percent" else self.code
        self.options = {code: points for code, _, points in self.p.get("options", [])}
        self.known = {}

    def value(self, branch, period=0):
        return branch.values.get((self.source, period), MISSING)

    def points(self, v):
        if v not in self.known:
            self.known[v] = half_up(self._points(v), 4)
        return self.known[v]

    def _points(self, v):
        p = self.p
        if self.rule == "threshold":
            return self.max if COMPARE[p["op"]](v, p["value"]) else NO_FRACTION
        if self.rule == "linear":
            return self.max * min(max((v - p["zero_at"]) / (p["full_at"] - p["zero_at"]), NO_FRACTION), Fraction(1))
        if self.rule == "bands":
            for low, high, points in p["bands"]:
                if (low is None or v >= low) and (high is None or v < high):
                    return points
            return NO_FRACTION
        if self.rule == "deduct":
            return min(self.max, max(p["floor"], p["start"] - p["per_event"] * v))
        return self.options[v]

    def met(self, v):
        """§4.2 and §4.3."""
        if self.rule == "threshold":
            return COMPARE[self.p["op"]](v, self.p["value"])
        if "mandatory_min" in self.p:
            return v >= self.p["mandatory_min"]
        return self.points(v) > 0


def wrong(value, kind, options):
    """§5: does the value make scoring fail?"""
    if value is MISSING or value is NA:
        return False
    if kind == "choice":
        return value not in options
    if kind == "yesno":
        return value not in (True, False)
    if not isinstance(value, Fraction) or abs(value) >= 10**10:
        return True
    return kind == "count" and (value < 0 or value.denominator != 1)


def is_parked(criteria, branch):
    by_code = {criterion.code: criterion for criterion in criteria}
    for (code, _), value in branch.values.items():
        if wrong(value, by_code[code].type, by_code[code].options):
            return True
    compared = {criterion.source for criterion in criteria if criterion.basis == "yoy_percent"}
    return any(wrong(branch.last.get(code), "number", ()) for code in compared)


def bases(criterion, branches):
    """§2: per branch MISSING, NA or the number that is scored."""
    values = [criterion.value(branch) for branch in branches]
    county = [value for value in values if value is not MISSING and value is not NA]
    form = FORMS[criterion.basis](criterion, county)
    formed = []
    for branch, value in zip(branches, values, strict=True):
        if value is MISSING or value is NA:
            formed.append(value)
            continue
        number = form(value, branch)
        formed.append(half_up(number, 4) if isinstance(number, Fraction) and criterion.basis != "value" else number)
    return formed


def _value(criterion, county):
    return lambda value, branch: value


def _yoy(criterion, county):
    def form(value, branch):
        last = branch.last.get(criterion.source, MISSING)
        return (value / last - 1) * 100 if last is not MISSING and last is not NA and last > 0 else NA

    return form


def _residents(criterion, county):
    return lambda value, branch: value * 1000 / branch.population if branch.population else NA


def _households(criterion, county):
    return lambda value, branch: value * 100 / branch.households if branch.households else NA


def _mean(criterion, county):
    mean = sum(county) / len(county) if county else NO_FRACTION
    return lambda value, branch: value / mean * 100 if mean > 0 else NA


def _minmax(criterion, county):
    low, high = min(county, default=0), max(county, default=0)
    if low == high:
        return lambda value, branch: Fraction(100)
    if criterion.lower:
        return lambda value, branch: (high - value) / (high - low) * 100
    return lambda value, branch: (value - low) / (high - low) * 100


def _rank(criterion, county):
    n = len(county)
    if n == 1:
        return lambda value, branch: Fraction(100)
    better = {
        value: sum(other < value if criterion.lower else other > value for other in county) for value in set(county)
    }
    return lambda value, branch: Fraction((n - 1 - better[value]) * 100, n - 1)


FORMS = {
    "value": _value, "yoy_percent": _yoy, "per_1000_residents": _residents, "per_100_households": _households,
    "percent_of_county_mean": _mean, "minmax_in_county": _minmax, "rank_percent_in_county": _rank,
}  # fmt: skip


def quarter_points(criterion, branch):
    """§1: MISSING, NA or the mean of the quarters' rounded points."""
    values = [criterion.value(branch, quarter) for quarter in (1, 2, 3, 4)]
    counted = [value for value in values if value is not NA]
    if not counted:
        return NA
    if all(value is MISSING for value in counted):
        return MISSING
    points = [NO_FRACTION if value is MISSING else criterion.points(value) for value in counted]
    return half_up(sum(points) / len(points), 4)


def rate_star(star, cells):
    """§4.1 to §4.4 for one branch; cells = [(criterion, basis or MISSING or NA, points)] of every criterion."""
    own = [cell for cell in cells if cell[0].star == star["star"]]
    base = [cell for cell in own if not cell[0].bonus and not cell[0].veto and cell[1] is not NA]
    possible = sum(criterion.max for criterion, _, _ in base)
    rated = bool(base)
    share = half_up(sum(points for _, _, points in base) / possible * 100, 2) if rated else NO_FRACTION
    bonus = sum((points for criterion, _, points in own if criterion.bonus), NO_FRACTION)
    bonus = half_up(min(bonus, Fraction(star["bonus_cap"])), 2) if rated else NO_FRACTION
    unmet = any(c.mandatory and (basis is MISSING or not c.met(basis)) for c, basis, _ in base)
    vetoed = any(
        c.veto and basis is not MISSING and basis is not NA and not c.met(basis)
        for c, basis, _ in cells
        if c.star == star["star"] or c.p.get("on_fail") == "veto_all"
    )
    earned = rated and share + bonus >= Fraction(star["pass_line"]) and not unmet and not vetoed
    return {"base": share, "bonus": bonus, "scores": share + bonus, "rated": rated, "earned": earned,
            "vetoed": vetoed, "unmet": unmet}  # fmt: skip


def index_of(stars, results):
    """§4.6."""
    pairs = zip(stars, results, strict=True)
    rated = [(Fraction(star["weight"]), result["scores"]) for star, result in pairs if result["rated"]]
    if not rated:
        return None
    return half_up(sum(weight * score for weight, score in rated) / sum(weight for weight, _ in rated), 2)


def rate(criteria_rows, star_rows, branches):
    """Return per branch None when parked, else {"cells": [(state or basis, points)], "stars", "level", "index"}."""
    criteria = [Criterion(row) for row in criteria_rows]
    kept = [branch for branch in branches if not is_parked(criteria, branch)]
    columns = [cells_of(criterion, kept) for criterion in criteria]
    rated = []
    for place in range(len(kept)):
        cells = [(criterion, *column[place]) for criterion, column in zip(criteria, columns, strict=True)]
        stars = [rate_star(star, cells) for star in star_rows]
        rated.append({
            "cells": [cell[1:] for cell in cells], "stars": stars,
            "level": sum(star["earned"] for star in stars), "index": index_of(star_rows, stars),
        })  # fmt: skip
    results = iter(rated)
    return [None if is_parked(criteria, branch) else next(results) for branch in branches]


def cells_of(criterion, branches):
    """Per branch (MISSING, NA or basis; points); a quarterly criterion's basis is 0."""
    if criterion.quarters:
        means = [quarter_points(criterion, branch) for branch in branches]
        return [(mean, NO_FRACTION) if mean is MISSING or mean is NA else (NO_FRACTION, mean) for mean in means]
    return [
        (basis, NO_FRACTION if basis is MISSING or basis is NA else criterion.points(basis))
        for basis in bases(criterion, branches)
    ]
