"""A recompute's progress as a page and a poll of it show it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone

from accounts.models import User
from accounts.roles import ORGANIZATION
from evaluations.models import EvaluationRound, RatingRun, RatingStep
from evaluations.models.job import RunState, StepState

FAILURES_SHOWN = 20
RUNS_SHOWN = 20


@dataclass(frozen=True)
class Progress:
    """How far a run is."""

    run: RatingRun

    @property
    def running(self) -> bool:
        return self.run.state == RunState.RUNNING

    @property
    def resumable(self) -> bool:
        return self.run.state == RunState.CANCELLED or (not self.running and bool(self.run.failures))

    @property
    def seconds_left(self) -> int | None:
        """By the pace so far; None before there is one."""
        done, whole = self.run.branches_done, self.run.branches
        if not self.running or not done or done > whole:
            return None
        elapsed = (timezone.now() - self.run.created_at).total_seconds()
        return max(1, round(elapsed * (whole - done) / done))

    @property
    def seconds_taken(self) -> int | None:
        if self.run.finished_at is None:
            return None
        return max(1, round((self.run.finished_at - self.run.created_at).total_seconds()))

    @cached_property
    def failed(self) -> list[RatingStep]:
        """The counties left out, each with its reason."""
        if not self.run.failures:
            return []
        return list(self.run.steps.filter(state=StepState.FAILED).select_related("county")[:FAILURES_SHOWN])


def rounds_run_by(user: User) -> QuerySet[EvaluationRound]:
    """The rounds whose results this person may have computed: the organization department's, in its own region."""
    prefixes = [grant.scope_prefix for grant in user.held_grants if grant.role in ORGANIZATION]
    counties = EvaluationRound.objects.filter(pk__in=[])
    for prefix in prefixes:
        counties |= EvaluationRound.objects.filter(counties__county__code__startswith=prefix[:6])
    return counties.distinct()


def round_run_by(user: User, slug: str) -> EvaluationRound:
    """The round, where this person may have it computed; else 404."""
    found = rounds_run_by(user).filter(slug=slug).first()
    if found is None:
        raise Http404
    return found


def run_seen_by(user: User, pk: int) -> RatingRun:
    """The run, where this person may steer it; else 404."""
    run = RatingRun.objects.select_related("round").filter(pk=pk, round__in=rounds_run_by(user)).first()
    if run is None:
        raise Http404
    return run


def latest_runs(evaluation: EvaluationRound) -> list[Progress]:
    return [Progress(run) for run in evaluation.runs.order_by("-pk")[:RUNS_SHOWN]]
