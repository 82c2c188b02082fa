"""One county rated in this process: stored rows equal to the reference, cell by cell."""

import subprocess
import sys
from decimal import Decimal

import pytest

from branches.models import Branch
from evaluations.models import Rating, RatingMark, RosterEntry, Value, VetoRecord
from evaluations.services.seal import seal_round
from scoring.models import Criterion
from tests import factories
from tests.evaluations import oracle
from tests.evaluations.random_values import fill
from tests.evaluations.rounds import COUNTY, assert_rows_are_right, give, rate, two_years, village_jia

pytestmark = pytest.mark.django_db


def test_village_jia_of_the_rules_page_gets_its_scores_from_stored_values():
    evaluation, jia = village_jia()

    rate(evaluation)

    result = Rating.objects.get(branch=jia)
    assert (result.industry, result.ecology) == (Decimal("82.07"), Decimal("83.57"))
    assert result.earned_stars == ["industry", "ecology"]
    assert_rows_are_right(evaluation)


def test_an_audit_takes_the_star_of_village_jia_whatever_the_score():
    evaluation, jia = village_jia()
    give(evaluation, jia, "CY-01", Decimal("15.6"), rater="final")
    VetoRecord.objects.create(
        round=evaluation,
        branch=jia,
        criterion=evaluation.criteria_set.criteria.get(code="CY-V1"),
        document="审〔2026〕3号",
    )

    rate(evaluation)

    result = Rating.objects.get(branch=jia)
    assert (result.industry, result.earned, result.vetoed) == (Decimal("71.80"), "ecology", "industry")
    assert_rows_are_right(evaluation)


@pytest.mark.parametrize("seed", range(4))
def test_stored_rows_equal_the_reference_cell_by_cell(seed):
    _last, evaluation, rated = two_years(count=4)
    more = factories.branches(26, town=factories.township("419901003000"))
    for place, branch in enumerate(more):
        Branch.objects.filter(pk=branch.pk).update(
            population=[None, 0, 1, 2000][place % 4], households=[500, None, 0, 3][place % 4]
        )
        with factories.still_draft(evaluation):
            RosterEntry.objects.create(
                round=evaluation, branch=branch, county_id=COUNTY, township_id=branch.township_id
            )
    fill(evaluation, more, seed + 10)
    for period in (1, 2, 3, 4):  # all four quarters not applicable; and of another branch, none given
        Value.objects.filter(round=evaluation, branch=more[0], criterion__code="ST-05", period=period).delete()
        Value.objects.create(
            round=evaluation, branch=more[0], period=period, reported_na=True,
            criterion=evaluation.criteria_set.criteria.get(code="ST-05"),
        )  # fmt: skip
    Value.objects.filter(round=evaluation, branch=more[1], criterion__code="ST-05").delete()

    outcome = rate(evaluation)

    assert outcome.branches == outcome.changed == 30
    assert_rows_are_right(evaluation)
    rows = oracle.stored(evaluation).values()
    assert len({row["level"] for row in rows}) > 2 and any(row["vetoed"] for row in rows)
    assert any(None in row["points"] for row in rows)


def test_a_branch_with_nothing_reported_is_rated_and_last():
    evaluation = factories.round_of(factories.branches(2))
    factories.give(evaluation, Branch.objects.first())

    rate(evaluation)

    empty = Rating.objects.get(branch=Branch.objects.last())
    assert (empty.level, empty.index, empty.county_rank, empty.parked) == (0, Decimal("0.00"), 2, "")
    assert_rows_are_right(evaluation)


def test_a_star_with_nothing_applicable_is_not_rated_and_its_score_is_empty():
    evaluation = factories.round_of(factories.branches(1))
    Value.objects.bulk_create(
        Value(round=evaluation, branch=Branch.objects.get(), criterion=criterion, period=period, reported_na=True)
        for criterion in evaluation.criteria_set.criteria.filter(star="ecology").exclude(veto=True)
        for period in ((1, 2, 3, 4) if criterion.periods == "quarters" else (0,))
    )

    rate(evaluation)

    assert Rating.objects.get().ecology is None
    assert_rows_are_right(evaluation)


def test_an_edit_of_last_years_open_round_marks_and_changes_this_year_too():
    last, evaluation, rated = two_years()
    rate(last), rate(evaluation)
    give(evaluation, rated[0], "CY-01", Decimal("23.6"), rater="final")
    rate(evaluation)
    assert not RatingMark.objects.exists()

    give(last, rated[0], "CY-01", Decimal(22), rater="final")

    assert {mark.round_id for mark in RatingMark.objects.all()} == {last.pk, evaluation.pk}
    rate(evaluation)
    growth = [row["code"] for row in oracle.CRITERIA].index("CY-03")
    assert Rating.objects.get(round=evaluation, branch=rated[0]).points[growth] == 72727
    assert_rows_are_right(evaluation)


def test_movement_is_taken_from_the_sealed_rank_of_last_year():
    last, evaluation, rated = two_years()
    rate(last), rate(evaluation)
    assert not Rating.objects.filter(round=evaluation, previous_rank__isnull=False).exists()
    assert_rows_are_right(evaluation)

    seal_round(last, document="示组发〔2025〕9号", by="test")

    assert RatingMark.objects.filter(round=evaluation).exists()
    rate(evaluation)
    before = {row.branch_id: row.county_rank for row in Rating.objects.filter(round=last)}
    for row in Rating.objects.filter(round=evaluation):
        assert row.movement == before[row.branch_id] - row.county_rank
    assert_rows_are_right(evaluation)


def test_a_value_of_another_sets_criterion_counts_nowhere():
    branch = factories.branches(1)[0]
    before = factories.criteria_set("before")
    evaluation = factories.round_of([branch], criteria_set=factories.criteria_set("own"))
    after = factories.criteria_set("after")
    factories.give(evaluation, branch)
    rate(evaluation)
    rows = oracle.stored(evaluation)

    for foreign in (before, after):
        for criterion in Criterion.objects.filter(criteria_set=foreign).exclude(value_type="choice"):
            Value.objects.create(round=evaluation, branch=branch, criterion=criterion, reported_number=1)
    outcome = rate(evaluation)

    assert outcome.changed == 0 and oracle.stored(evaluation) == rows


def test_the_order_in_which_branches_and_values_were_stored_never_matters():
    standard = factories.criteria_set()
    found = []
    for slug, backwards in (("forwards", False), ("backwards", True)):
        rated = sorted(Branch.objects.all(), key=lambda one: one.code, reverse=backwards) or factories.branches(9)
        evaluation = factories.round_of(rated[::-1] if backwards else rated, slug=slug, criteria_set=standard)
        fill_in_order(evaluation, rated)
        rate(evaluation)
        found.append(oracle.stored(evaluation))

    assert found[0] == found[1]


def fill_in_order(evaluation, rated):
    for branch in rated:
        fill(evaluation, [branch], int(branch.code[-3:]))


SEED_PROGRAM = """
import hashlib, numpy as np
from scoring.engine import rate
from scoring.ranking import competition_ranks
from tests.scoring.random_sets import random_county
for seed in range(6):
    county = random_county(seed)
    results = rate(county.compiled, county.columns)
    everyone = np.array([reason is None for reason in results.parked])
    ranks = competition_ranks(results.level, results.index, results.has_index, everyone)
    text = "".join(str(getattr(results, name).tolist()) for name in sorted(vars(results)) if name != "parked")
    print(hashlib.sha256((text + str(ranks.tolist()) + str(results.parked)).encode()).hexdigest())
"""


def test_results_and_ranks_are_the_same_under_every_hash_seed():
    found = {
        subprocess.run(
            [sys.executable, "-c", SEED_PROGRAM], env={"PYTHONHASHSEED": seed, "PATH": ""},
            capture_output=True, check=True, text=True, timeout=60,
        ).stdout
        for seed in ("0", "1", "4199")
    }  # fmt: skip

    assert len(found) == 1 and len(found.pop().split()) == 6
