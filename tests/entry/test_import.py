"""A department's own table: both shapes, codes and names, and what is refused of it by name."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation
from openpyxl import Workbook

from evaluations.models import Upload, UploadState
from evaluations.services.takeover import choice_of, take_over
from evaluations.services.uploads import read_if_due
from evaluations.workbooks.plan import Unit
from tests.entry import world
from tests.entry.sending import kinds, reasons, saved, sentences, table

pytestmark = pytest.mark.django_db
NAMES = ("青石岭村", "石桥村", "青石岭村", "近水村")  # the first name stands in both townships


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def county():
    made = world.build()
    for branch, name in zip(made.branches, NAMES, strict=True):
        branch.name = name
        branch.save(update_fields=["name"])
    return made


def values(upload):
    rows = upload.rows.filter(kind="new").select_related("branch", "criterion").order_by("place")
    return [(row.branch.code[-6:], row.criterion.code, row.period, str(row.number)) for row in rows]


def confirm(county, upload):
    take_over(upload, user=county.farms, choice=choice_of(upload))


LONG = "code,indicator,value,period,note\n{one},CY-02,55.5,,\n{one},ST-05,2,1,汛期\n{two},CY-02,60,,\n"
WIDE = "代码,CY-02,村庄清洁(六乱六清)现场检查 第1季度,CY-02/note\n{one},55.5,2,\n{two},60,,\n"


@pytest.mark.parametrize(("text", "note"), [(LONG, "汛期"), (WIDE, "")])
def test_both_shapes_say_the_same(county, text, note):
    one, two = county.branches[0].code, county.branches[1].code

    upload = table(county, text.format(one=one, two=two))

    assert (upload.state, sentences(upload), reasons(upload)) == (UploadState.CHECKED, [], [])
    assert values(upload) == [
        ("001200", "CY-02", 0, "55.5000"), ("001200", "ST-05", 1, "2.0000"), ("001201", "CY-02", 0, "60.0000")
    ]  # fmt: skip
    assert upload.rows.get(criterion__code="ST-05").note == note


def test_a_workbook_reads_like_the_csv(county):
    book = Workbook()
    book.active.append(["代码", "CY-02", "CY-07"])
    book.active.append([county.branches[0].code, 55.5, 1])
    book.active["C2"].number_format = "0%"

    upload = table(county, saved(book), name="table.xlsx")

    assert values(upload) == [("001200", "CY-02", 0, "55.5000"), ("001200", "CY-07", 0, "100.0000")]


def test_values_are_kept_with_the_source_and_the_date_asked_for(county):
    upload = table(county, f"code,CY-02\n{county.branches[0].code},55.5\n")

    confirm(county, upload)

    row = county.value("CY-02")
    assert (row.reported_number, row.source, row.as_of, row.way) == (55.5, "粮食台账", date(2025, 10, 31), "imported")


def test_a_long_row_s_own_source_date_and_document_come_first(county):
    text = "code,indicator,value,source,as_of,document\n{0},CY-02,55.5,统计年报,2025/9/30,统〔2026〕3号\n"

    confirm(county, table(county, text.format(county.branches[0].code)))

    row = county.value("CY-02")
    assert (row.source, row.as_of, row.document) == ("统计年报", date(2025, 9, 30), "统〔2026〕3号")


def test_a_wide_row_s_own_source_date_document_and_note_come_first(county):
    text = "code,CY-02,CY-07,CY-02/note,备注,来源,日期,文号\n{0},55.5,3,抽查,汛期,统计年报,2025/9/30,统〔2026〕3号"

    confirm(county, table(county, text.format(county.branches[0].code)))

    row = county.value("CY-02")
    assert (row.source, row.as_of, row.document) == ("统计年报", date(2025, 9, 30), "统〔2026〕3号")
    assert (row.note, county.value("CY-07").note) == ("抽查", "汛期")


@pytest.mark.parametrize("head", ["code,CY-02,period", "code,CY-02,value", "code,indicator,value,CY-02"])
def test_a_column_of_the_other_shape_is_refused_not_passed_over(county, head):
    cells = {"code": county.branches[0].code, "CY-02": "55", "indicator": "CY-02", "value": "55", "period": ""}

    upload = table(county, f"{head}\n{','.join(cells[name] for name in head.split(','))}\n")

    assert upload.counts["new"] == 1
    assert [said.partition(":")[0] for said in reasons(upload)] == [f"“{head.rpartition(',')[2]}”"]


@pytest.mark.parametrize("head", ["code,CY-02,,CY-07", "code,CY-02,  ,CY-07", "code,CY-02"])
def test_a_column_without_a_name_is_told_once_where_its_first_value_stands(county, head):
    lines = [f"{branch.code},55.5{cells}" for branch, cells in zip(county.branches, (",", ",7", ",8"), strict=False)]

    upload = table(county, "\n".join([head, *lines]) + "\n")

    assert [row[:2] for row in kinds(upload) if row[0] == "error"] == [("error", "!C3")]
    assert reasons(upload) == ["the column has no name in the first row, so it is not read"]
    assert upload.counts["new"] == 3


@pytest.mark.parametrize(("given", "new"), [({}, 0), ({"source": "统计年报"}, 1), ({"as_of": date(2025, 11, 30)}, 1)])
def test_another_source_or_date_is_a_change_though_the_number_is_the_same(county, given, new):
    text = f"code,CY-02\n{county.branches[0].code},55.5\n"
    confirm(county, table(county, text))

    upload = table(county, text, **given)

    assert (upload.rows.count(), upload.counts["same"]) == (new, 1 - new)
    if new:
        confirm(county, upload)
        row = county.value("CY-02")
        kept = {"source": "粮食台账", "as_of": date(2025, 10, 31)} | given
        assert {"source": row.source, "as_of": row.as_of} == kept and row.revision == 2


def test_an_exact_name_is_enough_within_its_township(county):
    upload = table(county, "乡镇,村名,CY-02\n示范镇,青石岭村,1\n望禾镇,青石岭村,2\n,石桥村,3\n")

    assert [(code, number) for code, _name, _period, number in values(upload)] == [
        ("001200", "1.0000"), ("002200", "2.0000"), ("001201", "3.0000")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (",青石岭村", "2 branches are called 青石岭村; add a column with the township or the code"),
        (
            "示范镇,青石岑村",
            "no branch 青石岑村 in 示范镇; did you mean 青石岭村 (419901001200)?",
        ),
        ("示范镇,近水村", "no branch 近水村 in 示范镇"),
        ("某某镇,石桥村", "no township 某某镇 in this county"),
    ],
)
def test_a_near_name_is_suggested_and_never_taken(county, row, said):
    good = table(county, "乡镇,村名,CY-02\n示范镇,石桥村,3\n")
    upload = table(county, f"乡镇,村名,CY-02\n{row},1\n")

    assert good.counts["new"] == 1
    assert [row[:2] for row in kinds(upload)] == [("error", "!B2")]
    assert reasons(upload) == [said]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("419901009999", "no branch has the code 419901009999"),
        ("4.19901E+11", "“4.19901E+11” is no 12-digit code"),
    ],
)
def test_an_unknown_code_is_an_error_of_its_row(county, code, said):
    upload = table(county, f"code,CY-02\n{code},1\n{county.branches[0].code},2\n")

    assert (reasons(upload), upload.counts["new"]) == ([said], 1)


def test_a_code_beside_another_branch_s_name_is_an_error(county):
    upload = table(county, f"code,name,CY-02\n{county.branches[0].code},石桥村,1\n")

    assert reasons(upload) == ["the code 419901001200 is that of 青石岭村, the row says 石桥村"]


def test_others_criteria_are_refused_by_name_and_the_rest_is_taken(county):
    upload = table(county, f"code,CY-02,WM-04,CY-03,CY-08,好评\n{county.branches[0].code},1,2,3,4,5\n")

    assert upload.counts["new"] == 1
    assert [row[1] for row in kinds(upload) if row[0] == "error"] == ["!C1", "!D1", "!E1", "!F1"]
    said = reasons(upload)
    assert said[0].startswith("WM-04 ") and said[0].endswith("is entered by the township, not by this department")
    assert said[1].startswith("CY-03 ") and said[1].endswith("is computed, never entered")
    assert "县人力" in said[2] and said[3] == "“好评” is no column of a table and no criterion"


@pytest.mark.parametrize(
    ("head", "row", "said"),
    [
        ("code,indicator,value,period", "{},ST-05,1,", "this criterion is given by quarters 1 to 4"),
        ("code,indicator,value,period", "{},CY-02,1,2", "this criterion is given by the year"),
        ("code,indicator,value,period", "{},ZZ-99,1,", "“ZZ-99” is no criterion"),
        ("code,indicator,value,as_of", "{},CY-02,1,soon", "the date must be a date such as 2026-03-01"),
        ("code,ST-05", "{},1", "this criterion is given by quarters 1 to 4"),
        ("code,CY-02", "{},101", "“101”: must be from 0 to 100"),
        ("code,CY-02", "{},NA", "NA needs a reason: write in the note why it is not applicable."),
    ],
)
def test_what_a_cell_may_not_hold_is_said_beside_it(county, head, row, said):
    upload = table(county, f"{head}\n{row.format(county.branches[0].code)}\n")

    assert [reasons(upload), upload.counts["new"]] == [[said], 0]


def test_the_page_refuses_a_date_to_come(client, county):
    client.force_login(county.farms)
    client.cookies["django_language"] = "en"
    department = Unit(department=county.farms.grants.get().department)
    file = SimpleUploadedFile("t.csv", f"code,CY-02\n{county.branches[0].code},55\n".encode())
    facts = {"file": file, "unit": department.key, "source": "粮食台账"}

    page = client.post(f"{county.base}/entry/import/", facts | {"as_of": "2999-01-01"}, follow=True)

    assert "The date of the data is in the future." in page.content.decode()
    assert not Upload.objects.exists()


def test_a_value_given_twice_is_an_error_that_names_the_first(county):
    one = county.branches[0].code

    upload = table(county, f"code,CY-02\n{one},51\n{one},52\n")

    assert (reasons(upload), upload.counts["new"]) == (["the same value as in cell B2"], 1)


def test_an_empty_cell_changes_nothing(county):
    confirm(county, table(county, f"code,CY-02\n{county.branches[0].code},55\n"))

    upload = table(county, f"code,CY-02,CY-07\n{county.branches[0].code},,90\n")

    assert [row[1] for row in values(upload)] == ["CY-07"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b\n1,2\n", "the first row must name the columns"),
        ("code,name\n1,2\n", "no column is headed by a criterion's code"),
        ("code,CY-02,CY-02\n", "columns given twice: CY-02"),
        ("code,CY-02" + ",x" * 199 + "\n", "cell GS1 is outside the 100000 rows and 200 columns"),
        ("code,CY-02\n" + "\n" * 100_000 + "x,1\n", "cell B100002 is outside the 100000 rows"),
        ('code,CY-02\n"x,1\n', "quotation mark is not closed"),
        ("code,CY-02\nx,1\n".encode("utf-16"), "UTF-16"),
    ],
)
def test_a_table_that_is_none_is_refused_whole(county, text, said):
    upload = table(county, text)

    assert upload.state == UploadState.REFUSED
    assert said in sentences(upload)[0]


def test_only_the_first_sheet_counts_and_others_are_told(county):
    book = Workbook()
    book.active.append(["code", "CY-02"])
    book.active.append([county.branches[0].code, 55.5])
    book.create_sheet("二").append(["code", "CY-07"])

    upload = table(county, saved(book), name="table.xlsx")

    assert (upload.counts["new"], upload.counts["error"]) == (1, 1)
    assert "only the first sheet is read" in reasons(upload)[0]


def test_the_page_asks_for_source_and_date_and_keeps_what_was_typed(client, county):
    client.force_login(county.farms)
    page = f"{county.base}/entry/import/"
    unit = client.get(page).context["units"][0].key
    text = f"code,CY-02\n{county.branches[0].code},55.5\n".encode()

    def post(**form):
        return client.post(page, {"file": SimpleUploadedFile("t.csv", text), "unit": unit} | form)

    without = post(source="粮食台账")
    assert 'value="粮食台账"' in client.get(without.url).content.decode() and not Upload.objects.exists()
    sent = post(source="粮食台账", as_of="2025-10-31")
    read_if_due(Upload.objects.get().pk)
    assert "55.5" in client.get(sent.url).content.decode()
    client.post(sent.url, {"action": "apply", "choice": choice_of(Upload.objects.get())})
    assert county.value("CY-02").as_of == date(2025, 10, 31)


def test_the_reader_tells_how_far_it_is(county, monkeypatch):
    from evaluations.services import uploads

    told, mine = [], uploads.mine

    def noted(upload):
        told.append(Upload.objects.get(pk=upload.pk).done)
        return mine(upload)

    monkeypatch.setattr(uploads, "SAY_EVERY", 1)
    monkeypatch.setattr(uploads, "mine", noted)

    upload = table(county, "code,CY-02\n" + "".join(f"{branch.code},1\n" for branch in county.branches))

    assert (upload.done, upload.total) == (5, 5)
    assert told == sorted(told)
