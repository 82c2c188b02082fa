"""A clerk's day in a real browser: sign in, fill the next open value, submit, keep the receipt, take it back."""

import pytest
from playwright.sync_api import expect

from accounts.roles import Role
from evaluations.models import Submission
from evaluations.workflow import RETURN, SUBMIT
from tests import factories
from tests.e2e.looking import look_everywhere
from tests.entry.giving import due, fill, move, reviewer, submission
from tests.entry.world import World, build

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def made(transactional_db) -> World:
    """Of the first branch one value is missing; the second is complete."""
    county = build()
    fill(county, county.mine[0], leave=["WM-04"])
    fill(county, county.mine[1])
    due(county, days=26)
    return county


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
    page.get_by_role("button", name="Select none").click()
    assert page.get_by_role("button", name="Submit 0 branches").is_disabled()
    page.get_by_role("button", name="Select all").click()
    page.get_by_role("checkbox").nth(1).uncheck()
    page.get_by_role("button", name="Submit 1 branch").dblclick()
    assert not Submission.objects.filter(status="submitted").exists()
    page.get_by_role("button", name="Yes, submit 1 branch").dblclick()

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


def test_what_this_browser_still_holds_is_sent_from_here_or_stays_out(visit, made):
    first, second = (f"{made.base}/entry/branches/{branch.code}/?star=civility" for branch in made.mine)
    page = visit(made.clerk, second, language="en", refusals=True)
    root = page.url.split("/rounds/")[0]
    give(page, "WM-04", "99999")
    page.goto(f"{root}{made.base}/entry/submit/")
    row = page.locator(f'[data-branch="{made.mine[1].code}"]')
    expect(row.locator("[data-unsent]")).to_contain_text("Kept in this browser and not taken yet: 1.")
    assert (row.get_by_role("checkbox").is_disabled(), row.get_by_role("checkbox").is_checked()) == (True, False)
    assert page.get_by_role("button", name="Submit 0 branches").is_disabled()
    page.goto(root + first)
    expect(page.locator("[data-counts]")).to_have_text("All typed values are saved.")
    page.get_by_role("link", name=f"1 more in {made.mine[1].shown_name}").click()
    page.wait_for_url("**/branches/**#WM-04")
    give(page, "WM-04", "470")

    due(made, minutes=-1)
    give(page, "WM-04", "471")
    page.reload()
    expect(page.locator("[data-held]")).to_contain_text("471: not taken.")
    assert page.get_by_role("button", name="Discard").is_visible()
    with page.expect_response("**/values/"):
        page.get_by_role("button", name="Send again").click()
    late = made.value("WM-04", made.mine[1]).reported_number
    due(made, days=3)
    page.goto(f"{root}{made.base}/entry/")

    page.get_by_text("Values kept in this browser were sent just now.").wait_for()
    assert (late, made.value("WM-04", made.mine[1]).reported_number) == (470, 471)


def test_every_page_around_entry_is_readable_by_all_and_fits(visit, made):
    move(made, SUBMIT, made.mine[1])
    receipt = submission(made, made.mine[1]).receipt
    approver = factories.person(Role.ORGANIZATION_APPROVER, factories.county())
    pages = {
        "": made.clerk, "submit/": made.clerk, f"receipts/{receipt}/": made.clerk, "overview/": approver,
        "overview/branches/?state=missing": approver, f"branches/{made.mine[1].code}/?part=print": made.clerk,
        f"../check/?branch={made.mine[1].code}": reviewer(made),
    }  # fmt: skip
    places = [(user, f"{made.base}/entry/{path}") for path, user in [*pages.items(), ("", made.farms)]]

    assert look_everywhere(visit, places) == {}


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
