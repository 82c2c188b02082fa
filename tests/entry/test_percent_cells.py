"""A workbook's cell that is shown as a percentage: 94.7% stores 0.947 and says 94.7, whatever the portal holds."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from django.utils import translation
from openpyxl import Workbook, load_workbook

from evaluations.services.takeover import ASKED, choice_of, choose_all, take_over
from tests.entry import world
from tests.entry.sending import handed, place, reasons, saved, sent, table

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def county():
    return world.build()


def percent_table(county, number, **given):
    """The farms' table of one percent cell."""
    book = Workbook()
    book.active.append(["code", "CY-02"])
    book.active.append([county.branches[0].code, number])
    book.active["B2"].number_format = "0.0%"
    return table(county, saved(book), name="table.xlsx", **given)


def confirm(county, upload):
    take_over(upload, user=county.farms, choice=choice_of(upload))


@pytest.mark.parametrize("given", [{}, {"source": "统计年报"}, {"as_of": date(2025, 11, 30)}])
def test_in_a_table_it_mends_the_fraction_that_is_held(county, given):
    fraction = table(county, f"code,CY-02\n{county.branches[0].code},0.947\n")
    choose_all(fraction, ASKED, wanted=True)
    confirm(county, fraction)

    confirm(county, percent_table(county, 0.947, **given))

    assert county.value("CY-02").reported_number == Decimal("94.7")


def test_in_a_workbook_it_mends_the_fraction_that_is_held(county):
    county.enter("CY-02", "0.947", by=county.farms)
    book = load_workbook(BytesIO(handed(county, county.farms)))
    cell = place(book, "CY-02", county.mine[0].code)
    assert (cell.value, sent(county, saved(book), by=county.farms).rows.count()) == (0.947, 0)
    cell.number_format = "0.0%"

    confirm(county, sent(county, saved(book), by=county.farms))

    assert county.value("CY-02").reported_number == Decimal("94.7")


def test_what_it_says_is_held_already_changes_nothing(county):
    confirm(county, table(county, f"code,CY-02\n{county.branches[0].code},94.7\n"))

    upload = percent_table(county, 0.947)

    assert (upload.rows.count(), upload.counts["same"]) == (0, 1)


@pytest.mark.parametrize("held", ["", "1.5"])
def test_one_over_100_is_refused_as_it_was_seen(county, held):
    confirm(county, table(county, f"code,CY-02,CY-07\n{county.branches[0].code},{held},90\n"))

    upload = percent_table(county, 1.5)

    assert (reasons(upload), upload.counts["new"]) == (["“150”: must be from 0 to 100"], 0)
