"""What a person may see of a county's ratings, decided in one place from the roles held (domain.md, Who uses it).

Before confirmation the county ranking is for the organization department and the auditor; a township sees its own
branches and their scores; a department reviewer sees the star reviewed. After confirmation every signed-in person of
the county sees levels and ranks; other townships' values never.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from accounts.roles import BLIND, ORGANIZATION, TOWNSHIP, Role, fits_place

if TYPE_CHECKING:
    from accounts.models import Grant

PLACE_CODE = re.compile("[0-9]{12}")  # of a region or a branch


@dataclass(frozen=True)
class Sight:
    """What may be seen in one county.

    `ranking`: levels, indexes and ranks of every branch. `prefixes`: branches whose codes begin so are seen with
    values and scores of all stars. `stars`: stars whose values and scores are seen for every branch of the county.
    `departments`: names of departments whose values are seen for every branch.
    """

    ranking: bool = False
    prefixes: frozenset[str] = frozenset()
    stars: frozenset[str] = frozenset()
    departments: frozenset[str] = frozenset()
    workers: frozenset[str] = field(default=frozenset())  # roles held here, for buttons

    def __bool__(self) -> bool:
        return bool(self.ranking or self.prefixes or self.stars or self.departments)

    def lists_branch(self, code: str) -> bool:
        """May this branch appear at all?"""
        return bool(self.ranking or self.stars or self.departments) or self.opens_branch(code)

    def opens_branch(self, code: str) -> bool:
        """May every value and score of this branch be seen?"""
        return any(code.startswith(prefix) for prefix in self.prefixes)

    def shows_star(self, code: str, star: str) -> bool:
        """May this star's values of this branch be seen?"""
        return self.opens_branch(code) or star in self.stars


def sight_of(grants: Iterable[Grant], county_code: str, *, confirmed: bool) -> Sight:
    """Add up what each role held gives in this county."""
    county = county_code[:6]
    ranking, prefixes, stars, departments, roles = False, set(), set(), set(), set()
    for grant in grants:
        scope = grant.scope_prefix
        here = scope.startswith(county) or county.startswith(scope)
        if grant.role in BLIND or not here or not fits_place(grant.role, grant.region_id):
            continue
        roles.add(grant.role)
        ranking = ranking or confirmed or grant.role in ORGANIZATION or grant.role == Role.AUDITOR
        if grant.role in ORGANIZATION or grant.role == Role.AUDITOR:
            prefixes.add(county)
        elif grant.role in TOWNSHIP or grant.role == Role.BRANCH_VIEWER:
            prefixes.add(scope)
        elif grant.role == Role.DEPARTMENT_REVIEWER:
            stars.add(grant.star)
        elif grant.role == Role.DEPARTMENT_CLERK:
            departments.add(grant.department.name)
    return Sight(ranking, frozenset(prefixes), frozenset(stars), frozenset(departments), frozenset(roles))


@dataclass(frozen=True)
class EntryScope:
    """What may be entered in one county.

    `townships`: prefixes of branches whose township-sourced values one enters. `departments`: names of departments
    whose values one enters, for every branch of the county.
    """

    townships: frozenset[str] = frozenset()
    departments: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.townships or self.departments)

    def covers(self, branch_code: str) -> bool:
        """May anything be entered for this branch? What isn't 12 digits is no branch's code."""
        if not PLACE_CODE.fullmatch(branch_code):
            return False
        return bool(self.departments) or any(branch_code.startswith(prefix) for prefix in self.townships)

    def enters(self, branch_code: str, criterion) -> bool:
        """May this criterion (with `source`, `owner` and `takes_entry`) be entered for this branch?"""
        if not criterion.takes_entry:
            return False
        if criterion.source == "township":
            return any(branch_code.startswith(prefix) for prefix in self.townships)
        return criterion.owner in self.departments


def entry_scope_of(grants: Iterable[Grant], county_code: str) -> EntryScope:
    """Add up what each clerk's role gives in this county (domain.md: a clerk enters, everybody else does not)."""
    county = county_code[:6]
    townships, departments = set(), set()
    for grant in grants:
        if not grant.scope_prefix.startswith(county) or not fits_place(grant.role, grant.region_id):
            continue
        if grant.role == Role.ENTRY_CLERK:
            townships.add(grant.scope_prefix)
        elif grant.role == Role.DEPARTMENT_CLERK:
            departments.add(grant.department.name)
    return EntryScope(frozenset(townships), frozenset(departments))


def grant_for(
    grants: Iterable[Grant], roles: Iterable[str], county_code: str, *, place: str = "", star: str = ""
) -> Grant | None:
    """The role that lets a person act in this county at a place (a branch's or township's code) and on a star.

    A role of a township reaches the places in it, a department reviewer's the star held, all others the county of
    which they are held, and no other. A role of one's own comes before one held for somebody absent.
    """
    wanted = frozenset(roles)
    fit = [grant for grant in grants if grant.role in wanted and reaches(grant, county_code, place, star)]
    return min(fit, key=lambda grant: bool(grant.acting_for), default=None)


def reaches(grant: Grant, county_code: str, place: str, star: str) -> bool:
    """Does this role reach that place and star in that county?"""
    scope, county = grant.scope_prefix, county_code[:6]
    if not fits_place(grant.role, grant.region_id) or not scope.startswith(county):
        return False
    if grant.role in TOWNSHIP:
        return place.startswith(scope)
    if scope != county or not place.startswith(county):
        return False
    return grant.role != Role.DEPARTMENT_REVIEWER or grant.star == star
