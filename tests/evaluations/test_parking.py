"""Branches whose values make scoring fail, and numbers that the database itself refuses."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from evaluations.models import Rating, RoundCounty, Value
from evaluations.services.export import ranking_rows
from tests import factories
from tests.evaluations import oracle
from tests.evaluations.rounds import assert_rows_are_right, give, rate, set_by_sql

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("code", "number"),
    [("CY-05", "99"), ("CY-05", "0"), ("CY-05", "1.5"), ("ST-02", "0.5"), ("ST-02", "-1"), ("WM-08", "2")],
)
def test_a_branch_that_makes_scoring_fail_is_parked_with_its_reason_and_the_others_are_rated(code, number):
    rated = factories.branches(5)
    evaluation = factories.round_of(rated)
    for place, branch in enumerate(rated):
        factories.give(evaluation, branch, {"CY-04": Decimal(20000 + 1000 * place), "CY-02": Decimal(90 - 20 * place)})
    rate(evaluation)
    best = Rating.objects.get(county_rank=1).branch

    set_by_sql(evaluation, best, code, number)
    outcome = rate(evaluation)

    parked = Rating.objects.get(branch=best)
    assert outcome.parked == 1 and code in parked.parked
    assert (parked.level, parked.index, parked.county_rank, parked.township_rank) == (None,) * 4
    assert sorted(Rating.objects.exclude(pk=parked.pk).values_list("county_rank", flat=True)) == [1, 2, 3, 4]
    rows = list(ranking_rows(evaluation))
    assert rows[-1][2] == best.code and rows[-1][-1] == "parked" and rows[-1][:2] == ("", "")
    assert RoundCounty.objects.get(round=evaluation).rated == 4
    assert_rows_are_right(evaluation)


def test_a_parked_branch_counts_in_no_county_statistic_and_comes_back_when_mended():
    rich, poor, same = factories.branches(3)
    evaluation = factories.round_of([rich, poor, same])
    for branch, income in ((rich, 90000), (poor, 20000), (same, 20000)):
        factories.give(evaluation, branch, {"CY-04": Decimal(income)})
    place = [row["code"] for row in oracle.CRITERIA].index("CY-04")
    rate(evaluation)
    assert Rating.objects.get(branch=poor).points[place] < Rating.objects.get(branch=rich).points[place]

    set_by_sql(evaluation, rich, "CY-05", "99")
    rate(evaluation)
    assert Rating.objects.get(branch=poor).points[place] == evaluation.criteria_set.criteria.get(
        code="CY-04"
    ).max_points * Decimal(10_000)
    assert_rows_are_right(evaluation)

    set_by_sql(evaluation, rich, "CY-05", None)
    rate(evaluation)
    assert Rating.objects.get(branch=rich).parked == ""
    assert_rows_are_right(evaluation)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "10000000000", "-10000000000"])
def test_a_number_that_is_none_or_too_large_is_refused_by_the_database(number):
    branch = factories.branches(1)[0]
    evaluation = factories.round_of([branch])
    factories.give(evaluation, branch)

    with (
        pytest.raises(Exception, match="value_final_in_range|numeric field overflow|convert NaN"),
        transaction.atomic(),
    ):
        set_by_sql(evaluation, branch, "CY-01", number)

    set_by_sql(evaluation, branch, "CY-01", "9999999999.9999")


def test_a_value_that_is_also_not_applicable_is_refused_by_the_database():
    branch = factories.branches(1)[0]
    evaluation = factories.round_of([branch])
    row = give(evaluation, branch, "CY-01", 5)

    with pytest.raises(IntegrityError, match="value_reported_in_range"), transaction.atomic():
        Value.objects.filter(pk=row.pk).update(reported_na=True)

    Value.objects.filter(pk=row.pk).update(reported_number=None, reported_na=True)
