"""What is missing for a star: each suggestion, applied, gives what it says."""

import pytest

from scoring.bases import REPORTED
from scoring.engine import Columns, rate
from scoring.gaps import improvements, missing_score
from scoring.units import plain
from tests.scoring.catalogue import compile_rows, criterion_row, reported, star_row, village
from tests.scoring.random_sets import random_county

CIVILITY = {  # the branch of the design's page: 77.82 + 1
    "WM-01": "B", "WM-02": "B", "WM-03": "1", "WM-04": "372", "WM-05": "A", "WM-06": "95.5", "WM-07": "B",
    "WM-08": True, "WM-09": "91.3", "WM-B1": "市级",
}  # fmt: skip


def applied(columns, branch, slot, target):
    changed = Columns(**{name: array.copy() for name, array in vars(columns).items()})
    changed.units[branch, slot], changed.state[branch, slot] = target, REPORTED
    return changed


def test_the_page_of_the_design():
    compiled = village()
    columns = reported(compiled, [CIVILITY], households=600)
    results = rate(compiled, columns)
    star = compiled.star_places["civility"]

    found = {compiled.criteria[one.place].code: one for one in improvements(compiled, columns, results, 0, star)}

    assert results.scores[0, star] == 7882
    assert missing_score(compiled, results, 0, star) == 118
    assert (found["WM-07"].target, plain(found["WM-07"].gain)) == (10_000, "5")
    assert (found["WM-01"].target, plain(found["WM-01"].gain)) == (10_000, "3")
    assert (plain(found["WM-04"].target), plain(found["WM-04"].gain)) == ("425", "1.1778")  # 79.0018 + 1 reaches 80
    assert all(found[code].enough for code in ("WM-01", "WM-02", "WM-03", "WM-04", "WM-06", "WM-07", "WM-09"))
    assert "WM-05" not in found and "WM-08" not in found


@pytest.mark.parametrize("seed", range(60, 80))
def test_every_suggestion_gains_what_it_says(seed):
    county = random_county(seed, branches=25)
    results = rate(county.compiled, county.columns)

    for branch in range(25):
        for star, own in enumerate(county.compiled.stars):
            for one in improvements(county.compiled, county.columns, results, branch, star):
                slot = county.compiled.slot_of(county.compiled.criteria[one.place].code)
                after = rate(county.compiled, applied(county.columns, branch, slot, one.target))
                mine = [criterion.star == own.code for criterion in county.compiled.criteria]
                gain = after.points[branch, mine].sum() - results.points[branch, mine].sum()
                assert after.parked[branch] is None
                assert (one.gain, one.score, one.enough) == (
                    gain, after.scores[branch, star], after.earned[branch, star],
                )  # fmt: skip


def test_random_counties_do_have_suggestions():
    found = 0

    for seed in range(60, 80):
        county = random_county(seed, branches=25)
        results = rate(county.compiled, county.columns)
        found += sum(len(improvements(county.compiled, county.columns, results, branch, 0)) for branch in range(25))

    assert found > 500


def test_a_vetoed_or_earned_star_has_no_suggestions():
    compiled = village()
    columns = reported(compiled, [CIVILITY | {"WM-V1": "1"}, CIVILITY | {"WM-01": "A"}], households=600)
    results = rate(compiled, columns)
    star = compiled.star_places["civility"]

    assert [improvements(compiled, columns, results, branch, star) for branch in (0, 1)] == [[], []]


def test_a_missing_value_and_a_mandatory_one_are_suggested():
    rows = [criterion_row("A-1", max_points="90"), criterion_row(
        "A-2", value_type="count", rule="deduct", parameters='{"start": 10, "per_event": 1, "floor": 0}', mandatory="1",
    )]  # fmt: skip
    compiled = compile_rows(rows, [star_row()])
    columns = reported(compiled, [{"A-1": "100"}])

    results = rate(compiled, columns)

    (one,) = improvements(compiled, columns, results, 0, 0)
    assert (one.place, one.units, one.target, one.enough) == (1, None, 0, True)


def test_suggestions_put_those_that_are_enough_first():
    compiled = village()
    columns = reported(compiled, [CIVILITY | {"WM-04": "200"}], households=600)
    results = rate(compiled, columns)

    found = improvements(compiled, columns, results, 0, compiled.star_places["civility"])

    flags = [one.enough for one in found]
    assert flags == sorted(flags, reverse=True) and len(found) == len({one.place for one in found})
    assert all(one.gain > 0 for one in found)
