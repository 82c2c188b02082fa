"""CSV files in, and every way in which one is refused beside the file that is taken."""

import os
import tracemalloc

import pytest

from tables.columns import Integer, Number, Raw, Text, division_code
from tables.reading import INVALID, open_table
from tests.tables.files import COLUMNS, GOOD_ROW, HEADER, csv_file, read, refusals

GOOD = HEADER + GOOD_ROW
ROW = ["419921000123", "王庄村", "82.5"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_both_encodings_are_read(tmp_path, encoding):
    assert read(csv_file(tmp_path, GOOD, encoding=encoding)) == [ROW]


def test_rare_characters_of_gb18030_are_read(tmp_path):
    name = "㙍坡𠀀村䶮圪垱"

    path = csv_file(tmp_path, HEADER + f"419921000123,{name},1\n", encoding="gb18030")

    assert read(path)[0][1] == name


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-32", "UTF-32"),
        ("big5", "Big5"),
        ("shift_jis", "Shift JIS"),
    ],
)
def test_other_encodings_are_refused_by_name(tmp_path, encoding, name):
    text = GOOD + "419921000124,ひらがなの村ひらがな,1\n" * 3
    if encoding == "big5":
        text = HEADER + "419921000124,臺灣農業經濟發展協會,1\n" * 3

    assert read(csv_file(tmp_path, text, encoding="utf-8"))
    assert refusals(csv_file(tmp_path, text, encoding=encoding)) == [
        f"values.csv: the file is in {name}; save it as CSV UTF-8"
    ]


def test_bytes_of_no_known_encoding_are_refused(tmp_path):
    path = csv_file(tmp_path, HEADER.encode() + b"419921000123,\xff\xff\xff,1\n")

    assert refusals(path) == ["values.csv: the text is neither UTF-8 nor GB18030; save the file as CSV UTF-8"]


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        ("branch,name,value,village", "unknown columns: village; the columns are branch, name, value"),
        ("branch,value", "missing columns: name; the columns are branch, name, value"),
        ("branch,name,value,name", "columns given twice: name; the columns are branch, name, value"),
        ("branch,,name,value", "unknown columns: “”; the columns are branch, name, value"),
        ("", "the first row must hold the names of the columns"),
    ],
)
def test_a_wrong_header_is_named(tmp_path, header, problem):
    assert refusals(csv_file(tmp_path, header + "\n" + GOOD_ROW)) == [f"values.csv: {problem}"]


def test_columns_may_come_in_any_order_with_blanks_and_empty_ones_at_the_end(tmp_path):
    path = csv_file(tmp_path, "value, name ,branch,,\n82.5, 王庄村 ,419921000123,,\n")

    assert read(path) == [ROW]


def test_an_optional_column_may_be_absent_and_is_told(tmp_path):
    columns = COLUMNS | {"note": Text(max_length=10, optional=True, default="")}

    absent = open_table(csv_file(tmp_path, GOOD), columns)
    present = open_table(csv_file(tmp_path, "branch,name,value,note\n419921000123,王庄村,82.5,好\n", "b.csv"), columns)

    assert (absent.present, list(absent)) == (["branch", "name", "value"], [(2, [*ROW, ""])])
    assert (present.present, list(present)) == (list(columns), [(2, [*ROW, "好"])])


def test_a_bad_cell_is_named_with_file_row_column_found_and_allowed(tmp_path):
    columns = {"branch": division_code(), "value": Number()}

    path = csv_file(tmp_path, "branch,value\n419921000123,305\n419921000124,3O5\n")

    assert refusals(path, columns) == [
        "values.csv, row 3, column value: found “3O5”, allowed: a number with at most 4 decimals"
    ]


def test_all_errors_come_together_the_first_200_and_a_count(tmp_path):
    columns = {"branch": division_code(), "value": Number()}

    path = csv_file(tmp_path, "branch,value\n" + "x,y\n" * 150)

    errors = refusals(path, columns)
    assert len(errors) == 201
    assert errors[199].startswith("values.csv, row 101, column value: found “y”")
    assert errors[200] == "values.csv: 300 errors in all, the first 200 are shown"


def test_a_row_with_a_bad_cell_can_be_kept_for_further_checks(tmp_path):
    path = csv_file(tmp_path, HEADER + "12,王庄村,1\n")

    table = open_table(path, COLUMNS, keep_bad_rows=True)

    assert list(table) == [(2, [INVALID, "王庄村", "1"])]
    assert len(table.errors) == 1


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("419921000123,王庄村", "the row has 2 cells, the header 3"),
        ("419921000123,王庄村,1,2", "the row has 4 cells, the header 3"),
        ('419921000123,"王庄村,1', "a quotation mark is not closed, or text follows a closing one"),
        ('419921000123,"王"庄村,1', "a quotation mark is not closed, or text follows a closing one"),
        (
            "419921000123," + "王" * 140_000 + ",1",
            "a cell is longer than 131,072 characters, or a quotation mark is not closed",
        ),
    ],
)
def test_a_row_of_another_shape_is_named(tmp_path, row, problem):
    assert refusals(csv_file(tmp_path, GOOD + row + "\n")) == [f"values.csv, row 3: {problem}"]


def test_empty_rows_and_cells_beyond_the_header_do_not_matter_but_are_counted(tmp_path):
    path = csv_file(tmp_path, HEADER + "\n , ,\n" + GOOD_ROW.strip() + ",,,\n\n,,\n")

    assert list(open_table(path, COLUMNS)) == [(4, ROW)]


@pytest.mark.parametrize(
    ("content", "name", "problem"),
    [
        (b"", "values.csv", "the file is empty"),
        (GOOD.encode(), "values.xlsx", "the content does not go with the name; save the file as .xlsx or as CSV"),
        (
            b"PK\x03\x04" + b"\0" * 40,
            "values.csv",
            "the content does not go with the name; save the file as .xlsx or as CSV",
        ),
        (GOOD.encode(), "values.xls", "this kind of workbook is not accepted; save it as .xlsx"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 40, "values.xls", "this kind of workbook is not accepted; save it as .xlsx"),
        (
            b"\xd0\xcf\x11\xe0" + b"\0" * 40,
            "values.xlsx",
            "the workbook is protected by a password; save it without one",
        ),
        (b"PK\x03\x04" + b"\0" * 40, "values.xlsm", "a workbook with macros is not accepted; save it as .xlsx"),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_a_sentence(tmp_path, content, name, problem):
    assert refusals(csv_file(tmp_path, GOOD)) == []
    assert refusals(csv_file(tmp_path, content, name)) == [f"{name}: {problem}"]


def test_a_missing_file_a_directory_and_a_device_are_refused(tmp_path):
    assert refusals(tmp_path / "none.csv") == ["none.csv: there is no such file"]
    assert refusals(tmp_path) == [f"{tmp_path.name}: this is not a file"]
    os.mkfifo(tmp_path / "pipe.csv")
    assert refusals(tmp_path / "pipe.csv") == ["pipe.csv: this is not a file"]


def test_a_file_without_permission_is_refused(tmp_path, monkeypatch):
    path = csv_file(tmp_path, GOOD)
    path.chmod(0)
    if os.geteuid() == 0:  # root reads everything: become nobody for the length of the test
        tmp_path.chmod(0o711)
        for parent in tmp_path.parents[:2]:
            parent.chmod(0o711)
        os.seteuid(65534)
    try:
        assert refusals(path) == ["values.csv: there is no permission to read the file"]
    finally:
        os.seteuid(os.getuid())


def test_a_file_that_is_too_large_is_refused_unread(tmp_path):
    path = csv_file(tmp_path, GOOD)
    with path.open("ab") as file:
        file.truncate(201 * 1024 * 1024)

    assert refusals(path) == ["values.csv: the file is larger than 200 MB"]


def test_a_code_made_a_float_by_a_spreadsheet_gets_its_own_message(tmp_path):
    path = csv_file(tmp_path, HEADER + "4.19921E+11,王庄村,1\n")

    assert refusals(path) == [
        "values.csv, row 2, column branch: found “4.19921E+11”, allowed: a code of 12 digits; the code was turned into"
        " 4.19921E+11 by the spreadsheet; format the column as text and enter the codes again"
    ]


def test_memory_does_not_grow_with_the_rows(tmp_path):
    path = csv_file(tmp_path, "branch,value\n" + "".join(f"{410000000000 + n},{n}\n" for n in range(40_000)))
    tracemalloc.start()

    count = sum(1 for _row in open_table(path, {"branch": Raw(), "value": Integer()}))

    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 40_000
    assert peak < 20 * 1024 * 1024
