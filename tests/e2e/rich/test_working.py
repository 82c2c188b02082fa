"""What people do with the portal: by keyboard, in the other language, with a wrong password, during a recompute."""

import re

import pytest
from axes.models import AccessAttempt

from accounts.roles import Role
from evaluations.models import RatingRun
from evaluations.services.runs import run_here
from tests.e2e.rich.browsing import DESKTOP, PHONE, accessibility_problems, overflow
from tests.factories import PASSWORD


def tab_to(page, wanted: str, *, limit: int = 80):
    """Press Tab until what has the focus is what a selector names."""
    for _press in range(limit):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return
    raise AssertionError(f"Tab never reaches {wanted}")


def follow(page, wanted: str):
    """Reach a link or a button by Tab, see where the focus is, and press Enter."""
    tab_to(page, wanted)
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    shadow = page.evaluate("getComputedStyle(document.activeElement).boxShadow")
    assert outline != "none" or shadow != "none", wanted
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_from_signing_in_to_a_branch_and_back_by_keyboard_alone(browse, rich):
    page = browse().open(f"/sign-in/?next={rich.base}/ranking/")
    page.keyboard.type(rich.people[Role.ORGANIZATION_REVIEWER].username)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith(f"{rich.base}/ranking/")

    follow(page, ".brand")
    follow(page, f"a[href='{rich.base}/ranking/']")
    tab_to(page, "#f-q")
    page.keyboard.type("201")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "q=201" in page.url and page.locator(".tbl--rank tbody tr").count() == 2
    follow(page, ".tbl__name a")
    assert page.get_by_role("heading", level=1).inner_text() == "第201村"
    follow(page, ".crumb a")

    assert page.url.endswith(f"{rich.base}/ranking/")


@pytest.mark.parametrize("path", ["ranking/?q=%E6%9D%91&sort=-name", "branches/419901001203/?star=all", "townships/"])
def test_another_language_keeps_the_page(browse, rich, path):
    page = browse(Role.ORGANIZATION_REVIEWER).open(f"{rich.base}/{path}")
    before = page.url

    page.get_by_role("button", name="English").click()
    page.get_by_role("button", name="中文").wait_for()

    assert page.url == before and page.locator("html").get_attribute("lang") == "en"
    page.get_by_role("button", name="中文").click()
    page.get_by_role("button", name="English").wait_for()
    assert page.url == before and page.locator("html").get_attribute("lang") == "zh-hans"


def assert_fits(page):
    for width, height in (PHONE, DESKTOP):
        page.set_viewport_size({"width": width, "height": height})
        assert accessibility_problems(page) == [] and overflow(page) == []


@pytest.mark.parametrize(
    ("language", "tries", "closed"),
    [("zh-hans", "还可以再试 {} 次", "15 分钟"), ("en", "{} tr(y|ies) left", "15 minutes")],
)
def test_wrong_passwords_say_what_is_left_and_then_close_the_account(browse, rich, language, tries, closed):
    page = browse(language=language).open("/sign-in/")
    for left in (4, 3, 2, 1):
        page.locator("#id_username").fill(rich.people[Role.VIEWER].username)
        page.locator("#id_password").fill("wrong")
        page.locator("main button[type=submit]").click()
        page.get_by_role("alert").get_by_text(re.compile(tries.format(left))).wait_for()
        assert page.evaluate("document.activeElement.id") == "id_password"
    assert_fits(page)

    page.locator("#id_password").fill("wrong")
    page.locator("main button[type=submit]").click()
    page.get_by_text(closed).wait_for()

    assert_fits(page)
    AccessAttempt.objects.all().delete()


def test_stars_are_told_apart_without_colour_and_without_sight(browse, rich):
    page = browse(Role.ORGANIZATION_REVIEWER).open(f"{rich.base}/ranking/")

    cells = page.eval_on_selector_all(
        ".tbl--rank .starcell",
        "cells => cells.map(cell => [cell.querySelector('.star').className.split('is-')[1],"
        " cell.querySelector('i').className + cell.querySelector('i').textContent,"
        " cell.querySelector('.visually-hidden').textContent.trim()])",
    )

    states = {state for state, _glyph, _word in cells}
    assert states >= {"earned", "missed", "near", "unmet", "vetoed"}
    words = {state: {word for found, _glyph, word in cells if found == state} for state in states}
    glyphs = {state: {glyph for found, glyph, _word in cells if found == state} for state in states}
    assert all(len(said) == 1 and said != {""} for said in words.values())
    assert all(len(drawn) == 1 for drawn in glyphs.values())
    assert len({min(glyphs[state]) for state in ("earned", "missed", "unmet", "vetoed")}) == 4
    assert len({min(words[state]) for state in ("earned", "missed", "unmet", "vetoed")}) == 4


def test_moves_and_levels_are_said_in_words(browse, rich):
    page = browse(Role.ORGANIZATION_REVIEWER).open(f"{rich.base}/ranking/")

    moves = page.locator(".move").all_text_contents()
    levels = page.locator(".tbl--rank .level").all_text_contents()

    assert any("上升" in move for move in moves) and any("下降" in move for move in moves)
    assert {level.strip() for level in levels} <= {"五星", "四星", "三星", "二星", "一星", "无星"} and levels


@pytest.mark.parametrize("path", ["ranking/", "townships/", "standard/", "branches/419901001203/?star=all"])
def test_paper_says_what_it_is_and_hides_what_can_only_be_clicked(browse, rich, path):
    page = browse(Role.ORGANIZATION_REVIEWER).open(f"{rich.base}/{path}")
    folded = page.locator("details.fold:not([open])").count()

    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")

    head = page.locator(".print-head").inner_text()
    assert "示范县" in head and "2026" in head and "暂定" in head and "示组通〔2026〕6号" in head
    assert not page.locator(".topbar").is_visible() and not page.locator("button:visible").count()
    assert page.locator("details.fold:not([open])").count() == 0
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator("details.fold:not([open])").count() == folded


def test_a_recompute_is_started_stopped_and_resumed_and_moves_by_itself(browse, rich):
    page = browse("stranger").open(f"/rounds/{rich.unrated.slug}/runs/")
    page.locator(".page-head form button").click()
    page.get_by_text("0 / 1 个支部").wait_for()
    asked = []
    page.on("request", lambda request: asked.append(request.url))

    page.get_by_role("button", name="停止").click()
    page.get_by_text("已停止").wait_for()
    stopped = RatingRun.objects.get(round=rich.unrated)
    assert stopped.state == "cancelled"
    page.get_by_role("button", name="继续").click()
    page.get_by_role("button", name="停止").wait_for()
    run_here(stopped)
    page.get_by_text("1 / 1 个支部").wait_for()

    assert RatingRun.objects.get(round=rich.unrated).state == "done"
    assert page.get_by_role("button", name="停止").count() == 0
    asked.clear()
    page.wait_for_timeout(1500)
    assert asked == []  # it no longer asks once the run has ended
