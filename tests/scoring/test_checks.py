"""What a standard may hold (scoring.md §3, data-contract.md)."""

import pytest

from scoring.checks import check_criterion, check_set, check_star
from tests.scoring.catalogue import criterion_row, rows_of, star_row

VETO = {
    "veto": "1", "value_type": "count", "rule": "threshold", "max_points": "0",
    "parameters": '{"op": "==", "value": 0, "on_fail": "veto_star"}',
}  # fmt: skip
OPTIONS = '{"options": [["A", "甲", 10]]}'


def fields_of(errors):
    return [field for field, _ in errors]


def test_the_shared_catalogue_has_nothing_wrong():
    assert check_set(rows_of("village.csv"), rows_of("village_stars.csv")) == []


@pytest.mark.parametrize(
    "changes",
    [
        {},
        VETO,
        VETO | {"star": "all", "parameters": '{"op": "==", "value": 0, "on_fail": "veto_all"}'},
        {"mandatory": True, "max_points": 10, "parameters": {"zero_at": 0, "full_at": 5, "mandatory_min": 3}},
        {"bonus": "1", "periods": "quarters"},
        {"value_type": "choice", "rule": "choice", "parameters": OPTIONS},
        {"value_type": "yesno", "rule": "threshold", "parameters": '{"op": "==", "value": true}'},
        {"files": "2", "required": "1", "stable": "1", "checks": '{"min": 0, "max_change_percent": 50}'},
    ],
)
def test_a_sound_criterion_passes(changes):
    assert check_criterion(criterion_row(**changes)) == []


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"code": "a-1"}, ["code"]),
        ({"code": "A" * 33}, ["code"]),
        ({"code": "A--1"}, ["code"]),
        ({"name": " "}, ["name"]),
        ({"unit": "x" * 21}, ["unit"]),
        ({"value_type": "text"}, ["value_type"]),
        ({"direction": ""}, ["direction"]),
        ({"source": "village"}, ["source"]),
        ({"files": "3"}, ["files"]),
        ({"veto": "yes"}, ["veto"]),
        ({"mandatory": "1", "bonus": "1"}, ["mandatory"]),
        ({"max_points": "0"}, ["max_points"]),
        ({"max_points": "1.00001"}, ["max_points"]),
        ({"max_points": "１０"}, ["max_points"]),
        ({"max_points": "1e3"}, ["max_points"]),
        ({"max_points": "nan"}, ["max_points"]),
        ({"max_points": "100000"}, ["max_points"]),
        (VETO | {"max_points": "1"}, ["max_points"]),
        (VETO | {"periods": "quarters"}, ["periods"]),
        ({"mandatory": "1", "periods": "quarters"}, ["periods"]),
        ({"basis": "minmax_in_county", "periods": "quarters"}, ["periods"]),
        ({"basis": "minmax_in_county", "value_type": "yesno"}, ["basis"]),
        ({"value_type": "choice"}, ["rule"]),
        ({"rule": "choice", "parameters": OPTIONS}, ["rule"]),
        ({"star": "all"}, ["star"]),
        ({"checks": '{"most": 3}'}, ["checks"]),
        ({"checks": '{"max": "3"}'}, ["checks"]),
        ({"checks": "{"}, ["checks"]),
        ({"checks": '{"part_of": 3}'}, ["checks"]),
        ({"checks": '{"part_of": ""}'}, ["checks"]),
        ({"checks": '{"parts": "A-2"}'}, ["checks"]),
        ({"checks": '{"parts": ["A-2", 3]}'}, ["checks"]),
        ({"checks": '{"part_of": "A-2", "parts": ["A-3"], "min": 0}'}, []),
        ({"parameters": "zero_at=0"}, ["parameters"]),
        ({"parameters": "{}"}, ["parameters.zero_at", "parameters.full_at"]),
    ],
)
def test_a_wrong_criterion_is_refused_by_field(changes, fields):
    assert fields_of(check_criterion(criterion_row(**changes))) == fields


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({}, []),
        ({"code": "all"}, ["star"]),
        ({"label": ""}, ["label"]),
        ({"weight": "0"}, ["weight"]),
        ({"weight": "0.0001", "pass_line": "0", "bonus_cap": "0"}, []),
        ({"pass_line": "-1", "bonus_cap": "x", "order": ""}, ["pass_line", "bonus_cap", "order"]),
    ],
)
def test_a_wrong_star_is_refused_by_field(changes, fields):
    assert fields_of(check_star(star_row(**changes))) == fields


@pytest.mark.parametrize(
    ("second", "code", "field"),
    [
        (criterion_row("A-1"), "A-1", "code"),
        (criterion_row("A-2", star="rule_of_law"), "A-2", "star"),
        (criterion_row("A-2", basis="yoy_percent", parameters='{"zero_at": 0, "full_at": 9, "of": "X"}'),
         "A-2", "parameters.of"),
        (criterion_row("A-2", basis="yoy_percent", parameters='{"zero_at": 0, "full_at": 9, "of": "A-2"}'),
         "A-2", "parameters.of"),
        (criterion_row("A-2", checks='{"part_of": "X"}'), "A-2", "checks"),
        (criterion_row("A-2", checks='{"part_of": "A-2"}'), "A-2", "checks"),
        (criterion_row("A-2", checks='{"parts": ["A-1"]}', unit="other"), "A-2", "checks"),
    ],
)  # fmt: skip
def test_only_the_set_shows_some_problems(second, code, field):
    problems = check_set([criterion_row(max_points="100"), second], [star_row()])

    assert [(problem.code, problem.field, problem.row, problem.warning) for problem in problems] == [
        (code, field, 1, False)
    ]


def test_base_points_other_than_100_are_only_a_warning():
    problems = check_set([criterion_row(), criterion_row("B-1", bonus="1")], [star_row()])

    assert [(problem.code, problem.warning) for problem in problems] == [("industry", True)]
    assert str(problems[0].message) == "the base points add up to 10 instead of 100"
