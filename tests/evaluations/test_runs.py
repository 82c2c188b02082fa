"""A run over a round, in this process: its rows, its messages, its end. Real workers are in tests/faults."""

from contextlib import contextmanager
from datetime import timedelta

import pgtrigger
import pytest
from celery import current_app
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models.functions import Now

from evaluations.models import Rating, RatingMark, RatingRun, RatingStep
from evaluations.models.job import RunState, StepState
from evaluations.services import runs
from evaluations.services.rating import CountyOutcome
from evaluations.services.runs import (
    MAX_TRIES,
    REQUEUE_AFTER,
    cancel_run,
    end_empty_runs,
    publish_due,
    rate_if_due,
    resume_run,
    run_here,
    start_run,
)  # fmt: skip
from evaluations.services.seal import seal_county
from ledger.models import LedgerEntry
from scoring.standard import published_standard
from tests import factories
from tests.evaluations.random_values import fill
from tests.evaluations.rounds import COUNTY, assert_rows_are_right, give
from tests.threads import beside

pytestmark = pytest.mark.django_db
COUNTIES = (COUNTY, "419902000000", "419903000000")


@pytest.fixture
def evaluation():
    """A round over three counties with values, and no county due."""
    rated = [one for code in COUNTIES for one in factories.branches(2, town=factories.township(code[:6] + "001000"))]
    made = factories.round_of(rated)
    fill(made, rated, 7)
    RatingMark.objects.all().delete()
    return made


@pytest.fixture
def sent(monkeypatch):
    """What is published, instead of sending it to a broker that nobody here listens to."""
    messages = []
    monkeypatch.setattr(current_app, "send_task", lambda name, args, **_options: messages.append(tuple(args)))
    return messages


@contextmanager
def county_that_fails(code):
    """A county whose results the database itself won't take."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE evaluations_rating ADD CONSTRAINT poisoned CHECK (county_id <> '{code}')")
        try:
            yield
        finally:
            cursor.execute("ALTER TABLE evaluations_rating DROP CONSTRAINT poisoned")


def states(run) -> dict:
    return dict(run.steps.values_list("county_id", "state"))


def test_a_run_in_this_process_ends_with_its_figures(evaluation):
    run = run_here(start_run(evaluation, by="test"))

    assert run.state == RunState.DONE and run.finished_at
    assert (run.counties_done, run.branches_done, run.changed, run.parked, run.failures) == (3, 6, 6, 0, 0)
    assert_rows_are_right(evaluation)


def test_a_run_that_found_nothing_to_do_leaves_no_trace_in_the_ledger(evaluation):
    run_here(start_run(evaluation, by="test"))
    before = LedgerEntry.objects.filter(action="rating.done").count()

    run = run_here(start_run(evaluation, by="test"))

    assert (before, run.changed) == (1, 0)
    assert LedgerEntry.objects.filter(action="rating.done").count() == 1


def test_a_second_start_joins_the_run_under_way(evaluation):
    assert start_run(evaluation, by="a") == start_run(evaluation, by="b")
    assert RatingRun.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_press_at_once_share_one_run(evaluation):
    with beside() as others:
        started = [others.start(lambda: start_run(evaluation, by="x").pk) for _ in range(4)]
        assert len({one.result(30) for one in started}) == 1

    assert RatingRun.objects.count() == 1 and RatingStep.objects.count() == 3


def test_each_step_is_published_once_and_again_when_no_answer_came(evaluation, sent):
    start_run(evaluation, by="test")

    assert publish_due() == 3 and publish_due() == 0
    RatingStep.objects.update(queued_at=Now() - REQUEUE_AFTER - timedelta(seconds=1))
    assert publish_due() == 3

    assert sorted(sent) == sorted([(evaluation.pk, code) for code in COUNTIES] * 2)


def test_many_marks_of_a_county_are_one_message(evaluation, sent):
    branch = evaluation.roster.filter(county=COUNTY).first().branch
    for number in range(5):
        give(evaluation, branch, "ZB-08", number, rater="final")
    assert RatingMark.objects.count() > 1

    assert publish_due() == 1 and sent == [(evaluation.pk, COUNTY)]
    rate_if_due(evaluation.pk, COUNTY)

    assert not RatingMark.objects.exists() and publish_due() == 0


def test_a_message_about_a_county_that_is_not_due_does_nothing(evaluation, monkeypatch):
    monkeypatch.setattr(runs, "rate_and_note", lambda *_: pytest.fail("rated"))

    rate_if_due(evaluation.pk, COUNTY)
    rate_if_due(0, COUNTY)


def test_a_message_about_a_round_that_is_gone_does_nothing():
    assert runs.rate_for_run(0, COUNTY) is None


def test_a_stopped_run_publishes_nothing_more_and_goes_on_where_it_was(evaluation, sent):
    run = start_run(evaluation, by="test")
    rate_if_due(evaluation.pk, COUNTY)

    run = cancel_run(run, by="test")
    assert publish_due() == 0
    rate_if_due(evaluation.pk, COUNTIES[1])
    assert states(run) == {COUNTIES[0]: "done", COUNTIES[1]: "waiting", COUNTIES[2]: "waiting"}

    run = resume_run(run, by="test")
    assert publish_due() == 2
    run = run_here(run)
    assert (run.state, run.counties_done) == (RunState.DONE, 3)
    assert_rows_are_right(evaluation)


def test_stopping_and_going_on_are_in_the_ledger_with_who_did_it(evaluation):
    run = cancel_run(start_run(evaluation, by="a"), by="b")
    resume_run(run, by="c")

    entries = LedgerEntry.objects.filter(action__in=["rating.stop", "rating.resume"]).order_by("pk")
    assert list(entries.values_list("action", "actor")) == [("rating.stop", "b"), ("rating.resume", "c")]


def test_a_finished_run_is_neither_stopped_nor_resumed(evaluation):
    run = run_here(start_run(evaluation, by="test"))

    assert cancel_run(run, by="test").state == RunState.DONE
    assert resume_run(run, by="test").state == RunState.DONE
    assert publish_due() == 0


def test_resuming_an_old_run_leads_to_the_one_under_way(evaluation):
    old = cancel_run(start_run(evaluation, by="test"), by="test")
    new = start_run(evaluation, by="test")

    assert resume_run(old, by="test") == new
    assert RatingRun.objects.filter(state=RunState.RUNNING).count() == 1


def test_a_run_whose_last_answer_was_lost_still_ends(evaluation):
    run = start_run(evaluation, by="test")
    run.steps.update(state=StepState.DONE)

    end_empty_runs()

    run.refresh_from_db()
    assert run.state == RunState.DONE and run.counties_done == 3


@pytest.mark.django_db(transaction=True)
def test_a_county_that_fails_here_is_left_with_its_reason_and_the_others_are_rated(evaluation):
    with county_that_fails(COUNTIES[1]):
        with pytest.raises(CommandError) as refused:
            call_command("rate_round", evaluation.slug)

    run = RatingRun.objects.get()
    assert states(run) == {COUNTIES[0]: "done", COUNTIES[1]: "failed", COUNTIES[2]: "done"}
    assert "poisoned" in run.steps.get(county=COUNTIES[1]).error
    assert COUNTIES[1] in str(refused.value) and "poisoned" in str(refused.value)
    assert (run.state, run.failures, Rating.objects.count()) == (RunState.DONE, 1, 4)
    run = run_here(resume_run(run, by="test"))
    assert (run.failures, run.counties_done) == (0, 3)
    assert_rows_are_right(evaluation)


@pytest.mark.django_db(transaction=True)
def test_a_failing_county_rests_before_it_is_tried_again_and_is_given_up_in_the_end(evaluation, sent):
    run = start_run(evaluation, by="test")
    step = run.steps.get(county=COUNTY)
    give(evaluation, evaluation.roster.filter(county=COUNTY).first().branch, "ZB-08", 1, rater="final")
    publish_due()
    with county_that_fails(COUNTY):
        for count in range(1, MAX_TRIES + 1):
            with pytest.raises(Exception, match="poisoned"):
                rate_if_due(evaluation.pk, COUNTY)
            step.refresh_from_db()
            assert step.tries == count
            rate_if_due(evaluation.pk, COUNTY)  # another copy of the message
            sent.clear()
            publish_due()
            assert (evaluation.pk, COUNTY) not in sent
            RatingStep.objects.update(queued_at=None)

    assert step.state == StepState.FAILED
    assert RatingMark.objects.filter(county=COUNTY).exists()  # still due, once a minute, when what is broken is mended
    RatingMark.objects.update(queued_at=None)
    rate_if_due(evaluation.pk, COUNTY)
    assert not RatingMark.objects.exists()


def test_a_standard_that_no_longer_compiles_fails_its_round_with_the_reason_and_no_other_round(evaluation):
    sound = factories.round_of([evaluation.roster.first().branch], slug="sound")
    with pgtrigger.ignore("scoring.Criterion:criterion_frozen"):
        evaluation.criteria_set.criteria.filter(code="CY-02").update(parameters='{"zero_at": 20}')
    published_standard.cache_clear()

    broken, whole = (run_here(start_run(one, by="test")) for one in (evaluation, sound))

    assert (broken.state, broken.failures, broken.counties_done) == (RunState.DONE, 3, 0)
    assert all("full_at" in error for error in broken.steps.values_list("error", flat=True))
    assert (whole.failures, whole.counties_done) == (0, 1)


def test_a_sealed_county_in_a_run_is_done_without_a_change(evaluation):
    seal_county(evaluation, COUNTY, document="示组发〔2026〕9号", by="test")

    run = run_here(start_run(evaluation, by="test"))

    assert (run.state, run.counties_done, run.changed) == (RunState.DONE, 3, 4)


def test_a_county_outside_the_round_is_no_ones_step(evaluation):
    assert runs.rate_for_run(evaluation.pk, "419904000000") == CountyOutcome()
