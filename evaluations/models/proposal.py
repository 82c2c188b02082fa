"""The list that is proposed, approved and put on public notice."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from evaluations.models.round import RoundCounty
from evaluations.workflow import ProposalStatus
from scoring.models import refuse_truncate

CONTENT_KEPT = """
    IF TG_OP = 'DELETE' OR (NEW.content, NEW.digest, NEW.number, NEW.made_by, NEW.county_id)
        IS DISTINCT FROM (OLD.content, OLD.digest, OLD.number, OLD.made_by, OLD.county_id) THEN
        RAISE EXCEPTION 'a proposed list is never changed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
"""


class Proposal(models.Model):
    """A frozen list: per branch what it was to get, and the digest of everything that stood behind it."""

    county = models.ForeignKey(RoundCounty, models.PROTECT, related_name="proposals")
    number = models.PositiveSmallIntegerField(_("number"))
    status = models.CharField(_("status"), max_length=10, choices=ProposalStatus, default=ProposalStatus.LISTED)
    revision = models.PositiveIntegerField(default=0, db_default=0)
    content = models.TextField(_("canonical list"))  # JSON: branch, name, township, level, index, rank, earned
    digest = models.CharField("SHA-256", max_length=64)  # of the county's state behind the list
    made_by = models.CharField(_("proposed by"), max_length=200)
    made_at = models.DateTimeField(_("proposed at"), db_default=Now())
    minutes = models.CharField(_("minutes number"), max_length=120, blank=True)
    approved_by = models.CharField(_("approved by"), max_length=200, blank=True)
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    returned_by = models.CharField(_("returned by"), max_length=200, blank=True)
    returned_at = models.DateTimeField(_("returned at"), null=True, blank=True)
    returned_reason = models.CharField(_("why returned"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("proposed list")
        verbose_name_plural = _("proposed lists")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["county", "number"], name="proposal_number_once"),
            models.UniqueConstraint(
                fields=["county"], condition=~Q(status=ProposalStatus.RETURNED), name="one_proposal_at_a_time"
            ),
            models.CheckConstraint(
                name="proposal_approved_by_another_with_minutes",
                condition=~Q(status=ProposalStatus.APPROVED)
                | (~Q(minutes="") & ~Q(approved_by="") & ~Q(approved_by=F("made_by"))),
            ),
            models.CheckConstraint(
                name="proposal_returned_with_reason",
                condition=~Q(status=ProposalStatus.RETURNED) | ~Q(returned_reason=""),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="proposal_content_kept",
                operation=pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func=CONTENT_KEPT,
            ),
            refuse_truncate("proposal_not_truncated"),
        ]

    def __str__(self) -> str:
        return f"{self.county} · {self.number}"


class PublicNotice(models.Model):
    """An approved list shown to the public for some working days. Editions are never used twice."""

    proposal = models.OneToOneField(Proposal, models.PROTECT, related_name="notice")
    county = models.ForeignKey(RoundCounty, models.PROTECT, related_name="notices")
    edition = models.PositiveSmallIntegerField(_("edition"))
    opened_at = models.DateTimeField(_("opened at"), db_default=Now())
    opened_by = models.CharField(_("opened by"), max_length=200)
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    days = models.PositiveSmallIntegerField(_("working days"))
    contact = models.CharField(_("contact"), max_length=200)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    withdrawn_reason = models.CharField(_("why withdrawn"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("public notice")
        verbose_name_plural = _("public notices")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["county", "edition"], name="notice_edition_once"),
            models.UniqueConstraint(
                fields=["county"], condition=Q(withdrawn_at=None), name="one_public_notice_at_a_time"
            ),
            models.CheckConstraint(name="public_notice_of_five_days", condition=Q(days__gte=5)),
            models.CheckConstraint(name="public_notice_ends_after_it_begins", condition=Q(last_day__gt=F("first_day"))),
            models.CheckConstraint(
                name="public_notice_withdrawn_with_reason", condition=Q(withdrawn_at=None) | ~Q(withdrawn_reason="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.county} · {self.edition}"
