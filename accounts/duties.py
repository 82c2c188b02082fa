"""Duties that never meet in one person (reliability.md 4.3): which roles bar each other, as a table.

Checked where a role is given, taken on for somebody absent, and used; by person, not by account: whoever calls this
passes the roles of all accounts with the same staff number. What a person did before is checked at act (services/road).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from django.conf import settings

from accounts.roles import SEPARATED, WORKING, Role
from tables.message import N_, Message

if TYPE_CHECKING:
    from accounts.models import Grant

Test = Callable[["Grant", "Grant"], bool]


def pair(left: Iterable[str], right: Iterable[str], where: Test = lambda one, other: True) -> Test:
    """A test: one role is of the left, the other of the right, in places that matter to each other."""
    lefts, rights = frozenset(left), frozenset(right)

    def meets(one: Grant, other: Grant) -> bool:
        for first, second in ((one, other), (other, one)):
            if first.role in lefts and second.role in rights and where(first, second):
                return True
        return False

    return meets


def overlap(one: Grant, other: Grant) -> bool:
    """Does one place contain the other?"""
    mine, theirs = one.scope_prefix, other.scope_prefix
    return mine.startswith(theirs) or theirs.startswith(mine)


def separated(one: Grant, other: Grant) -> bool:
    return one.role != other.role and bool({one.role, other.role} & SEPARATED)


def other_star(one: Grant, other: Grant) -> bool:
    """Two stars of one county, unless the installation lets one person review several."""
    return not settings.ONE_REVIEWER_FOR_STARS and one.star != other.star and overlap(one, other)


# rule of reliability.md 4.3: do two roles meet it, and what a person is told
DUTIES: dict[str, tuple[Test, Message]] = {
    "S1": (separated, Message(N_(
        "The system administrator, the security administrator and the auditor are separate persons and hold no other"
        " role."
    ))),
    "S4": (pair({Role.ENTRY_CLERK}, {Role.TOWNSHIP_REVIEWER}, overlap), Message(N_(
        "Who enters values in a township does not check them: entry clerk and township reviewer are two persons."
    ))),
    "S6": (pair({Role.BRANCH_VIEWER}, {Role.ENTRY_CLERK, Role.TOWNSHIP_REVIEWER}, overlap), Message(N_(
        "Who belongs to a branch neither enters nor checks for its township."
    ))),
    "S7": (pair({Role.DEPARTMENT_REVIEWER}, {Role.ENTRY_CLERK, Role.TOWNSHIP_REVIEWER}), Message(N_(
        "A department reviewer holds no role in a township."
    ))),
    "S7 star": (pair({Role.DEPARTMENT_REVIEWER}, {Role.DEPARTMENT_REVIEWER}, other_star), Message(N_(
        "Each star of a county has a reviewer of its own."
    ))),
    "S8": (pair({Role.ORGANIZATION_REVIEWER}, {Role.ORGANIZATION_APPROVER}, overlap), Message(N_(
        "Who proposes a list does not approve it: organization reviewer and approver are two persons."
    ))),
    "S9": (pair({Role.CRITERIA_ADMINISTRATOR}, WORKING), Message(N_(
        "The criteria administrator neither enters, reviews nor approves."
    ))),
}  # fmt: skip


def clash(one: Grant, other: Grant) -> Message | None:
    """Why these two roles never meet in one person; None where they may."""
    return next((said for meets, said in DUTIES.values() if meets(one, other)), None)


def clash_with(grant: Grant, held: Iterable[Grant]) -> Message | None:
    """Why this role does not go with those held; None where it does."""
    return next((said for other in held if (said := clash(grant, other))), None)


def clash_among(held: Sequence[Grant]) -> Message | None:
    """Why these roles do not go together; None where they do."""
    return next((said for place, one in enumerate(held) if (said := clash_with(one, held[:place]))), None)


def only_separated(own: list[Grant]) -> list[Grant]:
    """Where an account came to hold an administrator's role beside another, only the first such role counts."""
    roles = [grant.role for grant in own]
    first = next((role for role in roles if role in SEPARATED), None)
    return own if first is None else [grant for grant in own if grant.role == first]
