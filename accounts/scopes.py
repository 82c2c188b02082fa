"""The places of the roles held, as conditions on the codes of regions, branches and counties."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import F, Q
from django.db.models.lookups import Regex

from accounts.backends import PERMISSIONS
from accounts.roles import BLIND, PLACES, Role

if TYPE_CHECKING:
    from accounts.models import Grant

NOTHING = Q(pk__in=[])


def reachable_counties(grants: Iterable[Grant]) -> Q:
    """A condition on `county_id`: counties inside a grant's region, or the county that contains it."""
    condition = NOTHING
    for grant in grants:
        if grant.role == Role.AUDITOR:
            return Q()
        if grant.role not in BLIND:
            condition |= Q(county__code__startswith=grant.scope_prefix[:6])
    return condition


def held_in_its_place() -> Q:
    """A condition on a grant: its region is of a level where its role may be held."""
    condition = ~Q(role__in=sorted(role for roles in PLACES.values() for role in roles))
    for pattern, roles in PLACES.items():
        condition |= Q(role__in=sorted(roles)) & Q(Regex(F("region"), pattern))
    return condition


def within(grants: Iterable[Grant], field: str) -> Q:
    """A condition: codes in `field` lie in the place of a role that works in the admin; an auditor's is everywhere."""
    condition = NOTHING
    for grant in grants:
        if grant.role in PERMISSIONS:
            condition |= Q(**{f"{field}__startswith": grant.scope_prefix})
    return condition
