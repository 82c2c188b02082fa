"""What is sealed is what was on notice: a veto or a ruling since explains its own star and nothing beside it."""

import pytest

from evaluations.models import SealedCounty, StarReview, Submission, Value, VetoRecord
from evaluations.services.road import noticed as as_noticed
from evaluations.workflow import CONFIRM, WITHDRAW_NOTICE
from scoring.models import Criterion
from tests.review import county_year as year
from tests.review.county_year import step
from tests.review.noticed import DOCUMENT, REPLY, checked, day, objection, take
from tests.review.veto_steps import asked, reported, rule
from tests.review.world import COUNTY, STAR

pytestmark = pytest.mark.django_db


@pytest.fixture
def county():
    return year.reviewed(2)


def publish(county) -> None:
    """On notice, with objections taken from today."""
    notice = year.publish(county)
    type(notice).objects.filter(pk=notice.pk).update(first_day=day(), last_day=day(days=9))


def upheld(county):
    one = checked(county, objection(county))
    assert take(county, "uphold", one, by=county.organization_approver, reply=REPLY, document=DOCUMENT).refused is None


def rejected(county):
    one = checked(county, objection(county))
    assert take(county, "reject", one, by=county.organization_approver, reply=REPLY).refused is None


def lifted(county):
    rule(county, asked(county))


def kept(county):
    rule(county, asked(county), lift=False)


# What may come while a notice runs, and does it take the star?
SINCE = {
    "a stranger's objection": (objection, True),  # open at the seal: not earned
    "an objection upheld": (upheld, True),
    "an objection rejected": (rejected, False),
    "a veto": (reported, True),
    "a veto reported and lifted": (lifted, False),
    "a veto reported and kept": (kept, True),
    "a veto of all stars": (lambda county: reported(county, criterion="ALL-V1"), True),
    "both": (lambda county: (upheld(county), reported(county)), True),
    "two vetoes": (lambda county: (reported(county), reported(county, document="环罚〔2026〕4号")), True),
}  # fmt: skip


def value(county, place: int = 0) -> None:
    Value.objects.filter(branch=county.branches[place], criterion__code="ST-07").update(final_number=1)


def population(county) -> None:
    type(county.branches[0]).objects.filter(pk=county.branches[0].pk).update(population=7)


def review(county) -> None:
    """Recommended anew by somebody; the star's status reads as before."""
    StarReview.objects.filter(entry=county.row(), star="industry").update(revision=9)


def submission(county) -> None:
    Submission.objects.filter(entry=county.row()).update(revision=9)


def other_branch(county) -> None:
    value(county, 1)


BESIDE = {one.__name__: one for one in (value, population, review, submission, other_branch)}


@pytest.mark.parametrize("since", SINCE)
def test_what_steps_of_the_notice_brought_is_sealed_without_another_notice(county, since):
    bring, falls = SINCE[since]
    publish(county)
    bring(county)
    year.let_pass(county)

    outcome = step(county, CONFIRM)

    assert outcome.moved, outcome.refused
    sealed = SealedCounty.objects.get(round=county.entry.this).ratings.get(branch=county.branches[0])
    assert (STAR not in sealed.earned.split()) is falls


@pytest.mark.parametrize("beside", BESIDE)
@pytest.mark.parametrize("since", SINCE)
def test_what_changed_beside_it_is_not(county, since, beside):
    publish(county)
    SINCE[since][0](county)
    BESIDE[beside](county)
    year.let_pass(county)

    assert "Changed since the notice opened: 1" in str(step(county, CONFIRM).refused[COUNTY])


def test_control_exempting_a_branch_that_was_objected_to_a_changed_value_is_sealed(county, monkeypatch):
    monkeypatch.setattr(as_noticed.Noticed, "is_as_it_was", lambda self, before, after: True)
    publish(county)
    objection(county)
    value(county)
    year.let_pass(county)

    assert step(county, CONFIRM).moved


def test_a_veto_recorded_past_the_steps_explains_nothing(county):
    publish(county)
    criterion = Criterion.objects.get(criteria_set=county.entry.this.criteria_set, code="ST-V1")
    VetoRecord.objects.create(round=county.entry.this, branch=county.branches[0], criterion=criterion, finding="查实")
    year.let_pass(county)

    assert "Changed since the notice opened: 1" in str(step(county, CONFIRM).refused[COUNTY])


def test_what_came_before_the_notice_is_not_taken_back(county):
    """A veto on the list, and one of an earlier notice: both were known to whoever made the list."""
    reported(county)
    publish(county)
    upheld_elsewhere = objection(county, star="industry")
    checked(county, upheld_elsewhere)
    take(county, "uphold", upheld_elsewhere, by=county.organization_approver, reply=REPLY, document=DOCUMENT)
    reported(county, document="环罚〔2026〕8号")
    step(county, WITHDRAW_NOTICE, reason="名单有误")
    publish(county)
    year.let_pass(county)

    assert step(county, CONFIRM).moved
