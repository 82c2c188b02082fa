"""Roles as rows: the county's names for who does what (domain.md, Who uses it)."""

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
BLIND = frozenset(
    {Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.CRITERIA_ADMINISTRATOR}
)  # see no ratings
