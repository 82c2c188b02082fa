"""The entry grid in a real browser: by keyboard alone, a pasted block, two people on one value, a line that is cut."""

import re
from decimal import Decimal

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import expect

from accounts.roles import Role
from evaluations.models import EntryKey, Value
from evaluations.services.rating import rate_county
from tests import factories
from tests.entry import world

pytestmark = [pytest.mark.browser, pytest.mark.slow]

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}
LINE = ("Failed to load resource", "net::ERR")  # what the console says of an answer 401 to 422, and of a cut line
SENT = """() => new Promise((done, fail) => {
    const look = () => Entry.counts().saving + Entry.counts().waiting ? setTimeout(look, 20) : done();
    setTimeout(() => fail(new Error(JSON.stringify(Entry.counts()))), 15000);
    look();
})"""
CIVILITY = ["WM-01", "WM-02", "WM-04", "WM-05", "WM-07"]


@pytest.fixture
def made(transactional_db):
    """Three branches whose township has entered nothing yet; last year and the departments' values are complete."""
    county = world.build(3)
    for branch in county.mine:
        factories.give(county.last, branch, {"WM-04": Decimal(400)})
        factories.give(county.this, branch)
    Value.objects.filter(round=county.this, criterion__source="township").delete()
    rate_county(county.this, world.COUNTY)
    return county


@pytest.fixture
def browse(chromium, live_server, made):
    """Open the grid as somebody in a browser of their own; anything unexpected in the console fails the test."""
    contexts, faults = [], []

    def open_page(user=None, query="?star=civility", width=1366, height=768, language="en"):
        context = chromium.new_context(viewport={"width": width, "height": height}, has_touch=width < 500)
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        contexts.append(context)
        client = Client()  # one each: a second sign-in with the same one would end the first
        client.force_login(user or made.clerk)
        cookies = {"django_language": language, "session": client.cookies["session"].value}
        context.add_cookies([{"name": name, "value": text, "url": live_server.url} for name, text in cookies.items()])
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if is_fault(said) else None)
        page.goto(f"{live_server.url}{made.base}/entry/grid/{query}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


def is_fault(said) -> bool:
    return said.type in ("error", "warning") and not any(words in said.text for words in LINE)


def cell(page, row: int, code: str):
    """A cell by its branch's place and its criterion's code."""
    place = page.evaluate("code => Grid.columns.findIndex(column => column.code === code)", code)
    return page.locator("tbody tr").nth(row).locator("td").nth(place)


def kept(made, code: str) -> list[tuple]:
    """(number, revision) of a criterion's values, branch by branch."""
    rows = Value.objects.filter(round=made.this, criterion__code=code).order_by("branch__code")
    return list(rows.values_list("reported_number", "revision"))


def changes():
    """The older states of values that were changed."""
    return Value.pgh_event_model.objects.filter(pgh_label="changed")


def wait_until_sent(page) -> None:
    page.evaluate(SENT)


def violations(page) -> list:
    found = Axe().run(page, options=RULES).response["violations"]
    return [(fault["id"], fault["nodes"][0]["html"]) for fault in found]


def test_a_township_is_entered_by_keyboard_alone(browse, made):
    page = browse()
    press = page.keyboard.press
    for _key in range(60):
        press("Tab")
        if page.evaluate("document.activeElement.getAttribute('role')") == "gridcell":
            break

    for row in range(3):
        for code in CIVILITY:
            page.keyboard.type("480" if code == "WM-04" else "B")
            if (row, code) != (2, "WM-07"):
                press("Tab")
    press("Delete")  # the last one is not applicable, with its reason
    press("Shift+F2")
    page.keyboard.type("并入中心村养老院")
    press("Tab")
    press("Tab")
    press("Space")
    press("Enter")
    wait_until_sent(page)

    assert kept(made, "WM-04") == [(480, 1)] * 3
    assert [kept(made, code) for code in ("WM-01", "WM-02", "WM-05")] == [[(2, 1)] * 3] * 3
    last = Value.objects.get(round=made.this, criterion__code="WM-07", branch=made.mine[2])
    assert (last.reported_na, last.note) == (True, "并入中心村养老院")
    expect(page.locator("[data-count=missing]")).to_have_text("0")
    expect(cell(page, 2, "WM-07")).to_be_focused()
    assert page.locator("tbody td[tabindex='0']").count() == 1
    assert violations(page) == []


def test_keys_move_choose_undo_and_leave(browse, made):
    page = browse()
    press = page.keyboard.press
    cell(page, 0, "WM-04").click()

    page.keyboard.type("12")
    press("Escape")  # what was typed is undone
    press("ArrowDown")
    press("F2")
    page.keyboard.type("355")
    press("Enter")
    expect(cell(page, 2, "WM-04")).to_be_focused()
    press("Home")
    press("F2")
    press("ArrowDown")
    press("Enter")  # the second option of the list
    wait_until_sent(page)
    press("Control+End")
    expect(page.locator("tbody tr").nth(2).locator("td.is-active")).to_be_focused()
    press("Escape")

    assert kept(made, "WM-04") == [(355, 1)]
    assert kept(made, "WM-01") == [(2, 1)]
    assert page.evaluate("document.activeElement.closest('[data-grid-table]') === null")


def test_a_refused_value_says_why_and_escape_gives_back_what_stood(browse, made):
    made.enter("WM-04", "300")
    page = browse()
    cell(page, 0, "WM-04").click()

    page.keyboard.type("3O5")
    page.keyboard.press("Enter")
    expect(cell(page, 0, "WM-04")).to_have_class(re.compile("is-refused"))
    page.keyboard.press("ArrowUp")
    expect(page.locator("[data-bar=hint]")).to_contain_text("“3O5”")
    page.keyboard.press("Escape")

    expect(cell(page, 0, "WM-04").locator(".cell__v")).to_have_text("300")
    assert kept(made, "WM-04") == [(300, 1)]
    assert page.evaluate("Entry.counts().refused") == 0


def test_a_block_from_a_spreadsheet_is_looked_at_before_it_is_written(browse, made):
    page = browse()
    page.evaluate("navigator.clipboard.writeText('480\\tA\\r\\n3O5\\t达到一项\\r\\n\\tZ\\r\\n')")
    cell(page, 0, "WM-04").click()

    page.keyboard.press("Control+V")
    panel = page.locator("[data-panel]")
    expect(panel.get_by_role("button", name="Write 3 cells, skip the 2 wrong")).to_be_focused()
    before = Value.objects.filter(round=made.this, criterion__source="township").count()
    said = panel.locator("[data-errors]").inner_text()
    assert violations(page) == []
    page.keyboard.press("Enter")
    wait_until_sent(page)

    assert before == 0
    assert "“3O5” is not a number (character 2 is “O”)." in said and "“Z” is none of A, B, C, D." in said
    assert kept(made, "WM-04") == [(480, 1)]
    assert kept(made, "WM-05") == [(1, 1), (2, 1)]
    expect(panel).to_be_hidden()


def test_a_paste_is_given_up_with_escape_and_a_block_is_copied_out(browse, made):
    made.enter("WM-04", "300")
    made.enter("WM-04", "310", made.mine[1])
    page = browse()
    cell(page, 0, "WM-04").click()
    page.keyboard.press("Shift+ArrowDown")

    page.keyboard.press("Control+C")
    copied = page.evaluate("navigator.clipboard.readText()")
    page.evaluate("navigator.clipboard.writeText('1')")
    page.keyboard.press("Control+V")
    expect(page.get_by_role("button", name="Write 2 cells")).to_be_focused()
    page.keyboard.press("Escape")

    assert copied.splitlines() == ["300", "310"]
    expect(page.locator("[data-panel]")).to_be_hidden()
    assert kept(made, "WM-04") == [(300, 1), (310, 1)]


def test_two_people_on_one_value_see_both_and_one_decides(browse, made):
    colleague = factories.person(Role.ENTRY_CLERK, factories.township(world.TOWN))
    mine, theirs = browse(), browse(colleague)
    for page, text in ((theirs, "A"), (mine, "B")):
        cell(page, 0, "WM-01").click()
        page.keyboard.type(text)
        wait_until_sent(page)

    expect(cell(mine, 0, "WM-01")).to_have_class(re.compile("is-conflict"))
    panel = mine.locator("[data-panel]")
    expect(panel).to_contain_text("Changed to A; yours is B. Keep which?")
    expect(panel).to_contain_text(colleague.username)
    untouched = kept(made, "WM-01")
    assert violations(mine) == []
    mine.keyboard.press("Shift+F2")
    expect(panel.get_by_role("button", name="Keep theirs")).to_be_focused()
    mine.keyboard.press("Tab")
    mine.keyboard.press("Enter")
    wait_until_sent(mine)

    assert (untouched, kept(made, "WM-01")) == ([(1, 1)], [(2, 2)])
    assert changes().get().updated_by == colleague.username


def test_what_is_typed_on_a_cut_line_is_sent_once_when_it_is_back(browse, made):
    page = browse()
    lost = []
    cell(page, 0, "WM-04").click()

    page.context.set_offline(True)
    for text in ("401", "402", "403"):
        page.keyboard.type(text)
        page.keyboard.press("Enter")
    expect(page.locator("[data-jump=waiting]")).to_contain_text("3")
    expect(page.locator("[data-net-words]")).to_have_text("Offline; keep typing, sent when back")
    page.once("dialog", lambda dialog: (lost.append(dialog.type), dialog.dismiss()))
    page.evaluate("location.href = '/'")
    nothing_yet = kept(made, "WM-04")
    page.route("**/values/", swallow_one_answer())
    page.context.set_offline(False)
    wait_until_sent(page)

    assert lost == ["beforeunload"] and nothing_yet == []
    assert kept(made, "WM-04") == [(401, 1), (402, 1), (403, 1)]
    assert EntryKey.objects.count() == 3 and not changes().exists()
    assert page.evaluate("Object.keys(localStorage).filter(name => name.startsWith('entry:'))") == []


def swallow_one_answer():
    """The portal gets the first request and answers it; the answer never arrives."""
    seen = []

    def handle(route):
        if seen:
            return route.continue_()
        seen.append(route.fetch())
        return route.abort()

    return handle


def test_once_signed_out_what_is_typed_waits_for_the_next_visit(browse, made, live_server):
    page = browse()
    cookies = page.context.cookies()
    page.context.clear_cookies()
    cell(page, 0, "WM-04").click()

    page.keyboard.type("401")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Sign in again")).to_be_visible()
    nothing_yet = kept(made, "WM-04")
    page.context.add_cookies(cookies)
    page.once("dialog", lambda dialog: dialog.accept())
    page.reload()
    wait_until_sent(page)

    assert nothing_yet == []
    assert kept(made, "WM-04") == [(401, 1)]


def test_on_a_phone_one_criterion_is_entered_row_by_row(browse, made):
    page = browse(width=360, height=800, language="zh-hans")
    page.locator("[data-grid-column]").select_option(index=CIVILITY.index("WM-04"))
    cell(page, 0, "WM-04").tap()
    keypad = page.locator(".cell__input").get_attribute("inputmode")

    for text in ("401", "402", "403"):
        page.keyboard.type(text)
        page.keyboard.press("Enter")
    wait_until_sent(page)

    assert keypad == "numeric"
    assert kept(made, "WM-04") == [(401, 1), (402, 1), (403, 1)]
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert violations(page) == []


def test_without_scripts_the_table_is_read(chromium, live_server, client, made):
    made.enter("WM-04", "300")
    client.force_login(made.clerk)
    context = chromium.new_context(java_script_enabled=False)
    context.add_cookies([{"name": "session", "value": client.cookies["session"].value, "url": live_server.url}])
    page = context.new_page()

    page.goto(f"{live_server.url}{made.base}/entry/grid/?star=civility")

    assert "300" in page.locator("tbody tr").first.inner_text()
    assert page.locator("tbody th a").first.get_attribute("href").startswith(f"{made.base}/entry/branches/")
    context.close()
