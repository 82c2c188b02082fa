"""The road of a submission: who moves it, what stands in the way, and that two at once have one effect."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.roles import Role
from evaluations.models import Decision, Extension, RoundCounty, State, Value
from evaluations.services import road
from evaluations.services.road import act
from evaluations.workflow import SUBMIT, WITHDRAW
from ledger.models import LedgerEntry
from tests import factories
from tests.entry import world
from tests.entry.giving import GIVEN, due, fill, reviewer, submission, wishes

pytestmark = pytest.mark.django_db


@pytest.fixture
def county():
    return world.build()


def submit(county, *branches, by=None):
    return act(county.county, SUBMIT, wishes(county, *branches), by=by or county.clerk)


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

    assert [refused(outcome) for outcome in outcomes] == [str(road.UNKNOWN), *[str(road.NOT_YOURS)] * 2]
    assert refused(elsewhere) == str(road.UNKNOWN)
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
