"""Steps and edits at the same moment: one effect, one receipt, and what is submitted is what was looked at."""

import pytest
from django.db import transaction

from accounts.roles import Role
from evaluations.models import Decision
from evaluations.services.road import Asked, act, submissions
from evaluations.workflow import SUBMIT
from ledger.models import LedgerEntry
from tests import factories
from tests.entry import world
from tests.entry.giving import fill, submission, wishes
from tests.threads import beside, wait_until_a_lock_is_waited_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def county():
    return world.build()


def refused(outcome) -> str:
    return str(next(iter(outcome.refused.values())))


def test_of_two_clerks_at_once_one_submits_and_the_other_is_told(county):
    fill(county)
    second = factories.person(Role.ENTRY_CLERK, factories.township(world.TOWN))
    asked = wishes(county)

    with beside() as threads:
        futures = [
            threads.start(lambda by=by: act(county.county, SUBMIT, asked, by=by)) for by in (county.clerk, second)
        ]
        outcomes = [future.result(30) for future in futures]

    assert sorted(bool(outcome.moved) for outcome in outcomes) == [False, True]
    assert Decision.objects.count() == 1
    assert sorted(LedgerEntry.objects.values_list("action", flat=True)) == ["submission.refuse", "submission.submit"]


def test_five_equal_submits_at_once_have_one_effect_and_one_receipt(county):
    fill(county)
    asked = wishes(county)

    with beside() as threads:
        futures = [threads.start(lambda: act(county.county, SUBMIT, asked, by=county.clerk)) for _ in range(5)]
        receipts = {future.result(30).receipt for future in futures}

    assert len(receipts) == 1
    assert (Decision.objects.count(), LedgerEntry.objects.count()) == (1, 1)


def take_a_value_back_meanwhile(county):
    """An edit under way takes a required value back and commits only after a submit was asked for."""
    asked = wishes(county)
    with beside() as threads:
        with transaction.atomic():
            county.enter("WM-04", "", revision=1)
            future = threads.start(lambda: act(county.county, SUBMIT, asked, by=county.clerk))
            wait_until_a_lock_is_waited_for()
        return future.result(30)


def test_what_is_submitted_is_what_was_looked_at(county):
    fill(county)

    outcome = take_a_value_back_meanwhile(county)

    assert refused(outcome) == "1 missing"
    assert submission(county).status == "draft"


def test_control_without_the_lock_an_incomplete_branch_is_submitted(county, monkeypatch):
    monkeypatch.setattr(submissions, "SUBMISSIONS", submissions.SUBMISSIONS.replace("FOR UPDATE OF s", ""))
    fill(county)
    asked = wishes(county)

    with transaction.atomic():
        county.enter("WM-04", "", revision=1)
        with beside() as threads:
            future = threads.start(look, county, asked)
            lacking = future.result(30)

    assert lacking is None  # the value on its way out was still seen: submitting would have gone through


def look(county, asked):
    with transaction.atomic():
        step = submissions.SubmissionStep(county.county, SUBMIT, county.clerk, Asked())
        step.lock_county()
        found = step.lock([wish.branch for wish in asked])
        return step.refusal(found[asked[0].branch], asked[0])
