"""Five stars of a branch, each on its own road; the last one decided moves the branch on, once."""

import pytest

from branches.models import Branch
from evaluations.models import Decision, Rating, StarReview, Value
from evaluations.services.correcting import Fix, correct
from evaluations.services.rating import rate_county
from evaluations.workflow import (
    ANSWER,
    GIVE_BACK,
    NOT_RECOMMEND,
    PASS,
    PASS_STAR,
    RECOMMEND,
    RECONSIDER,
    RESUME,
    RETAKE,
    RETURN_STAR,
    SEND_BACK,
    Status,
)
from scoring.models import STAR_CODES
from tests import factories
from tests.review import world
from tests.review.world import COUNTY, STAR, ahead

pytestmark = pytest.mark.django_db


@pytest.fixture
def county():
    return world.build()


def test_a_branch_its_township_passes_has_five_stars_under_review(county):
    county.fill()
    county.put(Status.SUBMITTED)

    outcome = county.act(PASS, by=county.head)

    assert outcome.moved and county.submission().status == Status.PASSED
    assert {county.star(star).status for star in STAR_CODES} == {"reviewing"}


def test_a_branch_whose_value_changed_since_it_was_looked_at_is_not_passed(county):
    county.fill()
    county.put(Status.SUBMITTED)
    seen = county.wish()
    Value.objects.filter(branch=county.branches[0], criterion__code="WM-04").update(revision=9)

    outcome = world.act(county.county, PASS, [seen], by=county.head)

    assert not outcome.moved and "Changed since" in str(outcome.refused[county.branches[0].code])


def test_the_last_star_decided_moves_the_branch_on(county):
    county.put(Status.PASSED)
    *first, last = STAR_CODES

    for star in first:
        county.act(RECOMMEND, by=county.reviewers[star], star=star)
    before = county.submission().status
    county.act(NOT_RECOMMEND, by=county.reviewers[last], star=last, reason="与现场不符")

    assert (before, county.submission().status) == (Status.PASSED, Status.REVIEWED)
    assert Decision.objects.filter(action="advance").count() == 1


def test_a_star_taken_back_brings_the_branch_back_to_the_departments(county):
    county.put(Status.REVIEWED, stars="recommended")

    county.act(RECONSIDER, by=county.reviewers[STAR], star=STAR)

    assert county.submission().status == Status.PASSED


def test_the_organization_department_sends_one_star_back_with_its_reason(county):
    county.put(Status.REVIEWED, stars="recommended")

    refused = county.act(SEND_BACK, by=county.organization_reviewer, star=STAR)
    moved = county.act(SEND_BACK, by=county.organization_reviewer, star=STAR, reason="须补现场核查")

    assert not refused.moved and moved.moved
    assert county.star().status == "reviewing" and county.star("industry").status == "recommended"


def test_a_star_not_recommended_is_not_earned_whatever_its_score(county):
    county.put(Status.PASSED)
    factories.give(county.entry.this, county.branches[0])
    rate_county(county.entry.this, COUNTY)
    before = Rating.objects.get(branch=county.branches[0]).earned_stars

    county.act(NOT_RECOMMEND, by=county.reviewers[STAR], star=STAR, reason="与现场不符")
    rate_county(county.entry.this, COUNTY)
    withheld = Rating.objects.get(branch=county.branches[0]).earned_stars
    county.act(RECONSIDER, by=county.reviewers[STAR], star=STAR)
    rate_county(county.entry.this, COUNTY)

    assert STAR in before and withheld == [star for star in before if star != STAR]
    assert Rating.objects.get(branch=county.branches[0]).earned_stars == before


def test_a_returned_star_opens_its_criteria_only_and_its_answer_goes_through_the_township(county):
    county.fill()
    county.put(Status.PASSED)
    Value.objects.filter(branch=county.branches[0], criterion__code="ST-07").update(department_number=250)

    county.act(RETURN_STAR, by=county.reviewers[STAR], star=STAR, reason="户数不符", criteria=["ST-07"], due=ahead())
    locked = county.entry.enter("WM-04", "470", revision=1)
    early = county.act(ANSWER, by=county.clerk, star=STAR)
    given = county.entry.enter("ST-07", "290", revision=1)
    waiting = county.entry.value("ST-07").department_number
    answered = county.act(ANSWER, by=county.clerk, star=STAR)
    passed = county.act(PASS_STAR, by=county.head, star=STAR)

    value = county.entry.value("ST-07")
    assert (locked.status, given.status) == ("locked", "saved")
    assert not early.moved and answered.moved and passed.moved
    assert (waiting, value.department_number, value.reported_number) == (250, None, 290)  # it counts until the answer
    assert county.star().status == "reviewing" and county.submission().unlocked == []


def test_a_correction_the_township_refuses_goes_back_to_its_clerk(county):
    county.put(Status.PASSED)
    county.put_star("corrected")

    outcome = county.act(GIVE_BACK, by=county.head, star=STAR, reason="仍不符", criteria=["ST-07"], due=ahead())

    assert outcome.moved and county.star().status == "returned"


def test_nobody_reviews_a_branch_they_entered_under_another_account_of_theirs(county):
    county.fill()
    county.put(Status.PASSED)
    reviewer = county.reviewers[STAR]
    type(reviewer).objects.filter(pk__in=[reviewer.pk, county.clerk.pk]).update(person="工号-7")
    reviewer = type(reviewer).objects.get(pk=reviewer.pk)

    outcome = county.act(RECOMMEND, by=reviewer, star=STAR)

    assert "You entered values" in str(outcome.refused[county.branches[0].code])


@pytest.mark.parametrize("then", ["corrected", "reviewing again"])
def test_what_a_department_began_is_not_taken_back_by_the_township(county, then):
    county.fill()
    county.put(Status.PASSED)
    untouched = county.act(RETAKE, by=county.head)
    county.put(Status.PASSED)
    county.act(RETURN_STAR, by=county.reviewers[STAR], star=STAR, reason="不符", criteria=["ST-07"], due=ahead())
    county.put_star("corrected" if then == "corrected" else "reviewing")

    outcome = county.act(RETAKE, by=county.head)

    assert untouched.moved and not outcome.moved


def test_what_was_typed_after_a_return_and_never_sent_counts_for_nobody(county):
    county.fill()
    county.put(Status.PASSED)
    county.act(RETURN_STAR, by=county.reviewers[STAR], star=STAR, reason="不符", criteria=["ST-07"], due=ahead())
    county.entry.enter("ST-07", "310", revision=1)
    StarReview.objects.filter(entry=county.row(), star=STAR).update(due=ahead(days=-1))

    outcome = county.act(RESUME, by=county.reviewers[STAR], star=STAR)

    value = county.entry.value("ST-07")
    assert outcome.moved and (value.reported_number, value.revision) == (300, 3)


ENDED = {RECONSIDER: {"days": 3}, RESUME: {"days": -1}}  # the steps that end a return unanswered, and its due date


@pytest.mark.parametrize("typed", [False, True])
@pytest.mark.parametrize("step", ENDED, ids=lambda step: step.key)
def test_a_correction_counts_on_after_a_return_that_nobody_answered(county, step, typed):
    county.fill()
    county.put(Status.PASSED)
    reviewer = county.reviewers[STAR]
    assert correct(county.county, fix(county, "250"), star=STAR, by=reviewer).moved
    county.act(RETURN_STAR, by=reviewer, star=STAR, reason="不符", criteria=["ST-07"], due=ahead())
    if typed:
        assert county.entry.enter("ST-07", "310", revision=2).status == "saved"
    StarReview.objects.filter(entry=county.row(), star=STAR).update(due=ahead(**ENDED[step]))

    outcome = county.act(step, by=reviewer, star=STAR)

    value = county.entry.value("ST-07")
    assert outcome.moved and (value.reported_number, value.department_number) == (300, 250)
    assert value.effective_units == 2500000


def fix(county, text: str) -> Fix:
    code, value = county.branches[0].code, county.entry.value("ST-07")
    return Fix(code, "ST-07", 0, text, "现场核实", seen_revision=value.revision)


def test_a_branch_whose_size_changed_since_it_was_looked_at_is_not_recommended(county):
    county.put(Status.PASSED)
    seen = county.wish(star=STAR)
    Branch.objects.filter(pk=county.branches[0].pk).update(households=400)

    outcome = world.act(county.county, RECOMMEND, [seen], by=county.reviewers[STAR], star=STAR)

    assert not outcome.moved


def test_a_branch_named_twice_in_one_request_is_moved_once(county):
    county.put(Status.PASSED)
    seen = county.wish(star=STAR)

    world.act(county.county, RECOMMEND, [seen, seen], by=county.reviewers[STAR], star=STAR)

    assert Decision.objects.filter(action="recommend").count() == 1
