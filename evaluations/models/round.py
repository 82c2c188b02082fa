"""A round, its counties (each on its own road) and its roster of branches."""

from __future__ import annotations

import pgtrigger
from django.db import connection, models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from branches.models import Branch, Region
from branches.prepared import execute
from evaluations.workflow import OFFICIAL, State
from scoring.models import CriteriaSet


class EvaluationRound(models.Model):
    """One year's rating of one kind of branch below a region."""

    id = models.AutoField(primary_key=True)
    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("region"))
    year = models.PositiveSmallIntegerField(_("year"))
    criteria_set = models.ForeignKey(CriteriaSet, models.PROTECT, verbose_name=_("criteria set"))
    previous = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("previous round")
    )
    document = models.CharField(_("authorising document number"), max_length=60, blank=True)
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("rating round")
        verbose_name_plural = _("rating rounds")
        ordering = ["-year", "slug"]
        constraints = [
            models.CheckConstraint(name="round_year_in_range", condition=Q(year__gte=2000, year__lte=2100)),
            models.CheckConstraint(name="round_not_its_own_previous", condition=~Q(previous=models.F("id"))),
        ]

    def __str__(self) -> str:
        return self.slug


# Read with every value saved: the same query took the ORM longer to build than the database to answer.
ADDRESSED = """
    SELECT c.id, c.round_id, c.county_id, c.state, r.id, r.slug, r.region_id, r.year, r.criteria_set_id, r.previous_id
    FROM evaluations_roundcounty c JOIN evaluations_evaluationround r ON r.id = c.round_id
    WHERE r.slug = %s AND c.county_id = %s
"""
COUNTY_FIELDS = ("id", "round_id", "county_id", "state")
ROUND_FIELDS = ("id", "slug", "region_id", "year", "criteria_set_id", "previous_id")


class RoundCountyManager(models.Manager):
    def by_address(self, slug: str, county_code: str) -> RoundCounty | None:
        """The county of a round with its round, with what saving a value needs; the rest is read when asked for."""
        with connection.cursor() as cursor:
            execute(cursor, ADDRESSED, [slug, county_code], rows=1)
            row = cursor.fetchone()
        if row is None:
            return None
        found = RoundCounty.from_db(None, COUNTY_FIELDS, row[: len(COUNTY_FIELDS)])
        found.round = EvaluationRound.from_db(None, ROUND_FIELDS, row[len(COUNTY_FIELDS) :])
        return found


class RoundCounty(models.Model):
    """One county's road through a round, with the summary of its last rating."""

    round = models.ForeignKey(EvaluationRound, models.PROTECT, related_name="counties", verbose_name=_("round"))
    county = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("county"))
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.DRAFT)
    document = models.CharField(_("authorising document number"), max_length=60, blank=True)
    revision = models.PositiveIntegerField(_("revision"), default=0, db_default=0)  # grows with every step
    entry_due = models.DateTimeField(_("entry closes at"), null=True, blank=True)
    township_due = models.DateTimeField(_("township checks end at"), null=True, blank=True)
    department_due = models.DateTimeField(_("department reviews end at"), null=True, blank=True)
    notice_days = models.PositiveSmallIntegerField(_("working days of public notice"), default=5, db_default=5)
    appeal_days = models.PositiveSmallIntegerField(_("working days to appeal"), default=10, db_default=10)
    contact = models.CharField(_("contact shown to the public"), max_length=200, blank=True, db_default="")
    prepared_by = models.CharField(_("calendar prepared by"), max_length=200, blank=True, db_default="")
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    rated_at = models.DateTimeField(_("rated at"), null=True, blank=True)
    # a fence: two recomputes can't both believe they were last
    ratings_made = models.PositiveIntegerField(_("times rated"), default=0)
    branches = models.PositiveIntegerField(_("branches"), default=0)
    rated = models.PositiveIntegerField(_("rated"), default=0)
    three_plus = models.PositiveIntegerField(_("three stars or more"), default=0)
    index_mean = models.DecimalField(_("mean index"), max_digits=8, decimal_places=2, null=True, blank=True)

    objects = RoundCountyManager()

    class Meta:
        verbose_name = _("county in a round")
        verbose_name_plural = _("counties in a round")
        ordering = ["-round__year", "round__slug", "county"]
        constraints = [
            models.UniqueConstraint(fields=["round", "county"], name="county_once_in_round"),
            models.CheckConstraint(
                name="open_county_has_document",
                condition=Q(state=State.DRAFT) | ~Q(document=""),
                violation_error_message=_("A round without an authorising document number cannot open."),
            ),
            models.CheckConstraint(
                name="notice_of_five_working_days",
                condition=Q(notice_days__gte=5),
                violation_error_message=_("A public notice lasts at least five working days."),
            ),
            models.CheckConstraint(name="appeal_has_days", condition=Q(appeal_days__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.round} · {self.county}"

    @property
    def is_official(self) -> bool:
        """Are levels and ranks confirmed rather than provisional?"""
        return self.state in OFFICIAL


FROZEN = """
    IF EXISTS (
        SELECT FROM touched t
        JOIN evaluations_roundcounty c ON c.round_id = t.round_id AND c.county_id = t.county_id
        WHERE c.state <> 'draft'
    ) THEN
        RAISE EXCEPTION 'the roster of a county that has opened no longer changes'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
"""


def frozen(name: str, operation, rows: str) -> pgtrigger.Trigger:
    """The roster is made before a county opens and stays as it was then, whatever becomes of its branches."""
    return pgtrigger.Trigger(
        name=name,
        operation=operation,
        when=pgtrigger.After,
        level=pgtrigger.Statement,
        referencing=pgtrigger.Referencing(**{rows: "touched"}),
        func=FROZEN,
    )


class RosterEntry(models.Model):
    """A branch that takes part in a round."""

    round = models.ForeignKey(EvaluationRound, models.CASCADE, related_name="roster")
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="+")
    county = models.ForeignKey(Region, models.PROTECT, related_name="+")
    township = models.ForeignKey(Region, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("roster entry")
        verbose_name_plural = _("roster")
        constraints = [models.UniqueConstraint(fields=["round", "branch"], name="branch_once_in_round")]
        indexes = [models.Index(fields=["round", "county"], name="roster_of_county")]
        triggers = [
            pgtrigger.Trigger(  # whoever enrols a branch, its submission begins with it
                name="entry_has_submission",
                operation=pgtrigger.Insert,
                when=pgtrigger.After,
                level=pgtrigger.Statement,
                referencing=pgtrigger.Referencing(new="enrolled"),
                func="INSERT INTO evaluations_submission (entry_id) SELECT id FROM enrolled; RETURN NULL;",
            ),
            frozen("roster_frozen_insert", pgtrigger.Insert, "new"),
            frozen("roster_frozen_update", pgtrigger.Update, "new"),
            frozen("roster_frozen_update_old", pgtrigger.Update, "old"),
            frozen("roster_frozen_delete", pgtrigger.Delete, "old"),
        ]
