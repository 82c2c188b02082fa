"""Vetoes, deputies and the inbox in a browser: a veto lifted by two, a role handed over for some days."""

import pytest
from django.test import Client

from evaluations.models import VetoRecord
from tests.e2e.looking import judged
from tests.factories import UserFactory
from tests.review import world
from tests.review.world import STAR

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def led(page, control) -> None:
    """Press what leads to another page, and be there."""
    with page.expect_navigation():
        control.click()


@pytest.fixture
def county(transactional_db):
    return world.build()


@pytest.fixture
def as_person(chromium, live_server):
    """A window of somebody's own; anything in the console fails the test."""
    contexts, faults = [], []

    def open_window(user, width=1366, language="en"):
        context = chromium.new_context(viewport={"width": width, "height": 800})
        contexts.append(context)
        client = Client()
        client.force_login(user)
        cookies = {"django_language": language, "session": client.cookies["session"].value}
        context.add_cookies([{"name": name, "value": text, "url": live_server.url} for name, text in cookies.items()])
        page = context.new_page()
        page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        return page

    yield open_window
    for context in contexts:
        context.close()
    assert faults == []


def test_a_veto_reported_asked_to_be_lifted_and_lifted_with_the_inbox_between(as_person, live_server, county):
    base = live_server.url + county.base
    reporter = as_person(county.reviewers[STAR])
    reporter.goto(f"{base}/vetoes/")
    reporter.get_by_role("link", name="Report a veto").click()
    reporter.get_by_label("Branch: code").fill(county.branches[0].code)
    reporter.get_by_label("Veto criterion").select_option("ST-V1")
    reporter.get_by_label("Document number").fill("环罚〔2026〕3号")
    reporter.get_by_label("Date found").fill("2024-11-02")
    reporter.get_by_label("Reported by (unit)").fill("市生态环境局县分局")
    reporter.get_by_label("Finding").fill("违法占用耕地 2 亩")
    judged(reporter)
    led(reporter, reporter.get_by_role("button", name="Report the veto"))
    reporter.get_by_label("Document number").fill("环撤〔2026〕1号")
    reporter.get_by_label("Reason").fill("处罚已撤销")
    judged(reporter)
    led(reporter, reporter.get_by_role("button", name="Ask to lift the veto"))

    approver = as_person(county.organization_approver, width=360, language="zh-hans")
    approver.goto(f"{live_server.url}/inbox/")
    unread = approver.locator(".inbox__line.is-unread").count()
    judged(approver)
    led(approver, approver.locator(".inbox__line button.btn").first)
    judged(approver)
    approver.locator("input[name=reason]").fill("经核实")
    led(approver, approver.locator("button[name=lift][value=yes]"))
    approver.goto(f"{base}/vetoes/")
    judged(approver)

    assert unread == 2 and VetoRecord.objects.get().status == "lifted"
    assert VetoRecord.objects.get().lifted_by == county.organization_approver.username


def test_a_role_handed_over_taken_on_and_shown_with_both_names(as_person, live_server, county):
    deputy = UserFactory(username="deputy-one", label="代理人")
    holder = as_person(county.head)
    holder.goto(f"{live_server.url}/absences/")
    holder.get_by_label("Deputy's account").fill("deputy-one")
    today, later = holder.evaluate(
        "[0, 3].map(days => new Date(Date.now() + 8 * 36e5 + days * 864e5).toISOString().slice(0, 10))"
    )
    holder.get_by_label("First day").fill(today)
    holder.get_by_label("Last day").fill(later)
    holder.get_by_label("Reason").fill("住院")
    judged(holder)
    led(holder, holder.get_by_role("button", name="Ask the deputy"))

    page = as_person(deputy, width=360)
    page.goto(f"{live_server.url}/absences/")
    judged(page)
    led(page, page.get_by_role("button", name="Take it on"))
    wide = as_person(deputy)
    wide.goto(f"{live_server.url}{county.base}/ranking/")

    assert wide.get_by_text(f"(for {county.head.username})").is_visible()
    led(wide, wide.get_by_role("link", name="Inbox"))
    judged(wide)
    assert wide.locator(".inbox__line").count() == 1
