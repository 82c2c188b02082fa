"""The review of a branch's stars, each on its own: its state, corrections, countersignatures, visits on site."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from branches.models import Department
from evaluations.models.guards import kept_for_good
from evaluations.models.round import RosterEntry, RoundCounty
from evaluations.models.value import Value
from evaluations.workflow import StarStatus
from scoring.models import Criterion, StarCode, refuse_truncate


class StarReview(models.Model):
    """One star of one branch on its road: made when the township passes the branch, moved only by services/road.

    `revision` grows with every move, correction and veto, so that nobody decides on what they have not seen.
    """

    entry = models.ForeignKey(RosterEntry, models.CASCADE, related_name="star_reviews")
    star = models.CharField(_("star"), max_length=20, choices=StarCode)
    status = models.CharField(_("status"), max_length=20, choices=StarStatus, default=StarStatus.REVIEWING)
    revision = models.PositiveIntegerField(default=0, db_default=0)
    unlocked = ArrayField(models.CharField(max_length=32), default=list, db_default=[], blank=True)
    due = models.DateTimeField(_("to be answered by"), null=True, blank=True)
    changed_at = models.DateTimeField(db_default=Now())
    decided_by = models.CharField(max_length=200, blank=True, db_default="")

    class Meta:
        verbose_name = _("star review")
        verbose_name_plural = _("star reviews")
        constraints = [
            models.UniqueConstraint(fields=["entry", "star"], name="star_reviewed_once"),
            models.CheckConstraint(
                name="star_returned_with_criteria_and_due",
                condition=~Q(status=StarStatus.RETURNED) | (~Q(unlocked=[]) & Q(due__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(
                name="stars_not_recommended", fields=["entry"], condition=Q(status=StarStatus.NOT_RECOMMENDED)
            ),
            models.Index(name="stars_by_status", fields=["star", "status"]),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.star} {self.status}"


class StarLook(models.Model):
    """What one person saw last of a star of a branch, so that their list can say what has changed since.

    Written when they left its page by a button; for themselves alone: nobody else is shown it, and it is no record.
    """

    review = models.ForeignKey(StarReview, models.CASCADE, related_name="looks")
    person = models.CharField(max_length=200)
    revision = models.PositiveIntegerField()
    stamp = models.PositiveBigIntegerField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("last look")
        verbose_name_plural = _("last looks")
        constraints = [models.UniqueConstraint(fields=["review", "person"], name="one_last_look")]

    def __str__(self) -> str:
        return f"{self.review_id} {self.person}"


class Correction(models.Model):
    """A value corrected inside a review, kept beside the reported one: who, why, from what to what. Never changed."""

    value = models.ForeignKey(Value, models.PROTECT, related_name="corrections")
    entry = models.ForeignKey(RosterEntry, models.PROTECT, related_name="corrections")
    star = models.CharField(_("star"), max_length=20, choices=StarCode)
    before = models.CharField(_("counted before"), max_length=60)
    after = models.CharField(_("counted since"), max_length=60)
    reason = models.CharField(_("reason"), max_length=300)
    document = models.CharField(_("document number"), max_length=120, blank=True)
    by = models.CharField(_("corrected by"), max_length=200)
    at = models.DateTimeField(_("corrected at"), db_default=Now())

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        ordering = ["pk"]
        constraints = [models.CheckConstraint(name="correction_has_a_reason", condition=~Q(reason=""))]
        triggers = [
            kept_for_good("correction_kept", "a correction is never changed"),
            refuse_truncate("correction_not_truncated"),
        ]

    def __str__(self) -> str:
        return f"{self.value_id} {self.before} → {self.after}"


class Countersign(models.Model):
    """A co-department's word on one criterion of one branch: the last one counts. Never changed."""

    entry = models.ForeignKey(RosterEntry, models.PROTECT, related_name="countersigns")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+")
    department = models.ForeignKey(Department, models.PROTECT, related_name="+")
    value_revision = models.PositiveIntegerField(_("revision of the value seen"))
    agrees = models.BooleanField(_("agrees"))
    note = models.CharField(_("note"), max_length=300, blank=True)
    by = models.CharField(_("signed by"), max_length=200)
    at = models.DateTimeField(_("signed at"), db_default=Now())

    class Meta:
        verbose_name = _("countersignature")
        verbose_name_plural = _("countersignatures")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(name="dissent_has_a_note", condition=Q(agrees=True) | ~Q(note="")),
        ]
        indexes = [models.Index(fields=["entry", "criterion", "department"], name="countersign_of_value")]
        triggers = [
            kept_for_good("countersign_kept", "a countersignature is never changed"),
            refuse_truncate("countersign_not_truncated"),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.criterion_id} {self.department_id}"


class SiteSample(models.Model):
    """Branches drawn for a visit on site, for one star: by a seed nobody chose, so that anyone can draw them again.

    The seed is the SHA-256 of the county's ledger head as it stood, the round and the star (services/sampling.py).
    """

    county = models.ForeignKey(RoundCounty, models.PROTECT, related_name="samples")
    star = models.CharField(_("star"), max_length=20, choices=StarCode)
    size = models.PositiveSmallIntegerField(_("branches drawn"))
    of = models.PositiveIntegerField(_("branches drawn from"))
    ledger_sequence = models.PositiveBigIntegerField(_("ledger entry"))
    ledger_hash = models.CharField(_("ledger head"), max_length=64)
    seed = models.CharField(_("seed"), max_length=64)
    by = models.CharField(_("drawn by"), max_length=200)
    at = models.DateTimeField(_("drawn at"), db_default=Now())

    class Meta:
        verbose_name = _("site-check sample")
        verbose_name_plural = _("site-check samples")
        ordering = ["pk"]
        triggers = [
            kept_for_good("sample_kept", "a sample is never changed"),
            refuse_truncate("sample_not_truncated"),
        ]

    def __str__(self) -> str:
        return f"{self.county} {self.star} {self.size}"


class SiteCheck(models.Model):
    """A branch of a sample, and what was found there once it was visited."""

    sample = models.ForeignKey(SiteSample, models.PROTECT, related_name="checks")
    entry = models.ForeignKey(RosterEntry, models.PROTECT, related_name="site_checks")
    checked_on = models.DateField(_("visited on"), null=True, blank=True)
    agrees = models.BooleanField(_("as reported"), null=True, blank=True)
    finding = models.CharField(_("finding"), max_length=300, blank=True, db_default="")
    by = models.CharField(_("recorded by"), max_length=200, blank=True, db_default="")
    at = models.DateTimeField(_("recorded at"), null=True, blank=True)

    class Meta:
        verbose_name = _("site check")
        verbose_name_plural = _("site checks")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["sample", "entry"], name="branch_once_in_sample"),
            models.CheckConstraint(name="site_check_difference_described", condition=~Q(agrees=False) | ~Q(finding="")),
        ]

    def __str__(self) -> str:
        return f"{self.sample_id} {self.entry_id}"
