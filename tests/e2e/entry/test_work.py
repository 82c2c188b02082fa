"""A clerk's day in a real browser: sign in, fill the next open value, submit, keep the receipt, take it back."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from accounts.roles import Role
from evaluations.models import Submission
from evaluations.workflow import RETURN, SUBMIT
from tests import factories
from tests.entry.giving import due, fill, move, reviewer, submission
from tests.entry.world import World, build

pytestmark = [pytest.mark.browser, pytest.mark.slow]

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}


@pytest.fixture
def made(transactional_db) -> World:
    """Of the first branch one value is missing; the second is complete."""
    county = build()
    fill(county, county.mine[0], leave=["WM-04"])
    fill(county, county.mine[1])
    due(county, days=26)
    return county


def accessible(page, width: int) -> list:
    found = Axe().run(page, options=RULES).response["violations"]
    wide = page.evaluate("document.documentElement.scrollWidth") > width
    return [(fault["id"], fault["nodes"][0]["html"]) for fault in found] + ["too wide"] * wide


def test_from_signing_in_to_a_receipt_and_back(visit, made):
    page = visit(None, "/sign-in/", language="en")
    page.get_by_label("Account").fill(made.clerk.username)
    page.get_by_label("Password").fill(factories.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="My work").wait_for()
    assert page.get_by_text("26 days left").is_visible()

    page.get_by_role("link", name="Next open value", exact=True).first.click()
    page.wait_for_url("**/entry/branches/**")
    give(page, "WM-04", "355")
    page.goto(page.url.split("/entry/")[0] + "/entry/")
    page.get_by_role("link", name="Check and submit").click()
    assert page.get_by_role("button", name="Submit 2 branches").is_visible()
    page.get_by_role("checkbox").nth(1).uncheck()
    page.get_by_role("button", name="Submit 1 branch").dblclick()

    page.get_by_role("heading", name="Submitted, receipt SB-2026-").wait_for()
    assert Submission.objects.filter(status="submitted").count() == 1
    page.get_by_role("button", name="Withdraw").click()
    page.get_by_text("Withdrawn: 1 branch.").wait_for()
    assert not Submission.objects.filter(status="submitted").exists()


def give(page, code: str, text: str) -> None:
    """Type a value and leave it; it saves itself."""
    field = page.locator(f"#{code} input[type=text], #{code} input[inputmode]").first
    field.fill(text)
    with page.expect_response("**/values/"):
        field.press("Tab")


def test_every_page_around_entry_is_readable_by_all_and_fits(visit, made):
    move(made, SUBMIT, made.mine[1])
    receipt = submission(made, made.mine[1]).receipt
    approver = factories.person(Role.ORGANIZATION_APPROVER, factories.county())
    pages = {
        "": made.clerk, "submit/": made.clerk, f"receipts/{receipt}/": made.clerk, "overview/": approver,
        f"return/?branch={made.mine[1].code}": reviewer(made),
    }  # fmt: skip
    found = {}

    for path, user in [*pages.items(), ("", made.farms)]:
        for width, height in ((1366, 768), (360, 800)):
            found[path, user, width] = accessible(visit(user, f"{made.base}/entry/{path}", width, height), width)

    assert {place: faults for place, faults in found.items() if faults} == {}


def test_after_the_deadline_the_form_for_more_time_is_right_there(visit, made):
    move(made, SUBMIT, made.mine[1])
    move(made, RETURN, made.mine[1], by=reviewer(made), criteria=["WM-04"], reason="与台账不符")
    due(made, minutes=-1)
    page = visit(made.clerk, f"{made.base}/entry/", 360, 800, "en", java_script_enabled=False)

    page.get_by_label("Until").fill("2099-12-23T18:00")
    page.get_by_label("Reason").fill("停电")
    page.get_by_role("button", name="Ask for an extension").click()

    assert page.get_by_text("Extension asked for, not decided yet.").is_visible()


def test_a_branch_is_found_by_its_initials_without_scripts(visit, made):
    made.mine[0].name, made.mine[0].initials = "仇家沟村", "qjgc"
    made.mine[0].save()
    page = visit(made.clerk, f"{made.base}/entry/", language="en", java_script_enabled=False)

    page.get_by_role("searchbox").fill("qjg")
    page.get_by_role("searchbox").press("Enter")

    page.wait_for_url(f"**/entry/branches/{made.mine[0].code}/**")
