"""What is due and how far it is: marks of edited counties, and runs over a round. The broker only hurries these."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from branches.models import Region
from evaluations.models.round import EvaluationRound


class RatingMark(models.Model):
    """Edits not yet counted: written by the database with the edit, deleted with the rating that read it."""

    round = models.ForeignKey(EvaluationRound, models.PROTECT, related_name="+", db_index=False)
    county = models.ForeignKey(Region, models.PROTECT, related_name="+", db_index=False)
    edits = models.PositiveIntegerField(default=1, db_default=1)
    created_at = models.DateTimeField(db_default=Now())
    queued_at = models.DateTimeField(null=True)  # when a message last went out for it

    class Meta:
        verbose_name = _("pending edit")
        verbose_name_plural = _("pending edits")
        indexes = [models.Index(fields=["round", "county"], name="mark_of_county")]


class RunState(models.TextChoices):
    RUNNING = "running", _("Running")
    CANCELLED = "cancelled", _("Stopped")
    DONE = "done", _("Done")


class StepState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class RatingRun(models.Model):
    """A recompute of a whole round: its steps are counties; its figures are what the page and the command show."""

    round = models.ForeignKey(EvaluationRound, models.PROTECT, related_name="runs", verbose_name=_("round"))
    state = models.CharField(_("state"), max_length=10, choices=RunState, default=RunState.RUNNING)
    requested_by = models.CharField(_("requested by"), max_length=200)
    created_at = models.DateTimeField(_("started at"), db_default=Now())
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    counties = models.PositiveIntegerField(_("counties"), default=0)
    counties_done = models.PositiveIntegerField(_("counties done"), default=0)
    branches = models.PositiveIntegerField(_("branches"), default=0)
    branches_done = models.PositiveIntegerField(_("branches done"), default=0)
    changed = models.PositiveIntegerField(_("results changed"), default=0)
    parked = models.PositiveIntegerField(_("branches parked"), default=0)
    failures = models.PositiveIntegerField(_("counties failed"), default=0)

    class Meta:
        verbose_name = _("rating run")
        verbose_name_plural = _("rating runs")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["round"], condition=Q(state="running"), name="one_run_at_a_time_in_round")
        ]

    def __str__(self) -> str:
        return f"{self.round} #{self.pk}"


class RatingStep(models.Model):
    """One county of a run."""

    run = models.ForeignKey(RatingRun, models.CASCADE, related_name="steps")
    county = models.ForeignKey(Region, models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=StepState, default=StepState.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    queued_at = models.DateTimeField(null=True)
    branches = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    parked = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=300, default="")

    class Meta:
        verbose_name = _("county of a run")
        verbose_name_plural = _("counties of a run")
        constraints = [models.UniqueConstraint(fields=["run", "county"], name="county_once_in_run")]
