"""What is typed in the entry grid and not given yet: a note, an open cell; a line that is too slow, two tabs."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.e2e.entry.grid_pages import cell, kept, wait_until_sent

pytestmark = [pytest.mark.browser, pytest.mark.slow]
STORED = "Object.keys(localStorage).filter(name => name.startsWith('entry:')).map(name => localStorage.getItem(name))"
WHOLE_BATCHES = "EntryLoad.watch = (count, stop) => setTimeout(stop, 10000)"


def type_note(page, row: int, text: str) -> None:
    """Open a value's panel and type a note, without saving it."""
    cell(page, row, "WM-04").click()
    page.keyboard.press("Shift+F2")
    expect(page.locator("[data-field=note]")).to_be_focused()
    page.keyboard.type(text)


def note_of(made, place: int = 0) -> str:
    return made.value("WM-04", made.mine[place]).note


def test_a_note_is_given_by_going_to_another_cell_and_not_by_escape_or_cancel(browse, grid_county):
    for branch in grid_county.mine:
        grid_county.enter("WM-04", "300", branch)
    page = browse()

    type_note(page, 0, "合并了两个村")
    cell(page, 1, "WM-04").click()
    expect(page.locator("[data-panel]")).to_be_hidden()
    expect(cell(page, 1, "WM-04")).to_be_focused()
    type_note(page, 1, "按下了取消键")
    page.keyboard.press("Escape")
    type_note(page, 2, "点了取消")
    page.locator("[data-panel]").get_by_role("button", name="Cancel").click()
    wait_until_sent(page)

    assert [note_of(grid_county, place) for place in range(3)] == ["合并了两个村", "", ""]
    assert kept(grid_county, "WM-04") == [(300, 2), (300, 1), (300, 1)]


def test_a_note_being_typed_is_kept_when_a_conflict_arrives_and_goes_into_the_question(browse, grid_county):
    grid_county.enter("WM-04", "300")
    page, held = browse(), []
    page.route("**/values/", lambda route: held.append(route))
    cell(page, 0, "WM-04").click()
    with page.expect_request("**/values/"):
        page.keyboard.type("310")
        page.keyboard.press("Enter")

    type_note(page, 0, "以台账为准")
    grid_county.enter("WM-04", "320", revision=1)
    held[0].continue_()
    page.unroute("**/values/")
    expect(cell(page, 0, "WM-04")).to_have_class(re.compile("is-conflict"))
    expect(page.locator("[data-field=note]")).to_have_value("以台账为准")
    page.keyboard.press("Control+Enter")
    panel = page.locator("[data-panel]")
    expect(panel.locator("[data-mine=note]")).to_have_text("以台账为准")
    panel.get_by_role("button", name="Keep mine: 310").click()
    wait_until_sent(page)

    assert (kept(grid_county, "WM-04"), note_of(grid_county)) == ([(310, 3)], "以台账为准")


def test_an_open_cell_and_a_typed_note_are_given_when_the_page_is_loaded_again(browse, grid_county):
    page, asked = browse(), []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))

    cell(page, 0, "WM-04").click()
    page.keyboard.type("401")
    page.reload()
    wait_until_sent(page)
    type_note(page, 0, "新台账")
    page.reload()
    wait_until_sent(page)

    assert (kept(grid_county, "WM-04"), note_of(grid_county)) == ([(401, 2)], "新台账")
    assert asked == []  # what is on its way holds nobody up


def test_an_open_cell_on_a_cut_line_asks_before_it_is_left_and_is_sent_from_the_next_page(browse, grid_county):
    page, asked = browse(), []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    cell(page, 0, "WM-04").click()

    page.context.set_offline(True)
    page.keyboard.type("401")
    page.evaluate("location.reload()")
    expect(cell(page, 0, "WM-04")).to_have_class(re.compile("is-waiting"))
    stored = [json.loads(text)["now"]["text"] for text in page.evaluate(STORED)]
    page.evaluate("() => { window.fetch = () => Promise.reject(new TypeError('the line is cut')); }")
    address = page.url
    page.context.set_offline(False)
    following = page.context.new_page()
    page.close()
    nothing_yet = kept(grid_county, "WM-04")
    following.goto(address)
    wait_until_sent(following)

    assert (asked, stored, nothing_yet) == (["beforeunload"], ["401"], [])
    assert kept(grid_county, "WM-04") == [(401, 1)]


@pytest.mark.parametrize(("halved", "sizes"), [(True, [15, 8, 4]), (False, [15, 15, 15])], ids=["halved", "control"])
def test_what_a_slow_line_does_not_carry_at_once_is_sent_by_halves(browse, grid_county, halved, sizes):
    page = browse()
    page.evaluate("navigator.clipboard.writeText('A\\tA\\t480\\tA\\tA\\r\\n'.repeat(3))")
    page.route("**/values/", lambda route: route.continue_() if count(route.request) <= 4 else None)
    cell(page, 0, "WM-01").click()
    page.keyboard.press("Control+V")
    write = page.get_by_role("button", name="Write 15 cells")
    page.clock.install()
    if not halved:
        page.evaluate(WHOLE_BATCHES)

    with page.expect_request("**/values/") as asked:
        write.click()
    sent = [count(asked.value)]
    for _ in sizes[1:]:
        with page.expect_request("**/values/") as asked:
            page.clock.fast_forward(10_000)  # nothing has come back: it is given up
            page.clock.fast_forward(8_000)  # and tried again
        sent.append(count(asked.value))

    assert sent == sizes
    expect(page.locator("[data-count=saved]")).to_have_text("4" if halved else "0")


def count(request) -> int:
    """How many values a request carries."""
    return len(request.post_data_json["edits"])


def test_what_another_tab_has_added_to_a_value_stays_when_this_one_is_answered(browse, grid_county):
    first = browse()
    first.route("**/values/", lambda route: route.abort())
    cell(first, 0, "WM-04").click()
    first.keyboard.type("401")
    first.keyboard.press("Enter")
    expect(cell(first, 0, "WM-04")).to_have_class(re.compile("is-waiting"))
    second = first.context.new_page()
    second.route("**/values/", lambda route: None)  # its request is never answered
    with second.expect_request("**/values/"):
        second.goto(first.url)
    cell(second, 0, "WM-04").click()
    second.keyboard.type("402")
    second.keyboard.press("Enter")

    first.unroute("**/values/")
    first.evaluate("window.dispatchEvent(new Event('online'))")
    wait_until_sent(first)
    before = kept(grid_county, "WM-04")
    third = first.context.new_page()
    second.close()
    third.goto(first.url)
    wait_until_sent(third)

    assert (before, kept(grid_county, "WM-04")) == ([(401, 1)], [(402, 2)])
    assert third.evaluate(STORED) == []
