"""The standard a county rates by: a criteria set, its stars and its criteria; frozen by the database once published."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from branches.models import Kind, shown_name

STAR_CODES = ("industry", "ecology", "civility", "governance", "rule_of_law")  # the five slots; labels are data
ALL_STARS = "all"


class StarCode(models.TextChoices):
    INDUSTRY = "industry", _("Industry")
    ECOLOGY = "ecology", _("Ecology")
    CIVILITY = "civility", _("Civility")
    GOVERNANCE = "governance", _("Governance")
    RULE_OF_LAW = "rule_of_law", _("Rule of law")


class ValueType(models.TextChoices):
    NUMBER = "number", _("Number")
    PERCENT = "percent", _("Percent")
    COUNT = "count", _("Count")
    YESNO = "yesno", _("Yes or no")
    CHOICE = "choice", _("Choice")


class Direction(models.TextChoices):
    HIGHER = "higher", _("Higher is better")
    LOWER = "lower", _("Lower is better")


class Basis(models.TextChoices):
    VALUE = "value", _("The value itself")
    YOY_PERCENT = "yoy_percent", _("Growth on last year, %")
    PER_1000_RESIDENTS = "per_1000_residents", _("Per 1,000 residents")
    PER_100_HOUSEHOLDS = "per_100_households", _("Per 100 households")
    PERCENT_OF_COUNTY_MEAN = "percent_of_county_mean", _("Percent of the county's mean")
    MINMAX_IN_COUNTY = "minmax_in_county", _("Place between the county's lowest and highest, %")
    RANK_PERCENT_IN_COUNTY = "rank_percent_in_county", _("Rank in the county, %")


class Periods(models.TextChoices):
    YEAR = "year", _("One value a year")
    QUARTERS = "quarters", _("One value a quarter")


class RuleKey(models.TextChoices):
    THRESHOLD = "threshold", _("Threshold")
    LINEAR = "linear", _("Linear")
    BANDS = "bands", _("Bands")
    DEDUCT = "deduct", _("Deduct")
    CHOICE = "choice", _("Choice")


class Source(models.TextChoices):
    TOWNSHIP = "township", _("Entered by the township")
    DEPARTMENT = "department", _("Department data")
    INSPECTION = "inspection", _("Inspection")
    DERIVED = "derived", _("Derived")


def frozen_trigger(name: str, table_condition: str) -> pgtrigger.Trigger:
    """Refuse every write to a row that belongs to a published set, whoever writes it."""
    return pgtrigger.Trigger(
        name=name,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        when=pgtrigger.Before,
        func=f"""
            {table_condition}
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
        """,
    )


def refuse_truncate(name: str) -> pgtrigger.Trigger:
    """Refuse TRUNCATE, which row triggers never see."""
    return pgtrigger.Trigger(
        name=name,
        operation=pgtrigger.Truncate,
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        func="RAISE EXCEPTION 'this table is never truncated' USING ERRCODE = 'integrity_constraint_violation';",
    )


REFUSE_IF_SET_IS_PUBLISHED = """
    IF EXISTS (
        SELECT 1 FROM scoring_criteriaset s WHERE s.published_at IS NOT NULL AND s.id IN (
            CASE WHEN TG_OP <> 'INSERT' THEN OLD.criteria_set_id END,
            CASE WHEN TG_OP <> 'DELETE' THEN NEW.criteria_set_id END)
    ) THEN
        RAISE EXCEPTION 'the criteria set is published and can no longer change'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
"""
REFUSE_IF_PUBLISHED = """
    IF TG_OP <> 'INSERT' AND OLD.published_at IS NOT NULL THEN
        RAISE EXCEPTION 'the criteria set is published and can no longer change'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
"""


class CriteriaSet(models.Model):
    """A year's standard for one kind of branch: a draft until published, then unchangeable."""

    id = models.AutoField(primary_key=True)
    name = models.CharField(_("name"), max_length=60, unique=True)
    kind = models.CharField(_("kind of branch"), max_length=10, choices=Kind, default=Kind.VILLAGE)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("criteria set")
        verbose_name_plural = _("criteria sets")
        ordering = ["name"]
        triggers = [
            frozen_trigger("criteria_set_frozen", REFUSE_IF_PUBLISHED),
            refuse_truncate("criteria_set_kept"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_published(self) -> bool:
        return self.published_at is not None


class Star(models.Model):
    """One of the five stars, as this set names and weighs it."""

    id = models.AutoField(primary_key=True)
    criteria_set = models.ForeignKey(CriteriaSet, models.PROTECT, related_name="stars", verbose_name=_("criteria set"))
    code = models.CharField(_("star"), max_length=20, choices=StarCode)
    label = models.CharField(_("label"), max_length=30)
    label_en = models.CharField(_("English label"), max_length=60, blank=True)
    pass_line = models.DecimalField(_("pass line"), max_digits=9, decimal_places=4)
    weight = models.DecimalField(_("weight"), max_digits=9, decimal_places=4)
    bonus_cap = models.DecimalField(_("bonus cap"), max_digits=9, decimal_places=4)
    lead_department = models.CharField(_("lead department"), max_length=60, blank=True)
    order = models.PositiveSmallIntegerField(_("order"))

    class Meta:
        verbose_name = _("star")
        verbose_name_plural = _("stars")
        ordering = ["criteria_set", "order"]
        constraints = [
            models.UniqueConstraint(fields=["criteria_set", "code"], name="star_once_in_set"),
            models.CheckConstraint(name="star_weight_above_0", condition=Q(weight__gt=0, weight__lt=100_000)),
            models.CheckConstraint(
                name="star_lines_not_negative",
                condition=Q(pass_line__gte=0, pass_line__lt=100_000, bonus_cap__gte=0, bonus_cap__lt=100_000),
            ),
        ]
        triggers = [frozen_trigger("star_frozen", REFUSE_IF_SET_IS_PUBLISHED), refuse_truncate("star_kept")]

    def __str__(self) -> str:
        return self.shown_name

    @property
    def shown_name(self) -> str:
        english = (get_language() or "").startswith("en")
        return self.label_en if self.label_en and english else self.label


class Criterion(models.Model):
    """One indicator: what is asked, of whom, and how it earns points."""

    id = models.AutoField(primary_key=True)
    criteria_set = models.ForeignKey(
        CriteriaSet, models.PROTECT, related_name="criteria", verbose_name=_("criteria set")
    )
    star = models.CharField(_("star"), max_length=20, choices=[*StarCode.choices, (ALL_STARS, _("All stars"))])
    code = models.CharField(_("code"), max_length=32)
    name = models.CharField(_("name"), max_length=120)
    name_en = models.CharField(_("English name"), max_length=200, blank=True)
    value_type = models.CharField(_("value type"), max_length=10, choices=ValueType)
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    direction = models.CharField(_("direction"), max_length=10, choices=Direction)
    basis = models.CharField(_("basis"), max_length=30, choices=Basis)
    periods = models.CharField(_("periods"), max_length=10, choices=Periods)
    rule = models.CharField(_("rule"), max_length=10, choices=RuleKey)
    parameters = models.TextField(_("parameters"), default="{}", help_text=_("JSON; numbers are read as decimals"))
    max_points = models.DecimalField(_("full points"), max_digits=9, decimal_places=4)
    mandatory = models.BooleanField(_("mandatory"), default=False)
    veto = models.BooleanField(_("veto"), default=False)
    bonus = models.BooleanField(_("bonus"), default=False)
    source = models.CharField(_("source"), max_length=12, choices=Source)
    department = models.CharField(_("department"), max_length=200, blank=True)
    evidence = models.CharField(_("evidence"), max_length=300, blank=True)
    required = models.BooleanField(_("required before submitting"), default=False)
    files = models.PositiveSmallIntegerField(_("files allowed"), default=0)
    stable = models.BooleanField(_("stable fact"), default=False)
    checks = models.TextField(_("checks"), default="{}", blank=True)
    order = models.PositiveSmallIntegerField(_("order"))

    class Meta:
        verbose_name = _("criterion")
        verbose_name_plural = _("criteria")
        ordering = ["criteria_set", "order"]
        constraints = [
            models.UniqueConstraint(fields=["criteria_set", "code"], name="criterion_once_in_set"),
            models.CheckConstraint(name="criterion_code_shape", condition=Q(code__regex=r"^[A-Z0-9]+(-[A-Z0-9]+)*$")),
            models.CheckConstraint(
                name="criterion_points_by_kind",
                condition=Q(veto=True, max_points=0) | Q(veto=False, max_points__gt=0, max_points__lt=100_000),
            ),
            models.CheckConstraint(
                name="criterion_one_flag",
                condition=~Q(mandatory=True, veto=True) & ~Q(mandatory=True, bonus=True) & ~Q(veto=True, bonus=True),
            ),
            models.CheckConstraint(name="criterion_files_at_most_2", condition=Q(files__lte=2)),
        ]
        triggers = [frozen_trigger("criterion_frozen", REFUSE_IF_SET_IS_PUBLISHED), refuse_truncate("criterion_kept")]

    def __str__(self) -> str:
        return f"{self.code} {self.shown_name}"

    @property
    def owner(self) -> str:
        """The department that owns the value: the first named, without the remark in brackets."""
        first = self.department.split("、")[0]
        return first.replace("(", "（").split("（")[0].strip()

    @property
    def takes_entry(self) -> bool:
        """May a value be given on a page? Growth is computed, and a veto's number counts its records."""
        return self.basis != Basis.YOY_PERCENT and not (self.veto and self.value_type == ValueType.COUNT)

    @property
    def shown_name(self) -> str:
        return shown_name(self)
