"""A recompute's progress as a page and a poll of it show it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone

from accounts.models import User
from accounts.roles import ORGANIZATION
from evaluations.models import EvaluationRound, RatingRun, RatingStep
from evaluations.models.job import RunState, StepState
from evaluations.reading.people import names_of

FAILURES_SHOWN = 20
RUNS_SHOWN = 20


@dataclass(frozen=True)
class Progress:
    """How far a run is; `named` is the condition on counties whose failures the reader is told."""

    run: RatingRun
    named: Q
    by: str = ""  # who asked for it, by unit and name

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
        if not self.running or not done or done >= whole:
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
        """The reader's counties that were left out, each with its reason: a reason may quote a value."""
        if not self.run.failures:
            return []
        failed = self.run.steps.filter(self.named, state=StepState.FAILED)
        return list(failed.select_related("county").order_by("county_id")[:FAILURES_SHOWN])


def counties_run_by(user: User) -> list[str]:
    """What the codes of the counties begin with where this person is of the organization department."""
    return [grant.scope_prefix[:6] for grant in user.held_grants if grant.role in ORGANIZATION]


def failures_told(user: User) -> Q:
    """A condition on a run's steps: those of the person's own counties."""
    condition = Q(pk__in=[])
    for prefix in counties_run_by(user):
        condition |= Q(county__code__startswith=prefix)
    return condition


def rounds_run_by(user: User) -> QuerySet[EvaluationRound]:
    """The rounds whose results this person may have computed: the organization department's whose region covers all.

    A round over a city or a province is its department's to compute, not one county's inside it.
    """
    covered = Q(pk__in=[])
    for grant in user.held_grants:
        if grant.role in ORGANIZATION:
            covered |= Q(region__code__startswith=grant.scope_prefix)
    return EvaluationRound.objects.filter(covered)


def steers(user: User, evaluation: EvaluationRound) -> bool:
    """May this person have the round computed? As rounds_run_by, for a round already read."""
    return any(
        grant.role in ORGANIZATION and evaluation.region_id.startswith(grant.scope_prefix) for grant in user.held_grants
    )


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


def latest_runs(evaluation: EvaluationRound, user: User) -> list[Progress]:
    runs = list(evaluation.runs.order_by("-pk")[:RUNS_SHOWN])
    names = names_of(run.requested_by for run in runs)
    return [Progress(run, failures_told(user), names.get(run.requested_by, "")) for run in runs]
