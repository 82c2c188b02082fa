"""Results: derived, safe to delete and compute again, never edited."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from branches.models import Branch, Region
from evaluations.models.round import EvaluationRound
from scoring.models import STAR_CODES, StarCode


def score_field(code: str) -> models.DecimalField:
    return models.DecimalField(StarCode(code).label, max_digits=8, decimal_places=2, null=True)


def derived_from(model: type[models.Model], name: str) -> models.ForeignKey:
    """A key that the database does not check: the roster's, which it does check, are where it comes from."""
    return models.ForeignKey(
        model, models.PROTECT, related_name="+", verbose_name=name, db_index=False, db_constraint=False
    )


class RatingQuerySet(models.QuerySet):
    def of(self, round_id: int, county_code: str) -> RatingQuerySet:
        """One county's results in one round."""
        return self.filter(round_id=round_id, county_id=county_code)

    def in_rank_order(self) -> RatingQuerySet:
        """By county rank, parked last; rows inside one rank by branch code."""
        return self.order_by(F("county_rank").asc(nulls_last=True), "branch__code")

    def for_listing(self) -> RatingQuerySet:
        return self.select_related("branch", "township").defer("points", "basis")


class Rating(models.Model):
    """One branch's result in one round.

    `earned`, `vetoed` and `unmet` are star codes joined by a space, in the stars' order. `points` holds each
    criterion's points in ten-thousandths in the set's order, null where not applicable; `basis` the numbers scored by
    the criteria whose basis is not the value itself, likewise. `input_digest` covers everything the result was
    computed from but the other branches' ranks.

    The database checks no foreign keys here: rows come from the roster, whose keys it does check, in the transaction
    that read it, and four checks a row took longer than all the arithmetic.
    """

    round = derived_from(EvaluationRound, _("round"))
    branch = derived_from(Branch, _("branch"))
    county = derived_from(Region, _("county"))
    township = derived_from(Region, _("township"))
    industry, ecology, civility, governance, rule_of_law = map(score_field, STAR_CODES)
    earned = models.CharField(_("stars earned"), max_length=60)
    vetoed = models.CharField(_("stars vetoed"), max_length=60)
    unmet = models.CharField(_("stars with a mandatory criterion not met"), max_length=60)
    level = models.SmallIntegerField(_("level"), null=True)
    index = models.DecimalField(_("index"), max_digits=8, decimal_places=2, null=True)
    county_rank = models.IntegerField(_("county rank"), null=True)
    township_rank = models.IntegerField(_("township rank"), null=True)
    previous_rank = models.IntegerField(_("last sealed rank"), null=True)
    parked = models.CharField(_("why parked"), max_length=300)
    points = models.JSONField(_("points in ten-thousandths"))
    basis = models.JSONField(_("basis in ten-thousandths"))
    input_digest = models.CharField(_("digest of the inputs"), max_length=64)

    objects = RatingQuerySet.as_manager()

    class Meta:
        verbose_name = _("rating")
        verbose_name_plural = _("ratings")
        constraints = [
            models.UniqueConstraint(fields=["round", "branch"], name="rating_once"),
            models.CheckConstraint(
                name="rating_parked_or_ranked",
                condition=Q(parked="", level__isnull=False, county_rank__isnull=False)
                | (~Q(parked="") & Q(level=None, county_rank=None, township_rank=None)),
            ),
        ]
        indexes = [models.Index(fields=["round", "county", "county_rank"], name="rating_of_county")]

    def __str__(self) -> str:
        return f"{self.branch_id} {self.level}"

    @property
    def earned_stars(self) -> list[str]:
        return self.earned.split()

    @property
    def movement(self) -> int | None:
        """Places gained on the last sealed rank; None without one."""
        if self.previous_rank is None or self.county_rank is None:
            return None
        return self.previous_rank - self.county_rank
