"""A second rating writes only what changed, and whatever changes an input marks its county."""

from decimal import Decimal

import pytest
from django.db import connection

from branches.models import Branch
from evaluations.models import Rating, RatingMark, RosterEntry, RoundCounty
from tests import factories
from tests.evaluations import oracle
from tests.evaluations.random_values import fill
from tests.evaluations.rounds import (
    COUNTY,
    assert_rows_are_right,
    give,
    rate,
    results_text,
    two_years,
    versions,
)

pytestmark = pytest.mark.django_db


@pytest.mark.django_db(transaction=True)
def test_rating_twice_writes_nothing():
    _last, evaluation, _rated = two_years()
    rate(evaluation)
    before, county = versions(), RoundCounty.objects.filter(round=evaluation).values().get()

    outcome = rate(evaluation)

    assert outcome.changed == 0
    assert versions() == before
    assert RoundCounty.objects.filter(round=evaluation).values().get() == county


@pytest.mark.django_db(transaction=True)
def test_an_edit_changes_only_the_rows_that_it_changed():
    _last, evaluation, rated = two_years()
    rate(evaluation)
    before, rows = versions(), oracle.stored(evaluation)

    give(evaluation, rated[0], "ZB-08", Decimal("0.0001"), rater="final")
    outcome = rate(evaluation)

    after = oracle.stored(evaluation)
    changed = {code for code in rows if rows[code] != after[code]} | {rated[0].code}
    moved = {branch.code for branch in rated if versions()[branch.pk] != before[branch.pk]}
    assert moved == changed and outcome.changed == len(changed) < len(rated)
    assert_rows_are_right(evaluation)


@pytest.mark.parametrize("by", ["orm", "bulk", "sql"])
def test_a_changed_population_marks_the_county_and_the_next_rating_counts_it(by):
    _last, evaluation, rated = two_years()
    rate(evaluation)
    branch = Branch.objects.get(pk=rated[0].pk)

    branch.population, branch.households = 37, 11
    if by == "orm":
        branch.save()
    elif by == "bulk":
        Branch.objects.bulk_update([branch], ["population", "households"])
    else:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE branches_branch SET population = 37, households = 11 WHERE id = %s", [branch.pk])

    assert RatingMark.objects.filter(round=evaluation, county=COUNTY).exists()
    assert rate(evaluation).changed > 0
    assert not RatingMark.objects.filter(round=evaluation).exists()
    assert_rows_are_right(evaluation)


def test_a_new_name_of_a_branch_marks_nothing():
    _last, evaluation, rated = two_years()
    rate(evaluation)
    assert not RatingMark.objects.filter(round=evaluation).exists()

    Branch.objects.filter(pk=rated[0].pk).update(name="改名村")

    assert not RatingMark.objects.filter(round=evaluation).exists()


@pytest.mark.django_db(transaction=True)
def test_a_branch_taken_off_the_roster_loses_its_result_and_the_others_close_up():
    _last, evaluation, rated = two_years()
    rate(evaluation)
    first = Rating.objects.get(round=evaluation, county_rank=1).branch

    with factories.still_draft(evaluation):
        RosterEntry.objects.filter(round=evaluation, branch=first).delete()
    rate(evaluation)

    assert Rating.objects.filter(round=evaluation).count() == len(rated) - 1
    assert not Rating.objects.filter(round=evaluation, branch=first).exists()
    assert RoundCounty.objects.get(round=evaluation).branches == len(rated) - 1
    assert_rows_are_right(evaluation)


def test_a_county_whose_whole_roster_is_gone_has_no_result_left():
    _last, evaluation, _rated = two_years()
    rate(evaluation)

    with factories.still_draft(evaluation):
        RosterEntry.objects.filter(round=evaluation).delete()
    rate(evaluation)

    assert not Rating.objects.filter(round=evaluation).exists()


def test_the_digest_covers_what_the_result_was_computed_from():
    _last, evaluation, rated = two_years()
    rate(evaluation)
    before = dict(Rating.objects.filter(round=evaluation).values_list("branch_id", "input_digest"))

    give(evaluation, rated[0], "ZB-08", Decimal("319.9999"), rater="final")
    rate(evaluation)

    after = dict(Rating.objects.filter(round=evaluation).values_list("branch_id", "input_digest"))
    assert {branch for branch in before if before[branch] != after[branch]} == {rated[0].pk}


def test_results_deleted_are_computed_again_the_same():
    _last, evaluation, _rated = two_years()
    rate(evaluation)
    before = results_text(evaluation)

    Rating.objects.filter(round=evaluation)._raw_delete("default")
    rate(evaluation)

    assert results_text(evaluation) == before


def test_a_branchs_result_depends_on_no_other_county():
    _last, evaluation, _rated = two_years()
    other = factories.branches(3, town=factories.township("419902001000"))
    for branch in other:
        RosterEntry.objects.create(
            round=evaluation, branch=branch, county_id="419902000000", township_id=branch.township_id
        )
    RoundCounty.objects.create(round=evaluation, county_id="419902000000", state="open", document="文1号")
    rate(evaluation)
    before = results_text(evaluation)

    fill(evaluation, other, 99)

    assert {mark.county_id for mark in RatingMark.objects.filter(round=evaluation)} == {"419902000000"}
    assert rate(evaluation).changed == 0 and results_text(evaluation) == before
    rate(evaluation, "419902000000")
    assert_rows_are_right(evaluation)
