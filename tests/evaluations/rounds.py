"""Rounds to rate in tests, and what their stored results are compared with."""

import json
from decimal import Decimal

from django.db import connection

from evaluations.models import Rating, Value
from evaluations.services.rating import rate_county
from tests import factories
from tests.evaluations import oracle
from tests.evaluations.random_values import fill
from tests.scoring.test_worked_examples import ECOLOGY, INDUSTRY

COUNTY = "419901000000"


def rate(evaluation, county=COUNTY):
    return rate_county(evaluation, county)


def assert_rows_are_right(evaluation):
    assert oracle.stored(evaluation) == oracle.expected(evaluation)


def versions():
    """Where each result physically lies: any write, even of the same content, moves it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT branch_id, ctid::text, xmin::text FROM evaluations_rating")
        return {branch: place for branch, *place in cursor.fetchall()}


def give(evaluation, branch, code, number, rater="reported", period=0, option=""):
    """One rater gives a number (a choice: the option's place)."""
    row, _made = Value.objects.get_or_create(
        round=evaluation, branch=branch, criterion=evaluation.criteria_set.criteria.get(code=code), period=period
    )
    setattr(row, f"{rater}_number", number)
    setattr(row, f"{rater}_option", option)
    row.save()
    return row


def two_years(count=12, towns=("419901001000", "419901002000")):
    """A county of two townships with this year's round and the one before it, both filled at random."""
    standard = factories.criteria_set()
    rated = [one for town in towns for one in factories.branches(count // len(towns), town=factories.township(town))]
    last = factories.round_of(rated, slug="r2025", year=2025, criteria_set=standard)
    this = factories.round_of(rated, slug="r2026", criteria_set=standard, previous=last)
    fill(last, rated, 1)
    fill(this, rated, 2)
    return last, this, rated


def village_jia(standard=None):
    """甲 of scoring.md §7 and a neighbour whose income per head makes the mean 20000."""
    jia, other = factories.branches(2)
    standard = standard or factories.criteria_set()
    last = factories.round_of([jia, other], slug="r2025", year=2025, criteria_set=standard)
    this = factories.round_of([jia, other], slug="r2026", criteria_set=standard, previous=last)
    give(last, jia, "CY-01", 22)
    give(this, other, "CY-04", 20800)
    for key, text in (INDUSTRY | ECOLOGY).items():
        code, period = key if isinstance(key, tuple) else (key, 0)
        criterion = standard.criteria.get(code=code)
        if criterion.value_type == "choice":
            give(this, jia, code, factories.published_options(criterion).index(text) + 1, option=text)
        elif not (criterion.veto and criterion.value_type == "count"):
            give(this, jia, code, Decimal(text), period=period)
    return this, jia


def results_text(evaluation) -> str:
    """Every result of a round but its row's own number, by branch code."""
    rows = Rating.objects.filter(round=evaluation).order_by("branch__code").values()
    return json.dumps([{name: str(value) for name, value in row.items() if name != "id"} for row in rows])


def set_by_sql(evaluation, branch, code, number):
    """Write what no page or file lets through."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE evaluations_value SET final_number = %s WHERE round_id = %s AND branch_id = %s AND criterion_id ="
            " (SELECT id FROM scoring_criterion WHERE code = %s AND criteria_set_id = %s) AND period = 0",
            [number, evaluation.pk, branch.pk, code, evaluation.criteria_set_id],
        )
        assert cursor.rowcount == 1
