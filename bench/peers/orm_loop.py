"""A row-by-row rating through the ORM with Decimals, as a first version would be written."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from evaluations.models import EvaluationRound, Rating, RosterEntry, Value, VetoRecord
from scoring.models import STAR_CODES, Criterion, Star

FOUR, TWO = Decimal("0.0001"), Decimal("0.01")
SCALE = 10_000
NA = object()
COMPARE = {">=": "__ge__", ">": "__gt__", "<=": "__le__", "<": "__lt__", "==": "__eq__", "!=": "__ne__"}


def half_up(number: Decimal, step: Decimal) -> Decimal:
    return number.quantize(step, ROUND_HALF_UP)


@dataclass
class County:
    """What every branch of the county is scored with."""

    evaluation: EvaluationRound
    criteria: list[tuple[Criterion, dict]]
    stars: list[Star]
    mean: dict[int, Decimal]
    ids: dict[str, int]


def rate(evaluation: EvaluationRound, county: str) -> None:
    """Rate one county branch by branch, then number its ranks row by row."""
    criteria = [
        (row, json.loads(row.parameters, parse_float=Decimal))
        for row in evaluation.criteria_set.criteria.order_by("order")
    ]
    stars = list(evaluation.criteria_set.stars.order_by("order"))
    ids = {row.code: row.pk for row, _rule in criteria}
    with_all = County(evaluation, criteria, stars, county_mean(evaluation, county), ids)
    for entry in RosterEntry.objects.filter(round=evaluation, county_id=county).select_related("branch"):
        values = values_of(evaluation, entry.branch)
        scored = [(row, rule, *score(row, rule, entry, with_all, values)) for row, rule in criteria]
        save(with_all, entry, scored)
    number_ranks(evaluation, county)


def county_mean(evaluation: EvaluationRound, county: str) -> dict[int, Decimal]:
    """The county's mean of each criterion that is compared with it."""
    roster = RosterEntry.objects.filter(round=evaluation, county_id=county).values("branch_id")
    means = {}
    for row in evaluation.criteria_set.criteria.filter(basis="percent_of_county_mean"):
        values = Value.objects.filter(round=evaluation, branch_id__in=roster, criterion=row, effective_state=1)
        units = [value.effective_units for value in values]
        means[row.pk] = Decimal(sum(units)) / len(units) / SCALE if units else Decimal(0)
    return means


def values_of(evaluation: EvaluationRound, branch) -> dict:
    """(criterion, period) → Decimal or NA; a counted veto's value is its number of standing records."""
    given = {}
    for value in Value.objects.filter(round=evaluation, branch=branch):
        if value.effective_state:
            number = NA if value.effective_state == 2 else Decimal(value.effective_units) / SCALE
            given[value.criterion_id, value.period] = number
    for record in VetoRecord.objects.filter(round=evaluation, branch=branch, lifted_at=None):
        given[record.criterion_id, 0] = given.get((record.criterion_id, 0), Decimal(0)) + 1
    return given


def score(row: Criterion, rule: dict, entry, county: County, values: dict) -> tuple:
    """(basis, points): points None where not applicable, basis None where nothing was reported."""
    if row.periods == "quarters":
        quarters = [values.get((row.pk, period)) for period in (1, 2, 3, 4)]
        points = [Decimal(0) if one is None else points_of(row, rule, one) for one in quarters if one is not NA]
        return None, half_up(sum(points) / len(points), FOUR) if points else None
    number = basis_of(row, rule, entry, county, values)
    if number is None and row.veto and row.value_type == "count":
        number = Decimal(0)
    if number is NA:
        return None, None
    return number, Decimal(0) if number is None else points_of(row, rule, number)


def basis_of(row: Criterion, rule: dict, entry, county: County, values: dict):
    if row.basis == "yoy_percent":
        return growth(rule, entry, county, values)
    number, branch = values.get((row.pk, 0)), entry.branch
    if number is None or number is NA or row.basis == "value":
        return number
    if row.basis == "percent_of_county_mean":
        return half_up(number / county.mean[row.pk] * 100, FOUR) if county.mean[row.pk] > 0 else NA
    size, factor = (branch.population, 1000) if row.basis == "per_1000_residents" else (branch.households, 100)
    return half_up(number * factor / size, FOUR) if size else NA


def growth(rule: dict, entry, county: County, values: dict):
    source = county.ids[rule["of"]]
    number = values.get((source, 0))
    if number is None or number is NA:
        return number
    last = Value.objects.filter(
        round=county.evaluation.previous_id, branch=entry.branch, criterion=source, effective_state=1
    ).first()
    if last is None or last.effective_units <= 0:
        return NA
    return half_up((number / (Decimal(last.effective_units) / SCALE) - 1) * 100, FOUR)


def points_of(row: Criterion, rule: dict, number: Decimal) -> Decimal:
    most = row.max_points
    if row.rule == "threshold":
        return most if holds(rule, number) else Decimal(0)
    if row.rule == "linear":
        way = (number - rule["zero_at"]) / (Decimal(rule["full_at"]) - rule["zero_at"])
        return half_up(most * min(max(way, Decimal(0)), Decimal(1)), FOUR)
    if row.rule == "deduct":
        return half_up(min(most, max(Decimal(rule["floor"]), rule["start"] - rule["per_event"] * number)), FOUR)
    if row.rule == "choice":
        return Decimal(rule["options"][int(number) - 1][2])
    inside = [
        worth
        for low, high, worth in rule["bands"]
        if (low is None or number >= low) and (high is None or number < high)
    ]
    return Decimal(inside[0]) if inside else Decimal(0)


def holds(rule: dict, number: Decimal) -> bool:
    return getattr(number, COMPARE[rule["op"]])(Decimal(rule["value"]))


def save(county: County, entry, scored: list[tuple]) -> None:
    """One branch's scores, stars, level and index, saved by itself."""
    fields: dict = {}
    earned, vetoed, unmet, weighed, weights = [], [], [], Decimal(0), Decimal(0)
    for star in county.stars:
        own = [one for one in scored if one[0].star in (star.code, "all")]
        fields[star.code] = total = star_score(star, own)
        weighed, weights = weighed + star.weight * total, weights + star.weight
        is_vetoed, is_unmet = any(breaks(*one) for one in own), any(misses(*one) for one in own)
        vetoed += [star.code] * is_vetoed
        unmet += [star.code] * is_unmet
        earned += [star.code] * (total >= star.pass_line and not is_vetoed and not is_unmet)
    fields |= {name: in_order(codes) for name, codes in (("earned", earned), ("vetoed", vetoed), ("unmet", unmet))}
    fields |= {"level": len(earned), "index": half_up(weighed / weights, TWO), "county_rank": 1, "township_rank": 1}
    fields["points"] = [None if points is None else int(points * SCALE) for *_criterion, points in scored]
    fields |= {"county_id": entry.county_id, "township_id": entry.township_id, "basis": []}
    Rating.objects.update_or_create(round=county.evaluation, branch=entry.branch, defaults=fields)


def star_score(star: Star, own: list[tuple]) -> Decimal:
    base = [
        (row, points) for row, _rule, _basis, points in own if not row.veto and not row.bonus and points is not None
    ]
    bonus = sum((points or 0 for row, _rule, _basis, points in own if row.bonus), Decimal(0))
    share = sum(points for _row, points in base) / sum(row.max_points for row, _points in base)
    return half_up(share * 100, TWO) + half_up(min(bonus, star.bonus_cap), TWO)


def in_order(codes: list[str]) -> str:
    return " ".join(code for code in STAR_CODES if code in codes)


def breaks(row: Criterion, rule: dict, number, _points) -> bool:
    return row.veto and number is not None and not holds(rule, number)


def misses(row: Criterion, rule: dict, number, points) -> bool:
    if not row.mandatory or points is None:
        return False
    least = rule.get("mandatory_min")
    return points <= 0 if least is None else number is None or number < least


def number_ranks(evaluation: EvaluationRound, county: str) -> None:
    """1, 1, 3 in the county and in each township, one saved row after the other."""
    last: dict[str, tuple[int, int, tuple]] = {}  # place, rank and key of the last one in the county or township
    for rating in Rating.objects.filter(round=evaluation, county_id=county).order_by("-level", "-index"):
        key = (rating.level, rating.index)
        for field, scope in (("county_rank", county), ("township_rank", rating.township_id)):
            place, rank, before = last.get(scope, (0, 0, ()))
            last[scope] = place + 1, rank if key == before else place + 1, key
            setattr(rating, field, last[scope][1])
        rating.save(update_fields=["county_rank", "township_rank"])
