"""A whole workbook in: every sheet with its addresses, and the hostile ones refused within the limits."""

import subprocess
import sys
import time
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment

from tables.cells import RefusedCell
from tables.errors import TableRefused
from tables.xlsx_book import Book
from tables.xlsx_book_child import WORKBOOK as WORKBOOK_TYPE
from tables.xlsx_marks import marked
from tests.tables.files import HEADER_XML, MAIN, TEXTS, WORKBOOK, good_row_xml, row_xml, sheet_xml, workbook

TYPES_SPACE = "http://schemas.openxmlformats.org/package/2006/content-types"
TYPES = f'<Types xmlns="{TYPES_SPACE}"><Override PartName="/xl/workbook.xml" ContentType="{WORKBOOK_TYPE}"/></Types>'
GOOD = sheet_xml(HEADER_XML, good_row_xml(2, '<c r="C2"><v>82.5</v></c>'))
PEAK = "import resource, subprocess, sys; subprocess.run([sys.executable, '-m', *sys.argv[1:]], stdout=-3); "
PEAK += "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"


def made(folder: Path, sheet: str = GOOD, types: str = TYPES, **parts) -> Path:
    return workbook(folder, sheet, **{"[Content_Types].xml": types, **parts})


def two_sheets(folder: Path) -> Path:
    book = Workbook()
    book.active.title = "产业星"
    book.active.append(["branch", "CY-01"])
    secret, other = book.create_sheet("_portal"), book.create_sheet("生态星")
    secret.append(["stamp", "x"])
    secret.sheet_state = "hidden"
    other["B3"] = 7
    path = folder / "two.xlsx"
    book.save(path)
    return path


def refusals(path: Path) -> list[str]:
    try:
        with Book(path, hidden="_portal") as book:
            return [str(problem) for problem in book.problems]
    except TableRefused as refused:
        return [str(message) for message in refused.messages]


def test_every_sheet_is_read_with_its_name_and_the_hidden_one_that_was_asked_for(tmp_path):
    with Book(two_sheets(tmp_path), hidden="_portal") as book:
        rows = [(row.sheet, row.shows, row.number, row.cells) for row in book]

    assert rows == [
        ("产业星", True, 1, ["branch", "CY-01"]),
        ("_portal", False, 1, ["stamp", "x"]),
        ("生态星", True, 3, ["", "7"]),
    ]
    assert book.rows == 3


def test_a_hidden_sheet_nobody_asked_for_is_a_problem(tmp_path):
    with Book(two_sheets(tmp_path)) as book:
        assert [str(problem) for problem in book.problems] == ["sheet “_portal” is hidden; show it or delete it"]


def test_a_refused_cell_names_its_sheet(tmp_path):
    sheet = sheet_xml(HEADER_XML, good_row_xml(2, '<c r="C2"><f>1+1</f><v>2</v></c>'))

    with Book(made(tmp_path, sheet)) as book:
        cell = [row.cells[2] for row in book][1]

    assert isinstance(cell, RefusedCell)
    assert (str(cell), str(cell.allowed)) == ("=1+1", "a typed value, not a formula (cell data!C2)")


def test_merged_cells_and_hidden_rows_are_told_with_their_address(tmp_path):
    hidden = good_row_xml(2, '<c r="C2"><v>1</v></c>').replace('r="2" ', 'r="2" hidden="1"')
    merged = '<mergeCells><mergeCell ref="A2:A3"/></mergeCells>'
    show = WORKBOOK.replace('<sheet name="hidden" sheetId="1" state="hidden" r:id="r0"/>', "")

    with Book(made(tmp_path, sheet_xml(HEADER_XML, hidden, after=merged), **{"xl/workbook.xml": show})) as book:
        assert [str(problem) for problem in book.problems] == ["cells data!A2:A3 are merged; split them"]
        assert [(row.number, row.hidden) for row in book] == [(1, False), (2, True)]


@pytest.mark.parametrize(
    ("types", "said"),
    [
        (TYPES.replace("openxmlformats-officedocument.spreadsheetml.sheet", "ms-excel.sheet.macroEnabled"), "macros"),
        (TYPES.replace("spreadsheetml.sheet", "wordprocessingml.document"), "is no workbook"),
        ("<Types/>", "is no workbook"),
        ("<Types>", "damaged"),
        ('<!DOCTYPE s [<!ENTITY a "ha">]>' + TYPES, "damaged"),
    ],
)
def test_what_another_program_made_is_refused_whatever_it_is_called(tmp_path, types, said):
    assert refusals(made(tmp_path))[0].startswith("sheet “hidden”")  # the same file with its own types is read
    assert said in refusals(made(tmp_path, types=types))[0]


@pytest.mark.parametrize(
    ("part", "content", "said"),
    [
        ("xl/vbaProject.bin", "x", "macros"),
        ("xl/externalLinks/externalLink1.xml", "x", "links to other files"),
        ("xl/media/blank.xml", "\0" * 60_000_000, "too large when unpacked"),
        ("xl/media/blank.xml", "\0" * 40_000_000, "compressed more than any real one"),
        ("../../etc/cron.d/x", "x", "do not belong"),
        ("xl/embeddings/more.zip", "x", "do not belong"),
    ],
)
def test_a_hostile_archive_is_refused_at_once(tmp_path, part, content, said):
    started = time.monotonic()

    assert said in refusals(made(tmp_path, **{part: content}))[0]
    assert time.monotonic() - started < 3


def test_a_cell_out_of_all_bounds_is_refused_with_its_address(tmp_path):
    far = sheet_xml(row_xml(1_048_576, '<c r="XFD1048576"><v>1</v></c>'))

    assert refusals(made(tmp_path, far)) == [
        "cell data!XFD1048576 is outside the 100000 rows and 200 columns that are read"
    ]


def test_too_many_sheets_are_refused(tmp_path):
    sheets = "".join(f'<sheet name="s{n}" sheetId="{n}" r:id="r1"/>' for n in range(1, 40))
    many = WORKBOOK.replace("<sheets>", f"<sheets>{sheets}")

    assert refusals(made(tmp_path, **{"xl/workbook.xml": many})) == ["the workbook has more than 30 sheets"]


def test_a_workbook_that_would_fill_the_disk_ends_the_child_alone(tmp_path):
    texts = f'<sst xmlns="{MAIN}"><si><t>{"a" * 32_767}</t></si></sst>'
    rows = (row_xml(row, *('<c t="s"><v>0</v></c>' for _ in range(200))) for row in range(1, 50))
    path = made(tmp_path, sheet_xml(*rows), **{"xl/sharedStrings.xml": texts})

    assert refusals(path) == ["the workbook is too large or too intricate to be read safely"]


@pytest.mark.parametrize("texts", [500_000, 900_000])
def test_the_child_stays_below_256_megabytes(tmp_path, texts):
    shared = TEXTS.replace("</sst>", "".join(f"<si><t>{number}</t></si>" for number in range(texts)) + "</sst>")
    path = made(tmp_path, **{"xl/sharedStrings.xml": shared})

    command = [sys.executable, "-c", PEAK, "tables.xlsx_book_child", str(path), "_portal"]
    said = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])

    assert int(said.stdout) <= 256 * 1024


def test_comments_come_into_their_cells_and_old_ones_of_ours_go(tmp_path):
    book = Workbook()
    book.active.title = "产业星"
    book.active["B2"], book.active["B3"], book.active["B4"] = 1, 2, 3
    book.active["B4"].comment = Comment("自己的批注", "某人")
    file = BytesIO()
    book.save(file)

    first = marked(file.getvalue(), {"产业星": {"B2": "“x”\x00：须为数字"}})
    second = load_workbook(BytesIO(marked(first, {"产业星": {"B3": "错"}}))).active

    assert load_workbook(BytesIO(first)).active["B2"].comment.text == "“x”：须为数字"
    assert (second["B2"].comment, second["B3"].comment.text) == (None, "错")
    assert second["B4"].comment.text == "自己的批注"


def test_what_cannot_be_written_again_is_told(tmp_path):
    path = tmp_path / "no.xlsx"
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        archive.writestr("readme.txt", "hello")

    with pytest.raises(TableRefused, match="cannot be given comments"):
        marked(path.read_bytes(), {})
