"""The entry grid in a real browser: by keyboard alone, a pasted block, on a phone, and without scripts."""

import re

import pytest
from playwright.sync_api import expect

from evaluations.models import Value
from scoring.standard import published_standard
from tests.e2e.entry.grid_pages import cell, kept, wait_until_sent
from tests.e2e.looking import unreadable

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CIVILITY = ["WM-01", "WM-02", "WM-04", "WM-05", "WM-07"]


def test_a_township_is_entered_by_keyboard_alone(browse, grid_county):
    page = browse()
    press = page.keyboard.press
    expect(cell(page, 0, "WM-01")).to_be_focused()  # the first that is missing
    assert page.locator("tr[data-line]").first.bounding_box()["y"] <= 250

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
    press("Control+Enter")
    wait_until_sent(page)

    assert kept(grid_county, "WM-04") == [(480, 1)] * 3
    assert [kept(grid_county, code) for code in ("WM-01", "WM-02", "WM-05")] == [[(2, 1)] * 3] * 3
    last = Value.objects.get(round=grid_county.this, criterion__code="WM-07", branch=grid_county.mine[2])
    assert (last.reported_na, last.note) == (True, "并入中心村养老院")
    expect(page.locator("[data-count=missing]")).to_have_text("0")
    expect(cell(page, 2, "WM-07")).to_be_focused()
    assert page.locator("tbody td[tabindex='0']").count() == 1
    assert unreadable(page) == []


def test_keys_move_choose_fill_and_leave(browse, grid_county):
    page = browse()
    press = page.keyboard.press
    cell(page, 0, "WM-04").click()

    page.keyboard.type("12")
    press("Escape")  # what was typed is undone
    press("ArrowDown")
    press("F2")
    press("ArrowLeft")  # within the text, after F2
    page.keyboard.type("355")
    press("Enter")
    expect(cell(page, 2, "WM-04")).to_be_focused()
    page.keyboard.type("12")
    press("ArrowRight")  # a typed value is given by any arrow
    expect(cell(page, 2, "WM-05")).to_be_focused()
    press("ArrowLeft")
    press("Control+D")  # the row above
    press("Home")
    press("F2")
    press("ArrowDown")
    press("Enter")  # the second option of the list
    wait_until_sent(page)
    press("Control+End")
    expect(page.locator("tr[data-line]").nth(2).locator("td.is-active")).to_be_focused()
    press("Escape")

    assert [number for number, _revision in kept(grid_county, "WM-04")] == [355, 355]
    assert kept(grid_county, "WM-01") == [(2, 1)]
    assert page.evaluate("document.activeElement.closest('[data-grid-table]') === null")


def test_a_refused_value_says_why_and_escape_gives_back_what_stood(browse, grid_county):
    grid_county.enter("WM-04", "300")
    page = browse()
    cell(page, 0, "WM-04").click()

    page.keyboard.type("3O5")
    page.keyboard.press("Enter")
    expect(cell(page, 0, "WM-04")).to_have_class(re.compile("is-refused"))
    page.keyboard.press("ArrowUp")
    expect(page.locator("[data-bar=hint]")).to_contain_text("“3O5”")
    page.keyboard.press("Escape")

    expect(cell(page, 0, "WM-04").locator(".cell__v")).to_have_text("300")
    assert kept(grid_county, "WM-04") == [(300, 1)]
    assert page.evaluate("Entry.counts().refused") == 0


def test_a_block_from_a_spreadsheet_is_looked_at_before_it_is_written(browse, grid_county):
    page = browse()
    page.evaluate("navigator.clipboard.writeText('480\\tA\\r\\n3O5\\t达到一项\\r\\n\\tZ\\r\\n')")
    cell(page, 0, "WM-04").click()

    page.keyboard.press("Control+V")
    panel = page.locator("[data-panel]")
    expect(panel.get_by_role("button", name="Write 3 cells, skip the 2 wrong")).to_be_focused()
    expect(panel).to_be_in_viewport(ratio=1)
    before = Value.objects.filter(round=grid_county.this, criterion__source="township").count()
    said = panel.locator("[data-errors]").inner_text()
    assert unreadable(page) == []
    page.keyboard.press("Enter")
    wait_until_sent(page)

    assert before == 0
    assert "2 wrong cells, not written:" in said
    assert f"{grid_county.mine[1].shown_name} · WM-04 文明家庭" in said.replace("Civilised households", "文明家庭")
    assert "“3O5” is not a number (character 2 is “O”)." in said and "“Z” is none of A, B, C, D." in said
    assert kept(grid_county, "WM-04") == [(480, 1)]
    assert kept(grid_county, "WM-05") == [(1, 1), (2, 1)]
    expect(panel).to_be_hidden()
    page.get_by_role("button", name="Undo pasting (3)").click()
    wait_until_sent(page)
    assert values_of(grid_county) == []


def test_many_values_are_cleared_after_a_question_and_undone_and_every_count_agrees(browse, grid_county):
    fill(grid_county)
    page = browse(query="?star=all")
    press = page.keyboard.press
    page.get_by_role("button", name="Keep last year's").click()
    wait_until_sent(page)
    given = values_of(grid_county)
    after_keeping = counts_of(page)
    page.reload()
    assert (len(given) > 20, after_keeping, counts_of(page)) == (True, 3, 3)

    press("Control+A")
    press("Delete")
    dialog = page.get_by_role("dialog", name=f"Clear {len(given)} cells?")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    assert unreadable(page) == []
    press("Escape")
    expect(page.locator("td.is-active")).to_be_focused()
    assert values_of(grid_county) == given
    press("Delete")
    press("Tab")
    press("Enter")
    wait_until_sent(page)
    assert values_of(grid_county) == []
    expect(page.get_by_role("button", name=f"Undo clearing ({len(given)})")).to_be_visible()
    press("Control+Z")
    wait_until_sent(page)

    assert values_of(grid_county) == given
    assert counts_of(page) == after_keeping
    expect(page.locator("[data-undo]")).to_be_hidden()


def fill(made) -> None:
    """Give every value of the township but one criterion's and those that last year's facts can answer."""
    for row in published_standard(made.this.criteria_set_id).criteria:
        if row.source == "township" and row.takes_entry and not row.stable and row.code != "WM-04":
            text = {"choice": "A", "yesno": "true"}.get(row.value_type, "1")
            made.save(*(made.edit(row.code, text, branch) for branch in made.mine))


def values_of(made) -> list[tuple]:
    rows = Value.objects.filter(round=made.this, criterion__source="township").exclude(reported_number=None)
    return sorted(rows.values_list("branch_id", "criterion_id", "reported_number"))


COUNTS = """async () => {
    await new Promise(done => setTimeout(done, 80));  // the page counts once for all that changed within 60 ms
    const number = text => Number((text.match(/\\d+/) || ["0"])[0]);
    const sum = nodes => Array.from(nodes, node => number(node.textContent)).reduce((one, other) => one + other, 0);
    return [
        "[data-count=missing]", "[data-lacks]", "[data-submit]", "[data-chip=all]", "[data-chip]:not([data-chip=all])",
        "[data-row-lacks]",
    ].map(words => sum(document.querySelectorAll(words)));
}"""


def counts_of(page) -> int:
    """How many values are missing, by the foot, the rows, the page's button, the chips and the last column alike."""
    (count,) = set(page.evaluate(COUNTS))
    return count


def test_a_paste_is_given_up_with_escape_and_a_block_is_copied_out(browse, grid_county):
    grid_county.enter("WM-04", "300")
    grid_county.enter("WM-04", "310", grid_county.mine[1])
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
    assert kept(grid_county, "WM-04") == [(300, 1), (310, 1)]


def test_on_a_phone_one_criterion_is_entered_row_by_row(browse, grid_county):
    page = browse(width=360, height=800, language="zh-hans")
    page.locator("[data-grid-column]").select_option(index=CIVILITY.index("WM-04"))
    cell(page, 0, "WM-04").tap()
    keypad = page.locator(".cell__input").get_attribute("inputmode")

    for text in ("401", "402", "403"):
        page.keyboard.type(text)
        page.keyboard.press("Enter")
    wait_until_sent(page)

    assert keypad == "numeric"
    assert kept(grid_county, "WM-04") == [(401, 1), (402, 1), (403, 1)]
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert unreadable(page) == []


@pytest.mark.parametrize("language", ["zh-hans", pytest.param("en", marks=pytest.mark.full)])
def test_typing_over_what_a_check_corrected_says_that_the_correction_counts(browse, grid_county, language):
    branch = grid_county.mine[0]
    Value.objects.filter(round=grid_county.this, criterion__code="CY-01", branch=branch).update(department_number=20)
    page = browse(grid_county.farms, "?criterion=CY-01", language=language)
    expect(cell(page, 0, "CY-01")).to_have_class(re.compile("is-overruled"))
    assert unreadable(page) == []

    cell(page, 0, "CY-01").click()
    page.keyboard.type("21")
    page.keyboard.press("Enter")
    wait_until_sent(page)
    said = "You entered 21{unit}; department check: 20" if language == "en" else "您填 21"
    unit = page.evaluate("Grid.columns[0].unit")
    cell(page, 0, "CY-01").click()

    expect(page.locator("[data-bar=hint]").last).to_contain_text(said.format(unit=f" {unit}" if unit else ""))
    expect(cell(page, 0, "CY-01")).to_have_class(re.compile("is-overruled"))
    page.keyboard.type("20")  # as it was corrected: now both are the same
    page.keyboard.press("Enter")
    expect(cell(page, 0, "CY-01")).not_to_have_class(re.compile("is-overruled|is-saved"))


def test_a_pasted_fraction_of_a_percentage_is_doubted_before_and_after_it_is_written(browse, grid_county):
    page = browse(grid_county.farms, "?criterion=ST-01")
    page.evaluate("navigator.clipboard.writeText('0.947\\r\\n94.7\\r\\n')")
    cell(page, 0, "ST-01").click()

    page.keyboard.press("Control+V")
    panel = page.locator("[data-panel]")
    doubt = "0.947 looks like a decimal fraction: 94.7% is entered as 94.7; else it needs a note"
    expect(panel.locator("tbody tr").nth(0)).to_contain_text(doubt)
    expect(panel.locator("tbody tr").nth(1)).not_to_contain_text("fraction")
    expect(panel.locator("[data-errors]")).to_contain_text("Percentages that look like decimal fractions: 1.")
    assert unreadable(page) == []
    page.keyboard.press("Enter")
    wait_until_sent(page)
    cell(page, 0, "ST-01").click()

    expect(cell(page, 0, "ST-01")).to_have_class(re.compile("is-warned"))
    expect(page.locator("[data-bar=hint]").last).to_have_text(doubt)


def test_without_scripts_the_table_is_read_and_printed(chromium, live_server, client, grid_county):
    grid_county.enter("WM-04", "300")
    client.force_login(grid_county.clerk)
    context = chromium.new_context(java_script_enabled=False)
    context.add_cookies([{"name": "session", "value": client.cookies["session"].value, "url": live_server.url}])
    page = context.new_page()

    page.goto(f"{live_server.url}{grid_county.base}/entry/grid/?star=civility")

    assert "300" in page.locator("tbody tr").first.inner_text()
    assert page.locator("tbody th a").first.get_attribute("href").startswith(f"{grid_county.base}/entry/branches/")
    page.emulate_media(media="print")
    expect(page.locator(".print-head")).to_be_visible()
    expect(page.locator(".cellbar, .chips, .grid-foot, .grid-marks, main button").filter(visible=True)).to_have_count(0)
    assert page.locator("thead").evaluate("head => getComputedStyle(head).display") == "table-header-group"
    context.close()
