"""What is written opens without calculating anything and reads back as it was."""

from datetime import date
from decimal import Decimal
from io import StringIO

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as some

from tables.columns import Number, Raw, Text
from tables.reading import open_table
from tables.text import clean_text, guard_formula, unguard_formula
from tables.writing import csv_text, write_csv, write_xlsx
from tests.tables.files import csv_file, read

DANGEROUS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
    "|calc",
    "'=1",
    " =1",
    "' =1",
]


@pytest.mark.parametrize("text", DANGEROUS)
def test_text_that_would_be_a_formula_is_guarded_and_numbers_are_not(text):
    written = csv_text(["name", "value"], [[text, Decimal(-5)], ["王庄村", -5]], bom=False)

    name, _comma, value = written.removeprefix("name,value\n").removesuffix("王庄村,-5\n").rpartition(",")
    assert name.lstrip('"').startswith("'")
    assert value == "-5\n"


@given(some.text(max_size=8, alphabet="'=+-@ ＝|a王"))
def test_the_guard_comes_off_again(text):
    assert unguard_formula(guard_formula(text)) == text


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_is_written_reads_back(tmp_path, kind):
    names = [clean_text(text, lines=True) for text in DANGEROUS if text[0] not in "\t\r"]
    rows = [[name, Decimal("-82.0727")] for name in [*names, "王庄村, “a”\nb", "_x0041_", "4.1E+5"]]
    path = tmp_path / f"names.{kind}"
    if kind == "csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            write_csv(file, ["name", "value"], rows, bom=True)
    else:
        write_xlsx(path, ["name", "value"], rows)

    assert read(path, {"name": Text(max_length=40, lines=True), "value": Number()}) == rows


def test_each_kind_of_cell_in_csv(tmp_path):
    file = StringIO()

    write_csv(file, list("abcdef"), [[None, True, 12, Decimal("1E+3"), date(2026, 3, 1), "a\x00\x1b\ud800b"]])

    assert file.getvalue() == "a,b,c,d,e,f\n,1,12,1000,2026-03-01,ab\n"


def test_a_workbook_holds_no_formula_and_codes_stay_text(tmp_path):
    path = tmp_path / "out.xlsx"

    write_xlsx(path, ["code", "value", "big"], [["419921000123", Decimal("82.07"), 10**17], ["=1+1", 5, None]])

    cells = [
        [(cell.value, cell.data_type) for cell in row]
        for row in openpyxl.load_workbook(path).active.iter_rows(min_row=2)
    ]
    assert cells[0] == [("419921000123", "s"), (82.07, "n"), ("100000000000000000", "s")]
    assert cells[1][:2] == [("=1+1", "s"), (5, "n")]


def test_a_workbook_with_a_bom_less_csv_twin_has_the_same_rows(tmp_path):
    rows = [["王庄村", "1"], ["李庄村", "2"]]
    write_xlsx(tmp_path / "a.xlsx", ["name", "value"], rows)
    twin = csv_file(tmp_path, csv_text(["name", "value"], rows, bom=False))
    columns = {"name": Text(max_length=9), "value": Raw()}

    assert list(open_table(tmp_path / "a.xlsx", columns)) == list(open_table(twin, columns))
