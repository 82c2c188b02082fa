"""A clerk's Excel round trip in a real browser: down, filled in, up, errors back, corrected, confirmed."""

import shutil
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import expect

from evaluations.models import Upload, UploadState
from evaluations.services import confirming
from evaluations.services.uploads import read_if_due
from evaluations.tasks import take_over_upload
from tests.e2e.looking import judged, look_everywhere
from tests.entry import world
from tests.entry.sending import filled, handed, sent

pytestmark = [pytest.mark.browser, pytest.mark.slow]
OFFICE = shutil.which("soffice") or shutil.which("libreoffice")


@pytest.fixture
def made(transactional_db):
    """The county that `visit` serves."""
    return world.build(3)


def converted(path: Path, folder: Path) -> Path:
    """The file as LibreOffice saves it, where there is one; else as it is."""
    if OFFICE is None:
        return path
    command = [OFFICE, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "xlsx"]
    out = folder / "out"
    subprocess.run([*command, "--outdir", str(out), str(path)], check=True, capture_output=True, timeout=120)
    return out / path.name


def edited(page, link: str, folder: Path, changes: dict, name: str) -> Path:
    """Download by a click, change cells, save as a spreadsheet does."""
    with page.expect_download() as waiting:
        page.click(link)
    path = folder / name
    path.write_bytes(filled(Path(waiting.value.path()).read_bytes(), changes))
    return converted(path, folder)


def send(page, path: Path) -> None:
    """Choose the file and press the button; read it as a worker would, and wait for the page to notice."""
    page.set_input_files("#file", path)
    page.click("form.sendfile button[type=submit]")
    page.wait_for_selector(".job progress")
    read_if_due(Upload.objects.latest("pk").pk)
    page.wait_for_selector("table.tbl")


def test_a_workbook_goes_down_and_comes_back_until_it_is_right(visit, made, tmp_path, monkeypatch):
    one, two, three = (branch.code for branch in made.mine)
    made.enter("WM-04", "300", made.mine[2])
    page = visit(made.clerk, f"{made.base}/entry/workbook/")
    changes = {("WM-04", one): 355, ("WM-01", two): "B", ("PA-06", one): "3O5", ("WM-04", three): 320}
    path = edited(page, ".steps__files button", tmp_path, changes, "w.xlsx")
    made.enter("WM-04", "310", made.mine[2], revision=1)
    send(page, path)
    judged(page)

    assert [chip.inner_text().split()[-1] for chip in page.locator(".chips .chip").all()] == ["4", "2", "1", "1", "1"]
    assert page.locator("#upload-buttons .btn-primary").inner_text().count("2") == 1
    page.locator("input[name=row]:not(:checked)").check()
    expect(page.locator("#upload-buttons .btn-primary")).to_contain_text("3")

    corrected = edited(page, "a[href$='errors.xlsx']", tmp_path, {("PA-06", one): 3}, "again.xlsx")
    page.goto(page.url.partition("/uploads/")[0] + "/workbook/")
    send(page, corrected)
    assert page.locator("tr.is-error").count() == 0
    page.locator("input[name=row]:not(:checked)").check()
    expect(page.locator("#upload-buttons .btn-primary")).to_contain_text("4")
    monkeypatch.setattr(confirming, "AT_ONCE", 4)
    page.click("#upload-buttons .btn-primary")
    expect(page.locator(".job")).to_contain_text("4")
    judged(page)
    take_over_upload(Upload.objects.latest("pk").pk)
    page.wait_for_selector(".strip--ok")

    got = [made.value(code, made.mine[at]).reported_number for code, at in (("WM-04", 0), ("PA-06", 0), ("WM-04", 2))]
    assert got == [355, 3, 320]
    assert Upload.objects.latest("pk").state == UploadState.APPLIED


@pytest.mark.parametrize("scripts", [True, False])
def test_enter_in_a_tick_keeps_the_ticks_and_presses_nothing_else(visit, made, scripts):
    one = made.mine[0].code
    made.enter("WM-04", "300")
    content = filled(handed(made), {("WM-04", one): 355, ("PA-06", one): 3})
    made.enter("WM-04", "310", revision=1)
    upload = sent(made, content)
    page = visit(made.clerk, f"{made.base}/entry/uploads/{upload.pk}/", language="en", java_script_enabled=scripts)
    tick = page.locator("input[name=row]:checked")
    tick.uncheck()

    with page.expect_navigation():
        page.locator("input[name=row]").first.press("Enter")

    assert page.locator("input[name=row]:checked").count() == 0
    assert not upload.rows.filter(wanted=True).exists() and made.value("PA-06") is None


@pytest.mark.parametrize("language", ["zh-hans", pytest.param("en", marks=pytest.mark.full)])
def test_every_page_of_files_fits_and_is_readable_by_all(visit, made, language):
    one, two, _three = (branch.code for branch in made.mine)
    made.enter("WM-04", "300")
    content = filled(handed(made), {("WM-04", one): 355, ("PA-06", two): "x", ("WM-01", two): "B"})
    made.enter("WM-04", "310", revision=1)
    upload, refused = sent(made, content), sent(made, b"PK\x03\x04")

    pages = (
        (made.clerk, "workbook/"),
        (made.clerk, "uploads/"),
        (made.clerk, f"uploads/{upload.pk}/"),
        (made.clerk, f"uploads/{refused.pk}/"),
        (made.farms, "import/"),
        (made.farms, "uploads/"),
    )

    assert look_everywhere(visit, [(user, f"{made.base}/entry/{path}") for user, path in pages], language) == {}
