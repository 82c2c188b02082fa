"""Rate a whole round, county by county, through Celery: start, stop, go on, and how far it is.

Rows say what is due; messages only hurry it. A step is done when its row says so, whoever did it and however often.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from celery import current_app
from django.db import IntegrityError, transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Now

from evaluations.models import EvaluationRound, RatingMark, RatingRun, RatingStep, RosterEntry
from evaluations.models.job import RunState, StepState
from evaluations.services.rating import CountyOutcome, in_snapshot, rate_in_snapshot
from ledger.services import append

logger = logging.getLogger(__name__)

RATE_COUNTY = "evaluations.tasks.rate_county"
REQUEUE_AFTER = timedelta(seconds=10)  # a message not answered by then is taken for lost; one too many does no harm
RETRY_AFTER = timedelta(seconds=60)  # after a failure: what is broken is not asked again and again
MAX_TRIES = 5


@transaction.atomic
def start_run(evaluation: EvaluationRound, *, by: str) -> RatingRun:
    """Make a run over every county of the round, or return the one under way."""
    under_way = evaluation.runs.filter(state=RunState.RUNNING).first()
    if under_way:
        return under_way
    counties = (
        RosterEntry.objects.filter(round=evaluation)
        .values("county_id")
        .annotate(branches=Count("pk"))
        .order_by("county_id")
    )
    try:
        with transaction.atomic():
            run = RatingRun.objects.create(
                round=evaluation,
                requested_by=by,
                counties=len(counties),
                branches=sum(row["branches"] for row in counties),
            )
    except IntegrityError:  # two people pressed at once: one run serves both
        return evaluation.runs.get(state=RunState.RUNNING)
    RatingStep.objects.bulk_create(
        [RatingStep(run=run, county_id=row["county_id"], branches=row["branches"]) for row in counties]
    )
    return run


@transaction.atomic
def request_run(evaluation: EvaluationRound, *, by: str) -> RatingRun:
    """Start a run, or join the one under way, because a person asked: the ledger keeps who and which."""
    run = start_run(evaluation, by=by)
    append(chain="system", actor=by, action="rating.request", subject=evaluation.slug, detail={"run": run.pk})
    return run


@transaction.atomic
def cancel_run(run: RatingRun, *, by: str) -> RatingRun:
    """Stop a run: counties not begun stay as they were; resuming goes on with them."""
    run = RatingRun.objects.select_for_update().get(pk=run.pk)
    if run.state == RunState.RUNNING:
        run.state = RunState.CANCELLED
        run.save(update_fields=["state"])
        append(chain="system", actor=by, action="rating.stop", subject=run.round.slug, detail={"run": run.pk})
    return run


@transaction.atomic
def resume_run(run: RatingRun, *, by: str) -> RatingRun:
    """Go on with a stopped run, or try a finished run's failed counties again."""
    run = RatingRun.objects.select_for_update().get(pk=run.pk)
    under_way = RatingRun.objects.filter(round=run.round_id, state=RunState.RUNNING).exclude(pk=run.pk).first()
    if under_way:
        return under_way
    if run.state != RunState.RUNNING and (run.state == RunState.CANCELLED or run.failures):
        run.steps.exclude(state=StepState.DONE).update(state=StepState.WAITING, tries=0, queued_at=None, error="")
        run.state, run.finished_at = RunState.RUNNING, None
        run.save(update_fields=["state", "finished_at"])
        refresh_progress(run.pk)
        append(chain="system", actor=by, action="rating.resume", subject=run.round.slug, detail={"run": run.pk})
    return run


def rate_if_due(round_id: int, county_code: str) -> None:
    """Rate a county that a message names, unless another copy already brought it up to date or just failed."""
    now = Q(queued_at=None) | Q(queued_at__lte=Now())
    marked = RatingMark.objects.filter(now, round=round_id, county=county_code).exists()
    waits = RatingStep.objects.filter(
        now, run__round=round_id, run__state=RunState.RUNNING, county=county_code, state=StepState.WAITING
    ).exists()
    if marked or waits:
        rate_for_run(round_id, county_code)


def rate_for_run(round_id: int, county_code: str) -> CountyOutcome | None:
    """Rate one county and note it on every running run's step for it. None where the round is gone."""
    evaluation = EvaluationRound.objects.select_related("previous").filter(pk=round_id).first()
    if evaluation is None:
        return None
    waiting = list(waiting_steps(evaluation.pk, county_code).values_list("pk", "run_id"))
    try:
        outcome = in_snapshot(evaluation.pk, county_code, partial(rate_and_note, evaluation, county_code))
    except Exception as error:
        note_failure(round_id, county_code, waiting, error)
        raise
    for run in sorted({run for _step, run in waiting}):
        refresh_progress(run)
    return outcome


def waiting_steps(round_id: int, county_code: str) -> QuerySet[RatingStep]:
    return RatingStep.objects.filter(
        run__round=round_id, run__state=RunState.RUNNING, county=county_code, state=StepState.WAITING
    )


def rate_and_note(evaluation: EvaluationRound, county_code: str) -> CountyOutcome:
    """Rate, and note it on the waiting steps in one transaction: a second process finds them done."""
    outcome = rate_in_snapshot(evaluation, county_code)
    waiting_steps(evaluation.pk, county_code).update(
        state=StepState.DONE, branches=outcome.branches, changed=outcome.changed, parked=outcome.parked, error=""
    )
    return outcome


def locked_runs(waiting: list[tuple[int, int]]) -> list[int]:
    """The runs these steps belong to, locked before their steps are, as whoever stops or resumes a run does."""
    runs = RatingRun.objects.select_for_update().filter(pk__in=[run for _step, run in waiting]).order_by("pk")
    return list(runs.values_list("pk", flat=True))


@transaction.atomic
def note_failure(round_id: int, county_code: str, waiting: list[tuple[int, int]], error: Exception) -> None:
    """Count a try; a county that failed MAX_TRIES times is left with its reason and the run goes on without it."""
    runs = locked_runs(waiting)
    later = Now() + (RETRY_AFTER - REQUEUE_AFTER)
    RatingMark.objects.filter(round=round_id, county=county_code).update(queued_at=later)
    steps = RatingStep.objects.filter(pk__in=[step for step, _run in waiting], state=StepState.WAITING)
    steps.update(tries=F("tries") + 1, error=f"{type(error).__name__}: {error}"[:300], queued_at=later)
    steps.filter(tries__gte=MAX_TRIES).update(state=StepState.FAILED)
    for run in runs:
        refresh_progress(run)


def refresh_progress(run_id: int) -> None:
    """Add up the steps into the run's row, and end the run with its summary when none is waiting."""
    with transaction.atomic():
        run = RatingRun.objects.select_for_update().get(pk=run_id)
        sums = run.steps.aggregate(
            counties_done=Count("pk", filter=Q(state=StepState.DONE)),
            branches_done=Sum("branches", filter=Q(state=StepState.DONE), default=0),
            changed=Sum("changed", default=0),
            parked=Sum("parked", default=0),
            failures=Count("pk", filter=Q(state=StepState.FAILED)),
            waiting=Count("pk", filter=Q(state=StepState.WAITING)),
        )
        waiting = sums.pop("waiting")
        ended = run.state == RunState.RUNNING and not waiting
        if ended:
            note_end(run, sums)
            sums |= {"state": RunState.DONE, "finished_at": Now()}
        RatingRun.objects.filter(pk=run_id).update(**sums)


def note_end(run: RatingRun, sums: dict) -> None:
    """A run that changed results is kept in the ledger; one that found nothing to do leaves no trace there."""
    if sums["changed"]:
        append(
            chain="system", actor=run.requested_by, action="rating.done", subject=run.round.slug,
            detail={name: sums[name] for name in ("counties_done", "changed", "parked", "failures")},
        )  # fmt: skip


def forget_idle(run: RatingRun) -> None:
    """Keep no row of an operator's run that found nothing to do: a command repeated changes nothing."""
    RatingRun.objects.filter(pk=run.pk, state=RunState.DONE, changed=0, failures=0).delete()


def publish_due() -> int:
    """Send a message for every county that is due and has none on its way; return how many were sent."""
    due = set(due_steps()) | set(dirty_counties())
    for round_id, county_code in sorted(due):
        current_app.send_task(RATE_COUNTY, args=[round_id, county_code], retry=False)
    return len(due)


def due_steps() -> list[tuple[int, str]]:
    """Claim the waiting steps of running runs whose message was never sent or never answered."""
    lost = Q(queued_at=None) | Q(queued_at__lt=Now() - REQUEUE_AFTER)
    with transaction.atomic():
        steps = list(
            RatingStep.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(lost, run__state=RunState.RUNNING, state=StepState.WAITING)
            .values_list("pk", "run__round_id", "county_id")
        )
        RatingStep.objects.filter(pk__in=[pk for pk, *_rest in steps]).update(queued_at=Now())
    return [(round_id, county) for _pk, round_id, county in steps]


def dirty_counties() -> list[tuple[int, str]]:
    """Claim the counties with marks; a mark is claimed again when its rating did not come."""
    lost = Q(queued_at=None) | Q(queued_at__lt=Now() - REQUEUE_AFTER)
    with transaction.atomic():
        marks = list(
            RatingMark.objects.select_for_update(skip_locked=True)
            .filter(lost)
            .values_list("pk", "round_id", "county_id")
        )
        RatingMark.objects.filter(pk__in=[pk for pk, *_rest in marks]).update(queued_at=Now())
    return [(round_id, county) for _pk, round_id, county in marks]


def end_empty_runs() -> None:
    """A run whose last step's answer was lost between its rating and its note still ends."""
    waiting = RatingStep.objects.filter(run=OuterRef("pk"), state=StepState.WAITING)
    for run in RatingRun.objects.filter(~Exists(waiting), state=RunState.RUNNING):
        refresh_progress(run.pk)


def run_here(run: RatingRun, *, look: Callable[[RatingRun], None] | None = None) -> RatingRun:
    """Rate a run's counties in this process, one after the other; one that fails is left with its reason.

    `look` is shown the run after every county.
    """
    for round_id, county in run.steps.filter(state=StepState.WAITING).values_list("run__round_id", "county_id"):
        try:
            rate_for_run(round_id, county)
        except Exception:
            logger.exception("county %s was not rated", county)
            run.steps.filter(county=county).exclude(error="").update(state=StepState.FAILED)
        if look is not None:
            run.refresh_from_db()
            look(run)
    end_empty_runs()
    run.refresh_from_db()
    return run
