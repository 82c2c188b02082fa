"""States, stars and metamorphic properties of the engine (scoring.md §1 to §4)."""

from dataclasses import replace

import numpy as np
import pytest

from scoring.compiled import CompiledSet
from scoring.engine import MISSING, NOT_APPLICABLE, REPORTED, Columns, rate
from scoring.units import plain
from tests.scoring.catalogue import (
    compile_rows,
    criterion_row,
    reported,
    same_results,
    set_value,
    star_row,
    village,
)
from tests.scoring.random_sets import random_county

SEEDS = range(30, 42)


def one_criterion(**row):
    return compile_rows([criterion_row(**row)], [star_row()])


def quarterly(states, values=(0, 0, 0, 0)):
    compiled = one_criterion(periods="quarters", parameters='{"zero_at": 0, "full_at": 10}')
    columns = Columns.blank(compiled, 1)
    columns.state[0], columns.units[0] = states, np.array(values) * 10_000
    results = rate(compiled, columns)
    return results.state[0, 0], plain(results.points[0, 0])


def test_the_same_set_comes_back_from_its_plain_data():
    compiled = village()

    assert CompiledSet.from_dict(compiled.as_dict()) == compiled


def test_growth_takes_no_value_and_quarters_take_four():
    compiled = village()

    assert len(compiled.slots) == len(compiled.criteria) - 1 + 3
    with pytest.raises(KeyError):
        compiled.slot_of("CY-03")


@pytest.mark.parametrize(
    ("states", "values", "state", "points"),
    [
        ((1, 1, 1, 1), (1, 2, 3, 5), REPORTED, "2.75"),
        ((1, 0, 0, 0), (10, 0, 0, 0), REPORTED, "2.5"),
        ((1, 2, 2, 0), (10, 9, 9, 9), REPORTED, "5"),
        ((1, 2, 1, 1), (10, 9, 10, 5), REPORTED, "8.3333"),
        ((2, 2, 2, 2), (1, 2, 3, 4), NOT_APPLICABLE, "0"),
        ((0, 2, 0, 2), (1, 2, 3, 4), MISSING, "0"),
        ((0, 0, 0, 0), (1, 2, 3, 4), MISSING, "0"),
    ],
)
def test_quarters_average_over_those_that_apply(states, values, state, points):
    assert quarterly(states, values) == (state, points)


@pytest.mark.parametrize(
    ("state", "last", "last_state", "formed", "basis"),
    [
        (REPORTED, 220_000, REPORTED, REPORTED, "7.2727"),
        (REPORTED, 0, REPORTED, NOT_APPLICABLE, "0"),
        (REPORTED, -1, REPORTED, NOT_APPLICABLE, "0"),
        (REPORTED, 220_000, MISSING, NOT_APPLICABLE, "0"),
        (REPORTED, 220_000, NOT_APPLICABLE, NOT_APPLICABLE, "0"),
        (MISSING, 220_000, REPORTED, MISSING, "0"),
        (NOT_APPLICABLE, 220_000, REPORTED, NOT_APPLICABLE, "0"),
        (REPORTED, 1, REPORTED, REPORTED, "23599900"),
    ],
)
def test_growth_forms_from_two_positive_years(state, last, last_state, formed, basis):
    growth = criterion_row("A-2", basis="yoy_percent", parameters='{"zero_at": 0, "full_at": 10, "of": "A-1"}')
    compiled = compile_rows([criterion_row("A-1"), growth], [star_row()])
    columns = Columns.blank(compiled, 1)
    columns.units[0], columns.state[0] = 236_000, state
    columns.last_units[0], columns.last_state[0] = last, last_state

    results = rate(compiled, columns)

    assert (results.state[0, 1], plain(results.basis[0, 1])) == (formed, basis)


@pytest.mark.parametrize(
    ("basis", "direction", "values", "bases"),
    [
        ("percent_of_county_mean", "higher", ["1", "2", "6"], ["33.3333", "66.6667", "200"]),
        ("percent_of_county_mean", "higher", ["-1", "1"], [None, None]),
        ("minmax_in_county", "higher", ["1", "2", "4"], ["0", "33.3333", "100"]),
        ("minmax_in_county", "lower", ["1", "2", "4"], ["100", "66.6667", "0"]),
        ("minmax_in_county", "lower", ["3", "3"], ["100", "100"]),
        ("rank_percent_in_county", "higher", ["1", "2", "2", "4"], ["0", "66.6667", "66.6667", "100"]),
        ("rank_percent_in_county", "lower", ["1", "2", "2", "4"], ["100", "66.6667", "66.6667", "0"]),
        ("rank_percent_in_county", "higher", ["5"], ["100"]),
        ("per_1000_residents", "higher", ["5", "0.0001"], ["2.5", "0.0001"]),
        ("per_100_households", "higher", ["120", "0.0001"], ["24", "0"]),
    ],
)
def test_basis_of_a_county(basis, direction, values, bases):
    compiled = one_criterion(basis=basis, direction=direction)
    columns = reported(compiled, [{"A-1": value} for value in values] + [{}])

    results = rate(compiled, columns)

    shown = [plain(number) for number in results.basis[:-1, 0]]
    states = [REPORTED if wanted else NOT_APPLICABLE for wanted in bases]
    assert results.state[:, 0].tolist() == [*states, MISSING]
    assert shown == [wanted or "0" for wanted in bases]


@pytest.mark.parametrize("basis", ["per_1000_residents", "per_100_households"])
@pytest.mark.parametrize("size", [-1, 0])
def test_a_rate_needs_residents_or_households(basis, size):
    compiled = one_criterion(basis=basis)

    results = rate(compiled, reported(compiled, [{"A-1": "5"}], population=size, households=size))

    assert results.state[0, 0] == NOT_APPLICABLE
    assert not results.rated[0, 0] and not results.has_index[0]


@pytest.mark.parametrize(
    ("value", "score", "earned"), [("79.995", 8000, True), ("79.9949", 7999, False), ("80", 8000, True)]
)
def test_a_star_is_earned_from_its_line_up(value, score, earned):
    compiled = one_criterion(max_points="100")

    results = rate(compiled, reported(compiled, [{"A-1": value}]))

    assert (results.scores[0, 0], results.earned[0, 0], results.level[0]) == (score, earned, int(earned))


def test_missing_stays_in_the_denominator_and_na_leaves_it():
    compiled = compile_rows([criterion_row("A-1"), criterion_row("A-2")], [star_row()])
    columns = reported(compiled, [{"A-1": "100"}, {"A-1": "100"}])
    columns.state[1, 1] = NOT_APPLICABLE

    results = rate(compiled, columns)

    assert results.scores[:, 0].tolist() == [5000, 10000]


def test_bonus_is_capped_and_only_counts_on_a_rated_star():
    rows = [criterion_row("A-1"), criterion_row("B-1", bonus="1"), criterion_row("B-2", bonus="1")]
    compiled = compile_rows(rows, [star_row(bonus_cap="2.005")])
    columns = reported(compiled, [{"A-1": "50", "B-1": "15", "B-2": "100"}, {"A-1": "50", "B-1": "15"}, {"B-1": "100"}])
    columns.state[2, 0] = NOT_APPLICABLE

    results = rate(compiled, columns)

    assert results.bonus[:, 0].tolist() == [201, 150, 0]
    assert results.scores[:, 0].tolist() == [5201, 5150, 0]
    assert results.rated[:, 0].tolist() == [True, True, False]


@pytest.mark.parametrize(("on_fail", "vetoed"), [("veto_star", [True, False]), ("veto_all", [True, True])])
def test_a_veto_takes_its_star_or_all(on_fail, vetoed):
    veto = criterion_row(
        "V-1", veto="1", max_points="0", value_type="count", rule="threshold",
        parameters=f'{{"op": "==", "value": 0, "on_fail": "{on_fail}"}}',
    )  # fmt: skip
    rows = [criterion_row("A-1"), criterion_row("E-1", star="ecology"), veto]
    compiled = compile_rows(rows, [star_row(), star_row("ecology")])
    columns = reported(compiled, [{"A-1": "100", "E-1": "100", "V-1": "1"}] * 3)
    columns.units[1, 2], columns.state[2, 2] = 0, MISSING

    results = rate(compiled, columns)

    assert results.vetoed[0].tolist() == vetoed
    assert not results.vetoed[1:].any()
    assert results.level.tolist() == [2 - sum(vetoed), 2, 2]
    assert results.scores.tolist() == [[10000, 10000]] * 3


@pytest.mark.parametrize(
    ("value_type", "units", "state"),
    [
        ("count", -10_000, REPORTED), ("count", 1, REPORTED), ("yesno", 5, REPORTED), ("yesno", 20_000, REPORTED),
        ("number", 10**14, REPORTED), ("number", -(10**14), REPORTED), ("number", np.iinfo(np.int64).min, REPORTED),
        ("number", 0, 3), ("number", 0, -1),
    ],
)  # fmt: skip
def test_a_branch_that_cannot_be_scored_is_parked_and_left_out_of_statistics(value_type, units, state):
    rows = [criterion_row("A-1", basis="percent_of_county_mean"), criterion_row("A-2", value_type=value_type)]
    compiled = compile_rows(rows, [star_row()])
    columns = reported(compiled, [{"A-1": "10", "A-2": "1"}, {"A-1": "70", "A-2": "1"}])
    columns.units[1, 1], columns.state[1, 1] = units, state

    results = rate(compiled, columns)

    assert results.parked[0] is None and "A-2" in str(results.parked[1])
    assert plain(results.basis[0, 0]) == "100"
    assert not results.points[1].any() and not results.rated[1].any() and not results.has_index[1]


def test_a_choice_outside_the_list_is_parked():
    compiled = village()
    columns = reported(compiled, [{"CY-05": "A"}])
    columns.units[0, compiled.slot_of("CY-05")] = 50_000

    assert str(rate(compiled, columns).parked[0]) == "CY-05: there is no option 5"


def test_numbers_near_the_limit_stay_exact():
    compiled = one_criterion(basis="percent_of_county_mean", parameters='{"zero_at": 0, "full_at": 200}')
    columns = reported(compiled, [{"A-1": "9999999999.9999"}, {"A-1": "9999999999.9997"}] * 2000)

    results = rate(compiled, columns)

    assert [plain(number) for number in results.basis[:2, 0]] == ["100", "100"]
    assert plain(results.points[0, 0]) == "5"


def test_a_basis_beyond_the_limit_is_stored_as_the_limit_and_scores_in_full():
    compiled = one_criterion(basis="percent_of_county_mean")
    columns = reported(compiled, [{"A-1": "9999999999"}, {"A-1": "-9999999998.9999"}])

    results = rate(compiled, columns)

    assert plain(results.points[0, 0]) == "10" and plain(results.points[1, 0]) == "0"
    assert plain(results.basis[0, 0]) == "400000000000000"


def test_an_empty_county_has_empty_results():
    compiled = village()

    results = rate(compiled, Columns.blank(compiled, 0))

    assert results.points.shape == (0, 60) and results.level.shape == (0,)


@pytest.mark.parametrize("seed", SEEDS)
def test_order_of_branches_never_matters(seed):
    county = random_county(seed, branches=60)
    order = np.random.default_rng(seed).permutation(60)
    shuffled = Columns(**{name: array[order] for name, array in vars(county.columns).items()})

    first, second = rate(county.compiled, county.columns), rate(county.compiled, shuffled)

    assert same_results(second, first, order)
    assert [first.parked[place] for place in order] == second.parked


@pytest.mark.parametrize("seed", SEEDS)
def test_a_score_does_not_depend_on_other_counties(seed):
    here, there = random_county(seed, branches=40), random_county(seed + 1, branches=40)
    alone = rate(here.compiled, here.columns)

    rate(there.compiled, there.columns)
    again = rate(here.compiled, here.columns)

    assert same_results(alone, again)


def local_only(compiled):
    """The set without the bases that look at the county."""
    return CompiledSet(
        tuple(replace(one, basis="value") if "county" in one.basis else one for one in compiled.criteria),
        compiled.stars,
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_without_county_bases_a_branch_rated_alone_is_the_same(seed):
    county = random_county(seed, branches=20)
    compiled = local_only(county.compiled)
    together = rate(compiled, county.columns)

    for place in range(20):
        mine = Columns(**{name: array[place : place + 1] for name, array in vars(county.columns).items()})
        assert same_results(rate(compiled, mine), together, slice(place, place + 1))


@pytest.mark.parametrize("basis", ["value", "per_1000_residents", "percent_of_county_mean", "minmax_in_county",
                                   "rank_percent_in_county", "per_100_households"])  # fmt: skip
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"rule": "bands", "parameters": '{"bands": [[0, 50, 0], [50, 90, 4], [90, null, 10]]}'},
        {"rule": "threshold", "parameters": '{"op": ">=", "value": 60}'},
    ],
)
def test_raising_a_higher_value_never_lowers_the_score(basis, changes):
    compiled = one_criterion(basis=basis, **changes)
    rng = np.random.default_rng(7)
    columns = reported(compiled, [{"A-1": str(value)} for value in rng.integers(1, 150, 40)])
    before = rate(compiled, columns).scores[:, 0]

    for branch in range(40):
        raised = Columns(**{name: array.copy() for name, array in vars(columns).items()})
        raised.units[branch, 0] += int(rng.integers(1, 400_000))
        assert rate(compiled, raised).scores[branch, 0] >= before[branch]


def test_a_value_set_twice_is_the_last_one():
    compiled = one_criterion()
    columns = reported(compiled, [{"A-1": "10"}])

    set_value(compiled, columns, 0, "A-1", "30")

    assert plain(rate(compiled, columns).points[0, 0]) == "3"
