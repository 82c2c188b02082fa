"""Roles as rows: the county's names for who does what (domain.md, Who uses it)."""

import re

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    ENTRY_CLERK = "entry_clerk", _("Entry clerk")
    TOWNSHIP_REVIEWER = "township_reviewer", _("Township reviewer")
    DEPARTMENT_CLERK = "department_clerk", _("Department clerk")
    DEPARTMENT_REVIEWER = "department_reviewer", _("Department reviewer")
    ORGANIZATION_REVIEWER = "organization_reviewer", _("Organization reviewer")
    ORGANIZATION_APPROVER = "organization_approver", _("Organization approver")
    CRITERIA_ADMINISTRATOR = "criteria_administrator", _("Criteria administrator")
    SYSTEM_ADMINISTRATOR = "system_administrator", _("System administrator")
    SECURITY_ADMINISTRATOR = "security_administrator", _("Security administrator")
    AUDITOR = "auditor", _("Auditor")
    VIEWER = "viewer", _("Viewer")
    BRANCH_VIEWER = "branch_viewer", _("Branch viewer")


TOWNSHIP = frozenset({Role.ENTRY_CLERK, Role.TOWNSHIP_REVIEWER})
ORGANIZATION = frozenset({Role.ORGANIZATION_REVIEWER, Role.ORGANIZATION_APPROVER})
EVERYWHERE = frozenset({Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDITOR})  # no region of their own
SEPARATED = frozenset({Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDITOR})  # three persons, 三员分立
WORKING = (
    TOWNSHIP | ORGANIZATION | {Role.DEPARTMENT_CLERK, Role.DEPARTMENT_REVIEWER}
)  # enter, review or approve ratings
BLIND = frozenset(
    {Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.CRITERIA_ADMINISTRATOR}
)  # see no ratings

COUNTY = r"^\d{4}(0[1-9]|[1-9]\d)0{6}$"  # the codes of a level, as Python and PostgreSQL both read them
COUNTY_OR_ABOVE = r"^\d{6}0{6}$"
IN_TOWNSHIP = r"^\d{6}(00[1-9]|0[1-9]\d|[1-9]\d\d)000$"
PLACES: dict[str, frozenset[str]] = {  # where a role that has a region may be held
    IN_TOWNSHIP: TOWNSHIP,
    COUNTY_OR_ABOVE: ORGANIZATION | {Role.VIEWER},  # a city's round is its own organization department's
    COUNTY: frozenset({Role.DEPARTMENT_CLERK, Role.DEPARTMENT_REVIEWER, Role.CRITERIA_ADMINISTRATOR}),
}


def fits_place(role: str, region_code: str | None) -> bool:
    """May this role be held in the region of that code? A role without a region of its own fits anywhere."""
    patterns = [pattern for pattern, roles in PLACES.items() if role in roles]
    return all(region_code and re.match(pattern, region_code) for pattern in patterns)
