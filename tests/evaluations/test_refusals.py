"""What a command meets at the edges: names too long, raters at once, files half written, rosters that come late."""

import io
import threading
from functools import partial

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from branches.models import Branch
from branches.operator import plain_errors
from evaluations.importing import load_values
from evaluations.models import Rating, RatingRun, RosterEntry, Value, VetoRecord
from evaluations.services.rating import rate_county
from evaluations.services.runs import rate_for_run, start_run
from ledger.models import LedgerEntry
from scoring.models import CriteriaSet, Criterion
from scoring.rules import CODE_LENGTH
from tests import factories
from tests.files import write
from tests.threads import SECONDS, beside

pytestmark = pytest.mark.django_db(transaction=True)
COUNTY = "419901000000"
LONG = "文" * 61


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue()


@pytest.fixture
def evaluation():
    made = factories.round_of(factories.branches(3))
    for branch in Branch.objects.all():
        factories.give(made, branch)
    return made


def test_a_document_number_that_does_not_fit_is_refused_in_words(evaluation):
    for command in (
        ("seal_round", "test-2026", "--document", LONG),
        ("open_round", "new", "--region", COUNTY, "--year", "2027", "--criteria", "set-test-2026", "--document", LONG),
    ):
        with pytest.raises(CommandError, match="60"):
            run(*command)

    run("seal_round", "test-2026", "--document", LONG[:60])


def test_sealing_leaves_the_document_that_authorised_the_round(evaluation):
    run("seal_round", "test-2026", "--document", "示组发〔2026〕9号")

    assert evaluation.counties.get().document == "示组通〔2026〕6号"
    assert evaluation.seals.get().document == "示组发〔2026〕9号"


def test_a_draft_takes_late_branches_until_it_opens(evaluation):
    arguments = ["draft", "--region", COUNTY, "--year", "2027", "--criteria", "set-test-2026"]
    run("open_round", *arguments)
    factories.branches(1, start=300)
    run("open_round", *arguments, "--document", "文〔2027〕1号")
    assert RosterEntry.objects.filter(round__slug="draft").count() == 4

    factories.branches(1, start=400)
    run("open_round", *arguments, "--document", "文〔2027〕1号")
    assert RosterEntry.objects.filter(round__slug="draft").count() == 4


def test_a_branch_that_is_no_longer_active_leaves_the_ranking(evaluation):
    rate_county(evaluation, COUNTY)
    Branch.objects.filter(code="419901001200").update(active=False)
    assert rate_county(evaluation, COUNTY).branches == 2

    assert not Rating.objects.filter(branch__code="419901001200").exists()


def test_a_second_process_adds_nothing_to_a_run_s_figures(evaluation):
    run_ = start_run(evaluation, by="a")
    rate_for_run(evaluation.pk, COUNTY)
    rate_for_run(evaluation.pk, COUNTY)
    run_.refresh_from_db()

    assert (run_.state, run_.changed, run_.branches_done) == ("done", 3, 3)
    assert LedgerEntry.objects.filter(action="rating.done").count() == 1


def test_two_processes_at_once_count_a_county_once(evaluation):
    run_ = start_run(evaluation, by="a")
    both = threading.Barrier(2)

    def rate():
        both.wait(SECONDS)
        rate_for_run(evaluation.pk, COUNTY)

    with beside() as threads:
        for one in [threads.start(rate), threads.start(rate)]:
            one.result(SECONDS)
    run_.refresh_from_db()

    assert (run_.state, run_.changed) == ("done", 3)
    assert LedgerEntry.objects.filter(action="rating.done").count() == 1


def test_a_command_that_found_nothing_to_do_leaves_no_run(evaluation):
    run("rate_round", "test-2026")
    before = RatingRun.objects.count()

    run("rate_round", "test-2026")

    assert before == 1 and RatingRun.objects.count() == 1


def test_two_loads_at_once_end_as_one_after_the_other(evaluation, tmp_path):
    rows = [f"{branch.code},ZB-08,{{}},," for branch in Branch.objects.order_by("code")]
    header = "branch,indicator,value,period,note"
    files = [
        write(tmp_path, f"{name}.csv", "\n".join([header, *(row.format(number) for row in order)]) + "\n")
        for name, number, order in (("up", 101, rows), ("down", 202, rows[::-1]))
    ]
    with beside() as threads:
        load = partial(load_values, evaluation, rater="reported", by="test")
        loads = [threads.start(load, file) for file in files]
        assert [load.result(SECONDS).total for load in loads] == [3, 3]

    numbers = set(Value.objects.filter(criterion__code="ZB-08").values_list("reported_number", flat=True))
    assert len(numbers) == 1 and numbers <= {101, 202}


def test_what_the_database_refuses_reaches_the_operator_as_a_sentence(evaluation):
    with pytest.raises(CommandError, match="published"), plain_errors():
        Criterion.objects.update(max_points=1)


def test_na_is_no_answer_to_how_many_records_there_are(evaluation, tmp_path):
    header = "branch,indicator,value,period,note\n"
    run("load_values", "test-2026", write(tmp_path, "v.csv", header + "419901001200,CY-V1,1,,\n"))

    with pytest.raises(CommandError, match="NA"):
        run("load_values", "test-2026", write(tmp_path, "v.csv", header + "419901001200,CY-V1,NA,,不适用\n"))

    assert VetoRecord.objects.count() == 1


def with_rule(name: str, code: str, **changes) -> CriteriaSet:
    made = factories.criteria_set(name, published=False)
    Criterion.objects.filter(criteria_set=made, code=code).update(**changes)
    with transaction.atomic():
        CriteriaSet.objects.filter(pk=made.pk).update(published_at="2026-01-01T00:00Z")
    made.refresh_from_db()
    return made


def test_without_a_record_there_is_no_veto_whatever_the_threshold():
    at_least_one = '{"op": ">=", "value": 1, "on_fail": "veto_star"}'
    standard = with_rule("v", "CY-V1", parameters=at_least_one)
    made = factories.round_of(factories.branches(2), criteria_set=standard)
    first = Branch.objects.first()
    VetoRecord.objects.create(round=made, branch=first, criterion=standard.criteria.get(code="CY-V1"))

    rate_county(made, COUNTY)

    assert list(Rating.objects.values_list("vetoed", flat=True)) == ["", ""]


def test_growth_is_not_computed_from_a_value_of_another_type():
    last_standard = with_rule(
        "last", "CY-01", value_type="choice", rule="choice", mandatory=False,
        parameters='{"options": [["A", "甲", 18], ["B", "乙", 9]]}',
    )  # fmt: skip
    rated = factories.branches(1)
    last = factories.round_of(rated, slug="last", year=2025, criteria_set=last_standard)
    this = factories.round_of(rated, slug="this", previous=last)
    factories.give(last, rated[0], {"CY-01": "B"})
    factories.give(this, rated[0], {"CY-01": 3})

    rate_county(this, COUNTY)

    growth = [criterion.code for criterion in this.criteria_set.criteria.order_by("order")].index("CY-03")
    assert Rating.objects.get(round=this).points[growth] is None


def test_an_exported_file_is_whole_or_the_old_one(evaluation, tmp_path, monkeypatch):
    rate_county(evaluation, COUNTY)
    path = tmp_path / "ranking.csv"
    run("export_ranking", "test-2026", "--output", str(path))
    whole = path.read_bytes()
    module = "evaluations.management.commands.export_ranking.write_ranking"

    def half(file, *_):
        file.write("county_rank")
        raise KeyboardInterrupt

    monkeypatch.setattr(module, half)
    with pytest.raises(KeyboardInterrupt):
        run("export_ranking", "test-2026", "--output", str(path))

    assert path.read_bytes() == whole and list(tmp_path.iterdir()) == [path]


def test_an_option_code_is_as_long_as_a_value_can_hold():
    assert Value._meta.get_field("reported_option").max_length == CODE_LENGTH


def test_a_sealed_county_s_results_come_back_as_they_were_when_deleted(evaluation):
    run("seal_round", "test-2026", "--document", "示组发〔2026〕9号")
    fields = [field.name for field in Rating._meta.fields if field.name != "id"]
    before = list(Rating.objects.order_by("branch").values_list(*fields))
    Branch.objects.update(population=1, households=1)
    Rating.objects.all().delete()

    rate_county(evaluation, COUNTY)

    assert list(Rating.objects.order_by("branch").values_list(*fields)) == before
    assert rate_county(evaluation, COUNTY).changed == 0
