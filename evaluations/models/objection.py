"""What is said against a result: the public's objections on notice, the township's appeals after the seal."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from branches.models import Branch
from evaluations.models.proposal import PublicNotice
from evaluations.models.round import RosterEntry, RoundCounty
from evaluations.models.seal import SealedCounty
from evaluations.workflow import AppealStatus, ObjectionStatus
from scoring.models import StarCode


class Objection(models.Model):
    """One objection to one star of one branch. Who filed it is in ObjectionContact, if anywhere, and nowhere else."""

    county = models.ForeignKey(RoundCounty, models.PROTECT, related_name="objections")
    notice = models.ForeignKey(PublicNotice, models.PROTECT, related_name="objections")
    entry = models.ForeignKey(RosterEntry, models.PROTECT, related_name="objections")
    star = models.CharField(_("star"), max_length=20, choices=StarCode)
    text = models.CharField(_("what is objected to"), max_length=1000)
    receipt = models.CharField(_("receipt number"), max_length=30, unique=True)
    filed_at = models.DateTimeField(_("filed at"), db_default=Now())
    recorded_by = models.CharField(_("taken down by"), max_length=200, blank=True)  # told by telephone or on paper
    status = models.CharField(_("status"), max_length=10, choices=ObjectionStatus, default=ObjectionStatus.FILED)
    revision = models.PositiveIntegerField(default=0, db_default=0)
    finding = models.CharField(_("finding"), max_length=1000, blank=True)
    checked_by = models.CharField(_("checked by"), max_length=200, blank=True)
    checked_at = models.DateTimeField(_("checked at"), null=True, blank=True)
    reply = models.CharField(_("reply"), max_length=1000, blank=True)
    document = models.CharField(_("decision number"), max_length=120, blank=True)
    ruled_by = models.CharField(_("ruled by"), max_length=200, blank=True)
    ruled_at = models.DateTimeField(_("ruled at"), null=True, blank=True)

    class Meta:
        verbose_name = _("objection")
        verbose_name_plural = _("objections")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(name="objection_says_something", condition=~Q(text="")),
            models.CheckConstraint(
                name="objection_ruled_with_a_reply_by_another",
                condition=~Q(status__in=[ObjectionStatus.UPHELD, ObjectionStatus.REJECTED])
                | (~Q(reply="") & ~Q(ruled_by="") & ~Q(ruled_by=F("checked_by"))),
            ),
        ]
        indexes = [models.Index(fields=["county", "status"], name="objections_of_county")]

    def __str__(self) -> str:
        return self.receipt


class ObjectionContact(models.Model):
    """How to reach who objected: given freely, seen only by the handlers, erased after the ruling."""

    objection = models.OneToOneField(Objection, models.CASCADE, primary_key=True, related_name="contact")
    contact = models.CharField(_("contact details"), max_length=200)

    class Meta:
        verbose_name = _("contact of an objection")
        verbose_name_plural = _("contacts of objections")

    def __str__(self) -> str:
        return str(self.objection_id)


class FilingCount(models.Model):
    """How many objections came from one place in one stretch of time, so that nobody drowns the handlers.

    `key` is a salted hash, of an address or of the county; the row goes after a day.
    """

    key = models.CharField(max_length=64)
    began = models.DateTimeField(_("from"))
    count = models.PositiveIntegerField(_("objections"), default=0)

    class Meta:
        verbose_name = _("count of objections filed")
        verbose_name_plural = _("counts of objections filed")
        constraints = [models.UniqueConstraint(fields=["key", "began"], name="filing_counted_once")]
        indexes = [models.Index(fields=["began"], name="filing_counts_by_time")]

    def __str__(self) -> str:
        return f"{self.began:%Y-%m-%d %H:%M} {self.count}"


class Appeal(models.Model):
    """A township's appeal for a star its branch did not get, decided by others than the first reviewers."""

    seal = models.ForeignKey(SealedCounty, models.PROTECT, related_name="appeals")
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="+")
    star = models.CharField(_("star"), max_length=20, choices=StarCode)
    reason = models.CharField(_("reason"), max_length=1000)
    document = models.CharField(_("document number"), max_length=120, blank=True)
    receipt = models.CharField(_("receipt number"), max_length=30, unique=True)
    filed_by = models.CharField(_("filed by"), max_length=200)
    filed_at = models.DateTimeField(_("filed at"), db_default=Now())
    status = models.CharField(_("status"), max_length=10, choices=AppealStatus, default=AppealStatus.FILED)
    revision = models.PositiveIntegerField(default=0, db_default=0)
    reply = models.CharField(_("reply"), max_length=1000, blank=True)
    ruling_document = models.CharField(_("decision number"), max_length=120, blank=True)
    ruled_by = models.CharField(_("ruled by"), max_length=200, blank=True)
    ruled_at = models.DateTimeField(_("ruled at"), null=True, blank=True)

    class Meta:
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["seal", "branch", "star"], name="appeal_once_per_star"),
            models.CheckConstraint(
                name="appeal_ruled_with_a_reply_by_another",
                condition=Q(status=AppealStatus.FILED) | (~Q(reply="") & ~Q(ruled_by="") & ~Q(ruled_by=F("filed_by"))),
            ),
        ]

    def __str__(self) -> str:
        return self.receipt
