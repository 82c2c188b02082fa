"""A person for each role and scope of the generated tables: in the place itself, beside it, elsewhere, nowhere."""

from __future__ import annotations

from accounts.models import Grant, User
from accounts.roles import EVERYWHERE, TOWNSHIP, Role
from branches.models import Department
from tests import factories
from tests.review import world
from tests.review.world import COUNTY, OTHER_COUNTY, SIBLING_TOWN, STAR, TOWN

SCOPES = ("own", "sibling", "other county", "none")


def somebody(role: Role, scope: str) -> User:
    """A person who holds this role there."""
    if scope == "none":
        return factories.UserFactory()
    code = OTHER_COUNTY if scope == "other county" else COUNTY
    if role in EVERYWHERE:
        return factories.person(role)
    if role in TOWNSHIP or role == Role.BRANCH_VIEWER:
        return of_township(role, {"own": TOWN, "sibling": SIBLING_TOWN}.get(scope, "419902001000"))
    if role == Role.DEPARTMENT_REVIEWER:
        return factories.person(role, factories.county(code), star="industry" if scope == "sibling" else STAR)
    if role == Role.DEPARTMENT_CLERK:
        return data_clerk(code, "县水利局" if scope == "sibling" else world.entry.FARMS)
    return of_county(role, code, scope)


def of_township(role: Role, code: str) -> User:
    town = factories.township(code)
    if role != Role.BRANCH_VIEWER:
        return factories.person(role, town)
    user = factories.UserFactory()
    branch = factories.BranchFactory(township=town, code=f"{code[:9]}900")
    Grant.objects.create(user=user, role=role, branch=branch)
    return user


def of_county(role: Role, code: str, scope: str) -> User:
    """Beside a county is the city above it: the road is each county's own."""
    region = factories.county(code)
    if scope == "sibling" and role != Role.CRITERIA_ADMINISTRATOR:
        region = type(region).objects.get(code=COUNTY[:4] + "0" * 8)
    return factories.person(role, region)


def data_clerk(code: str, name: str) -> User:
    region = factories.county(code)
    department, _made = Department.objects.get_or_create(county=region, name=name)
    return factories.person(Role.DEPARTMENT_CLERK, region, department=department)
