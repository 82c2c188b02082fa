"""Workbooks in: what cells mean, and the hostile ones refused within the limits."""

import time
from resource import RUSAGE_CHILDREN, getrusage
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import pytest

from tables import xlsx_rows
from tables.cells import DateCell, PercentCell
from tables.columns import Date, Number, Raw, Text, division_code
from tables.reading import open_table
from tests.tables.files import (
    CHINESE_DATE,
    COLUMNS,
    DATE,
    HEADER_XML,
    MAIN,
    PERCENT,
    RELATIONS,
    TEXTS,
    WORKBOOK,
    good_row_xml,
    read,
    refusals,
    row_xml,
    sheet_xml,
    workbook,
)  # fmt: skip

GOOD_SHEET = sheet_xml(HEADER_XML, good_row_xml(2, '<c r="C2"><v>82.5</v></c>'))
ROW = ["419921000123", "王庄村", "82.5"]
TOO_MUCH = "values.xlsx: the workbook is too large or too intricate to be read safely"
DAMAGED = "values.xlsx: the workbook is damaged"


def value_of(folder, cell: str):
    """What the third column reads when its cell is `cell`."""
    path = workbook(folder, sheet_xml(HEADER_XML, good_row_xml(2, cell)))
    return read(path)[0][2]


def test_a_workbook_reads_like_the_csv(tmp_path):
    assert read(workbook(tmp_path, GOOD_SHEET)) == [ROW]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('<c r="C2"><v>0.30000000000000004</v></c>', "0.3"),
        ('<c r="C2"><v>1.0049999999999999</v></c>', "1.005"),
        ('<c r="C2"><v>-0</v></c>', "0"),
        ('<c r="C2"><v>1.5E3</v></c>', "1500"),
        ('<c r="C2"><v>100</v></c>', "100"),
        ('<c r="C2" t="b"><v>1</v></c>', "TRUE"),
        ('<c r="C2" t="inlineStr"><is><t> 是 </t></is></c>', "是"),
        (
            '<c r="C2" t="inlineStr"><is><r><t>王</t></r><r><t>庄</t></r><rPh sb="0" eb="1"><t>wang</t></rPh></is></c>',
            "王庄",
        ),
        ('<c r="C2" t="str"><v>NA</v></c>', "NA"),
        ('<c r="C2" s="99"><v>5</v></c>', "5"),
        ('<c r="C2"/>', ""),
        ("", ""),
    ],
)
def test_a_cell_reads_as_it_is_shown(tmp_path, cell, value):
    assert value_of(tmp_path, cell) == value


def test_a_percentage_knows_that_it_is_one(tmp_path):
    value = value_of(tmp_path, f'<c r="C2" s="{PERCENT}"><v>0.20500000000000002</v></c>')

    assert (type(value), value) == (PercentCell, "0.205")


@pytest.mark.parametrize("style", [DATE, CHINESE_DATE])
def test_a_date_is_taken_by_date_columns_only(tmp_path, style):
    cell = f'<c r="C2" s="{style}"><v>46082</v></c>'
    path = workbook(tmp_path, sheet_xml(HEADER_XML, good_row_xml(2, cell)))
    columns = {"branch": division_code(), "name": Text(max_length=9)}

    assert read(path, columns | {"value": Date()})[0][2].isoformat() == "2026-03-01"
    assert type(read(path, columns | {"value": Raw()})[0][2]) is DateCell
    assert refusals(path, columns | {"value": Number()}) == [
        "values.xlsx, row 2, column value: found “2026-03-01”, allowed: a number with at most 4 decimals;"
        " the spreadsheet has made it a date"
    ]


def test_dates_counted_from_1904_are_the_days_that_were_shown(tmp_path):
    sheet = sheet_xml(HEADER_XML, good_row_xml(2, f'<c r="C2" s="{DATE}"><v>44620</v></c>'))
    parts = {"xl/workbook.xml": WORKBOOK.replace("<sheets>", '<workbookPr date1904="1"/><sheets>')}

    assert read(workbook(tmp_path, sheet, **parts))[0][2] == "2026-03-01"


@pytest.mark.parametrize(
    ("cell", "found", "allowed"),
    [
        ('<c r="C2"><f>1+1</f><v>99999</v></c>', "=1+1", "a typed value, not a formula (cell C2)"),
        ('<c r="C2"><f t="shared" si="0"/><v>9</v></c>', "=", "a typed value, not a formula (cell C2)"),
        ('<c r="C2" t="e"><v>#N/A</v></c>', "#N/A", "a value that a spreadsheet can show (cell C2)"),
        ('<c r="C2" t="d"><v>9999-13-45</v></c>', "9999-13-45", "a value that a spreadsheet can show (cell C2)"),
        ('<c r="C2" t="s"><v>99</v></c>', "99", "a value that a spreadsheet can show (cell C2)"),
        ('<c r="C2" t="s"><v>-1</v></c>', "-1", "a value that a spreadsheet can show (cell C2)"),
        (f'<c r="C2" s="{DATE}"><v>46082.5</v></c>', "46082.5", "a day without a time (cell C2)"),
        (f'<c r="C2" s="{DATE}"><v>99999999</v></c>', "99999999", "a day without a time (cell C2)"),
        ('<c r="C2"><v>NaN</v></c>', "NaN", "a value that a spreadsheet can show (cell C2)"),
        (f'<c r="C2"><v>{"9" * 5000}</v></c>', "9" * 40 + "…", "a value that a spreadsheet can show (cell C2)"),
        ('<c r="C2" t="inlineStr"><is><t>_xD800_</t></is></c>', "", "a value that a spreadsheet can show (cell C2)"),
    ],
)
def test_a_bad_cell_is_an_error_of_that_cell_alone(tmp_path, cell, found, allowed):
    good, bad = '<c r="C2"><v>1</v></c>', good_row_xml(3, cell.replace("C2", "C3"))

    assert refusals(workbook(tmp_path, sheet_xml(HEADER_XML, good_row_xml(2, good)))) == []
    sentence = f"found “{found}”" if found else "the cell is empty"
    assert refusals(workbook(tmp_path, sheet_xml(HEADER_XML, good_row_xml(2, good), bad))) == [
        f"values.xlsx, row 3, column value: {sentence}, allowed: {allowed.replace('C2', 'C3')}"
    ]


def test_a_number_beyond_every_column_is_refused_by_the_column(tmp_path):
    path = workbook(tmp_path, sheet_xml(HEADER_XML, good_row_xml(2, '<c r="C2"><v>1e300</v></c>')))
    columns = {"branch": division_code(), "name": Text(max_length=9), "value": Number()}

    assert refusals(path, columns) == [
        "values.xlsx, row 2, column value: found “1E+300”, allowed: a number with at most 4 decimals"
    ]


def test_hidden_rows_and_columns_and_merged_cells_are_errors(tmp_path):
    cell = '<c r="C2"><v>1</v></c>'
    shown, merged = good_row_xml(2, cell), '<mergeCells><mergeCell ref="A2:A3"/></mergeCells>'
    hidden = shown.replace('r="2" ', 'r="2" hidden="1"')

    assert refusals(workbook(tmp_path, sheet_xml(HEADER_XML, shown))) == []
    assert refusals(workbook(tmp_path, sheet_xml(HEADER_XML, hidden))) == [
        "values.xlsx, row 2: the row is hidden; show it or delete it"
    ]
    assert refusals(workbook(tmp_path, sheet_xml(HEADER_XML, shown, after=merged))) == [
        "values.xlsx: cells A2:A3 are merged; split them"
    ]
    hidden_column = '<cols><col min="3" max="16384" hidden="1"/></cols>'
    assert refusals(workbook(tmp_path, sheet_xml(HEADER_XML, shown, before=hidden_column))) == [
        "values.xlsx, row 2, column value: found “1”, allowed: a value in a column that shows (cell C2 is hidden)"
    ]


def test_empty_rows_far_down_do_not_matter(tmp_path):
    sheet = sheet_xml(HEADER_XML, row_xml(1_048_576, '<c r="XFD1048576" s="1"/>', attributes='hidden="1"'))

    assert read(workbook(tmp_path, sheet)) == []


def test_a_value_far_away_is_refused_at_once(tmp_path):
    sheet = sheet_xml(HEADER_XML, row_xml(1_048_576, '<c r="XFD1048576"><v>1</v></c>'))
    started = time.monotonic()

    errors = refusals(workbook(tmp_path, sheet))

    assert errors == ["values.xlsx: cell XFD1048576 is outside the 100000 rows and 200 columns that are read"]
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    "bomb",
    [
        '<!DOCTYPE s [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>',
        f'<!DOCTYPE s [<!ENTITY a "{"a" * 50_000}">]>',
        '<!DOCTYPE s [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE s SYSTEM "http://127.0.0.1:1/x.dtd">',
    ],
    ids=["billion laughs", "quadratic", "external entity", "external type"],
)
@pytest.mark.parametrize(
    "part", ["xl/sharedStrings.xml", "xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml"]
)
def test_entities_are_refused_in_every_part(tmp_path, bomb, part):
    good = {
        "xl/sharedStrings.xml": TEXTS, "xl/worksheets/sheet1.xml": GOOD_SHEET, "xl/workbook.xml": WORKBOOK,
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"/>',
    }  # fmt: skip

    assert refusals(workbook(tmp_path, GOOD_SHEET, **good)) == []
    assert refusals(workbook(tmp_path, GOOD_SHEET, **good | {part: bomb + good[part]})) == [DAMAGED]


@pytest.mark.parametrize(
    ("part", "content", "problem"),
    [
        ("xl/media/blank.xml", "\0" * 60_000_000, "the workbook is too large when unpacked"),
        ("xl/media/blank.xml", "\0" * 40_000_000, "the workbook is compressed more than any real one"),
        ("../../etc/cron.d/x", "x", "the workbook has parts that do not belong into one"),
        ("/etc/passwd", "x", "the workbook has parts that do not belong into one"),
        ("xl/embeddings/more.zip", "x", "the workbook has parts that do not belong into one"),
        ("XL/WORKBOOK.XML", "x", "the workbook has parts that do not belong into one"),
        ("xl/vbaProject.bin", "x", "a workbook with macros is not accepted; save it as .xlsx"),
        ("xl/externalLinks/externalLink1.xml", "x", "the workbook links to other files; paste the values instead"),
    ],
)
def test_a_hostile_archive_is_refused_before_its_xml_is_read(tmp_path, part, content, problem):
    started = time.monotonic()

    errors = refusals(workbook(tmp_path, GOOD_SHEET, **{part: content}))

    assert errors == [f"values.xlsx: {problem}"]
    assert time.monotonic() - started < 2


def test_too_many_parts_are_refused(tmp_path):
    parts = {f"xl/media/{number}.xml": "x" for number in range(200)}

    assert refusals(workbook(tmp_path, GOOD_SHEET, **parts)) == ["values.xlsx: the workbook is too large when unpacked"]


def test_a_part_larger_than_it_says_is_not_read_past_its_size(tmp_path):
    path = workbook(tmp_path, GOOD_SHEET)
    size = len(GOOD_SHEET.encode()).to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(size, (10).to_bytes(4, "little")))

    assert refusals(path) == [DAMAGED]


def test_many_shared_texts_cost_little_memory(tmp_path):
    texts = TEXTS.replace("</sst>", "".join(f"<si><t>{number}</t></si>" for number in range(500_000)) + "</sst>")
    before = getrusage(RUSAGE_CHILDREN).ru_maxrss

    rows = read(workbook(tmp_path, GOOD_SHEET, **{"xl/sharedStrings.xml": texts}))

    assert rows == [ROW]
    assert getrusage(RUSAGE_CHILDREN).ru_maxrss <= max(before, 150 * 1024)


def test_a_workbook_that_would_fill_the_disk_ends_the_child_alone(tmp_path):
    texts = f'<sst xmlns="{MAIN}"><si><t>{"a" * 32_767}</t></si></sst>'
    rows = (row_xml(row, *('<c t="s"><v>0</v></c>' for _ in range(200))) for row in range(1, 50))
    sheet = sheet_xml(*rows)

    assert refusals(workbook(tmp_path, sheet, **{"xl/sharedStrings.xml": texts})) == [TOO_MUCH]
    assert refusals(workbook(tmp_path, GOOD_SHEET)) == []


def test_a_workbook_that_takes_too_long_ends_the_child_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(xlsx_rows, "SECONDS", 0.7)
    slow = sheet_xml(HEADER_XML, "".join(f"<c><!--{number * 7919 % 99991}--></c>" for number in range(700_000)))

    assert refusals(workbook(tmp_path, slow)) == [TOO_MUCH]
    assert refusals(workbook(tmp_path, GOOD_SHEET)) == []


@pytest.mark.parametrize(
    "sheet",
    [
        "<worksheet>",
        "not xml",
        "",
        sheet_xml(HEADER_XML, HEADER_XML),
        sheet_xml(row_xml(1, '<c r="B1"><v>1</v></c>', '<c r="A1"><v>1</v></c>')),
        sheet_xml(row_xml(1, '<c r="A2"><v>1</v></c>')),
        sheet_xml('<row r="-1"/>'),
        "<a>" * 100_000,
    ],
    ids=["open", "text", "nothing", "a row twice", "cells backwards", "a cell of another row", "row -1", "deep"],
)
def test_a_damaged_sheet_is_refused(tmp_path, sheet):
    assert refusals(workbook(tmp_path, sheet)) == [DAMAGED]


def test_a_damaged_archive_is_refused(tmp_path):
    path = workbook(tmp_path, GOOD_SHEET)
    path.write_bytes(path.read_bytes()[:-60])

    assert refusals(path) == [DAMAGED]


def test_a_workbook_without_a_sheet_that_shows_is_refused(tmp_path):
    parts = {"xl/workbook.xml": WORKBOOK.replace('sheetId="2"', 'sheetId="2" state="veryHidden"')}

    assert refusals(workbook(tmp_path, GOOD_SHEET, **parts)) == ["values.xlsx: the workbook has no sheet that shows"]


def test_an_empty_sheet_lacks_its_header(tmp_path):
    assert refusals(workbook(tmp_path, sheet_xml())) == [
        "values.xlsx: the first row must hold the names of the columns"
    ]


def test_a_sheet_cannot_be_fetched_from_outside(tmp_path):
    relations = RELATIONS.replace(
        'Target="worksheets/sheet1.xml"', 'TargetMode="External" Target="http://127.0.0.1:1/"'
    )

    parts = {"xl/_rels/workbook.xml.rels": relations}

    assert refusals(workbook(tmp_path, GOOD_SHEET, **parts)) == ["values.xlsx: the workbook has no sheet that shows"]


def test_a_workbook_above_20_mb_is_refused_unopened(tmp_path):
    path = workbook(tmp_path, GOOD_SHEET)
    with ZipFile(path, "a", ZIP_STORED) as archive:
        archive.writestr("xl/media/noise.bin", b"\1" * 21_000_000)

    assert refusals(path) == ["values.xlsx: the file is larger than 20 MB"]


def test_prefixed_names_are_read_like_plain_ones(tmp_path):
    sheet = GOOD_SHEET.replace("<", "<x:").replace("<x:/", "</x:").replace("xmlns=", "xmlns:x=")

    assert read(workbook(tmp_path, sheet)) == [ROW]


def test_rows_keep_the_numbers_of_the_sheet(tmp_path):
    sheet = sheet_xml(HEADER_XML, row_xml(2), good_row_xml(7, '<c r="C7"><v>82.5</v></c>'))

    assert list(open_table(workbook(tmp_path, sheet), COLUMNS)) == [(7, ROW)]


def test_a_zip_that_is_no_workbook_is_refused(tmp_path):
    path = tmp_path / "values.xlsx"
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        archive.writestr("readme.txt", "hello")

    assert refusals(path) == [DAMAGED]
