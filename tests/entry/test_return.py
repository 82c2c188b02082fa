"""A submission given back: who may, why, what it opens, and what brings the branch on its road again."""

import pytest

from accounts.roles import Role
from evaluations.models import Decision
from evaluations.services.road import act
from evaluations.workflow import RETURN, SUBMIT
from tests import factories
from tests.entry import world
from tests.entry.giving import fill, reviewer, submission, wishes

pytestmark = pytest.mark.django_db


@pytest.fixture
def county():
    return world.build()


def submit(county, *branches, by=None):
    return act(county.county, SUBMIT, wishes(county, *branches), by=by or county.clerk)


def give_back(county, *, by=None, codes=("WM-04",), reason="与台账不符"):
    return act(county.county, RETURN, wishes(county), by=by or reviewer(county), criteria=codes, reason=reason)


def refused(outcome) -> str:
    return str(next(iter(outcome.refused.values())))


def test_a_return_says_why_and_opens_only_the_criteria_named(county):
    fill(county)
    submit(county)

    outcome = give_back(county)

    row, decision = submission(county), Decision.objects.last()
    assert outcome.moved and (row.status, row.unlocked) == ("draft", ["WM-04"])
    assert (decision.action, decision.reason, decision.criteria) == ("return", "与台账不符", ["WM-04"])
    assert county.enter("WM-04", "470", revision=1).status == "saved"
    assert county.enter("ZB-10", "1", revision=1).status == "locked"


@pytest.mark.parametrize(
    ("codes", "reason", "words"),
    [((), "与台账不符", "Name the criteria"), (("CY-01",), "与台账不符", "Name the criteria"),
     (("WM-04",), " ", "needs its reason"), (("WM-04",), "长" * 301, "at most 300")],
)  # fmt: skip
def test_a_return_without_its_reason_or_its_criteria_is_refused(county, codes, reason, words):
    fill(county)
    submit(county)

    outcome = give_back(county, codes=codes, reason=reason)

    assert words in refused(outcome)
    assert submission(county).status == "submitted"


def test_nobody_returns_what_they_entered(county):
    fill(county)
    submit(county)
    factories.Grant.objects.create(
        user=county.clerk, role=Role.TOWNSHIP_REVIEWER, region=factories.township(world.TOWN)
    )
    del county.clerk.held_grants

    assert "somebody else" in refused(give_back(county, by=county.clerk))


@pytest.mark.django_db(transaction=True)
def test_a_returned_branch_is_taken_again_once_what_was_returned_is_touched(county):
    fill(county)
    submit(county)
    give_back(county)

    untouched = submit(county)
    county.enter("WM-04", "470", revision=1)
    touched = submit(county)

    assert refused(untouched) == "Returned and not corrected yet: WM-04"
    assert touched.moved
