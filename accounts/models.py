"""People and their roles. An account holds roles, each with its own region, star, department or branch."""

from __future__ import annotations

from functools import cached_property

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import connection, models
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.access import EntryScope, Sight, entry_scope_of, sight_of
from accounts.duties import clash_with, only_separated
from accounts.roles import EVERYWHERE, Role
from accounts.scopes import held_in_its_place, reachable_counties, within
from accounts.staff_numbers import WRITTEN, staff_number
from branches.models import Branch, Department, Region
from branches.prepared import execute


class User(AbstractUser):
    """A staff account, named by unit and role."""

    first_name = None
    last_name = None
    label = models.CharField(_("unit and name"), max_length=60, blank=True)
    # Two accounts of one person bear the same staff number, so that duties are kept apart by person (no ID number)
    person = models.CharField(_("staff number"), max_length=40, blank=True, db_default="", db_index=True)

    class Meta(AbstractUser.Meta):
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [
            models.CheckConstraint(
                name="staff_number_written_one_way",
                condition=Q(person__regex=WRITTEN),
                violation_error_message=_("A staff number has letters, digits and - . _ / only."),
            )
        ]

    def save(self, *args, **kwargs) -> None:
        if isinstance(self.person, str):  # else the database's default
            self.person = staff_number(self.person)
        super().save(*args, **kwargs)

    def __str__(self) -> str:
        return self.label or self.username

    @property
    def ledger_name(self) -> str:
        """Who did it, as the ledger keeps it: a label may change or be another's too, a username is one person's."""
        return self.username

    @cached_property
    def own_names(self) -> list[str]:
        """How the ledger calls this person under any of their accounts: those with the same staff number."""
        if not self.person:
            return [self.ledger_name]
        return sorted(User.objects.filter(person=self.person).values_list("username", flat=True))

    @cached_property
    def held_grants(self) -> list[Grant]:
        """The roles held, read once a request."""
        return grants_of(self)

    @cached_property
    def roles_as_person(self) -> list[Grant]:
        """The roles of this account and of the same person's others: what duties are kept apart by."""
        return [*self.held_grants, *others_of(self)]

    @cached_property
    def unmixed_grants(self) -> list[Grant]:
        """The roles that go with all others of the same person; whoever holds one role as one account is not asked."""
        if len(self.held_grants) < 2 and not self.person:  # noqa: PLR2004 one role clashes with nothing
            return self.held_grants
        everything = self.roles_as_person
        beside = {one.pk: [other for other in everything if other.pk != one.pk] for one in self.held_grants}
        return [one for one in self.held_grants if clash_with(one, beside[one.pk]) is None]

    def has_role(self, *roles: str) -> bool:
        return self.is_active and any(grant.role in roles for grant in self.held_grants)

    def sight(self, county_code: str, *, confirmed: bool) -> Sight:
        """What this person may see of a county's ratings: the one root of every reading permission."""
        return sight_of(self.held_grants if self.is_active else [], county_code, confirmed=confirmed)

    def entry_scope(self, county_code: str) -> EntryScope:
        """What this person may enter in a county: the one root of every writing permission of entry."""
        return entry_scope_of(self.unmixed_grants if self.is_active else [], county_code)

    def regions(self) -> Q:
        """The counties where this person holds any role that reads ratings, as a condition on a county's code."""
        return reachable_counties(self.held_grants if self.is_active else [])

    def scope(self, field: str) -> Q:
        """What this person's roles reach in the admin, as a condition on the codes in `field`."""
        return within(self.held_grants if self.is_active else [], field)


class Grant(models.Model):
    """One role of one person, in one place. `acting_for` names who is absent where a deputy holds it."""

    acting_for = ""

    user = models.ForeignKey(User, models.PROTECT, related_name="grants", verbose_name=_("account"))
    role = models.CharField(_("role"), max_length=30, choices=Role)
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, verbose_name=_("region"))
    star = models.CharField(_("star"), max_length=20, blank=True)
    department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, verbose_name=_("department"))
    branch = models.ForeignKey(Branch, models.PROTECT, null=True, blank=True, verbose_name=_("branch"))

    class Meta:
        verbose_name = _("role held")
        verbose_name_plural = _("roles held")
        constraints = [
            models.UniqueConstraint(
                name="grant_once",
                fields=["user", "role", "region", "star", "department", "branch"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="grant_names_its_place",
                condition=Q(role__in=sorted(EVERYWHERE), region=None, branch=None)
                | Q(role=Role.BRANCH_VIEWER, branch__isnull=False)
                | (~Q(role__in=[*sorted(EVERYWHERE), Role.BRANCH_VIEWER]) & Q(region__isnull=False)),
                violation_error_message=_(
                    "System and security administrators and auditors hold their role everywhere; a branch viewer"
                    " needs a branch; every other role needs a region."
                ),
            ),
            models.CheckConstraint(
                name="grant_in_a_place_of_its_role",
                condition=held_in_its_place(),
                violation_error_message=_(
                    "Entry clerks and township reviewers hold their role in a township, viewers and the organization"
                    " department in a county, a city or a province, every other role with a region in a county."
                ),
            ),
            models.CheckConstraint(
                name="grant_of_a_star_or_department",
                condition=(Q(role=Role.DEPARTMENT_REVIEWER) & ~Q(star=""))
                | Q(role=Role.DEPARTMENT_CLERK, department__isnull=False)
                | ~Q(role__in=[Role.DEPARTMENT_REVIEWER, Role.DEPARTMENT_CLERK]),
                violation_error_message=_("A department reviewer needs a star, a department clerk a department."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"

    @property
    def scope_prefix(self) -> str:
        """What the codes of everything in this role's place begin with; empty = everywhere."""
        if self.branch is not None:
            return self.branch.code
        return self.region.prefix if self.region else ""


class Absence(models.Model):
    """A role handed to a deputy for some days: asked for by its holder, taken on by the deputy; never passed on."""

    grant = models.ForeignKey(Grant, models.CASCADE, related_name="absences", verbose_name=_("role held"))
    deputy = models.ForeignKey(User, models.PROTECT, related_name="deputyships", verbose_name=_("deputy"))
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    reason = models.CharField(_("reason"), max_length=300)
    asked_at = models.DateTimeField(_("asked at"), db_default=Now())
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended early at"), null=True, blank=True)
    ended_by = models.CharField(_("ended by"), max_length=200, blank=True, db_default="")

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        ordering = ["-first_day", "pk"]
        constraints = [
            models.CheckConstraint(
                name="absence_ends_after_it_begins",
                condition=Q(last_day__gte=F("first_day")),
                violation_error_message=_("The last day must not be before the first."),
            ),
            models.CheckConstraint(name="absence_has_a_reason", condition=~Q(reason="")),
        ]
        indexes = [models.Index(fields=["deputy", "last_day"], name="absences_of_deputy")]

    def __str__(self) -> str:
        return f"{self.grant} → {self.deputy}"


class ConflictOfInterest(models.Model):
    """A branch that a person must not review: their own village, or relatives at its head (reliability.md S10)."""

    user = models.ForeignKey(User, models.PROTECT, related_name="conflicts", verbose_name=_("account"))
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="+", verbose_name=_("branch"))
    declared_at = models.DateTimeField(_("declared at"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("conflict of interest")
        verbose_name_plural = _("conflicts of interest")
        constraints = [models.UniqueConstraint(fields=["user", "branch"], name="conflict_declared_once")]

    def __str__(self) -> str:
        return f"{self.user} · {self.branch}"


# An absence counts from its first day to its last, by the database's calendar, once the deputy has taken it on.
TODAY = f"(now() AT TIME ZONE '{settings.TIME_ZONE}')::date"
IN_EFFECT = f"a.accepted_at IS NOT NULL AND a.ended_at IS NULL AND a.first_day <= {TODAY} AND a.last_day >= {TODAY}"
HELD = """
    SELECT g.id, g.user_id, g.role, g.region_id, g.star, g.department_id, g.branch_id,
        r.code, r.name, r.name_en, r.level, d.id, d.county_id, d.name, b.id, b.code, b.township_id, b.name, b.name_en,
        {last} {grants}
    LEFT JOIN branches_region r ON r.code = g.region_id
    LEFT JOIN branches_department d ON d.id = g.department_id
    LEFT JOIN branches_branch b ON b.id = g.branch_id
    WHERE {where} ORDER BY g.id
"""
# Read with every request: the same query took the ORM as long to build as the database to answer. Whether a deputyship
# may be in effect is one look into an index; planning its joins each time would cost half as much again.
OWN_ROLES = HELD.format(
    last=f"""EXISTS (
        SELECT FROM accounts_absence WHERE deputy_id = %s AND last_day >= {TODAY} AND ended_at IS NULL)""",
    grants="FROM accounts_grant g", where="g.user_id = %s",
)  # fmt: skip
DEPUTISED = HELD.format(
    last="u.username", where=f"a.deputy_id = %(user)s AND u.is_active AND {IN_EFFECT}",
    grants="""FROM accounts_absence a
        JOIN accounts_grant g ON g.id = a.grant_id JOIN accounts_user u ON u.id = g.user_id""",
)  # fmt: skip
# from_db takes values in the order of the model's fields, whatever the order of the names
OWN = ("id", "user_id", "role", "region_id", "star", "department_id", "branch_id")
PLACED = {
    "region": (Region, ("code", "name", "name_en", "level")),
    "department": (Department, ("id", "county_id", "name")),
    "branch": (Branch, ("id", "code", "township_id", "name", "name_en")),
}


def grants_of(user: User) -> list[Grant]:
    """The roles a person may use, each with its region, department and branch (what isn't named above is read later).

    Those of somebody absent come last, without any that this person's own roles forbid (duties.py).
    """
    with connection.cursor() as cursor:
        execute(cursor, OWN_ROLES, [user.pk, user.pk], rows=1)
        rows = cursor.fetchall()
        own, deputises = [grant_from(row) for row in rows], not rows or rows[0][-1]
        if not deputises:
            return only_separated(own) if len(own) > 1 else own
        cursor.execute(DEPUTISED, {"user": user.pk})
        return usable(only_separated(own), [grant_from(row, row[-1]) for row in cursor.fetchall()], user)


def grant_from(row: tuple, acting_for: str = "") -> Grant:
    grant, at = Grant.from_db(None, OWN, row[: len(OWN)]), len(OWN)
    for name, (model, fields) in PLACED.items():
        values, at = row[at : at + len(fields)], at + len(fields)
        setattr(grant, name, None if values[0] is None else model.from_db(None, fields, values))
    grant.acting_for = acting_for
    return grant


def usable(own: list[Grant], deputised: list[Grant], user: User) -> list[Grant]:
    """A person's own roles and those of somebody absent that go with them, at the moment they are used."""
    kept, beside = list(own), [*own, *others_of(user)] if deputised else []
    for grant in deputised:
        if clash_with(grant, beside) is None:
            kept, beside = [*kept, grant], [*beside, grant]
    return kept


def others_of(user: User) -> list[Grant]:
    """The roles of the same person's other accounts, own and held for somebody absent; accounts switched off left out.

    A role held for somebody bars nothing where the person's own roles forbid it: nobody can use it then.
    """
    if not user.person:
        return []
    read = Grant.objects.select_related("region", "branch").order_by("pk")
    own = list(read.filter(user__person=user.person, user__is_active=True))
    theirs = [one for one in own if one.user_id != user.pk]
    return [*theirs, *(one for one in read.filter(pk__in=deputised_elsewhere(user)) if clash_with(one, own) is None)]


def deputised_elsewhere(user: User, *, asked: Q | None = None) -> QuerySet:
    """The roles that other accounts of this person hold for somebody absent: now, or as `asked` says."""
    others = Q(deputy__person=user.person, deputy__is_active=True, ended_at=None) & ~Q(deputy=user.pk)
    days = RawSQL(TODAY, [], models.DateField())
    when = asked or Q(accepted_at__isnull=False, first_day__lte=days, last_day__gte=days, grant__user__is_active=True)
    found = Absence.objects.filter(others, when) if user.person else Absence.objects.none()
    return found.order_by().values("grant")
