"""The road of a submission: who moves it, what stands in the way, and that two at once have one effect."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.roles import Role
from evaluations.models import Decision, Extension, RoundCounty, State, Value
from evaluations.services import road
from evaluations.services.road import act
from evaluations.workflow import RETURN, SUBMIT, WITHDRAW
from ledger.models import LedgerEntry
from tests import factories
from tests.entry import world
from tests.entry.giving import GIVEN, due, fill, reviewer, submission, wishes
from tests.threads import beside

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


def test_a_complete_branch_is_submitted_locked_and_has_a_receipt(county):
    fill(county)

    outcome = submit(county)

    row, decision = submission(county), Decision.objects.get()
    assert outcome.moved == [county.branches[0].code] and not outcome.refused
    assert (row.status, row.revision, row.late) == ("submitted", 1, False)
    assert row.receipt == outcome.receipt == f"SB-2026-{decision.pk:06d}"
    assert (decision.action, decision.source, decision.target, decision.by) == (
        "submit", "draft", "submitted", county.clerk.username,
    )  # fmt: skip
    assert county.enter("WM-04", "1", revision=1).status == "locked"


def test_a_step_leaves_one_entry_in_the_county_s_ledger(county):
    fill(county, *county.mine)

    outcome = submit(county, *county.mine)

    entry = LedgerEntry.objects.get()
    assert (entry.chain, entry.action, entry.subject) == (world.COUNTY, "submission.submit", outcome.receipt)
    assert all(branch.code in entry.detail for branch in county.mine)


@pytest.mark.parametrize("code", GIVEN)
def test_a_branch_that_lacks_a_required_value_is_refused_and_the_refusal_kept(county, code):
    fill(county, leave=[code])

    outcome = submit(county)

    assert refused(outcome) == "1 missing"
    assert submission(county).status == "draft"
    assert LedgerEntry.objects.get().action == "submission.refuse"


def test_not_applicable_counts_as_given(county):
    fill(county, leave=["WM-07"])
    county.enter("WM-07", "", na=True, note="并入中心村养老院")

    assert submit(county).moved


def test_department_data_that_are_not_in_do_not_hinder(county):
    fill(county)

    assert not Value.objects.filter(round=county.this, criterion__source="department").exists()
    assert submit(county).moved


def test_what_asks_for_a_note_hinders_until_there_is_one():
    county = world.build(checks={"WM-04": '{"same_value_count": 2}', "ZB-10": '{"max_change_percent": 50}'})
    Value.objects.create(
        round=county.last, branch=county.branches[0], reported_number=Decimal(100),
        criterion=county.this.criteria_set.criteria.get(code="ZB-10"),
    )  # fmt: skip
    fill(county, *county.mine)

    before = submit(county)
    county.enter("WM-04", "480", revision=1, note="核对无误")
    county.enter("ZB-10", "500", revision=1, note="新增联系户")
    after = submit(county)

    assert refused(before) == "2 to be explained by a note"
    assert after.moved


def test_of_several_branches_the_complete_ones_go_and_the_others_say_why(county):
    first, second = county.mine
    fill(county, first)

    outcome = submit(county, first, second)

    assert outcome.moved == [first.code]
    assert list(outcome.refused) == [second.code]
    assert LedgerEntry.objects.count() == 1


def test_whoever_is_not_the_township_s_clerk_moves_nothing(county):
    fill(county)
    others = [county.farms, reviewer(county), factories.person(Role.ORGANIZATION_APPROVER, factories.county())]

    outcomes = [submit(county, by=other) for other in others]
    elsewhere = submit(county, county.branches[-1])

    assert [refused(outcome) for outcome in [*outcomes, elsewhere]] == [str(road.UNKNOWN)] * 4
    assert not Decision.objects.exists()


def test_a_page_opened_before_somebody_s_step_is_told_so(county):
    fill(county)
    stale = wishes(county)
    submit(county)
    act(county.county, WITHDRAW, wishes(county), by=county.clerk)

    outcome = act(county.county, SUBMIT, stale, by=county.clerk)

    assert refused(outcome).startswith("Changed since")


def test_a_double_click_has_one_effect_and_the_same_receipt(county):
    fill(county)
    asked = wishes(county)

    first, second = [act(county.county, SUBMIT, asked, by=county.clerk) for _ in range(2)]

    assert second.receipt == first.receipt and second.repeated and not second.refused
    assert (Decision.objects.count(), LedgerEntry.objects.count()) == (1, 1)


def close(county, state=State.CLOSED_FOR_ENTRY):
    RoundCounty.objects.filter(round=county.this).update(state=state)


@pytest.mark.parametrize("state", [state for state in State if state != State.OPEN])
def test_nothing_is_submitted_unless_the_county_is_open(county, state):
    fill(county)
    close(county, state)

    assert submit(county).refused


def test_at_the_deadline_itself_it_is_in_time_and_a_microsecond_later_not(county):
    fill(county)
    due(county, microseconds=-1)
    after = submit(county)
    due(county, microseconds=0)

    assert refused(after).startswith("After the deadline")
    assert submit(county).moved
    assert submission(county).late is False


def test_under_an_extension_it_is_taken_and_recorded_as_late(county):
    fill(county)
    due(county, minutes=-1)
    Extension.objects.create(
        county=county.county, township_id=world.TOWN, until=timezone.now() + timedelta(hours=1), reason="停电",
        asked_by="a", decided_by="b", granted=True,
    )  # fmt: skip

    assert submit(county).moved
    assert submission(county).late and Decision.objects.get().late


def test_a_withdrawn_branch_is_open_again_and_has_no_receipt(county):
    fill(county)
    submit(county)

    outcome = act(county.county, WITHDRAW, wishes(county), by=county.clerk)

    row = submission(county)
    assert outcome.moved and (row.status, row.receipt, row.revision) == ("draft", "", 2)
    assert county.enter("WM-04", "1", revision=1).status == "saved"


def test_once_the_township_check_has_begun_nothing_is_withdrawn(county):
    fill(county)
    submit(county)
    Value.objects.filter(round=county.this, criterion__code="WM-04").update(
        township_number=470, updated_at=timezone.now() + timedelta(seconds=1)
    )

    outcome = act(county.county, WITHDRAW, wishes(county), by=county.clerk)

    assert "has begun" in refused(outcome)
    assert submission(county).status == "submitted"


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


@pytest.mark.django_db(transaction=True)
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


@pytest.mark.django_db(transaction=True)
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


def wait_until_a_lock_is_waited_for():
    with connection.cursor() as cursor:
        for _try in range(2000):
            cursor.execute("SELECT pg_sleep(0.005), (SELECT count(*) FROM pg_locks WHERE NOT granted)")
            if cursor.fetchone()[1]:
                return
    raise AssertionError("nobody waits")


@pytest.mark.django_db(transaction=True)
def test_what_is_submitted_is_what_was_looked_at(county):
    fill(county)

    outcome = take_a_value_back_meanwhile(county)

    assert refused(outcome) == "1 missing"
    assert submission(county).status == "draft"


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_an_incomplete_branch_is_submitted(county, monkeypatch):
    monkeypatch.setattr(road, "SUBMISSIONS", road.SUBMISSIONS.replace("FOR UPDATE OF s", ""))
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
        step = road.Step(county.county, SUBMIT, county.clerk, "", ())
        found = step.lock([wish.branch for wish in asked])
        return step.refusal(found[asked[0].branch], asked[0])
