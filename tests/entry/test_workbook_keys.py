"""The hidden row of keys, by which a workbook that comes back is read: gone, moved, or short of a column."""

from io import BytesIO

import pytest
from django.utils import translation
from openpyxl import load_workbook

from tests.entry import world
from tests.entry.sending import KEYS, handed, kinds, place, reasons, saved, sent

pytestmark = pytest.mark.django_db
MISSING = "the row of keys, which begins with “branch”, is missing in this sheet"


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def county():
    return world.build()


@pytest.fixture
def book(county):
    """A workbook with one value typed, and the sheet in which it stands."""
    made = load_workbook(BytesIO(handed(county)))
    cell = place(made, "WM-04", county.mine[0].code)
    cell.value, made.typed = 77, cell.parent
    return made


def errors(upload):
    return [address for kind, address, _found in kinds(upload) if kind == "error"]


def test_with_its_keys_the_value_is_read(county, book):
    upload = sent(county, saved(book))

    assert (upload.counts["new"], upload.counts["error"]) == (1, 0)


def test_a_sheet_to_which_only_the_visible_was_copied_is_an_error_and_not_unchanged(county, book):
    book.typed.delete_rows(KEYS)
    book.typed.row_dimensions[KEYS].hidden = False

    upload = sent(county, saved(book))

    assert (errors(upload), reasons(upload)) == ([f"{book.typed.title}!A1"], [MISSING])


def test_a_sheet_of_nothing_is_no_error(county, book):
    book.create_sheet("empty")["B3"] = "  "

    upload = sent(county, saved(book))

    assert (upload.counts["new"], upload.counts["error"]) == (1, 0)


def test_branches_sorted_above_the_keys_are_errors(county, book):
    one = county.mine[0].code
    row = [cell.value for cell in book.typed[KEYS + 1]]
    assert row[0] == one
    for column, value in enumerate(row, 1):
        book.typed.cell(KEYS - 2, column).value, book.typed.cell(KEYS + 1, column).value = value, None

    upload = sent(county, saved(book))

    assert (errors(upload), upload.counts["new"]) == ([f"{book.typed.title}!A{KEYS - 2}"], 0)


@pytest.mark.parametrize("inserted", [4, 60])
def test_values_under_no_key_are_told_once_a_column_and_the_rest_is_read(county, book, inserted):
    if inserted == 4:
        book.typed.insert_cols(inserted)
    for row in (KEYS + 1, KEYS + 2):
        book.typed.cell(row, inserted).value = "说明"

    upload = sent(county, saved(book))

    first = book.typed.cell(KEYS + 1, inserted).coordinate
    assert errors(upload) == [f"{book.typed.title}!{first}"]
    assert (reasons(upload), upload.counts["new"]) == (["this column is not one of the workbook's"], 1)
