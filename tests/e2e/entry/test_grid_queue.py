"""The queue of the entry grid in a real browser: two people or two tabs on one value, a cut line, signed out."""

import re
from datetime import date

import pytest
from playwright.sync_api import expect

from accounts.roles import Role
from evaluations.models import EntryKey
from tests import factories
from tests.e2e.entry.grid_pages import cell, changes, kept, wait_until_sent
from tests.e2e.looking import unreadable
from tests.entry import world

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_two_people_on_one_value_see_both_and_one_decides(browse, grid_county):
    colleague = factories.person(Role.ENTRY_CLERK, factories.township(world.TOWN))
    mine, theirs = browse(), browse(colleague)
    for page, text in ((theirs, "A"), (mine, "B")):
        cell(page, 0, "WM-01").click()
        page.keyboard.type(text)
        wait_until_sent(page)

    expect(cell(mine, 0, "WM-01")).to_have_class(re.compile("is-conflict"))
    panel = mine.locator("[data-panel]")
    expect(panel).to_contain_text("Changed to A; yours is B. Keep which?")
    expect(panel).to_contain_text(colleague.label)
    untouched = kept(grid_county, "WM-01")
    assert unreadable(mine) == []
    mine.keyboard.press("Shift+F2")
    expect(panel.get_by_role("button", name="Keep theirs")).to_be_focused()
    mine.keyboard.press("Tab")
    mine.keyboard.press("Enter")
    wait_until_sent(mine)

    assert (untouched, kept(grid_county, "WM-01")) == ([(1, 1)], [(2, 2)])
    assert changes().get().updated_by == colleague.username


def test_undoing_what_somebody_changed_since_asks_which_to_keep_and_one_s_own_window_is_called_so(browse, grid_county):
    page = browse()
    cell(page, 0, "WM-04").click()
    page.keyboard.type("300")
    page.keyboard.press("Enter")
    wait_until_sent(page)

    grid_county.enter("WM-04", "310", revision=1)  # the same clerk, elsewhere
    page.keyboard.press("Control+Z")
    wait_until_sent(page)
    panel = page.locator("[data-panel]")
    expect(panel).to_contain_text("In another window you changed it to 310; here it is empty. Keep which?")
    expect(panel).to_be_in_viewport(ratio=1)
    panel.get_by_role("button", name="Keep the other window's: 310").click()

    expect(cell(page, 0, "WM-04").locator(".cell__v")).to_have_text("310")
    assert kept(grid_county, "WM-04") == [(310, 2)]


def test_what_is_typed_on_a_cut_line_is_sent_once_when_it_is_back(browse, grid_county):
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
    nothing_yet = kept(grid_county, "WM-04")
    page.route("**/values/", swallow_one_answer())
    page.context.set_offline(False)
    wait_until_sent(page)

    assert lost == ["beforeunload"] and nothing_yet == []
    assert kept(grid_county, "WM-04") == [(401, 1), (402, 1), (403, 1)]
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


def test_once_signed_out_what_is_typed_waits_for_the_next_visit(browse, grid_county, live_server):
    page = browse()
    cookies = page.context.cookies()
    page.context.clear_cookies()
    cell(page, 0, "WM-04").click()

    page.keyboard.type("401")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Sign in again")).to_be_visible()
    nothing_yet = kept(grid_county, "WM-04")
    page.context.add_cookies(cookies)
    page.once("dialog", lambda dialog: dialog.accept())
    page.reload()
    wait_until_sent(page)

    assert nothing_yet == []
    assert kept(grid_county, "WM-04") == [(401, 1)]


def test_what_two_tabs_hold_of_one_value_all_arrives_and_the_newest_stands(browse, grid_county):
    first = browse()
    second = first.context.new_page()
    address = first.url
    second.goto(address)
    first.context.set_offline(True)
    for page, text in ((second, "401"), (first, "402"), (second, "403")):
        page.bring_to_front()
        cell(page, 0, "WM-04").click()
        page.keyboard.type(text)
        page.keyboard.press("Enter")
        expect(cell(page, 0, "WM-04")).to_have_class(re.compile("is-waiting"))
    page = first.context.new_page()
    leave(first, second)
    nothing_yet = kept(grid_county, "WM-04")

    page.context.set_offline(False)
    page.goto(address)
    wait_until_sent(page)

    assert nothing_yet == [] and kept(grid_county, "WM-04") == [(403, 2)]
    assert [old.reported_number for old in changes()] == [402]
    assert page.evaluate("Object.keys(localStorage).filter(name => name.startsWith('entry:'))") == []


def leave(*pages) -> None:
    """Close tabs on a cut line, and let the cut outlive them.

    Closing takes the emulator off before the document is dead: its last event is "online", and the queue then sends
    what waits, as it should. A line that is really cut stays so.
    """
    for page in pages:
        page.evaluate("() => { window.fetch = () => Promise.reject(new TypeError('the line is cut')); }")
    for page in pages:
        page.close()


def test_taking_theirs_takes_the_source_and_date_too_and_another_number_has_a_date_of_its_own(browse, grid_county):
    theirs = {"by": grid_county.farms, "note": "新", "source": "粮食台账", "as_of": date(2025, 10, 31)}
    standing = grid_county.value("CY-01", grid_county.mine[0])
    page = browse(grid_county.farms, "?criterion=CY-01")
    grid_county.enter("CY-01", "20", grid_county.mine[0], revision=standing.revision, **theirs)
    cell(page, 0, "CY-01").click()
    page.keyboard.type("21")
    page.keyboard.press("Enter")
    wait_until_sent(page)
    cell(page, 0, "CY-01").click()
    page.locator("[data-panel]").get_by_role("button", name="Keep the other window's").click()

    cell(page, 0, "CY-01").click()
    page.keyboard.type("22")
    page.keyboard.press("Enter")
    wait_until_sent(page)

    typed = papers_of(grid_county)
    page.keyboard.press("Control+Z")
    wait_until_sent(page)

    assert typed == (22, "新", "粮食台账", None)  # of the day it was entered
    assert papers_of(grid_county) == (20, "新", "粮食台账", date(2025, 10, 31))


def papers_of(made) -> tuple:
    row = made.value("CY-01", made.mine[0])
    return row.reported_number, row.note, row.source, row.as_of
