"""Every rule type at every boundary, its parameters and its words (scoring.md §3)."""

import numpy as np
import pytest

from scoring.parameters import CriterionFacts, RuleErrors, parse_parameters
from scoring.rules import RULES
from scoring.units import BASIS_LIMIT, plain, to_units

LARGEST = "9999999999.9999"
BANDS = '{"bands": [[0, 5, 0], [5, 10, 8], [10, 20, 12], [50, null, 18]]}'
POINTS = [  # rule, parameters, max_points, basis, points
    ("threshold", '{"op": ">=", "value": 100}', "10", {"99.9999": "0", "100": "10", "100.0001": "10", LARGEST: "10"}),
    ("threshold", '{"op": ">", "value": 100}', "10", {"99.9999": "0", "100": "0", "100.0001": "10", "-1": "0"}),
    ("threshold", '{"op": "<=", "value": 0}', "10", {"-0.0001": "10", "0": "10", "0.0001": "0", LARGEST: "0"}),
    ("threshold", '{"op": "<", "value": 0}', "10", {"-0.0001": "10", "0": "0", "0.0001": "0"}),
    ("threshold", '{"op": "==", "value": 0.5}', "10", {"0.4999": "0", "0.5": "10", "0.5001": "0"}),
    ("threshold", '{"op": "!=", "value": 0.5}', "10", {"0.4999": "10", "0.5": "0", "0.5001": "10"}),
    ("linear", '{"zero_at": 20, "full_at": 60}', "8",
     {"19.9999": "0", "20": "0", "20.0001": "0", "20.0003": "0.0001", "54": "6.8", "59.9999": "8", "60": "8",
      "59.9998": "8", "59.9997": "7.9999", "60.0001": "8", LARGEST: "8", f"-{LARGEST}": "0"}),
    ("linear", '{"zero_at": 60, "full_at": 20}', "8", {"60": "0", "60.0001": "0", "40": "4", "20": "8", "0": "8"}),
    ("linear", '{"zero_at": 0, "full_at": 0.0002}', "0.0001", {"0": "0", "0.0001": "0.0001", "0.0002": "0.0001"}),
    ("linear", '{"zero_at": 0, "full_at": 0.0004}', "0.0001", {"0.0001": "0", "0.0002": "0.0001"}),
    ("linear", '{"zero_at": -9999999999, "full_at": 9999999999}', "99999", {"0": "49999.5", LARGEST: "99999"}),
    ("bands", BANDS, "18",
     {"-0.0001": "0", "0": "0", "4.9999": "0", "5": "8", "9.9999": "8", "10": "12", "19.9999": "12", "20": "0",
      "49.9999": "0", "50": "18", LARGEST: "18"}),
    ("bands", '{"bands": [[null, 0, 3], [0, 0.0001, 2]]}', "3",
     {f"-{LARGEST}": "3", "-0.0001": "3", "0": "2", "0.0001": "0"}),
    ("deduct", '{"start": 12, "per_event": 3, "floor": 0}', "12",
     {"0": "12", "1": "9", "4": "0", "5": "0", "0.0001": "11.9997", "-1": "12", LARGEST: "0"}),
    ("deduct", '{"start": 15, "per_event": 2, "floor": 4}', "12",
     {"0": "12", "1": "12", "2": "11", "5": "5", "6": "4", LARGEST: "4"}),
    ("deduct", '{"start": 1, "per_event": 0.5, "floor": 0}', "2", {"0.0001": "1", "0.0003": "0.9999", "-2": "2"}),
    ("deduct", '{"start": 5, "per_event": 0, "floor": 0}', "8", {"0": "5", LARGEST: "5"}),
    ("deduct", '{"start": 5, "per_event": 9999999999.9999, "floor": 0}', "8", {"0": "5", "1": "0", LARGEST: "0"}),
    ("choice", '{"options": [["A", "甲", 12], ["B", "乙", 7.5], ["C", "丙", 0]]}', "12",
     {"1": "12", "2": "7.5", "3": "0"}),
]  # fmt: skip
CASES = [
    (rule, parameters, most, basis, points)
    for rule, parameters, most, table in POINTS
    for basis, points in table.items()
]


def facts(**changes):
    return CriterionFacts(**{"value_type": "number", "max_points": 180_000} | changes)


def made(rule, parameters, **changes):
    changes |= {"value_type": "choice"} if rule == "choice" else {}
    return RULES[rule].parse(parse_parameters(parameters), facts(**changes))


def number(text):
    return to_units(parse_parameters(f'{{"v": {text}}}')["v"])


@pytest.mark.parametrize(("rule", "parameters", "most", "basis", "points"), CASES)
def test_points_at_the_boundary(rule, parameters, most, basis, points):
    rule = made(rule, parameters, max_points=number(most))

    given = rule.points(np.array([number(basis)]), number(most))

    assert given.dtype == np.int64
    assert plain(given[0]) == points


@pytest.mark.parametrize(("rule", "parameters", "most"), [row[:3] for row in POINTS])
def test_points_stay_within_range_for_any_basis(rule, parameters, most):
    rule = made(rule, parameters, max_points=number(most))
    basis = np.array([-BASIS_LIMIT, -1, 0, 1, BASIS_LIMIT])

    points = rule.points(basis, number(most))

    assert points.min() >= 0 and points.max() <= number(most)
    assert points.tolist() == [rule.points(basis[[place]], number(most))[0] for place in range(len(basis))]


@pytest.mark.parametrize(
    ("rule", "parameters", "met", "unmet"),
    [
        ("threshold", '{"op": ">=", "value": 100}', "100", "99.9999"),
        ("linear", '{"zero_at": 0, "full_at": 10}', "0.0001", "0"),
        ("linear", '{"zero_at": 0, "full_at": 10, "mandatory_min": 5}', "5", "4.9999"),
        ("linear", '{"zero_at": 10, "full_at": 0, "mandatory_min": 5}', "11", "4.9999"),
        ("bands", '{"bands": [[0, 5, 0], [5, null, 8]]}', "5", "4.9999"),
        ("bands", '{"bands": [[0, 5, 0], [5, null, 8]], "mandatory_min": 2}', "2", "1.9999"),
        ("deduct", '{"start": 12, "per_event": 3, "floor": 0}', "3", "4"),
        ("deduct", '{"start": 12, "per_event": 3, "floor": 0, "mandatory_min": 0}', "9", "-0.0001"),
        ("choice", '{"options": [["A", "甲", 12], ["B", "乙", 0]]}', "1", "2"),
    ],
)
def test_mandatory_is_met_from_the_line(rule, parameters, met, unmet):
    rule = made(rule, parameters)
    basis = np.array([number(met), number(unmet)])

    assert rule.satisfied(basis, rule.points(basis, 180_000)).tolist() == [True, False]


@pytest.mark.parametrize(
    ("rule", "parameters", "changes", "fields"),
    [
        ("threshold", '{}', {}, ["op", "value"]),
        ("threshold", '{"op": "=>", "value": true}', {}, ["op", "value"]),
        ("threshold", '{"op": "==", "value": 1}', {"value_type": "yesno"}, ["value"]),
        ("threshold", '{"op": ["=="], "value": "5"}', {}, ["op", "value"]),
        ("threshold", '{"op": "==", "value": 0}', {"veto": True, "max_points": 0}, ["on_fail"]),
        ("threshold", '{"op": "==", "value": 0, "on_fail": "veto_star"}', {}, ["on_fail"]),
        ("threshold", '{"op": "==", "value": 0, "on_fail": "veto_star"}', {"veto": True, "star": "all"}, ["on_fail"]),
        ("threshold", '{"op": "==", "value": 0, "mandatory_min": 1}', {}, ["mandatory_min"]),
        ("linear", '{"zero_at": 5, "full_at": 5.0}', {}, ["full_at"]),
        ("linear", '{"zero_at": 0.00001, "full_at": 10000000000}', {}, ["zero_at", "full_at"]),
        ("linear", '{"zero_at": 0, "full_at": 1e999999, "x": 1}', {}, ["parameters"]),
        ("choice", r'{"options": [["\ud800", "甲", 1]]}', {}, ["parameters"]),
        ("linear", '{"zero_at": 0, "full_at": 5}', {"basis": "yoy_percent"}, ["of"]),
        ("linear", '{"zero_at": 0, "full_at": 5, "of": 7}', {"basis": "yoy_percent"}, ["of"]),
        ("linear", '{"zero_at": 0, "full_at": 1.00000000000000000000000000000000001}', {}, ["full_at"]),
        ("bands", '{}', {}, ["bands"]),
        ("bands", '{"bands": []}', {}, ["bands"]),
        ("bands", '{"bands": [[0, 5]]}', {}, ["bands"]),
        ("bands", '{"bands": [[0, 5, 19]]}', {}, ["bands"]),
        ("bands", '{"bands": [[0, 5, -1]]}', {}, ["bands"]),
        ("bands", '{"bands": [[5, 5, 1]]}', {}, ["bands"]),
        ("bands", '{"bands": [[0, 5, 1], [4.9999, 9, 2]]}', {}, ["bands"]),
        ("bands", '{"bands": [[0, null, 1], [9, 10, 2]]}', {}, ["bands"]),
        ("deduct", '{"start": 12}', {}, ["per_event", "floor"]),
        ("deduct", '{"start": 12, "per_event": -1, "floor": -0.0001}', {}, ["per_event", "floor"]),
        ("choice", '{"options": [["A", "甲", 19]]}', {}, ["options"]),
        ("choice", '{"options": [["A", "甲", 1], ["A", "乙", 2]]}', {}, ["options"]),
        ("choice", '{"options": [["NA", "甲", 1], [7, 7, 2]]}', {}, ["options", "options", "options"]),
    ],
)
def test_wrong_parameters_are_refused_by_field(rule, parameters, changes, fields):
    with pytest.raises(RuleErrors) as refused:
        made(rule, parameters, **changes)

    assert [field for field, _ in refused.value.errors] == fields


@pytest.mark.parametrize(
    "text",
    ['{"a": NaN}', '{"a": Infinity}', '{"a": 1, "a": 2}', "[1]", "{", "7", '{"a": [[[[[[1]]]]]]}', "[" * 15_000,
     '{"a": "%s"}' % ("x" * 20_000), '{"a": 1%s}' % ("0" * 5_000)],
)  # fmt: skip
def test_parameters_are_one_bounded_json_object(text):
    with pytest.raises(RuleErrors):
        RULES["linear"].parse(parse_parameters(text), facts())


@pytest.mark.parametrize(
    ("rule", "parameters", "changes", "words"),
    [
        ("linear", '{"zero_at": 88, "full_at": 98}', {"unit": "%"},
         "88% gives 0 points, 98% gives the full 18, in proportion between"),
        ("linear", '{"zero_at": 20, "full_at": 80}', {"unit": "户", "basis": "per_100_households"},
         "per 100 households: 20 户 gives 0 points, 80 户 gives the full 18, in proportion between"),
        ("threshold", '{"op": "==", "value": true}', {"value_type": "yesno"}, "“yes” gives 18 points, otherwise 0"),
        ("threshold", '{"op": ">=", "value": 100}', {"unit": "%"}, "at least 100% gives 18 points, otherwise 0"),
        ("threshold", '{"op": "==", "value": 0, "on_fail": "veto_all"}', {"unit": "起", "veto": True, "max_points": 0},
         "exactly 0 起, otherwise no star can be earned"),
        ("bands", '{"bands": [[0, 1, 0], [1, 2, 6], [2, null, 10]]}', {"unit": "次", "value_type": "count"},
         "0 次 gives 0; 1 次 gives 6; 2 次 or more gives 10"),
        ("deduct", '{"start": 18, "per_event": 3, "floor": 2}', {"unit": "起"},
         "18 points, 3 less for each 起, never below 2"),
        ("choice", '{"options": [["A", "甲", 12], ["B", "乙", 7.5]]}', {}, "A 12 / B 7.5 points"),
    ],
)  # fmt: skip
def test_rule_in_words(rule, parameters, changes, words):
    assert str(made(rule, parameters, **changes).explain(facts(**changes))) == words


def test_outcome_says_value_rule_and_points():
    rule = made("linear", '{"zero_at": 20, "full_at": 60}', max_points=80_000)
    criterion = facts(value_type="percent", unit="%", max_points=80_000)

    outcome = rule.outcome(criterion, 540_000, 540_000, 68_000)

    assert str(outcome) == "54%; 20% gives 0 points, 60% gives the full 8, in proportion between: 6.8 points"


def test_outcome_of_a_rate_says_value_and_rate():
    rule = made("linear", '{"zero_at": 20, "full_at": 80}', max_points=80_000)
    criterion = facts(value_type="count", unit="户", basis="per_100_households", max_points=80_000)

    outcome = rule.outcome(criterion, 3_720_000, 620_000, 56_000)

    assert str(outcome).startswith("372 户, 62 户 per 100 households; 20 户 gives 0 points")
