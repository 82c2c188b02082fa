"""Files of evidence in a real browser: chosen, watched, refused, seen in small, taken back; on a PC and on a phone."""

import re

import pytest

from accounts.roles import Role
from evaluations.models import Evidence
from evaluations.services.evidence import store
from tests.e2e.looking import judged, unreadable
from tests.entry import files
from tests.factories import person, township

pytestmark = [pytest.mark.browser, pytest.mark.slow]
BRANCH, CODE = "419901001000", "CY-05"
FORM = f"/rounds/r2026/419901000000/entry/branches/{BRANCH}/?star=industry"
MOVED = """box => { window.seen = []; new MutationObserver(() => window.seen.push(
    [box.querySelector('.evidence__said').textContent, box.querySelector('progress').hidden]
)).observe(box, {subtree: true, childList: true, characterData: true, attributes: true}); }"""


@pytest.fixture
def clerk(made, settings, tmp_path):
    settings.EVIDENCE_ROOT = tmp_path / "evidence"
    return person(Role.ENTRY_CLERK, township("419901001000"))


def file(name: str, content: bytes) -> dict:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def test_a_file_is_uploaded_refused_seen_and_taken_back(visit, clerk):
    page = visit(clerk, FORM, language="en", refusals=True)
    box = page.locator(f"#evidence-{BRANCH}-{CODE}")
    said, chosen = box.locator(".evidence__said"), box.locator("input[type=file]")

    chosen.set_input_files(file("large.pdf", files.padded(12 * files.MEGABYTES)))
    assert said.inner_text() == "12 MB; limit 10 MB; not uploaded."
    assert chosen.get_attribute("aria-invalid") == "true"
    chosen.set_input_files(file("page.html", b"<html>"))
    assert "“.html” is not taken" in said.inner_text()
    assert unreadable(page) == []
    chosen.set_input_files(file("script.pdf", files.HOSTILE["script.pdf"][0]))
    said.filter(has_text="programs").wait_for()
    assert not Evidence.objects.exists()

    box.evaluate(MOVED)
    chosen.set_input_files(file("field.jpg", files.picture("JPEG", (1600, 1200), color="green")))
    page.locator(f"#evidence-{BRANCH}-{CODE} a", has_text="field.jpg").wait_for()
    watched = page.evaluate("window.seen")
    assert any(re.search(r"(Uploading|Checking) field.jpg", text) and not hidden for text, hidden in watched)
    assert said.inner_text() == "Uploaded: field.jpg"
    small = box.locator("img")
    small.scroll_into_view_if_needed()
    page.wait_for_function("image => image.complete && image.naturalWidth === 240", arg=small.element_handle())
    assert unreadable(page) == []

    chosen.set_input_files(file("table.pdf", files.PDF))
    box.locator("a", has_text="table.pdf").wait_for()
    assert box.locator("input[type=file]").count() == 0  # two of two
    box.get_by_role("button", name="Take back table.pdf").focus()
    page.keyboard.press("Enter")
    box.locator("a", has_text="table.pdf").wait_for(state="detached")
    assert said.inner_text() == "Taken back: table.pdf"
    assert [row.name for row in Evidence.objects.filter(removed_at=None)] == ["field.jpg"]


def test_on_a_phone_the_part_fits_and_a_file_saves_as_itself(visit, clerk):
    page = visit(clerk, FORM, 360, 800)
    box = page.locator(f"#evidence-{BRANCH}-{CODE}")

    box.locator("input[type=file]").set_input_files(file("大田作物种植面积与产量核查记录（二〇二六年）.pdf", files.PDF))
    link = box.locator("a", has_text="大田")
    link.wait_for()

    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert unreadable(page) == []
    with page.expect_download() as download:
        link.click()
    assert download.value.suggested_filename == "大田作物种植面积与产量核查记录（二〇二六年）.pdf"
    assert download.value.path().read_bytes() == files.PDF


def test_without_scripts_the_form_is_posted_and_the_page_says_what_happened(visit, clerk):
    page = visit(clerk, FORM, language="en", java_script_enabled=False)
    box = page.locator(f"#evidence-{BRANCH}-{CODE}")

    box.locator("input[type=file]").set_input_files(file("large.pdf", files.padded(12 * files.MEGABYTES)))
    box.get_by_role("button", name="Upload").click()
    page.get_by_text("12 MB; limit 10 MB; not uploaded.").wait_for()
    box.locator("input[type=file]").set_input_files(file("table.pdf", files.PDF))
    box.get_by_role("button", name="Upload").click()
    box.locator("a", has_text="table.pdf").wait_for()
    box.get_by_role("button", name="Take back table.pdf").click()
    box.locator("a", has_text="table.pdf").wait_for(state="detached")


@pytest.mark.parametrize(("width", "height", "language"), [(1366, 768, "zh-hans"), (360, 800, "en")])
def test_the_page_of_a_file_that_is_gone_from_the_disk_is_readable_by_all_and_fits(
    visit, clerk, width, height, language
):
    page = visit(clerk, FORM, language=language)
    box = page.locator(f"#evidence-{BRANCH}-{CODE}")
    box.locator("input[type=file]").set_input_files(file("table.pdf", files.PDF))
    link = box.locator("a", has_text="table.pdf")
    link.wait_for()
    store().path(Evidence.objects.get().file_id).unlink()

    page = visit(clerk, link.get_attribute("href"), width, height, language, refusals=True)

    assert page.locator("main").inner_text().count("table.pdf") >= 1
    judged(page)


@pytest.mark.parametrize(("width", "height", "language"), [(1366, 768, "zh-hans"), (360, 800, "en")])
def test_the_burden_meter_is_readable_by_all_and_fits(visit, clerk, width, height, language):
    page = visit(clerk, "/rounds/r2026/419901000000/entry/burden/", width, height, language)

    page.locator("details.fold summary").click()

    judged(page)
