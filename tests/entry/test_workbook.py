"""A unit's workbook: what it holds, what is locked, and what comes back from it."""

import re
import shutil
import subprocess
from datetime import date
from decimal import Decimal
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.utils import translation
from openpyxl import load_workbook

from evaluations.models import UploadState, Value, WorkbookCopy
from evaluations.services.takeover import CLEARED, choice_of, choose_all, take_over
from evaluations.workbooks.options import OPTIONS
from tests.entry import world
from tests.entry.sending import KEYS, filled, handed, kinds, place, reasons, saved, sent, sentences

pytestmark = pytest.mark.django_db
OFFICE = shutil.which("soffice") or shutil.which("libreoffice")


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def county():
    return world.build()


def keys_of(content):
    book = load_workbook(BytesIO(content))
    return {cell.value for sheet in book.worksheets if sheet.sheet_state == "visible" for cell in sheet[KEYS]}


def test_a_township_s_workbook_has_its_criteria_and_branches_only(county):
    book = load_workbook(BytesIO(handed(county)))

    shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible" and sheet["A1"].value != OPTIONS]
    codes = {cell.value for sheet in shown for cell in sheet["A"][KEYS:]}
    keys = {str(cell.value).split("/")[0] for sheet in shown for cell in sheet[KEYS]}
    assert codes == {branch.code for branch in county.mine}
    township = {row.code for row in county.this.criteria_set.criteria.filter(source="township") if row.takes_entry}
    assert keys - {"branch", "township", "name"} == township


def test_a_department_s_workbook_has_all_branches_and_its_criteria_by_quarters(county):
    content = handed(county, county.farms)

    keys = keys_of(content)
    assert {"ST-05/1", "ST-05/4", "ST-05/last", "ST-05/note", "CY-02"} <= keys
    assert not keys & {"WM-04", "CY-03", "ST-05"}
    book = load_workbook(BytesIO(content))
    assert {cell.value for cell in book.worksheets[0]["A"][KEYS:]} == {branch.code for branch in county.branches}


def test_this_year_s_and_last_year_s_values_stand_in_it(county):
    county.enter("WM-04", "300", note="台账")
    Value.objects.create(
        round=county.last, branch=county.mine[0], reported_number=280,
        criterion=county.this.criteria_set.criteria.get(code="WM-04"),
    )  # fmt: skip

    book = load_workbook(BytesIO(handed(county)))

    cells = [place(book, key, county.mine[0].code).value for key in ("WM-04", "WM-04/last", "WM-04/note")]
    assert cells == [300, "280", "台账"]


def test_no_text_becomes_a_formula(county):
    branch = county.mine[0]
    branch.name = "=cmd|'/c calc'!A1"
    branch.save(update_fields=["name"])
    county.enter("WM-04", "300", note="=1+1")

    content = handed(county)

    with ZipFile(BytesIO(content)) as archive:
        sheets = [archive.read(name).decode() for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
    assert not any(re.search(r"<c [^>]*><f>|<f>", sheet.split("<dataValidations")[0]) for sheet in sheets)
    upload = sent(county, content)
    assert (upload.state, upload.rows.count()) == (UploadState.CHECKED, 0)


def test_what_the_download_held_is_kept_under_its_stamp(county):
    county.enter("WM-04", "300", note="台账")

    handed(county)

    copy = WorkbookCopy.objects.get()
    one = county.mine[0].code
    assert copy.base == {f"{one}|WM-04|0": ["300", 1], f"{one}|WM-04|note": "台账"}
    assert (copy.township_id, copy.made_by) == (world.TOWN, county.clerk.username)


def test_a_workbook_filled_in_is_compared_and_taken_over(county):
    one, two = county.mine
    county.enter("WM-04", "300", one)
    changes = {("WM-04", one.code): 355, ("WM-01", two.code): "B", ("PA-06", two.code): "３"}

    upload = sent(county, filled(handed(county), changes))
    assert upload.counts == {"new": 3, "conflict": 0, "error": 0, "same": 19}
    take_over(upload, user=county.clerk, choice=choice_of(upload))

    assert [county.value(*at).reported_number for at in (("WM-04", one), ("WM-01", two), ("PA-06", two))] == [355, 2, 3]
    assert county.value("WM-04", one).way == "imported"


def test_a_cell_emptied_takes_its_value_back_only_where_that_is_ticked(county):
    county.enter("WM-04", "300")
    one = county.mine[0].code

    upload = sent(county, filled(handed(county), {("WM-04", one): None, ("PA-06", one): 2}))
    assert list(upload.rows.order_by("cell").values_list("criterion__code", "wanted")) == [
        ("PA-06", True), ("WM-04", False)
    ]  # fmt: skip
    choose_all(upload, CLEARED, wanted=True)
    take_over(upload, user=county.clerk, choice=choice_of(upload))

    assert county.value("WM-04").effective_state == 0


def test_a_cell_emptied_by_oversight_keeps_its_value(county):
    county.enter("WM-04", "300")
    one = county.mine[0].code

    upload = sent(county, filled(handed(county), {("WM-04", one): None, ("PA-06", one): 2}))
    take_over(upload, user=county.clerk, choice=choice_of(upload))

    assert (county.value("WM-04").reported_number, county.value("PA-06").reported_number) == (300, 2)


def test_na_needs_the_reason_beside_it(county):
    one, two = county.mine
    changes = {("WM-04", one.code): "NA", ("WM-04", two.code): "NA", ("WM-04/note", two.code): "无常住户"}

    upload = sent(county, filled(handed(county), changes))
    assert [row[0] for row in kinds(upload)] == ["error", "new"]
    take_over(upload, user=county.clerk, choice=choice_of(upload))

    assert (county.value("WM-04", two).reported_na, county.value("WM-04", two).note) == (True, "无常住户")
    assert "reason" in reasons(upload)[0]


def test_only_a_note_changed_keeps_the_value(county):
    county.enter("WM-04", "300", document="示文1号")

    upload = sent(county, filled(handed(county), {("WM-04/note", county.mine[0].code): "核对过"}))
    take_over(upload, user=county.clerk, choice=choice_of(upload))

    row = county.value("WM-04")
    assert (row.reported_number, row.note, row.document) == (300, "核对过", "示文1号")


def test_rows_sorted_otherwise_are_found_by_their_codes(county):
    one, two = county.mine
    book = load_workbook(BytesIO(handed(county)))
    sheet = place(book, "WM-04", one.code).parent
    first, second = ([cell.value for cell in sheet[row]] for row in (6, 7))
    for column, (a, b) in enumerate(zip(first, second, strict=True), 1):
        sheet.cell(6, column).value, sheet.cell(7, column).value = b, a
    place(book, "WM-04", two.code).value = 77

    upload = sent(county, saved(book))

    assert [(row.branch.code, row.number) for row in upload.rows.all()] == [(two.code, 77)]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"WM-04": "=1+1"}, "a typed value, not a formula (cell Civility and Well-being!J6)"),
        ({"WM-04": 501}, "500 households"),
        ({"WM-01": "Z"}, "one of A, B"),
        ({"PA-06": 1.5}, "a whole number"),
    ],
)
def test_a_wrong_cell_is_an_error_with_its_address_and_nothing_else_is(county, change, said):
    content = handed(county)
    one = county.mine[0].code

    upload = sent(county, filled(content, {(key, one): value for key, value in change.items()}))

    assert [row[0] for row in kinds(upload)] == ["error"]
    assert said in reasons(upload)[0]
    assert sent(county, content).rows.count() == 0


def test_rows_and_columns_that_are_not_the_workbook_s_are_errors(county):
    book = load_workbook(BytesIO(handed(county)))
    sheet = place(book, "WM-04", county.mine[0].code).parent
    sheet["A8"], sheet["A9"], sheet.cell(KEYS, 40).value = "419901009999", county.mine[0].code, "XX-99"
    sheet.row_dimensions[7].hidden = True
    book.create_sheet("extra")["A30"] = "x"

    upload = sent(county, saved(book))

    assert [row[1].rpartition("!")[2] for row in kinds(upload)] == ["AN5", "A7", "A8", "A9", "A30"]
    assert all(row[0] == "error" for row in kinds(upload))


def test_merged_cells_and_hidden_sheets_refuse_the_workbook_with_their_address(county):
    book = load_workbook(BytesIO(handed(county)))
    book.worksheets[0].merge_cells("D6:D7")
    book.worksheets[1].sheet_state = "hidden"

    upload = sent(county, saved(book))

    assert upload.state == UploadState.REFUSED
    assert sentences(upload) == [
        "cells Thriving Industry!D6:D7 are merged; split them",
        "sheet “Liveable Ecology” is hidden; show it or delete it",
    ]


def test_another_s_workbook_and_one_without_stamp_are_refused(county):
    farms, mine = handed(county, county.farms), handed(county)
    book = load_workbook(BytesIO(mine))
    del book["_portal"]

    strange, bare = sent(county, farms), sent(county, saved(book))

    assert sentences(strange) == [f"This workbook is that of {world.FARMS}, for which you do not enter values."]
    assert "no workbook of this portal" in sentences(bare)[0]
    assert {strange.state, bare.state} == {UploadState.REFUSED}


@pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed")
def test_libreoffice_saves_it_so_that_nothing_differs_but_what_was_changed(county, tmp_path):
    county.enter("WM-04", "300", note="台账")
    county.enter("WM-01", "B")
    file = tmp_path / "in" / "w.xlsx"
    file.parent.mkdir()
    file.write_bytes(filled(handed(county), {("PA-06", county.mine[0].code): 3}))
    command = [OFFICE, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "xlsx"]

    subprocess.run([*command, "--outdir", str(tmp_path), str(file)], check=True, capture_output=True, timeout=120)
    upload = sent(county, (tmp_path / "w.xlsx").read_bytes())

    assert [(row.criterion.code, row.number) for row in upload.rows.select_related("criterion")] == [("PA-06", 3)]


def test_codes_that_moved_away_from_their_names_are_errors(county):
    one, two = county.mine
    book = load_workbook(BytesIO(handed(county)))
    place(book, "WM-04", one.code).value = 77
    sheet = place(book, "WM-04", one.code).parent
    sheet["A6"].value, sheet["A7"].value = two.code, one.code

    upload = sent(county, saved(book))

    assert [row[:2] for row in kinds(upload)] == [("error", f"{sheet.title}!A6"), ("error", f"{sheet.title}!A7")]
    assert reasons(upload)[0] == f"the code {two.code} is that of {two.name}, the row says {one.name}"


@pytest.mark.parametrize("name", ["", "Stonebridge"])
def test_a_row_may_leave_the_name_out_or_say_it_in_english(county, name):
    one = county.mine[0]
    one.name_en = "Stonebridge"
    one.save(update_fields=["name_en"])
    book = load_workbook(BytesIO(filled(handed(county), {("WM-04", one.code): 77})))
    cell = place(book, "WM-04", one.code)
    cell.parent.cell(cell.row, 3).value = name

    assert sent(county, saved(book)).counts["new"] == 1


def test_of_a_sheet_that_stands_twice_the_second_value_is_an_error_that_names_the_first(county):
    one = county.mine[0]
    book = load_workbook(BytesIO(filled(handed(county), {("WM-04", one.code): 77})))
    sheet = place(book, "WM-04", one.code).parent
    book.copy_worksheet(sheet)

    upload = sent(county, saved(book))
    take_over(upload, user=county.clerk, choice=choice_of(upload))

    cell = place(book, "WM-04", one.code).coordinate
    assert upload.counts["new"] == 1 and f"the same value as in cell {sheet.title}!{cell}" in reasons(upload)
    assert county.value("WM-04").reported_number == 77


@pytest.mark.parametrize(("number", "day"), [("56", None), ("55.5", date(2025, 10, 31))])
def test_another_number_leaves_behind_the_day_of_the_one_it_replaces(county, number, day):
    """In a workbook, which has no column for it: a note beside the same number leaves the day as it is."""
    county.enter("CY-02", "55.5", by=county.farms, source="统计年报", as_of=date(2025, 10, 31))
    one = county.branches[0].code
    changes = {("CY-02", one): number, ("CY-02/note", one): "按更正后的年报"}

    upload = sent(county, filled(handed(county, county.farms), changes), by=county.farms)
    take_over(upload, user=county.farms, choice=choice_of(upload))

    row = county.value("CY-02")
    assert (row.reported_number, row.source, row.as_of) == (Decimal(number), "统计年报", day)
