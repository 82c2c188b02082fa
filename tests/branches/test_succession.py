"""Mergers and splits: by a document, with both histories kept, and nobody taken off a round under way."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.roles import Role
from branches.models import Branch, Succession
from branches.services import succeed
from evaluations.models import EvaluationRound, Rating
from evaluations.services.rating import rate_county
from evaluations.services.rounds import open_round
from ledger.models import LedgerEntry
from tests import factories

pytestmark = pytest.mark.django_db
COUNTY = "419901000000"
MERGER = {"way": "merger", "on": date(2026, 11, 1), "document": "示民〔2026〕8号"}


@pytest.fixture
def rated():
    made = factories.branches(3)
    evaluation = factories.round_of(made)
    for branch in made:
        factories.give(evaluation, branch)
    rate_county(evaluation, COUNTY)
    return evaluation, made


def test_a_merged_branch_keeps_its_history_and_stays_in_the_round_under_way(rated):
    evaluation, (first, second, new) = rated

    succeed(before=[first, second], after=[new], by="admin", **MERGER)
    rate_county(evaluation, COUNTY)

    assert Succession.objects.filter(after=new).count() == 2
    assert not Branch.objects.get(pk=first.pk).active
    assert Rating.objects.filter(round=evaluation, branch__in=[first, second]).count() == 2
    assert LedgerEntry.objects.filter(chain=COUNTY).last().action == "branch.merger"


def test_a_merged_branch_is_in_no_new_round(rated):
    evaluation, (first, second, new) = rated
    succeed(before=[first, second], after=[new], by="admin", **MERGER)

    made, _changed = open_round(
        slug="next", region=evaluation.region, year=2027, criteria_set=evaluation.criteria_set, by="test"
    )

    assert [entry.branch for entry in made.roster.all()] == [new]
    assert EvaluationRound.objects.get(slug="test-2026").roster.count() == 3


def test_a_branch_that_merely_left_is_no_longer_rated(rated):
    evaluation, (first, *_rest) = rated

    Branch.objects.filter(pk=first.pk).update(active=False)
    rate_county(evaluation, COUNTY)

    assert not Rating.objects.filter(round=evaluation, branch=first).exists()


def test_the_admin_records_a_split_in_the_county_s_ledger(client, rated):
    _evaluation, (old, new, _third) = rated
    admin = factories.person(Role.CRITERIA_ADMINISTRATOR, factories.county())
    admin.is_staff = True
    admin.save(update_fields=["is_staff"])
    client.force_login(admin)
    form = {"before": old.pk, "after": new.pk, "way": "split", "on": "2026-11-01", "document": "示民〔2026〕9号"}

    response = client.post(reverse("admin:branches_succession_add"), form)

    assert response.status_code == 302 and Succession.objects.get().way == "split"
    assert LedgerEntry.objects.get(chain=COUNTY, action="branch.split").subject == "示民〔2026〕9号"
