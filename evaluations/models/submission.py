"""A branch's submission on its road, the decisions that moved it, and the time a county gives for it."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from branches.models import Department, Region
from evaluations.models.guards import kept_for_good
from evaluations.models.round import RosterEntry, RoundCounty
from evaluations.workflow import Status
from scoring.models import refuse_truncate


class Submission(models.Model):
    """One branch's submission in a round: made with its roster entry, moved only by services/road.py.

    `unlocked` are the codes of the criteria a return opened again, be it of the branch (while draft; empty means that
    all are open) or of some of its stars (while passed; empty means that none is). `answer_due` is to when they may be
    corrected whatever the county's deadline. `revision` grows with every move.
    """

    entry = models.OneToOneField(RosterEntry, models.CASCADE, primary_key=True, related_name="submission")
    status = models.CharField(_("status"), max_length=20, choices=Status, default=Status.DRAFT, db_default=Status.DRAFT)
    revision = models.PositiveIntegerField(default=0, db_default=0)
    unlocked = ArrayField(models.CharField(max_length=32), default=list, db_default=[], blank=True)
    answer_due = models.DateTimeField(_("to be answered by"), null=True, blank=True)
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    receipt = models.CharField(_("receipt"), max_length=30, blank=True, db_default="")
    late = models.BooleanField(_("late"), default=False, db_default=False)

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        constraints = [
            models.CheckConstraint(
                name="submitted_with_receipt",
                condition=Q(status__in=[Status.DRAFT, Status.ABSENT])
                | (Q(submitted_at__isnull=False) & ~Q(receipt="")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.status}"


class Decision(models.Model):
    """One move on the road: who, in which role and for whom, when, from where to where, why. Never changed.

    Of a submission or one of its stars where `submission` is given, of the county itself otherwise.
    """

    submission = models.ForeignKey(Submission, models.PROTECT, null=True, blank=True, related_name="decisions")
    county = models.ForeignKey(RoundCounty, models.PROTECT, null=True, blank=True, related_name="decisions")
    star = models.CharField(_("star"), max_length=20, blank=True, db_default="")
    action = models.CharField(max_length=20)
    source = models.CharField(max_length=20)
    target = models.CharField(max_length=20)
    at = models.DateTimeField(db_default=Now())
    by = models.CharField(max_length=200)
    role = models.CharField(max_length=30, blank=True, db_default="")
    acting_for = models.CharField(max_length=200, blank=True, db_default="")
    reason = models.CharField(max_length=300, blank=True)
    criteria = ArrayField(models.CharField(max_length=32), default=list, blank=True)
    due = models.DateTimeField(null=True, blank=True)
    document = models.CharField(max_length=120, blank=True, db_default="")
    late = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="decision_of_one_subject",
                condition=Q(submission__isnull=False, county=None) | Q(submission=None, county__isnull=False),
            ),
        ]
        triggers = [
            kept_for_good("decision_kept", "a decision is never changed"),
            refuse_truncate("decision_not_truncated"),
        ]

    def __str__(self) -> str:
        return f"{self.submission_id or self.county_id} {self.action}"


class Extension(models.Model):
    """More time for one township or department: asked for with a reason, granted or refused by an approver."""

    county = models.ForeignKey(RoundCounty, models.PROTECT, related_name="extensions")
    township = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, related_name="+")
    department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="+")
    until = models.DateTimeField(_("until"))
    reason = models.CharField(_("reason"), max_length=300)
    asked_by = models.CharField(_("asked by"), max_length=200)
    asked_at = models.DateTimeField(_("asked at"), db_default=Now())
    decided_by = models.CharField(_("decided by"), max_length=200, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    granted = models.BooleanField(_("granted"), default=False)
    answer = models.CharField(_("answer"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("extension")
        verbose_name_plural = _("extensions")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(name="extension_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="extension_of_one_unit",
                condition=Q(township__isnull=False, department=None) | Q(township=None, department__isnull=False),
            ),
            models.CheckConstraint(
                name="extension_granted_by_another",
                condition=Q(granted=False) | (~Q(decided_by="") & ~Q(decided_by=models.F("asked_by"))),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.township or self.department} {self.until:%Y-%m-%d %H:%M}"
