"""A county's whole year in a real browser, with nine accounts and the public: from a draft to a star revoked.

Values are there as departments and the grid would have sent them. Only time is helped along in the database: a deadline
and the days of a notice can't be waited for.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from branches.working_days import today
from evaluations.models import PublicNotice, RoundCounty, SealedCounty, StarChange, Value
from evaluations.services.rating import rate_county
from evaluations.workflow import State
from ledger.services import verify
from scoring.models import STAR_CODES
from tests import factories
from tests.review import world
from tests.review.world import COUNTY

pytestmark = [pytest.mark.browser, pytest.mark.slow]
MINUTES = "示组纪〔2026〕21号"


@pytest.fixture
def made(transactional_db):
    """Two branches; departments' data are in, the township has not begun, and no calendar is made."""
    county = world.build(2, others=0, state=State.DRAFT)
    for branch in county.branches:
        factories.give(county.entry.this, branch)
    Value.objects.filter(round=county.entry.this, criterion__source="township").delete()
    return county


class Year:
    """The pages of one county, opened by whoever is to act."""

    def __init__(self, visit, county):
        self.visit, self.county = visit, county

    def open(self, user, path: str):
        return self.visit(user, f"{self.county.base}/{path}", language="en")

    @property
    def state(self) -> str:
        return self.county.county.state

    def at(self, **fields) -> None:
        RoundCounty.objects.filter(pk=self.county.county.pk).update(**fields)

    def step(self, user, button: str, path: str = "road/", **fields) -> None:
        page = self.open(user, path)
        for label, text in fields.items():
            page.get_by_label(label.replace("_", " ")).first.fill(text)
        page.get_by_role("button", name=button, exact=True).click()
        page.wait_for_load_state()


@pytest.fixture
def year(visit, made):
    return Year(visit, made)


def local(moment) -> str:
    return (moment + timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M")


def prepare_and_open(year):
    page = year.open(year.county.organization_reviewer, "road/calendar/")
    for name, days in (("entry_due", 3), ("township_due", 5), ("department_due", 9)):
        page.locator(f"[name={name}]").fill(local(world.ahead(days=days)))
    page.locator("[name=contact]").fill("县委组织部组织二股")
    page.get_by_role("button", name="Keep the calendar").click()
    page.wait_for_load_state()
    year.step(year.county.organization_approver, "Open for entry", "road/calendar/")
    assert year.state == State.OPEN


def enter_and_submit(year):
    """The township's values come as the grid sends them; the clerk submits both branches on the page."""
    year.county.fill(*year.county.branches)
    page = year.open(year.county.clerk, "entry/submit/")
    page.get_by_role("button", name="Submit 2 branches", exact=True).click()
    page.get_by_role("button", name="Yes, submit 2 branches").click()
    page.wait_for_url("**/receipts/**")


def check_and_close(year):
    page = year.open(year.county.head, "check/")
    page.get_by_role("checkbox", name="Choose all of this page").check()
    page.get_by_role("button", name="Pass those chosen on (2)").click()
    page.get_by_text("Passed on", exact=True).first.wait_for()
    year.at(entry_due=world.now() - timedelta(minutes=1))
    year.step(year.county.organization_reviewer, "Close entry")
    year.step(year.county.organization_reviewer, "Begin review")
    assert year.state == State.UNDER_REVIEW


def review_five_stars(year):
    rate_county(year.county.entry.this, COUNTY)
    for star in STAR_CODES:
        page = year.open(year.county.reviewers[star], f"review/{star}/several/")
        page.get_by_role("button", name="Recommend 2").click()
        page.wait_for_load_state()
    assert {year.county.submission(branch).status for branch in year.county.branches} == {"reviewed"}


def propose_approve_publish(year):
    year.step(year.county.organization_reviewer, "Propose the list", "road/list/")
    year.step(year.county.organization_approver, "Approve the list", "road/list/", Number_of_the_minutes=MINUTES)
    year.step(year.county.organization_approver, "Open the public notice", "road/list/")
    assert year.state == State.ON_NOTICE


def object_and_rule(year):
    """Somebody objects without signing in; the star's department checks, the approver rules, the reply is public."""
    day = today()
    PublicNotice.objects.update(first_day=day - timedelta(days=1), last_day=day + timedelta(days=9))
    branch = year.county.branches[0]
    public = f"/public/{year.county.entry.this.slug}/{COUNTY}"
    page = year.visit(None, f"{public}/{branch.code}/object/?lang=en", language="en")
    page.get_by_role("radio").first.check()
    page.get_by_label("Facts and reasons").fill("村集体收入与公开栏不一致")
    page.get_by_role("button", name="Send and get a receipt number").click()
    page.wait_for_url("**/public/receipts/**")
    receipt = page.url
    for user, label, button in (
        (year.county.reviewers["industry"], "Finding", "Give the finding"),
        (year.county.organization_approver, "Reply", "Reject the objection"),
    ):
        handled = year.open(user, "objections/")
        handled.get_by_role("link", name=branch.name).click()
        handled.get_by_label(label).fill("经核对三资平台账目，数字一致")
        handled.get_by_role("button", name=button).click()
        handled.wait_for_load_state()
    page.goto(receipt)
    page.get_by_text("经核对三资平台账目").wait_for()


def confirm(year):
    day = today()
    PublicNotice.objects.update(first_day=day - timedelta(days=12), last_day=day - timedelta(days=2))
    year.step(year.county.organization_approver, "Confirm and seal", "road/list/")
    assert year.state == State.CONFIRMED and SealedCounty.objects.filter(round=year.county.entry.this).count() == 1


def revoke_a_star(year):
    code = year.county.branches[0].code
    page = year.open(year.county.organization_approver, f"current/{code}/revoke/")
    page.get_by_role("radio").first.check()
    page.get_by_label("Effective from").fill(str(today()))
    page.get_by_label("Decision number").fill("示组通〔2027〕3号")
    page.get_by_label("Reason").fill("审计发现收入虚报")
    page.get_by_role("button", name="Revoke star").click()
    page.wait_for_load_state()
    assert StarChange.objects.count() == 1


def test_a_year_goes_from_draft_to_a_star_revoked_with_nine_accounts(year):
    steps = (
        prepare_and_open, enter_and_submit, check_and_close, review_five_stars, propose_approve_publish,
        object_and_rule, confirm, revoke_a_star,
    )  # fmt: skip
    for step in steps:
        step(year)

    public = year.visit(None, f"/public/{year.county.entry.this.slug}/{COUNTY}/?lang=en", language="en")
    public.get_by_text("示组通〔2027〕3号").first.wait_for()
    page = year.visit(year.county.auditor, "/ledger/?action=result.revoke", language="en")
    page.get_by_role("rowheader", name="Revoke star").wait_for()
    assert verify() == []
