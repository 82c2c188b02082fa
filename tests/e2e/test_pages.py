"""Every page in a real browser: readable by all (WCAG 2.1 AA), fitting the screen, quiet in the console."""

from urllib.parse import urljoin

import pytest

from accounts.roles import Role
from tests.e2e.looking import judged
from tests.factories import county, person

pytestmark = [pytest.mark.browser, pytest.mark.slow]

BASE = "/rounds/r2026/419901000000"
PAGES = (
    f"{BASE}/ranking/",
    f"{BASE}/ranking/?q=zzz",
    f"{BASE}/townships/",
    f"{BASE}/branches/419901001002/?star=all",
    f"{BASE}/standard/",
    "/rounds/r2026/counties/",
    "/rounds/r2026/runs/",
    "/password/",
)
PROJECTOR = (1920, 1080)  # tests/e2e/rich visits at the other sizes


@pytest.fixture
def organization(made):
    return person(Role.ORGANIZATION_REVIEWER, county())


def test_every_page_is_accessible_and_fits_a_projector(visit, organization):
    judged(visit(None, "/sign-in/", *PROJECTOR))
    page = visit(organization, "/", *PROJECTOR)
    judged(page)

    for path in PAGES:
        page.goto(urljoin(page.url, path))
        judged(page)


def test_the_first_row_is_near_the_top(visit, organization):
    page = visit(organization, f"{BASE}/ranking/")

    assert page.locator("tbody tr").first.bounding_box()["y"] <= 250


def test_a_projector_shows_the_whole_small_county(visit, organization):
    page = visit(organization, f"{BASE}/ranking/", 1920, 1080)

    boxes = [row.bounding_box() for row in page.locator(".tbl--rank tbody tr").all()]
    assert len(boxes) == 12
    assert all(box["y"] + box["height"] <= 1080 for box in boxes)


def test_a_phone_folds_the_filters_until_asked(visit, organization):
    page = visit(organization, f"{BASE}/ranking/", 360, 800)
    folded = page.locator("#filters").is_visible()

    page.get_by_role("button", name="筛选").click()

    assert (folded, page.locator("#filters").is_visible()) == (False, True)


def test_everything_works_without_scripts(visit, organization):
    page = visit(organization, f"{BASE}/ranking/", 360, 800, java_script_enabled=False)

    page.select_option("#f-level", "5")
    page.get_by_role("button", name="查询").click()
    rows = page.locator(".tbl--rank tbody tr").count()
    page.get_by_role("button", name="English").click()

    assert rows == 4
    assert page.get_by_role("heading", name="County ranking").is_visible()


def test_the_keyboard_reaches_the_content_first(visit, organization):
    page = visit(organization, f"{BASE}/ranking/")

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.id") == "main"


def test_signing_in_and_out(visit, organization):
    page = visit(None, "/")
    page.get_by_label("账号").fill(organization.username)
    page.get_by_label("密码").fill("five-star-test")
    page.get_by_role("button", name="登录").click()
    page.get_by_role("heading", name="示范县 2026 年度").wait_for()

    page.get_by_role("button", name="退出").click()

    assert page.get_by_role("heading", name="工作人员登录").is_visible()


def test_paper_has_its_own_head_and_opens_what_is_folded(visit, organization):
    page = visit(organization, f"{BASE}/branches/419901001002/")
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")

    assert page.locator(".print-head").is_visible()
    assert not page.locator(".topbar").is_visible()
    assert page.locator("details.fold:not([open])").count() == 0


def test_progress_is_asked_for_until_the_run_ends(visit, organization, made):
    page = visit(organization, "/rounds/r2026/runs/")
    page.get_by_role("button", name="全部重新计算").click()
    page.locator("progress").wait_for()

    made.runs.update(state="done", branches_done=12, counties_done=1)

    page.get_by_text("12 / 12 个支部").wait_for(timeout=5000)
    assert page.get_by_role("button", name="停止").count() == 0
