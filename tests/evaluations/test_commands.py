"""The data contract's commands, as another program calls them."""

import csv
import io
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from branches.models import Branch, Region
from evaluations.models import EvaluationRound, Rating, RatingMark, SealedCounty, State, Value, VetoRecord
from ledger.models import LedgerEntry
from tests.files import BRANCHES, CRITERIA, REGIONS, STARS, county_files, write

pytestmark = pytest.mark.django_db(transaction=True)
OPEN = "open_round r2026 --region 419901000000 --year 2026 --criteria v2026 --document"


def run(*arguments: str, **options) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out, stderr=io.StringIO(), **options)
    return out.getvalue()


@pytest.fixture
def county(tmp_path):
    regions, branches = county_files(tmp_path)
    run("load_regions", regions)
    run("load_branches", branches)
    run("load_criteria", "v2026", "--criteria", CRITERIA, "--stars", STARS, "--publish")
    run(
        "open_round",
        "r2026",
        "--region",
        "419901000000",
        "--year",
        "2026",
        "--criteria",
        "v2026",
        "--document",
        "示组通〔2026〕6号",
    )
    return EvaluationRound.objects.get(slug="r2026")


def values(tmp_path, *rows: str, header: str = "branch,indicator,value,period,note") -> str:
    return write(tmp_path, "values.csv", "\n".join([header, *rows]) + "\n")


def stored(code: str = "ZB-08", branch: str = "419901001201") -> Value:
    return Value.objects.get(criterion__code=code, branch__code=branch, period=0)


def everything() -> tuple:
    """Every row that a repeated command must leave as it is."""
    return (
        list(Region.objects.values_list()),
        list(Branch.objects.values_list()),
        list(Value.objects.order_by("pk").values_list()),
        list(VetoRecord.objects.order_by("pk").values_list()),
        list(Rating.objects.order_by("pk").values_list()),
        list(EvaluationRound.objects.values_list()),
        list(LedgerEntry.objects.order_by("pk").values_list()),
    )


def test_a_county_goes_from_files_to_a_ranking(county, tmp_path):
    run("load_values", "r2026", values(tmp_path, "419901001201,ZB-08,320,,", "419901001202,ZB-08,250,,"))
    run("rate_round", "r2026")

    rows = list(csv.DictReader(io.StringIO(run("export_ranking", "r2026"))))

    assert [row["branch"] for row in rows] == ["419901001201", "419901001202", "419901002201"]
    assert list(rows[0]) == (
        "county_rank,township_rank,branch,name,township,level,index,industry,ecology,civility,governance,rule_of_law,"
        "earned,status"
    ).split(",")
    assert (rows[0]["county_rank"], rows[0]["township_rank"], rows[0]["governance"], rows[0]["level"]) == (
        "1",
        "1",
        "8.00",
        "0",
    )
    assert {row["status"] for row in rows} == {"provisional"}


def test_every_command_repeated_changes_nothing(county, tmp_path):
    regions, branches = county_files(tmp_path)
    file = values(tmp_path, "419901001201,ZB-08,320,,", "419901001201,CY-V1,2,,", "419901001202,CY-07,NA,,无耕地")
    commands = [
        ("load_regions", regions),
        ("load_branches", branches),
        ("load_criteria", "v2026", "--criteria", CRITERIA, "--stars", STARS, "--publish"),
        (*OPEN.split(), "示组通〔2026〕6号"),
        ("load_values", "r2026", file),
        ("rate_round", "r2026"),
        ("export_ranking", "r2026"),
        ("seal_round", "r2026", "--document", "示组发〔2026〕9号"),
        ("verify_ledger",),
    ]  # fmt: skip
    for command in commands:
        run(*command)
        before = everything()

        run(*command)

        assert everything() == before, command


def test_an_edited_value_marks_its_county_and_rating_takes_the_mark(county, tmp_path):
    run("rate_round", "r2026")

    run("load_values", "r2026", values(tmp_path, "419901001201,ZB-08,320,,"))
    assert RatingMark.objects.filter(county="419901000000").count() == 1

    run("rate_round", "r2026")
    assert not RatingMark.objects.exists()


@pytest.mark.parametrize(
    ("row", "column", "found"),
    [
        ("419901001201,ZB-08,3O5,,", "value", "3O5"),
        ("419901001201,ZB-08,1e5,,", "value", "1e5"),
        ("419901001201,ZB-08,NaN,,", "value", "NaN"),
        ("419901001201,ZB-08,1.23456,,", "value", "1.23456"),
        ("419901001201,CY-02,100.01,,", "value", "100.01"),
        ("419901001201,CY-07,200.01,,", "value", "200.01"),
        ("419901001201,ZB-03,1.5,,", "value", "1.5"),
        ("419901001201,ZB-03,-1,,", "value", "-1"),
        ("419901001201,WM-08,maybe,,", "value", "maybe"),
        ("419901001201,CY-05,E,,", "value", "E"),
        ("419901001201,CY-06,501,,", "value", "501"),
        ("419901001201,CY-03,5,,", "indicator", "CY-03"),
        ("419901001201,XX-01,5,,", "indicator", "XX-01"),
        ("419901009999,ZB-08,5,,", "branch", "419901009999"),
        ("4.19901E+11,ZB-08,5,,", "branch", "4.19901E+11"),
        ("419901001201,ZB-08,5,1,", "period", "1"),
        ("419901001201,ST-05,5,,", "period", ""),
        ("419901001201,ST-05,5,5,", "period", "5"),
        ("419901001201,ZB-08,NA,,", "note", ""),
    ],
)
def test_a_bad_cell_is_named_and_nothing_of_the_file_is_kept(county, tmp_path, row, column, found):
    good = "419901001202,ZB-08,250,,"

    with pytest.raises(CommandError) as refused:
        run("load_values", "r2026", values(tmp_path, good, row))

    message = str(refused.value)
    assert "values.csv" in message and "3" in message and column in message and found in message
    assert not Value.objects.exists()
    run("load_values", "r2026", values(tmp_path, good))
    assert Value.objects.count() == 1


@pytest.mark.parametrize("text", ["100", "0", "99.9999"])
def test_a_percent_may_be_anything_from_0_to_100(county, tmp_path, text):
    run("load_values", "r2026", values(tmp_path, f"419901001201,CY-02,{text},,"))

    assert stored("CY-02").reported_number == Decimal(text)


def test_all_errors_of_a_file_come_together(county, tmp_path):
    with pytest.raises(CommandError) as refused:
        run("load_values", "r2026", values(tmp_path, "419901001201,ZB-08,x,,", "419901001202,ZB-03,y,,"))

    assert len(str(refused.value).splitlines()) == 2


def test_two_rows_for_one_value_are_an_error_naming_both(county, tmp_path):
    with pytest.raises(CommandError) as refused:
        run("load_values", "r2026", values(tmp_path, "419901001201,ZB-08,1,,", "419901001201,ZB-08,2,,"))

    assert "2" in str(refused.value) and "3" in str(refused.value)
    assert not Value.objects.exists()


def test_an_empty_value_takes_back_and_an_absent_row_leaves(county, tmp_path):
    run("load_values", "r2026", values(tmp_path, "419901001201,ZB-08,320,,", "419901001202,ZB-08,250,,"))

    run("load_values", "r2026", values(tmp_path, "419901001201,ZB-08,,,"))

    assert (stored().effective_state, stored(branch="419901001202").effective_state) == (0, 1)


def test_the_last_rater_that_gave_a_value_counts(county, tmp_path):
    for rater, number in (("reported", 100), ("department", 300), ("township", 200)):
        run("load_values", "r2026", values(tmp_path, f"419901001201,ZB-08,{number},,"), "--as", rater)

    assert stored().effective_units == 300 * 10_000
    run("load_values", "r2026", values(tmp_path, "419901001201,ZB-08,NA,,不适用"), "--as", "final")
    assert (stored().effective_state, stored().effective_units) == (2, 0)


def test_an_earlier_rater_s_file_again_leaves_the_later_one_s_note(county, tmp_path):
    reported = values(tmp_path, "419901001201,ZB-08,320,,村报")
    run("load_values", "r2026", reported)
    corrected = write(tmp_path, "d.csv", "branch,indicator,value,period,note\n419901001201,ZB-08,300,,实测\n")
    run("load_values", "r2026", corrected, "--as", "department")
    before = everything()

    run("load_values", "r2026", reported)

    assert everything() == before
    assert stored().note == "实测"


def test_a_dry_run_checks_and_keeps_nothing(county, tmp_path):
    run("load_values", "r2026", values(tmp_path, "419901001201,ZB-08,320,,"), "--dry-run")

    assert not Value.objects.exists()
    with pytest.raises(CommandError):
        run("load_values", "r2026", values(tmp_path, "419901001201,ZB-08,x,,"), "--dry-run")


def test_a_count_of_vetoes_sets_the_imported_records_and_leaves_the_others(county, tmp_path):
    branch = Branch.objects.get(code="419901001201")
    criterion = county.criteria_set.criteria.get(code="CY-V1")
    VetoRecord.objects.create(round=county, branch=branch, criterion=criterion, document="页面上报")

    for count, expected in ((2, 3), (1, 2), (0, 1)):
        run("load_values", "r2026", values(tmp_path, f"419901001201,CY-V1,{count},,"))
        assert VetoRecord.objects.filter(branch=branch, lifted_at=None).count() == expected

    assert VetoRecord.objects.get().document == "页面上报"


def test_gb18030_and_a_bom_are_read_and_other_encodings_refused_by_name(tmp_path):
    run("load_regions", write(tmp_path, "a.csv", REGIONS, "gb18030"))
    run("load_regions", write(tmp_path, "b.csv", REGIONS, "utf-8-sig"))

    with pytest.raises(CommandError, match="UTF-16"):
        run("load_regions", write(tmp_path, "c.csv", REGIONS, "utf-16"))


def test_a_region_needs_its_parent_and_a_code_that_fits_its_level(tmp_path):
    orphan = "code,name,level\n419901001000,示范镇,township\n"
    with pytest.raises(CommandError, match="419901000000"):
        run("load_regions", write(tmp_path, "r.csv", orphan))

    wrong = REGIONS + "419902000001,某县,county\n"
    with pytest.raises(CommandError, match="419902000001"):
        run("load_regions", write(tmp_path, "r.csv", wrong))
    assert not Region.objects.exists()


def test_a_row_s_bad_cell_hides_no_other_error(tmp_path):
    run("load_regions", write(tmp_path, "r.csv", REGIONS))
    wrong = BRANCHES + "419901003201,某村,hamlet,-1,\n419901001201,又一村,village,,\n"

    with pytest.raises(CommandError) as refused:
        run("load_branches", write(tmp_path, "b.csv", wrong))

    message = str(refused.value)
    assert all(found in message for found in ("hamlet", "-1", "419901003201", "419901001201"))


def test_a_branch_needs_its_township(tmp_path):
    run("load_regions", write(tmp_path, "r.csv", REGIONS))

    with pytest.raises(CommandError, match="419901003201"):
        run("load_branches", write(tmp_path, "b.csv", BRANCHES + "419901003201,某村,village,,\n"))

    assert not Branch.objects.exists()
    run("load_branches", write(tmp_path, "b.csv", BRANCHES))
    assert Branch.objects.get(code="419901002201").sort_key.startswith("qiu jia qiao")


def test_without_a_document_a_round_is_a_draft_that_commands_rate(county, tmp_path):
    run("open_round", "draft", "--region", "419901000000", "--year", "2027", "--criteria", "v2026")
    made = EvaluationRound.objects.get(slug="draft")
    assert made.counties.get().state == State.DRAFT

    run("load_values", "draft", values(tmp_path, "419901001201,ZB-08,320,,"))
    run("rate_round", "draft")
    assert Rating.objects.filter(round=made).count() == 3

    run(
        "open_round",
        "draft",
        "--region",
        "419901000000",
        "--year",
        "2027",
        "--criteria",
        "v2026",
        "--document",
        "文〔2027〕1号",
    )
    assert made.counties.get().state == State.OPEN


def test_a_round_of_villages_takes_no_community(county):
    assert sorted(county.roster.values_list("branch__code", flat=True)) == [
        "419901001201",
        "419901001202",
        "419901002201",
    ]


@pytest.mark.parametrize(
    "change", [["--region", "419901001000"], ["--criteria", "none"], ["--previous", "none"], ["--year", "1900"]]
)
def test_a_round_that_can_not_be_is_refused_in_words(county, change):
    arguments = {"--region": "419901000000", "--year": "2027", "--criteria": "v2026"} | dict([change])

    with pytest.raises(CommandError):
        run("open_round", "new", *[part for pair in arguments.items() for part in pair])

    assert not EvaluationRound.objects.filter(slug="new").exists()


def test_the_same_round_with_another_standard_is_refused(county):
    with pytest.raises(CommandError, match="year"):
        run("open_round", "r2026", "--region", "419901000000", "--year", "2025", "--criteria", "v2026")


def test_a_draft_standard_opens_no_round(county):
    run("load_criteria", "draft", "--criteria", CRITERIA, "--stars", STARS)

    with pytest.raises(CommandError):
        run("open_round", "new", "--region", "419901000000", "--year", "2027", "--criteria", "draft")


def test_sealing_closes_the_county_and_its_values(county, tmp_path):
    run("load_values", "r2026", values(tmp_path, "419901001201,ZB-08,320,,"))

    run("seal_round", "r2026", "--document", "示组发〔2026〕9号")

    assert county.counties.get().state == State.CLOSED
    assert "confirmed" in run("export_ranking", "r2026")
    with pytest.raises(CommandError):
        run("load_values", "r2026", values(tmp_path, "419901001201,ZB-08,100,,"))
    assert stored().effective_units == 320 * 10_000


def test_a_round_under_review_is_not_sealed_by_hand(county):
    county.counties.update(state=State.UNDER_REVIEW)

    with pytest.raises(CommandError):
        run("seal_round", "r2026", "--document", "示组发〔2026〕9号")

    assert not SealedCounty.objects.exists()
    county.counties.update(state=State.OPEN)
    run("seal_round", "r2026", "--document", "示组发〔2026〕9号")
    assert SealedCounty.objects.count() == 1


def test_criteria_errors_name_file_row_and_column(tmp_path):
    text = (
        open(CRITERIA, encoding="utf-8-sig")
        .read()
        .replace('""zero_at"":20,""full_at"":60', '""zero_at"":20,""full_at"":20')
    )
    broken = write(tmp_path, "criteria.csv", text.replace("CY-05,", "cy-05,"))

    with pytest.raises(CommandError) as refused:
        run("load_criteria", "v", "--criteria", broken, "--stars", STARS)

    assert "criteria.csv" in str(refused.value) and "full_at" in str(refused.value) and "cy-05" in str(refused.value)


def test_unknown_names_are_refused_in_one_sentence():
    for command in (
        ("rate_round", "none"),
        ("export_ranking", "none"),
        ("load_regions", "/none/r.csv"),
        ("verify_ledger", "none"),
    ):
        with pytest.raises(CommandError) as refused:
            run(*command)
        assert len(str(refused.value).splitlines()) == 1


def test_statistics_from_before_a_round_do_not_slow_its_values(county, tmp_path):
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE evaluations_value")
    file = values(tmp_path, "419901001201,ZB-08,320,,", "419901001202,ZB-08,,,")

    with CaptureQueriesContext(connection) as queries:
        run("load_values", "r2026", file)

    statements = [query["sql"] for query in queries]
    clearing = next(place for place, sql in enumerate(statements) if "UPDATE evaluations_value" in sql)
    assert "SET LOCAL enable_nestloop = off" in statements[:clearing]
