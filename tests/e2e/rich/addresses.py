"""Every page of the portal by the person who opens it, with every state a page can be in."""

from __future__ import annotations

from collections.abc import Iterator

from accounts.roles import Role
from tests.pages.rich_county import COUNTY, FIRST, OTHER_COUNTY, PARKED, PLAIN, RichCounty

VETOED = "419901001203"


def pages(rich: RichCounty) -> dict[str, tuple[object, str]]:
    """Name: who opens it, and its address."""
    base, last = rich.base, f"/rounds/{rich.last.slug}/{COUNTY}"
    other = f"/rounds/{rich.unrated.slug}/{OTHER_COUNTY}"
    organization, runs = Role.ORGANIZATION_REVIEWER, f"/rounds/{rich.this.slug}/runs/"
    return {
        "sign-in": (None, "/sign-in/"),
        "not signed in, no such page": (None, "/nothing/"),
        "home": (organization, "/"),
        "ranking": (organization, f"{base}/ranking/"),
        "ranking, filtered": (organization, f"{base}/ranking/?township=419901001000&level=3%2B&q=%E6%9D%91&sort=-name"),
        "ranking, no match": (organization, f"{base}/ranking/?q=zzz"),
        "townships": (organization, f"{base}/townships/"),
        "branch": (organization, f"{base}/branches/{FIRST}/"),
        "branch, every star": (organization, f"{base}/branches/{VETOED}/?star=all"),
        "branch, all earned": (organization, f"{base}/branches/{PLAIN}/"),
        "branch, parked": (organization, f"{base}/branches/{PARKED}/"),
        "standard": (organization, f"{base}/standard/"),
        "runs": (organization, runs),
        **{f"run, {state}": (organization, f"/runs/{run.pk}/") for state, run in rich.runs.items()},
        "password": (organization, "/password/"),
        "no such page": (organization, "/nothing/"),
        "township's home": (Role.ENTRY_CLERK, "/"),
        "township's list": (Role.ENTRY_CLERK, f"{base}/ranking/"),
        "township's branch": (Role.ENTRY_CLERK, f"{base}/branches/{FIRST}/"),
        "star reviewer's home": (Role.DEPARTMENT_REVIEWER, "/"),
        "star reviewer's list": (Role.DEPARTMENT_REVIEWER, f"{base}/ranking/"),
        "star reviewer's branch": (Role.DEPARTMENT_REVIEWER, f"{base}/branches/{VETOED}/"),
        "department's home": (Role.DEPARTMENT_CLERK, "/"),
        "department's list": (Role.DEPARTMENT_CLERK, f"{base}/ranking/"),
        "department's branch": (Role.DEPARTMENT_CLERK, f"{base}/branches/{FIRST}/"),
        "branch viewer's home": (Role.BRANCH_VIEWER, "/"),
        "viewer's ranking": (Role.VIEWER, f"{last}/ranking/"),
        "viewer's branch": (Role.VIEWER, f"{last}/branches/{FIRST}/"),
        "counties": (Role.AUDITOR, f"/rounds/{rich.this.slug}/counties/"),
        "no round": (Role.SYSTEM_ADMINISTRATOR, "/"),
        "not open to this account": (Role.SYSTEM_ADMINISTRATOR, "/admin/scoring/criterion/"),
        "not rated: home": ("stranger", "/"),
        "not rated: ranking": ("stranger", f"{other}/ranking/"),
        "not rated: townships": ("stranger", f"{other}/townships/"),
        "not rated: branch": ("stranger", f"{other}/branches/419902001200/"),
    }


def by_person(rich: RichCounty) -> Iterator[tuple[object, list[tuple[str, str]]]]:
    """Each person with the pages that person opens, so that one window serves them all."""
    listed = pages(rich)
    for person in dict.fromkeys(person for person, _url in listed.values()):
        yield person, [(name, url) for name, (who, url) in listed.items() if who == person]
