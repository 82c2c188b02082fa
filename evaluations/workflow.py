"""The road of a submission as one table: statuses, and the actions that lead from one to another (domain.md, The year).

Adding a step is adding rows. Everything here is plain data: services/road.py checks an action and moves a submission.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role


class Status(TextChoices):
    DRAFT = "draft", _("Being entered")
    SUBMITTED = "submitted", _("Township check")


@dataclass(frozen=True)
class Action:
    """One step: from where to where, who may take it, and what it needs."""

    key: str
    label: Promise
    source: Status
    target: Status
    role: Role
    needs_reason: bool = False


SUBMIT = Action("submit", _("Submit"), Status.DRAFT, Status.SUBMITTED, Role.ENTRY_CLERK)
WITHDRAW = Action("withdraw", _("Withdraw"), Status.SUBMITTED, Status.DRAFT, Role.ENTRY_CLERK)
RETURN = Action(
    "return", _("Return for correction"), Status.SUBMITTED, Status.DRAFT, Role.TOWNSHIP_REVIEWER, needs_reason=True
)
ACTIONS: dict[str, Action] = {action.key: action for action in (SUBMIT, WITHDRAW, RETURN)}
