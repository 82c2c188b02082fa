"""The form of a branch in a real browser: by keyboard, on a bad line, by two people at once, on a phone."""

import pytest
from playwright.sync_api import expect

from evaluations.models import Value
from tests.e2e.entry.form_pages import address, is_fault, world_of_entry
from tests.e2e.looking import judged, unreadable

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HEIGHTS = """Array.from(document.querySelectorAll("main a, main button, main input:not([type=hidden]), main summary"))
    .filter(one => one.offsetParent && !one.closest("p, li, dd, .crumb, .strip"))
    .filter(one => !one.matches("[type=radio], [type=checkbox]"))
    .filter(one => one.getBoundingClientRect().height < 44).map(one => one.outerHTML.slice(0, 120))"""


@pytest.fixture
def made(transactional_db):
    return world_of_entry()


@pytest.fixture
def browse(chromium, live_server, client, made):
    """Open a star's form as somebody in a browser of their own; what isn't expected in the console fails the test."""
    contexts, faults = [], []

    def open_page(user, path, width=1366, height=768, language="en"):
        context = chromium.new_context(viewport={"width": width, "height": height})
        contexts.append(context)
        client.force_login(user)
        cookies = {"django_language": language, "session": client.cookies["session"].value}
        context.add_cookies([{"name": n, "value": v, "url": live_server.url} for n, v in cookies.items()])
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if is_fault(said) else None)
        page.goto(live_server.url + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


def place(page, code: str, period: int = 0):
    return page.locator(f'[id="place-{code}.{period}"]')


def typed(page, code: str):
    return place(page, code).locator('[data-part="text"]')


def state(page, code: str, words: str) -> None:
    expect(place(page, code).locator("[data-words]")).to_contain_text(words)


def given(made) -> dict[str, tuple]:
    rows = Value.objects.filter(round=made.this, criterion__source="township").order_by("criterion__code")
    return {row.criterion.code: (row.reported_number, row.reported_option, row.way) for row in rows}


def test_a_star_is_filled_with_the_keyboard_alone(browse, made):
    page = browse(made.clerk, address(made) + "&next=1")
    expect(page.locator('input[name="WM-01.0-text"][value="A"]')).to_be_focused()

    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.keyboard.type("390")
    page.keyboard.press("Enter")
    state(page, "WM-04", "Saved")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    for code in ("WM-01", "WM-02", "WM-05", "WM-07"):
        state(page, code, "Saved")

    expect(page.locator("#tabs [aria-current]")).to_contain_text("complete")
    expect(page.locator("#points-WM-01")).to_contain_text("9 / 12")
    assert given(made) == {
        "WM-01": (2, "B", "typed"), "WM-02": (1, "A", "typed"), "WM-04": (390, "", "typed"),
        "WM-05": (2, "B", "typed"), "WM-07": (1, "A", "typed"),
    }  # fmt: skip


def test_last_years_facts_are_kept_with_one_click(browse, made):
    page = browse(made.clerk, address(made))

    page.get_by_role("button", name="Keep last year's (3)").click()
    for code in ("WM-01", "WM-02", "WM-05"):
        state(page, code, "Saved")

    expect(page.locator("[data-offers]")).to_be_hidden()
    assert {(number, way) for number, _option, way in given(made).values()} == {(1, "kept")}


def test_a_refused_value_says_why_and_keeps_what_was_typed(browse, made):
    page = browse(made.clerk, address(made))

    typed(page, "WM-04").fill("501")
    typed(page, "WM-04").press("Enter")
    state(page, "WM-04", "at most the branch's 500 households")
    expect(typed(page, "WM-04")).to_have_value("501")
    expect(typed(page, "WM-04")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("[data-heard]")).to_contain_text("500 households")
    assert unreadable(page) == []
    typed(page, "WM-04").fill("410")
    typed(page, "WM-04").press("Enter")

    state(page, "WM-04", "Saved")
    assert given(made)["WM-04"][0] == 410


def test_a_jump_asks_for_a_note_and_not_applicable_for_its_reason(browse, made):
    page = browse(made.clerk, address(made))

    typed(page, "WM-04").fill("100")
    typed(page, "WM-04").press("Enter")
    state(page, "WM-04", "400 last year")
    note = place(page, "WM-04").locator('[data-part="note"]')
    note.fill("合并了两个村")
    note.press("Control+Enter")
    expect(place(page, "WM-04")).to_have_class("place is-saved")
    expect(note).to_be_focused()
    place(page, "WM-07").locator("summary").click()
    place(page, "WM-07").locator('[data-part="na"]').check()
    state(page, "WM-07", "Write the reason")
    assert "WM-07" not in given(made)
    place(page, "WM-07").locator('[data-part="note"]').fill("新设支部")
    place(page, "WM-07").locator('[data-part="note"]').press("Enter")
    state(page, "WM-07", "Not applicable; saved")

    values = {row.criterion.code: row for row in Value.objects.filter(round=made.this, criterion__star="civility")}
    assert (values["WM-04"].note, values["WM-07"].reported_na, values["WM-07"].note) == (
        "合并了两个村",
        True,
        "新设支部",
    )


def test_two_windows_on_one_value_show_both_versions_and_one_is_chosen(browse, made):
    first, second = browse(made.clerk, address(made)), browse(made.clerk, address(made))

    for page, text in ((first, "390"), (second, "410")):
        typed(page, "WM-04").fill(text)
        typed(page, "WM-04").press("Enter")
        asked = "In another window you changed it to 390; here it is 410. Keep which?"
        state(page, "WM-04", "Saved" if page is first else asked)
    box = place(second, "WM-04").locator(".place__two")
    expect(box).to_contain_text("you, in another window")
    expect(box).to_be_in_viewport(ratio=1)
    assert unreadable(second) == []
    assert given(made)["WM-04"][0] == 390
    second.get_by_role("button", name="Keep mine: 410").click()
    state(second, "WM-04", "Saved")
    assert given(made)["WM-04"][0] == 410

    typed(first, "WM-04").fill("395")
    typed(first, "WM-04").press("Enter")
    first.get_by_role("button", name="Keep the other window's: 410").click()
    expect(typed(first, "WM-04")).to_have_value("410")
    typed(first, "WM-04").fill("420")
    typed(first, "WM-04").press("Enter")
    state(first, "WM-04", "Saved")
    assert given(made)["WM-04"][0] == 420


def test_what_is_typed_without_a_network_waits_warns_and_is_sent_once(browse, made):
    page = browse(made.clerk, address(made))

    page.context.set_offline(True)
    typed(page, "WM-04").fill("390")
    typed(page, "WM-04").press("Enter")
    state(page, "WM-04", "Waiting for the network")
    expect(page.locator("[data-entrybar]")).to_contain_text("Offline; keep typing, sent when back.")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.locator("#tabs a").first.click(no_wait_after=True)
    page.context.set_offline(False)
    state(page, "WM-04", "Saved")

    assert asked == ["beforeunload"]
    value = Value.objects.get(round=made.this, criterion__code="WM-04")
    assert (value.reported_number, value.revision) == (390, 1)


def test_what_was_typed_before_the_page_was_left_comes_back_and_is_sent(browse, made):
    page = browse(made.clerk, address(made))
    page.route("**/values/", lambda route: route.abort())
    typed(page, "WM-04").fill("390")
    typed(page, "WM-04").press("Enter")
    state(page, "WM-04", "Waiting for the network")
    page.on("dialog", lambda dialog: dialog.accept())

    page.unroute("**/values/")
    page.reload()

    expect(typed(page, "WM-04")).to_have_value("390")
    state(page, "WM-04", "Saved")
    assert given(made)["WM-04"][0] == 390


def test_what_is_still_in_an_input_is_sent_when_the_page_is_loaded_again_and_asks_on_a_cut_line(browse, made):
    page, asked = browse(made.clerk, address(made)), []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))

    typed(page, "WM-04").fill("390")
    page.reload()
    state(page, "WM-04", "Saved")
    unasked, first = list(asked), given(made)["WM-04"][0]
    page.context.set_offline(True)
    typed(page, "WM-04").fill("391")
    page.evaluate("location.reload()")
    state(page, "WM-04", "Waiting for the network")
    page.context.set_offline(False)
    state(page, "WM-04", "Saved")

    assert (unasked, first, asked) == ([], 390, ["beforeunload"])
    assert given(made)["WM-04"][0] == 391


def test_what_waits_signed_out_is_sent_once_another_tab_is_signed_in(browse, made):
    page = browse(made.clerk, address(made))
    session = [cookie for cookie in page.context.cookies() if cookie["name"] == "session"]
    page.context.clear_cookies()
    typed(page, "WM-04").fill("390")
    typed(page, "WM-04").press("Enter")
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    assert given(made) == {}

    page.context.add_cookies(session)
    page.context.new_page().goto(page.url)  # its CSRF secret is a new one

    state(page, "WM-04", "Saved")
    assert given(made)["WM-04"][0] == 390


@pytest.mark.parametrize("language", ["zh-hans", pytest.param("en", marks=pytest.mark.full)])
def test_every_state_of_the_form_is_accessible_and_fits_a_phone(browse, made, language):
    for user, star in ((made.clerk, "civility"), (made.farms, "ecology")):
        for width, height in ((1366, 768), (360, 800)):
            page = browse(user, address(made, star), width, height, language)

            page.locator(".ask__more summary").first.click()

            judged(page)
            if width == 360:
                assert page.evaluate(HEIGHTS) == []
                size = typed(page, "WM-04" if star == "civility" else "ST-01").evaluate(
                    "e => getComputedStyle(e).fontSize"
                )
                assert size == "16px"
            page.context.close()
