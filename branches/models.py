"""Regions, branches and departments. The 12-digit division code is the tree: an ancestor is a prefix."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Concat, Left
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

CODE_LENGTH = 12


class Level(models.TextChoices):
    PROVINCE = "province", _("Province")
    CITY = "city", _("City")
    COUNTY = "county", _("County")
    TOWNSHIP = "township", _("Township")


SIGNIFICANT_DIGITS = {Level.PROVINCE: 2, Level.CITY: 4, Level.COUNTY: 6, Level.TOWNSHIP: 9}
PARENT = {Level.CITY: Level.PROVINCE, Level.COUNTY: Level.CITY, Level.TOWNSHIP: Level.COUNTY}


def ancestor_code(code: str, level: str) -> str:
    """Return the 12-digit code of the region of that level that contains this region or branch."""
    return code[: SIGNIFICANT_DIGITS[Level(level)]].ljust(CODE_LENGTH, "0")


def shown_name(row) -> str:
    """What a county entered, in English where it gave an English name and the reader asks for English."""
    return row.name_en if row.name_en and (get_language() or "").startswith("en") else row.name


class RegionQuerySet(models.QuerySet):
    def below(self, region: Region) -> RegionQuerySet:
        """The region itself and everything inside it."""
        return self.filter(code__startswith=region.prefix)

    def counties(self) -> RegionQuerySet:
        return self.filter(level=Level.COUNTY)


class Region(models.Model):
    """A province, city, county or township."""

    code = models.CharField(_("division code"), max_length=CODE_LENGTH, primary_key=True)
    name = models.CharField(_("name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=120, blank=True)
    level = models.CharField(_("level"), max_length=10, choices=Level)

    objects = RegionQuerySet.as_manager()

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="region_code_fits_level",
                condition=Q(level="province", code__regex=r"^\d{2}0{10}$")
                | Q(level="city", code__regex=r"^\d{4}0{8}$")
                | Q(level="county", code__regex=r"^\d{6}0{6}$")
                | Q(level="township", code__regex=r"^\d{9}000$"),
                violation_error_message=_("The code must be 12 digits that fit the level, padded with zeros."),
            )
        ]

    def __str__(self) -> str:
        return self.shown_name

    @property
    def prefix(self) -> str:
        """The significant digits: what the codes of everything inside begin with."""
        return self.code[: SIGNIFICANT_DIGITS[Level(self.level)]]

    @property
    def shown_name(self) -> str:
        return shown_name(self)


class Department(models.Model):
    """A county department that owns values or leads a star."""

    county = models.ForeignKey(Region, models.PROTECT, verbose_name=_("county"), related_name="departments")
    name = models.CharField(_("name"), max_length=60)

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering = ["county", "name"]
        constraints = [models.UniqueConstraint(fields=["county", "name"], name="department_once_in_county")]

    def __str__(self) -> str:
        return self.name


class Kind(models.TextChoices):
    VILLAGE = "village", pgettext_lazy("branch kind", "Village")
    COMMUNITY = "community", pgettext_lazy("branch kind", "Community")


class BranchQuerySet(models.QuerySet):
    def below(self, region: Region) -> BranchQuerySet:
        return self.filter(code__startswith=region.prefix)

    def active(self) -> BranchQuerySet:
        return self.filter(active=True)


class Branch(models.Model):
    """A village or community Party branch."""

    id = models.AutoField(primary_key=True)  # four bytes: a province's values hold it three million times
    code = models.CharField(_("division code"), max_length=CODE_LENGTH, unique=True)
    township = models.ForeignKey(Region, models.PROTECT, verbose_name=_("township"), related_name="branches")
    name = models.CharField(_("name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=120, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    population = models.PositiveIntegerField(_("population"), null=True, blank=True)
    households = models.PositiveIntegerField(_("households"), null=True, blank=True)
    active = models.BooleanField(_("active"), default=True)
    sort_key = models.CharField(max_length=400, editable=False)  # pinyin: no PostgreSQL wheel sorts Chinese
    initials = models.CharField(max_length=60, editable=False)

    objects = BranchQuerySet.as_manager()

    class Meta:
        verbose_name = _("branch")
        verbose_name_plural = _("branches")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="branch_code_is_12_digits",
                condition=Q(code__regex=r"^\d{12}$"),
                violation_error_message=_("The code must be 12 digits."),
            ),
            models.CheckConstraint(
                name="branch_lies_in_its_township",
                condition=Q(township=Concat(Left(F("code"), 9), models.Value("000"))),
                violation_error_message=_("The first 9 digits of the code must be the township's."),
            ),
        ]

    def __str__(self) -> str:
        return self.shown_name

    @property
    def shown_name(self) -> str:
        return shown_name(self)

    @property
    def county_code(self) -> str:
        return ancestor_code(self.code, Level.COUNTY)


class Succession(models.Model):
    """A branch that came out of another by a merger or a split: both keep their own history under their own codes."""

    class Way(models.TextChoices):
        MERGER = "merger", _("merger")
        SPLIT = "split", _("split")

    before = models.ForeignKey(Branch, models.PROTECT, related_name="successions", verbose_name=_("branch before"))
    after = models.ForeignKey(Branch, models.PROTECT, related_name="origins", verbose_name=_("branch after"))
    way = models.CharField(_("how"), max_length=10, choices=Way)
    on = models.DateField(_("from"))
    document = models.CharField(_("document number"), max_length=60)

    class Meta:
        verbose_name = _("merger or split")
        verbose_name_plural = _("mergers and splits")
        ordering = ["-on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["before", "after"], name="succession_once"),
            models.CheckConstraint(
                name="succession_of_two_branches",
                condition=~Q(before=F("after")),
                violation_error_message=_("A branch cannot succeed itself."),
            ),
            models.CheckConstraint(name="succession_has_a_document", condition=~Q(document="")),
        ]

    def __str__(self) -> str:
        return f"{self.before_id} → {self.after_id}"


class SpecialDay(models.Model):
    """A day that is not what its weekday says: a holiday or a worked weekend day, everywhere or in one county."""

    county = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="special_days", verbose_name=_("county"),
        limit_choices_to={"level": Level.COUNTY}, help_text=_("Empty: everywhere."),
    )  # fmt: skip
    on = models.DateField(_("day"))
    working = models.BooleanField(_("worked"), default=False)
    name = models.CharField(_("name"), max_length=40)

    class Meta:
        verbose_name = _("holiday or worked weekend")
        verbose_name_plural = _("holidays and worked weekends")
        ordering = ["on", "county"]
        constraints = [models.UniqueConstraint(fields=["county", "on"], name="special_day_once", nulls_distinct=False)]

    def __str__(self) -> str:
        return f"{self.on} {self.name}"
