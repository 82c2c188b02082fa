"""Many branches in one step: as many queries as for one, six hundred well within five seconds, each still judged."""

import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evaluations.models import StarReview
from evaluations.services.road import Wish, act
from evaluations.services.road.stamps import stamps
from evaluations.workflow import NOT_RECOMMEND, PASS, RECOMMEND, StarStatus, Status
from tests.review import world
from tests.review.world import STAR

pytestmark = pytest.mark.django_db
SECONDS = 5


@pytest.fixture
def county():
    made = world.build(600, others=0)
    made.put(Status.PASSED, *made.branches)
    return made


def wishes(county, count: int, star: str = STAR) -> list[Wish]:
    chosen = county.branches[:count]
    seen = stamps(county.entry.this.pk, county.entry.this.criteria_set_id, [one.pk for one in chosen], star)
    rows = StarReview.objects.filter(entry__branch__in=chosen, star=star)
    revisions = dict(rows.values_list("entry__branch_id", "revision"))
    return [Wish(one.code, revisions[one.pk], seen[one.pk]) for one in chosen]


def costs(county, action, count: int, **asked) -> tuple[int, float]:
    by, row, asked_for = county.reviewers[STAR], county.county, wishes(county, count)
    started = time.perf_counter()
    with CaptureQueriesContext(connection) as queries:
        outcome = act(row, action, asked_for, by=by, star=STAR, **asked)
    assert len(outcome.moved) == count
    StarReview.objects.filter(star=STAR).update(status=StarStatus.REVIEWING)
    return len(queries), time.perf_counter() - started


def test_recommending_costs_the_same_for_one_and_for_six_hundred(county):
    costs(county, RECOMMEND, 1)  # the standard is read once a process

    found = [costs(county, RECOMMEND, count) for count in (1, 60, 600)]

    assert len({queries for queries, _seconds in found}) == 1
    assert max(seconds for _queries, seconds in found) < SECONDS


def test_of_six_hundred_the_changed_one_is_refused_and_the_others_move(county):
    asked = wishes(county, 600)
    StarReview.objects.filter(entry__branch=county.branches[7], star=STAR).update(revision=3)

    outcome = act(county.county, NOT_RECOMMEND, asked, by=county.reviewers[STAR], star=STAR, reason="与现场不符")

    assert len(outcome.moved) == 599 and list(outcome.refused) == [county.branches[7].code]


def test_six_hundred_branches_are_passed_by_their_township_at_once(county):
    county.put(Status.SUBMITTED, *county.branches)
    seen = stamps(county.entry.this.pk, county.entry.this.criteria_set_id, [one.pk for one in county.branches])
    asked = [Wish(one.code, 0, seen[one.pk]) for one in county.branches]
    started = time.perf_counter()

    outcome = act(county.county, PASS, asked, by=county.head)

    assert len(outcome.moved) == 600 and time.perf_counter() - started < SECONDS
