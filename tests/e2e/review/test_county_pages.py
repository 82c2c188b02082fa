"""The organization department in a real browser: a list proposed, approved, published and confirmed by two people."""

import pytest

from evaluations.models import Correction, RoundCounty, SealedCounty, Value, VetoRecord
from evaluations.services.rating import rate_county
from evaluations.workflow import State, Status
from tests.e2e.looking import look_everywhere
from tests.review import county_year as year
from tests.review.world import COUNTY, STAR

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PAGES = ("", "branches/", "list/", "absent/", "calendar/")


@pytest.fixture
def made(transactional_db):
    county = year.reviewed(4)
    rate_county(county.entry.this, COUNTY)
    return county


def looked(visit, made, person) -> dict:
    """What is wrong with the pages of the road as it stands now."""
    pages = (*PAGES, f"branches/{made.branches[0].code}/")
    return look_everywhere(visit, [(person, f"{made.base}/road/{page}") for page in pages], "en")


def differ(made) -> None:
    """Something of every kind to look at on the first branch."""
    branch = made.branches[0]
    value = Value.objects.get(round=made.entry.this, branch=branch, criterion__code="ST-07")
    Value.objects.filter(pk=value.pk).update(department_number=271)
    Correction.objects.create(
        value=value, entry=made.row(), star=STAR, before="300", after="271", reason="重复计入 29 户", by="dept"
    )
    criterion = made.entry.this.criteria_set.criteria.get(code="ST-V1")
    VetoRecord.objects.create(round=made.entry.this, branch=branch, criterion=criterion, document="1", finding="直排")


def test_two_people_bring_a_list_from_its_proposal_to_the_seal(visit, made):
    differ(made)
    made.put(Status.DRAFT, made.branches[3], receipt="", submitted_at=None)
    found = {"reviewed": looked(visit, made, made.organization_reviewer)}

    reviewer = visit(made.organization_reviewer, f"{made.base}/road/", language="en")
    reviewer.get_by_text("Branches not yet reviewed: 1.").wait_for()
    reviewer.get_by_label("Pages of the county").get_by_role("link", name="Not submitted").click()
    reviewer.get_by_label(made.branches[3].shown_name).check()
    reviewer.get_by_label("Reason").fill("整村搬迁")
    reviewer.get_by_role("button", name="Record as not submitted").click()
    reviewer.get_by_text("1 branch is recorded as not submitted.").wait_for()
    reviewer.get_by_role("link", name="Proposed list").click()
    reviewer.get_by_role("button", name="Propose the list").dblclick()
    reviewer.get_by_text("Nothing changed since the list was made.").wait_for()

    approver = visit(made.organization_approver, f"{made.base}/road/list/", language="en")
    approver.get_by_label("Number of the minutes").fill(year.MINUTES)
    approver.get_by_role("button", name="Approve the list").click()
    approver.get_by_role("button", name="Open the public notice").wait_for()
    found["approved"] = looked(visit, made, made.organization_approver)
    approver.get_by_role("button", name="Open the public notice").click()
    approver.get_by_text("The public notice lasts to the end of").wait_for()
    assert approver.get_by_role("button", name="Confirm and seal").is_disabled()
    year.let_pass(made)
    approver.reload()
    approver.get_by_role("button", name="Confirm and seal").click()
    approver.get_by_text("Appeals may be filed to the end of").wait_for()
    found["confirmed"] = looked(visit, made, made.organization_reviewer)

    assert made.county.state == State.CONFIRMED
    assert SealedCounty.objects.get(round=made.entry.this).document == year.MINUTES
    assert found == {"reviewed": {}, "approved": {}, "confirmed": {}}


def test_a_calendar_is_prepared_and_the_county_opened_by_two(visit, made):
    RoundCounty.objects.filter(pk=made.county.pk).update(state=State.DRAFT, document="")
    page = visit(made.organization_reviewer, f"{made.base}/road/calendar/", 360, 800, "en", refusals=True)

    page.get_by_label("Authorising document number").fill("示组通〔2026〕6号")
    page.get_by_label("Entry closes at").fill("2027-03-01T18:00")
    page.get_by_label("Township checks end at").fill("2027-02-01T18:00")
    page.get_by_label("Department reviews end at").fill("2027-04-01T18:00")
    page.get_by_role("button", name="Keep the calendar").click()
    page.get_by_text("Entry ends first").wait_for()
    assert page.get_by_label("Entry closes at").input_value() == "2027-03-01T18:00"
    page.get_by_label("Township checks end at").fill("2027-03-15T18:00")
    page.get_by_role("button", name="Keep the calendar").click()
    page.get_by_text("No holiday schedule is loaded for 2027").wait_for()

    approver = visit(made.organization_approver, f"{made.base}/road/", language="en")
    approver.get_by_role("link", name="Open the calendar").click()
    approver.get_by_role("button", name="Open for entry").click()
    approver.get_by_text("Open for entry", exact=True).first.wait_for()

    assert made.county.state == State.OPEN
