"""A round rated by real workers while things are killed: the database says what is due, so nothing is lost."""

import os
import signal
import time
from contextlib import contextmanager

import pytest
from celery import current_app
from django.db import connection, transaction
from kombu.exceptions import OperationalError

from embedded.processes import wait_until
from evaluations.models import Rating, RatingMark, RatingRun, RatingStep, RoundCounty, Value
from evaluations.models.job import RunState, StepState
from evaluations.services.runs import MAX_TRIES, RATE_COUNTY, cancel_run, publish_due, resume_run, start_run
from ledger.models import LedgerEntry
from tests.evaluations.rounds import assert_rows_are_right, give, set_by_sql
from tests.faults.conftest import COUNTIES

SOON, PATIENT = 20, 60  # seconds: a reconciler's tick and a rating; a message lost and sent again
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def assert_soon(true, seconds=SOON):
    assert wait_until(true, seconds, pause=0.1)


def nothing_due() -> bool:
    return not RatingMark.objects.exists()


def begin(evaluation) -> RatingRun:
    """A run with nothing else due beside it."""
    RatingMark.objects.all().delete()
    return start_run(evaluation, by="test")


def is_done(run) -> bool:
    run.refresh_from_db()
    return run.state == RunState.DONE


def assert_ended_right(run, evaluation, seconds=PATIENT):
    assert_soon(lambda: is_done(run), seconds)
    assert (run.counties_done, run.branches_done, run.changed, run.failures) == (3, 6, 6, 0)
    assert_rows_are_right(evaluation)
    assert LedgerEntry.objects.filter(action="rating.done").count() == 1


@contextmanager
def writing_held_up():
    """Ratings read, and stop where they would write."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE evaluations_rating IN SHARE MODE")
        yield


def held_up() -> int:
    """How many ratings wait for a lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'evaluations_rating'::regclass"
        )  # pg_stat_activity would say the same thing all through this transaction
        return cursor.fetchone()[0]


def test_a_run_ends_with_its_figures_and_copies_of_its_messages_have_no_effect(evaluation, workers):
    run = begin(evaluation)
    workers.start()
    assert_ended_right(run, evaluation)
    assert set(RatingStep.objects.values_list("state", "tries")) == {(StepState.DONE, 0)}
    assert RoundCounty.objects.filter(index_mean__isnull=False).count() == 3
    made = dict(RoundCounty.objects.values_list("county_id", "ratings_made"))

    give(evaluation, evaluation.roster.first().branch, "ZB-08", 1, rater="final")
    for _copy in range(10):
        current_app.send_task(RATE_COUNTY, args=[evaluation.pk, COUNTIES[0]])
    assert_soon(nothing_due)

    assert_rows_are_right(evaluation)
    after = dict(RoundCounty.objects.values_list("county_id", "ratings_made"))
    assert after == made | {COUNTIES[0]: made[COUNTIES[0]] + 1}


def test_a_poisonous_branch_is_parked_and_its_neighbours_are_rated(evaluation, workers):
    branch = evaluation.roster.order_by("branch__code").first().branch
    Value.objects.filter(branch=branch, criterion__code="CY-05").delete()
    give(evaluation, branch, "CY-05", 1)
    set_by_sql(evaluation, branch, "CY-05", 99)
    workers.start()

    assert_soon(nothing_due)

    assert Rating.objects.exclude(parked="").get().branch == branch
    assert Rating.objects.filter(parked="", county_rank__isnull=False).count() == 5
    assert_rows_are_right(evaluation)


def test_a_run_outlives_the_killing_of_its_worker(evaluation, workers):
    run = begin(evaluation)
    with writing_held_up():
        workers.start()
        assert_soon(lambda: held_up() == 2)
        workers.kill()
    assert not is_done(run)

    workers.start()

    assert_ended_right(run, evaluation)


def test_a_run_outlives_the_killing_of_the_processes_that_rate(evaluation, workers):
    run = begin(evaluation)
    with writing_held_up():
        workers.start()
        assert_soon(lambda: held_up() == 2)
        for child in workers.children():
            os.kill(child, signal.SIGKILL)

    assert_ended_right(run, evaluation)
    assert workers.worker.poll() is None


def test_what_was_due_is_rated_though_the_broker_forgot_everything(evaluation, workers, broker):
    due = RatingMark.objects.count()
    assert publish_due() == 3 and broker.waiting() == 3
    broker.client.flushall()
    assert broker.waiting() == 0

    workers.start_worker()
    time.sleep(2)
    assert RatingMark.objects.count() == due  # without the reconciler nobody knows any more
    workers.start_beat()
    assert_soon(nothing_due, PATIENT)
    assert_rows_are_right(evaluation)

    broker.client.flushall()  # now under a worker that listens
    give(evaluation, evaluation.roster.first().branch, "ZB-08", 1, rater="final")
    assert_soon(nothing_due)
    assert_rows_are_right(evaluation)


def test_a_silent_broker_holds_up_no_edit_and_its_work_is_done_when_it_speaks(evaluation, workers, broker):
    workers.start()
    assert_soon(nothing_due)

    broker.freeze()
    started = time.monotonic()
    for code in ("ZB-08", "CY-02", "CY-07"):
        give(evaluation, evaluation.roster.first().branch, code, 1, rater="final")
    seconds = time.monotonic() - started
    assert RatingMark.objects.exists()
    time.sleep(2)  # beat and worker meet the silence
    assert RatingMark.objects.exists()
    broker.thaw()

    assert seconds < 1.5
    assert_soon(nothing_due, PATIENT)
    assert_rows_are_right(evaluation)


def test_publishing_to_a_silent_broker_gives_up_and_is_why_no_edit_does_it(evaluation, broker):
    broker.freeze()
    started = time.monotonic()

    with pytest.raises(OperationalError):
        publish_due()

    assert 3 < time.monotonic() - started < 15
    assert RatingMark.objects.exists()


@pytest.mark.full
@pytest.mark.parametrize("seconds", [5, 30])
def test_a_broker_that_died_and_came_back_finds_its_worker_again(evaluation, workers, broker, seconds):
    workers.start()
    assert_soon(nothing_due)

    broker.die()
    started = time.monotonic()
    give(evaluation, evaluation.roster.first().branch, "ZB-08", 1, rater="final")
    assert time.monotonic() - started < 0.5
    time.sleep(seconds)
    broker.start()

    assert_soon(nothing_due, PATIENT)
    assert_rows_are_right(evaluation)


def test_a_stopped_run_leaves_counties_not_begun_and_goes_on_where_it_was(evaluation, workers, broker):
    run = begin(evaluation)
    with writing_held_up():
        workers.start()
        assert_soon(lambda: held_up() == 2)
        cancel_run(run, by="test")
    assert_soon(lambda: run.steps.filter(state=StepState.DONE).count() == 2)
    assert_soon(lambda: broker.waiting() == 0)
    publish_due()
    assert_soon(lambda: broker.waiting() == 0)

    run.refresh_from_db()
    assert (run.state, run.counties_done, Rating.objects.count()) == (RunState.CANCELLED, 2, 4)
    resume_run(run, by="test")
    assert_ended_right(run, evaluation)


@contextmanager
def county_that_fails(code: str):
    """A county whose results the database itself won't take."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'poisoned county'; END $$;"
            " CREATE TRIGGER poison BEFORE INSERT ON evaluations_rating FOR EACH ROW"
            f" WHEN (NEW.county_id = '{code}') EXECUTE FUNCTION poison()"
        )
        try:
            yield
        finally:
            cursor.execute("DROP TRIGGER poison ON evaluations_rating; DROP FUNCTION poison()")


def test_a_county_that_fails_is_left_with_its_reason_and_is_not_tried_again_and_again(evaluation, workers):
    run = begin(evaluation)
    step = run.steps.get(county=COUNTIES[1])
    with county_that_fails(COUNTIES[1]):
        workers.start()
        assert_soon(lambda: tries(step) == 1 and run.steps.filter(state=StepState.DONE).count() == 2)
        for _copy in range(5):
            current_app.send_task(RATE_COUNTY, args=[evaluation.pk, COUNTIES[1]])
        time.sleep(3)  # three ticks of the reconciler
        assert tries(step) == 1

        for count in range(2, MAX_TRIES + 1):
            RatingStep.objects.filter(pk=step.pk).update(queued_at=None)  # its minute is over
            assert_soon(lambda count=count: tries(step) == count)
        assert_soon(lambda: is_done(run))

    assert (step.state, run.counties_done, run.failures) == (StepState.FAILED, 2, 1)
    assert "poisoned county" in step.error
    assert Rating.objects.count() == 4

    resume_run(run, by="test")
    assert_soon(lambda: is_done(run) and run.failures == 0)
    assert_rows_are_right(evaluation)


def tries(step) -> int:
    step.refresh_from_db()
    return step.tries
