"""Sealed results: what was decided, with everything it was computed from, never to change again."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from branches.models import Branch, Region
from evaluations.models.guards import kept_for_good
from evaluations.models.rating import score_field
from evaluations.models.round import EvaluationRound
from scoring.models import STAR_CODES, StarCode, refuse_truncate

SEALED = "a sealed result never changes"


class SealedCounty(models.Model):
    """One county's sealed round: the canonical file and its SHA-256."""

    round = models.ForeignKey(EvaluationRound, models.PROTECT, related_name="seals", verbose_name=_("round"))
    county = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("county"))
    document = models.CharField(_("document number"), max_length=60)
    sealed_at = models.DateTimeField(_("sealed at"), db_default=Now())
    engine_version = models.CharField(_("engine version"), max_length=10)
    content = models.TextField(_("canonical file"))
    sha256 = models.CharField("SHA-256", max_length=64)

    class Meta:
        verbose_name = _("sealed county")
        verbose_name_plural = _("sealed counties")
        constraints = [models.UniqueConstraint(fields=["round", "county"], name="county_sealed_once")]
        triggers = [kept_for_good("seal_kept", SEALED), refuse_truncate("seal_not_truncated")]

    def __str__(self) -> str:
        return f"{self.round} · {self.county} · {self.sha256[:12]}"


class SealedRating(models.Model):
    """One branch's sealed result, as rows for quick reading; the file holds the same."""

    seal = models.ForeignKey(SealedCounty, models.PROTECT, related_name="ratings", verbose_name=_("sealed county"))
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="+", verbose_name=_("branch"))
    industry, ecology, civility, governance, rule_of_law = map(score_field, STAR_CODES)
    earned = models.CharField(_("stars earned"), max_length=60)
    level = models.SmallIntegerField(_("level"), null=True)
    index = models.DecimalField(_("index"), max_digits=8, decimal_places=2, null=True)
    county_rank = models.IntegerField(_("county rank"), null=True)
    township_rank = models.IntegerField(_("township rank"), null=True)

    class Meta:
        verbose_name = _("sealed rating")
        verbose_name_plural = _("sealed ratings")
        constraints = [models.UniqueConstraint(fields=["seal", "branch"], name="branch_sealed_once")]
        triggers = [kept_for_good("sealed_rating_kept", SEALED), refuse_truncate("sealed_rating_not_truncated")]

    def __str__(self) -> str:
        return f"{self.branch} · {self.seal}"


class StarChange(models.Model):
    """A star taken away or given after the seal: the yearly list stays, the current list changes from a day on."""

    class Cause(models.TextChoices):
        REVOCATION = "revocation", _("revocation")
        APPEAL = "appeal", _("appeal")
        OBJECTION = "objection", _("objection")

    seal = models.ForeignKey(SealedCounty, models.PROTECT, related_name="changes", verbose_name=_("sealed county"))
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="+", verbose_name=_("branch"))
    star = models.CharField(_("star"), max_length=20, choices=StarCode)
    gained = models.BooleanField(_("given"))
    cause = models.CharField(_("cause"), max_length=12, choices=Cause)
    effective_on = models.DateField(_("effective from"))
    document = models.CharField(_("decision number"), max_length=120)
    reason = models.CharField(_("reason"), max_length=300)
    by = models.CharField(_("decided by"), max_length=200)
    at = models.DateTimeField(_("decided at"), db_default=Now())

    class Meta:
        verbose_name = _("change after the seal")
        verbose_name_plural = _("changes after the seal")
        ordering = ["effective_on", "pk"]
        constraints = [
            models.CheckConstraint(
                name="star_change_with_reason", condition=~models.Q(document="") & ~models.Q(reason="")
            )
        ]
        triggers = [
            kept_for_good("star_change_kept", "a change after the seal is never changed"),
            refuse_truncate("star_change_not_truncated"),
        ]

    def __str__(self) -> str:
        return f"{self.branch_id} {self.star} {self.effective_on}"
