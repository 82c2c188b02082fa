"""What a workbook offers and how it looks: locks, drop-downs with their texts, pages as they are printed."""

from io import BytesIO

import pytest
from django.utils import translation
from openpyxl import load_workbook

from evaluations.models import Value
from tests.entry import world
from tests.entry.sending import KEYS, filled, handed, place, sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def county():
    return world.build()


def test_only_what_is_entered_is_unlocked(county):
    book = load_workbook(BytesIO(handed(county)))

    for sheet in book.worksheets:
        assert sheet.protection.sheet and not sheet.protection.password
    one = county.mine[0].code
    sheet = place(book, "WM-04", one).parent
    assert not place(book, "WM-04", one).protection.locked and not place(book, "WM-04/note", one).protection.locked
    assert place(book, "WM-04/last", one).protection.locked
    assert sheet["A6"].protection.locked and sheet["A5"].protection.locked
    assert sheet.freeze_panes == "D6"


def test_cells_are_offered_their_options_and_ranges(county):
    book = load_workbook(BytesIO(handed(county)))

    rules = [rule for sheet in book.worksheets for rule in sheet.data_validations.dataValidation]
    assert any(rule.type == "custom" and "ISNUMBER" in rule.formula1 for rule in rules)
    cell = place(book, "WM-01", county.mine[0].code)
    (rule,) = [one for one in cell.parent.data_validations.dataValidation if cell.coordinate in one.sqref]
    sheet, cells = rule.formula1.replace("$", "").split("!")
    listed = [row[0].value for row in book[sheet.strip("'")][cells]]
    assert listed[0] == "A 有场所、有队伍、有项目、有经费、常态活动5项齐"
    assert ([text[:2] for text in listed[1:4]], listed[4]) == (["B ", "C ", "D "], "NA")
    assert not rule.showErrorMessage  # the code alone may be typed


@pytest.mark.parametrize("text", ["B", "b", "B 4项", "b 4 项", "4项"])
def test_an_option_comes_back_as_its_code_or_as_it_was_chosen(county, text):
    one = county.mine[0].code

    upload = sent(county, filled(handed(county), {("WM-01", one): text}))

    assert [(row.kind, row.option, row.wanted) for row in upload.rows.all()] == [("new", "B", True)]


def test_what_a_check_corrected_is_said_in_a_comment_and_the_file_comes_back_as_it_went(county):
    one, two = (branch.code for branch in county.mine)
    for branch in county.mine:
        county.enter("WM-04", "30", branch)
    corrected = Value.objects.filter(criterion__code="WM-04", round=county.this, branch__code=one)
    corrected.update(township_number=490)

    with translation.override("en"):
        content = handed(county)
    book = load_workbook(BytesIO(content))

    assert place(book, "WM-04", one).comment.text == "Entered: 30 户; township check: 490 户, which counts."
    assert place(book, "WM-04", two).comment is None
    assert sent(county, filled(content, {("WM-04", two): 31})).counts["new"] == 1


def test_an_option_that_was_given_stands_with_its_text_and_differs_in_nothing(county):
    county.enter("WM-01", "B")

    content = handed(county)

    assert place(load_workbook(BytesIO(content)), "WM-01", county.mine[0].code).value == "B 4项"
    assert sent(county, content).rows.count() == 0


def test_it_prints_across_with_its_heads_on_every_page_and_without_its_keys(county):
    book = load_workbook(BytesIO(handed(county)))

    for sheet in book.worksheets[:-2]:
        assert sheet.row_dimensions[KEYS].hidden
        assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.print_title_rows, sheet.print_title_cols) == ("$1:$4", "$A:$C")
    assert [sheet.sheet_state for sheet in book.worksheets[-2:]] == ["visible", "hidden"]
