"""A submission given back: who may, why, what it opens, and what brings the branch on its road again."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.roles import Role
from evaluations.models import Decision, RoundCounty, Submission
from evaluations.services import evidence as service
from evaluations.services.completeness import Branch, progress_of
from evaluations.services.road import act
from evaluations.workflow import RETURN, SUBMIT, WITHDRAW, State
from tests import factories
from tests.entry import files, world
from tests.entry.giving import fill, reviewer, submission, wishes
from tests.entry.offering import offer

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


def answered_after_entry(county):
    """Given back with a time of its own, corrected and submitted again while the county is closed for entry."""
    fill(county)
    submit(county)
    RoundCounty.objects.filter(pk=county.county.pk).update(state=State.CLOSED_FOR_ENTRY)
    due = timezone.now() + timedelta(days=2)
    act(county.county, RETURN, wishes(county), by=reviewer(county), criteria=["WM-04"], reason="与台账不符", due=due)
    assert county.enter("WM-04", "470", revision=1).status == "saved" and submit(county).moved


def test_what_was_given_back_and_answered_is_withdrawn_in_its_own_time(client, county):
    answered_after_entry(county)
    client.force_login(county.clerk)
    client.cookies["django_language"] = "en"
    offered = f"{county.base}/entry/withdraw/" in client.get(f"{county.base}/entry/").content.decode()

    outcome = act(county.county, WITHDRAW, wishes(county), by=county.clerk)

    row = submission(county)
    assert offered and outcome.moved and (row.status, row.unlocked) == ("draft", ["WM-04"])
    assert county.enter("WM-04", "460", revision=2).status == "saved"
    assert county.enter("ZB-10", "1", revision=1).status == "locked" and submit(county).moved


def test_what_was_given_back_is_not_withdrawn_once_its_time_is_over(client, county):
    answered_after_entry(county)
    Submission.objects.update(answer_due=timezone.now() - timedelta(minutes=1))
    client.force_login(county.clerk)
    offered = f"{county.base}/entry/withdraw/" in client.get(f"{county.base}/entry/").content.decode()

    outcome = act(county.county, WITHDRAW, wishes(county), by=county.clerk)

    assert not offered and refused(outcome) == "Entry is closed in this county."


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


def test_a_returned_branch_is_taken_again_once_what_was_returned_is_touched(county):
    fill(county)
    submit(county)
    give_back(county)

    untouched = submit(county)
    county.enter("WM-04", "470", revision=1)
    touched = submit(county)

    assert refused(untouched) .startswith("Returned and not corrected yet: WM-04.")
    assert touched.moved


def file_for(county, code, name="a.pdf", by=None):
    return offer(county, name, files.pdf(b"%" + name.encode() + b"\n"), code=code, by=by)


def take_back(county, evidence):
    return service.take_back(county.county, evidence.pk, by=county.clerk)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("answers", ["added", "taken back"])
def test_a_return_is_answered_by_a_file_of_the_criterion_and_by_no_other(county, answers):
    fill(county)
    before = file_for(county, "CY-05", "before.pdf")
    submit(county)
    give_back(county, codes=("CY-05", "WM-05"))

    file_for(county, "WM-05")
    other = submit(county)
    file_for(county, "CY-05") if answers == "added" else take_back(county, before)
    answered = submit(county)

    assert refused(other) .startswith("Returned and not corrected yet: CY-05.")
    assert answered.moved


@pytest.mark.django_db(transaction=True)
def test_what_a_file_answers_costs_one_query_however_many_branches_came_back():
    county = world.build(6)
    fill(county, *county.mine)
    submit(county, *county.mine)
    looked = [Branch(one.pk, one.township_id) for one in county.mine]
    since = [replace(one, unlocked=("WM-04",), since=timezone.now()) for one in looked]

    asked = [queries(county, branches) for branches in (looked, looked[:1], since, since[:1])]

    assert asked[0] == asked[1] and asked[2] == asked[3] == asked[0] + 1


def queries(county, branches) -> int:
    with CaptureQueriesContext(connection) as asked:
        progress_of(county.this, branches)
    return len(asked)


def did_nothing(county, second):
    fill(county)


def gave_what_another_changed(county, second):
    fill(county, leave=["WM-04"])
    assert county.enter("WM-04", "1", by=second).status == "saved"
    assert county.enter("WM-04", "480", revision=1).status == "saved"


def added_a_file(county, second):
    fill(county)
    file_for(county, "WM-05", by=second)


def took_a_file_back(county, second):
    fill(county)
    service.take_back(county.county, file_for(county, "WM-05").pk, by=second)


@pytest.mark.parametrize(
    ("did", "allowed"),
    [(did_nothing, True), (gave_what_another_changed, False), (added_a_file, False), (took_a_file_back, False)],
)
def test_nobody_returns_what_they_had_a_hand_in(county, did, allowed):
    second = factories.person(Role.ENTRY_CLERK, factories.township(world.TOWN))
    did(county, second)
    submit(county)
    second.grants.all().delete()  # a former clerk: what was done then still counts
    factories.Grant.objects.create(user=second, role=Role.TOWNSHIP_REVIEWER, region=factories.township(world.TOWN))
    vars(second).pop("held_grants", None)

    outcome = give_back(county, by=second)

    assert bool(outcome.moved) is allowed
    assert allowed or "somebody else" in refused(outcome)
