"""A visitor objects on a phone; the department checks, the approver rules; later a star is revoked. Both languages."""

import os

import pytest
from django.test import Client
from playwright.sync_api import expect

from accounts.roles import Role
from evaluations.models import Objection
from tests import factories
from tests.e2e.rich.browsing import DESKTOP, PHONE, SLOW, accessibility_problems, overflow
from tests.review import noticed
from tests.review.world import COUNTY, STAR

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROOT, BASE = f"/public/r2026/{COUNTY}/", f"/rounds/r2026/{COUNTY}"
SHOTS = os.environ.get("SHOTS", "")  # a folder, for whoever wants to look


class Person:
    """A window of somebody's; a page is looked at by axe and measured at both sizes whenever it is opened."""

    def __init__(self, browser, server: str, user=None, language: str = "zh-hans"):
        self.context, self.server, self.faults = browser.new_context(), server, []
        self.context.set_default_timeout(SLOW)
        cookies = {"django_language": language}
        if user is not None:
            client = Client()
            client.force_login(user)
            cookies["session"] = client.cookies["session"].value
        self.context.add_cookies([{"name": name, "value": text, "url": server} for name, text in cookies.items()])
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", self.note)

    def note(self, said) -> None:
        if said.type in ("error", "warning") and "Failed to load resource" not in said.text:
            self.faults.append(said.text)

    def open(self, path: str, name: str = ""):
        self.page.goto(self.server + path)
        self.look(name or path)
        return self.page

    def look(self, name: str) -> None:
        for size in (DESKTOP, PHONE):
            self.page.set_viewport_size({"width": size[0], "height": size[1]})
            problems = [*accessibility_problems(self.page), *(f"sticks out: {one}" for one in overflow(self.page))]
            assert problems == [], (name, size)
            if SHOTS:
                self.page.screenshot(
                    path=f"{SHOTS}/public-{name.strip('/').replace('/', '-')}-{size[0]}.png", full_page=True
                )


@pytest.fixture
def county(transactional_db):
    return noticed.build(3)


@pytest.fixture
def somebody(chromium, live_server):
    made = []

    def appear(user=None, language="zh-hans") -> Person:
        made.append(Person(chromium, live_server.url, user, language))
        return made[-1]

    yield appear
    for one in made:
        one.context.close()
    assert [fault for one in made for fault in one.faults] == []


@pytest.mark.parametrize("language", ["zh-hans", pytest.param("en", marks=pytest.mark.full)])
def test_a_visitor_objects_the_department_checks_the_approver_rules(county, somebody, language):
    tail = "?lang=en" if language == "en" else ""
    visitor, department = somebody(), somebody(county.reviewers[STAR], language)
    approver = somebody(county.organization_approver, language)

    visitor.open(f"/public/{tail}", f"counties-{language}")
    page = visitor.open(f"{ROOT}{tail}", f"notice-{language}")
    page.locator(f'a[href*="{county.branches[0].code}/object/"]').click()
    visitor.look(f"object-{language}")
    page.locator(f'input[name="star"][value="{STAR}"]').check()
    page.fill('textarea[name="text"]', "公厕长期上锁，电话 13812345678")
    page.fill('input[name="contact"]', "KEY-CONTACT")
    page.locator("form button[type=submit]").click()
    visitor.look(f"refused-{language}")
    expect(page.locator('textarea[name="text"]')).to_have_value("公厕长期上锁，电话 13812345678")
    page.fill('textarea[name="text"]', "公厕长期上锁")
    page.locator("form button[type=submit]").dblclick()
    page.wait_for_url("**/public/receipts/**")
    visitor.look(f"receipt-{language}")
    one = Objection.objects.get()

    case = f"{BASE}/objections/{one.pk}/"
    department.open(f"{BASE}/objections/", f"list-{language}")
    page = department.open(case, f"check-{language}")
    expect(page.locator("main")).to_contain_text("KEY-CONTACT")
    page.fill('textarea[name="finding"]', "已到现场核查，情况属实。")
    page.locator('button[value="check_objection"]').click()
    expect(page.locator(".strip--ok")).to_be_visible()
    page = approver.open(case, f"rule-{language}")
    page.fill('textarea[name="reply"]', "情况属实，该星不予认定。")
    page.fill('input[name="document"]', "示组裁〔2026〕1号")
    page.locator('button[value="uphold"]').click()
    expect(page.locator(".strip--ok")).to_be_visible()

    visitor.page.reload()
    expect(visitor.page.locator("main")).to_contain_text("该星不予认定")
    visitor.open(f"/public/receipts/?number=YY-0000{'&lang=en' if tail else ''}", f"lookup-{language}")


def test_a_star_is_revoked_and_an_appeal_decided(county, somebody):
    one = noticed.checked(county, noticed.objection(county))
    noticed.take(county, "uphold", one, by=county.organization_approver, reply="属实。", document="示组裁〔2026〕1号")
    noticed.seal(county)
    approver, head, visitor = somebody(county.organization_approver), somebody(county.head), somebody()
    other = somebody(factories.person(Role.ORGANIZATION_APPROVER, factories.county()))  # who upheld it hears no appeal

    head.open(f"{BASE}/appeals/", "appeals")
    page = head.open(f"{BASE}/appeals/new/{county.branches[0].code}/", "appeal")
    page.locator(f'input[value="{STAR}"]').check()
    page.fill('textarea[name="reason"]', "已整改并经验收。")
    page.locator("main button[type=submit]").click()
    expect(page.locator(".strip--ok")).to_be_visible()
    page.locator(f"main table a:has-text('{county.branches[0].name}')").first.click()
    page = other.open(page.url.removeprefix(other.server), "appeal-ruling")
    page.fill('textarea[name="reply"]', "复核属实，恢复该星。")
    page.fill('input[name="document"]', "示组复〔2026〕1号")
    page.locator('button[value="grant_appeal"]').click()
    expect(page.locator(".strip--ok")).to_be_visible()

    page = approver.open(f"{BASE}/current/{county.branches[1].code}/revoke/", "revoke")
    page.locator('input[value="industry"]').check()
    page.fill('input[name="on"]', noticed.day().isoformat())
    page.fill('input[name="document"]', "示组撤〔2026〕1号")
    page.fill('input[name="reason"]', "发生安全生产事故")
    page.locator("main button[type=submit]").click()
    expect(page.locator(".strip--ok")).to_be_visible()
    approver.look("standing")
    page = visitor.open(f"{ROOT}?list=now", "confirmed")
    expect(page.locator("#changes")).to_be_visible()
    expect(page.locator("main")).to_contain_text("示组撤〔2026〕1号")
