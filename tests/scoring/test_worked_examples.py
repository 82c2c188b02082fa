"""The worked examples of scoring.md §7."""

import numpy as np
import pytest

from scoring.engine import REPORTED, rate
from scoring.ranking import UnitLine, competition_ranks, movement, unit_table
from scoring.units import plain
from tests.scoring.catalogue import reported, set_value, village

INDUSTRY = {
    "CY-01": "23.6", "CY-02": "54", "CY-04": "19200", "CY-05": "B", "CY-06": "120", "CY-07": "100", "CY-08": "18",
    "CY-09": "100", "CY-10": "B", "CY-B1": "无", "CY-V1": "0",
}  # fmt: skip
ECOLOGY = {
    "ST-01": "90", "ST-02": "1", "ST-03": "40", "ST-04": "100", ("ST-05", 1): "6", ("ST-05", 2): "4",
    ("ST-05", 3): "3", ("ST-05", 4): "5", "ST-06": "B", "ST-07": "220", "ST-08": "92", "ST-09": "B", "ST-B1": "2",
    "ST-V1": "0",
}  # fmt: skip
POINTS = {
    "CY-01": "15", "CY-02": "6.8", "CY-03": "7.2727", "CY-04": "6.4", "CY-05": "9", "CY-06": "8", "CY-07": "10",
    "CY-08": "3.6", "CY-09": "10", "CY-10": "6", "CY-B1": "0",
    "ST-01": "10.2857", "ST-02": "8", "ST-03": "10", "ST-04": "12", "ST-05": "13.5", "ST-06": "7", "ST-07": "6.4",
    "ST-08": "7.3846", "ST-09": "7", "ST-B1": "2",
}  # fmt: skip


def village_jia():
    """The county of 甲 and one other village, whose income per head makes the mean 20000."""
    compiled = village()
    columns = reported(compiled, [INDUSTRY | ECOLOGY, {"CY-04": "20800"}])
    income = compiled.places["CY-01"]
    columns.last_units[0, income], columns.last_state[0, income] = 220_000, REPORTED
    return compiled, columns


@pytest.mark.parametrize("code", POINTS)
def test_points_of_village_jia(code):
    compiled, columns = village_jia()

    points = rate(compiled, columns).points[0, compiled.places[code]]

    assert plain(points) == POINTS[code]


@pytest.mark.parametrize(("star", "base", "score"), [("industry", 8207, 8207), ("ecology", 8157, 8357)])
def test_village_jia_earns(star, base, score):
    compiled, columns = village_jia()

    results = rate(compiled, columns)

    place = compiled.star_places[star]
    assert (results.base[0, place], results.scores[0, place]) == (base, score)
    assert results.earned[0, place]
    assert not results.unmet[0, place]


def test_audit_files_a_veto_and_the_star_is_refused_whatever_the_score():
    compiled, columns = village_jia()
    set_value(compiled, columns, 0, "CY-01", "15.6")
    set_value(compiled, columns, 0, "CY-V1", "1")

    results = rate(compiled, columns)

    industry = compiled.star_places["industry"]
    assert results.vetoed[0, industry] and not results.earned[0, industry]
    assert results.points[0, compiled.places["CY-01"]] == 120_000
    assert results.points[0, compiled.places["CY-03"]] == 0
    assert results.scores[0, industry] == 7180  # 82.0727 − 3 − 7.2727, still shown
    assert results.earned[0, compiled.star_places["ecology"]]


def test_ranking_and_the_veto_in_july():
    level = np.array([5, 5, 5, 4, 4])  # A, B, E, C, D
    index = np.array([8780, 8300, 8300, 9100, 8680])
    everyone = np.ones(5, bool)

    sealed = competition_ranks(level, index, everyone, everyone)
    current = competition_ranks(level - [1, 0, 0, 0, 0], index, everyone, everyone)

    assert sealed.tolist() == [1, 2, 2, 4, 5]
    assert current.tolist() == [4, 1, 1, 3, 5]


def test_share_of_the_demonstration_township():
    line = UnitLine(rated=55, three_plus=6 + 18)

    assert line.share == 4364


def test_units_rank_by_share_then_mean_index_and_unrated_ones_come_last():
    lines = [("a", UnitLine(3, 1, 24000, 3)), ("b", UnitLine(0, 0)), ("c", UnitLine(3, 1, 24001, 3)),
             ("d", UnitLine(3, 2)), ("e", UnitLine(6, 2, 48000, 6))]  # fmt: skip

    table = unit_table(lines)

    assert [(row.key, row.rank) for row in table] == [("d", 1), ("a", 2), ("c", 2), ("e", 2), ("b", 0)]
    assert (table[1].line.share, table[1].line.index_mean) == (3333, 8000)


@pytest.mark.parametrize(("last", "this", "moved"), [(8, 5, 3), (5, 8, -3), (5, 5, 0), (None, 1, None), (1, 0, None)])
def test_movement_is_last_rank_minus_this(last, this, moved):
    assert movement(last, this) == moved
