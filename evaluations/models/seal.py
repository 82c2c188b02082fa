"""Sealed results: what was decided, with everything it was computed from, never to change again."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from branches.models import Branch, Region
from evaluations.models.rating import score_field
from evaluations.models.round import EvaluationRound
from scoring.models import STAR_CODES, refuse_truncate


def sealed_for_good(name: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        operation=pgtrigger.Update | pgtrigger.Delete,
        when=pgtrigger.Before,
        func="RAISE EXCEPTION 'a sealed result never changes' USING ERRCODE = 'integrity_constraint_violation';",
    )


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
        triggers = [sealed_for_good("seal_kept"), refuse_truncate("seal_not_truncated")]

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
        triggers = [sealed_for_good("sealed_rating_kept"), refuse_truncate("sealed_rating_not_truncated")]

    def __str__(self) -> str:
        return f"{self.branch} · {self.seal}"
