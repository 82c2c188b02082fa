"""Stars decided at the same moment: the branch moves on once, and of two decisions one wins."""

import pytest
from django.db import transaction

from accounts.roles import Role
from evaluations.models import Decision
from evaluations.services.road import act, stars, submissions
from evaluations.workflow import NOT_RECOMMEND, PASS, RECOMMEND, WITHDRAW, State, Status
from ledger.models import LedgerEntry
from scoring.models import STAR_CODES
from tests import factories
from tests.review import world
from tests.review.world import COUNTY, STAR
from tests.threads import beside, wait_until_a_lock_is_waited_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def county():
    return world.build()


def test_five_departments_at_once_move_the_branch_on_once(county):
    county.put(Status.PASSED)
    wishes = {star: county.wish(star=star) for star in STAR_CODES}

    with beside() as threads:
        futures = [
            threads.start(
                lambda star=star: act(county.county, RECOMMEND, [wishes[star]], by=county.reviewers[star], star=star)
            )
            for star in STAR_CODES
        ]
        outcomes = [future.result(30) for future in futures]

    assert all(outcome.moved for outcome in outcomes) and county.submission().status == Status.REVIEWED
    assert Decision.objects.filter(action="recommend").count() == 5
    assert Decision.objects.filter(action="advance").count() == 1
    assert LedgerEntry.objects.filter(action="star.recommend").count() == 5


def decide_the_last_two_at_once(county):
    """The fourth star's decision commits only once the fifth's is under way."""
    county.put(Status.PASSED, stars="recommended")
    fourth, fifth = STAR_CODES[3:]
    county.put_star("reviewing", (fourth, fifth))
    wishes = {star: county.wish(star=star) for star in (fourth, fifth)}
    with beside() as threads:
        with transaction.atomic():
            act(county.county, RECOMMEND, [wishes[fourth]], by=county.reviewers[fourth], star=fourth)
            future = threads.start(
                lambda: act(county.county, RECOMMEND, [wishes[fifth]], by=county.reviewers[fifth], star=fifth)
            )
            wait_until_a_lock_is_waited_for()
        assert future.result(30).moved


def test_the_last_of_two_decisions_under_way_moves_the_branch_on(county):
    decide_the_last_two_at_once(county)

    assert county.submission().status == Status.REVIEWED


def test_control_without_the_submission_s_lock_nobody_moves_the_branch_on(county, monkeypatch):
    monkeypatch.setattr(stars, "STARS", stars.STARS.replace("FOR UPDATE OF s, v", "FOR UPDATE OF v"))

    decide_the_last_two_at_once(county)

    assert county.submission().status == Status.PASSED  # every star is decided, and the branch stands where it stood


def test_of_two_decisions_on_one_star_one_wins_and_the_other_is_told_whose(county):
    county.put(Status.PASSED)
    second = factories.person(Role.DEPARTMENT_REVIEWER, factories.county(COUNTY), star=STAR)
    wish = county.wish(star=STAR)
    asked = [(RECOMMEND, county.reviewers[STAR]), (NOT_RECOMMEND, second)]

    with beside() as threads:
        futures = [
            threads.start(
                lambda action=action, by=by: act(county.county, action, [wish], by=by, star=STAR, reason="与现场不符")
            )
            for action, by in asked
        ]
        outcomes = [future.result(30) for future in futures]

    refused = [outcome for outcome in outcomes if not outcome.moved]
    assert len(refused) == 1 and "Decided already" in str(*refused[0].refused.values())
    assert Decision.objects.filter(star=STAR).count() == 1


def test_of_passing_and_withdrawing_at_once_one_wins(county):
    county.fill()
    county.put(Status.SUBMITTED)
    county.stand(State.OPEN)
    wish = county.wish()

    with beside() as threads:
        futures = [
            threads.start(lambda action=action, by=by: act(county.county, action, [wish], by=by))
            for action, by in ((PASS, county.head), (WITHDRAW, county.clerk))
        ]
        outcomes = [future.result(30) for future in futures]

    assert sorted(bool(outcome.moved) for outcome in outcomes) == [False, True]
    assert county.submission().status in (Status.PASSED, Status.DRAFT)


def both(county, first: tuple, second: tuple, **asked) -> list[bool]:
    """Two steps on the same thing: the second begins while the first is not committed. Say which of them moved it."""
    star = asked.get("star", "")
    wish = county.wish(star=star)
    with beside() as threads:
        with transaction.atomic():
            moved = [bool(act(county.county, first[0], [wish], by=first[1], **asked).moved)]
            future = threads.start(lambda: act(county.county, second[0], [wish], by=second[1], **asked))
            wait_until_a_lock_is_waited_for()
        return [*moved, bool(future.result(30).moved)]


def test_control_without_the_star_s_lock_two_opinions_are_written(county, monkeypatch):
    county.put(Status.PASSED)
    second = factories.person(Role.DEPARTMENT_REVIEWER, factories.county(COUNTY), star=STAR)
    asked = (RECOMMEND, county.reviewers[STAR]), (NOT_RECOMMEND, second)
    locked = both(county, *asked, star=STAR, reason="与现场不符")
    county.put(Status.PASSED)
    monkeypatch.setattr(stars, "STARS", stars.STARS.replace("FOR UPDATE OF s, v", ""))

    assert (locked, both(county, *asked, star=STAR, reason="与现场不符")) == ([True, False], [True, True])


def test_control_without_the_submission_s_lock_it_is_passed_and_withdrawn(county, monkeypatch):
    county.fill()
    county.put(Status.SUBMITTED)
    county.stand(State.OPEN)
    monkeypatch.setattr(submissions, "SUBMISSIONS", submissions.SUBMISSIONS.replace("FOR UPDATE OF s", ""))

    assert both(county, (PASS, county.head), (WITHDRAW, county.clerk)) == [True, True]
