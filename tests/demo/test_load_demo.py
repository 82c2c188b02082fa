"""The demo through its commands, on the real database."""

import io

import pytest
from django.contrib.auth.hashers import check_password
from django.core.management import CommandError, call_command
from django.utils import timezone, translation

from accounts.models import Grant, User
from accounts.roles import Role
from branches.models import Branch, Region
from demo.accounts import ACCOUNTS, CLERK, PASSWORD
from demo.rounds import ROUND
from demo.text import width
from evaluations.models import (
    EvaluationRound,
    Extension,
    Rating,
    RoundCounty,
    SealedRating,
    State,
    Submission,
    Value,
    VetoRecord,
)
from evaluations.reading.county import SeenCounty
from evaluations.reading.entry_work import Work
from ledger.models import LedgerEntry
from tests.factories import BranchFactory

pytestmark = pytest.mark.django_db(transaction=True)


def run(*arguments: str) -> str:
    out = io.StringIO()
    with translation.override("en"):
        call_command(*map(str, arguments), stdout=out, stderr=out, no_color=True)
    return out.getvalue()


def rows() -> list:
    """Every row the demo loads."""
    models = (Region, Branch, EvaluationRound, RoundCounty, Value, VetoRecord, User, Grant, LedgerEntry, SealedRating)
    return [list(model.objects.order_by("pk").values_list()) for model in models]


def test_demo_is_loaded_once_rated_and_reported(tmp_path):
    loaded = run("load_demo", "--directory", tmp_path)
    before = rows()
    again = run("load_demo", "--directory", tmp_path)
    after = rows()
    run("rate_round", "demo-2026")

    assert "load_values demo-2026" in loaded
    assert "nothing changed" in again
    assert after == before
    check_rounds()
    check_entry()
    check_accounts()
    check_report(run("demo_report"))


def check_rounds():
    """Last year sealed, this year open, its levels as published."""
    states = dict(RoundCounty.objects.values_list("round__slug", "state"))
    counts = [Rating.objects.filter(round__slug="demo-2026", level=level).count() for level in (5, 4, 3, 2, 1, 0)]

    assert states == {"demo-2025": State.CLOSED, "demo-2026": State.OPEN}
    assert counts == [11, 63, 144, 327, 24, 5]
    assert SealedRating.objects.count() == 573
    assert VetoRecord.objects.filter(round__slug="demo-2026").count() == 8  # the ninth is a yes, not a record
    assert Rating.objects.filter(round__slug="demo-2026", previous_rank=None).count() == 1
    assert "whole" in run("verify_ledger")


def check_entry():
    """Something of everything waits: values missing, a branch returned, branches submitted, more time asked for."""
    county = RoundCounty.objects.select_related("round__criteria_set").get(round__slug=ROUND)
    clerk = User.objects.get(username=CLERK)
    seen = SeenCounty(county, clerk.sight(county.county_id, confirmed=False))
    work = Work(seen, clerk.entry_scope(county.county_id))

    assert county.entry_due > timezone.now()
    assert (len(work.rows), work.submitted, len(work.back)) == (55, 11, 1)
    assert work.missing > 0 and work.ready > 0
    assert Extension.objects.filter(county=county, decided_at=None).count() == 1
    check_raters()


def check_raters():
    """Where a township still enters, what counts is what was reported; others' values stand where it has submitted."""
    entered = Submission.objects.filter(status="draft", entry__round__slug=ROUND).values("entry__branch")
    values = Value.objects.filter(round__slug=ROUND)
    others = values.exclude(township_number=None, department_number=None, final_number=None)

    assert not others.filter(branch__in=entered).exists()
    assert others.exclude(branch__in=entered).count() > 60


def check_accounts():
    """Every role once or more, one password, no superuser, nobody with two roles."""
    assert User.objects.count() == Grant.objects.count() == len(ACCOUNTS)
    assert {grant.role for grant in Grant.objects.all()} == set(Role.values)
    assert not User.objects.filter(is_superuser=True).exists()
    assert all(check_password(PASSWORD, password) for password in User.objects.values_list("password", flat=True)[:2])


def check_report(report: str):
    """The lines a visitor looks for, none wider than 100 columns."""
    lines = report.splitlines()

    assert max(map(width, lines)) <= 100
    assert "invented" in report
    assert any("示范镇" in line and "24 / 55" in line and "43.64" in line for line in lines)
    assert sum("★★★★★" in line for line in lines) == 10
    assert sum("☆☆☆☆☆" in line for line in lines) == 5
    assert PASSWORD in report
    assert all(account.username in report for account in ACCOUNTS)


def test_loading_goes_on_where_it_was_stopped(tmp_path):
    run("load_demo", "--directory", tmp_path)
    Grant.objects.filter(user__username="shenji").delete()
    User.objects.filter(username="shenji").delete()

    again = run("load_demo", "--directory", tmp_path)

    assert "1 demo accounts made" in again
    assert (
        Value.objects.filter(round__slug="demo-2026").count() == 31_434
    )  # the files' 31,442 but for 8 records of vetoes
    assert run("load_demo", "--directory", tmp_path).count("\n") <= 2


def test_a_database_with_real_branches_is_refused(tmp_path):
    BranchFactory(code="410122001201", township=foreign_township())

    with pytest.raises(CommandError, match="410122001201"):
        run("load_demo", "--directory", tmp_path)

    assert not User.objects.exists()
    assert not list(tmp_path.iterdir())


def foreign_township() -> Region:
    Region.objects.create(code="410122001000", name="某镇", level="township")
    return Region.objects.get(code="410122001000")


def test_report_of_an_unrated_demo_says_what_to_run():
    with pytest.raises(CommandError, match="rate_round demo-2026"):
        run("demo_report")


def test_a_directory_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(CommandError, match="can't be written"):
        run("load_demo", "--directory", tmp_path / "file" / "below")
