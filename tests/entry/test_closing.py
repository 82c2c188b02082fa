"""Closing or moving the deadline while a submit is under way is all or nothing (C-14)."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.roles import Role
from evaluations.models import RoundCounty, State
from evaluations.services import deadlines
from evaluations.services.road import act, steps
from evaluations.workflow import SUBMIT
from tests import factories
from tests.entry import world
from tests.entry.giving import due, fill, move, submission, wishes
from tests.threads import beside, wait_until_a_lock_is_waited_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def county():
    made = world.build()
    made.approver = factories.person(Role.ORGANIZATION_APPROVER, factories.county())
    return made


def test_a_submit_that_arrives_while_the_county_closes_is_refused_whole(county):
    fill(county, *county.mine)
    asked = wishes(county, *county.mine)

    with beside() as threads:
        with transaction.atomic():
            RoundCounty.objects.filter(pk=county.county.pk).update(state=State.CLOSED_FOR_ENTRY)
            future = threads.start(lambda: act(county.county, SUBMIT, asked, by=county.clerk))
            wait_until_a_lock_is_waited_for()
        outcome = future.result(30)

    assert len(outcome.refused) == 2 and not outcome.moved
    assert {submission(county, branch).status for branch in county.mine} == {"draft"}


def test_closing_waits_for_a_submit_under_way_which_is_taken_whole(county):
    fill(county, *county.mine)

    with beside() as threads:
        with transaction.atomic():
            outcome = move(county, SUBMIT, *county.mine)
            future = threads.start(close, county)
            wait_until_a_lock_is_waited_for()
        closed = future.result(30)

    assert len(outcome.moved) == 2
    assert closed == {"submitted"}  # what the closing saw of the township's branches


def close(county):
    with transaction.atomic():
        RoundCounty.objects.filter(pk=county.county.pk).update(state=State.CLOSED_FOR_ENTRY)
        return {submission(county, branch).status for branch in county.mine}


def test_control_without_the_county_s_lock_closing_sees_half(county, monkeypatch):
    monkeypatch.setattr(steps, "COUNTY", steps.COUNTY.replace("FOR SHARE", ""))
    fill(county, *county.mine)

    with beside() as threads:
        with transaction.atomic():
            move(county, SUBMIT, *county.mine)
            closed = threads.do(close, county)

    assert closed == {"draft"}  # closed, and submitted after it all the same
    assert {submission(county, branch).status for branch in county.mine} == {"submitted"}


def test_a_deadline_moved_while_a_submit_waits_counts_as_it_is_then(county):
    fill(county)
    due(county, minutes=-1)
    asked = wishes(county)

    with beside() as threads:
        with transaction.atomic():
            deadlines.set_due(county.county, timezone.now() + timedelta(hours=1), by=county.approver, reason="停电")
            future = threads.start(lambda: act(county.county, SUBMIT, asked, by=county.clerk))
            wait_until_a_lock_is_waited_for()
        outcome = future.result(30)

    assert outcome.moved and not submission(county).late
