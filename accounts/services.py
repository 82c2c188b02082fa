"""What changes accounts and roles, each with its ledger entry; duties that never meet in one person are refused."""

from __future__ import annotations

from axes.models import AccessAttempt
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import Grant, User
from accounts.roles import SEPARATED
from ledger.services import append


def refuse_mixed_duties(user: User, role: str) -> None:
    """The system and security administrators and the auditor are separate persons and hold nothing else (三员分立)."""
    held = set(user.grants.values_list("role", flat=True)) - {role}
    if held and (role in SEPARATED or held & SEPARATED):
        raise ValidationError(
            _(
                "The system administrator, the security administrator and the auditor are separate persons"
                " and hold no other role."
            )
        )


def record_account(user: User, *, changed: list[str], by: str) -> None:
    """Keep which fields of an account were written, never a password; call it in the edit's transaction."""
    append(
        chain="system", actor=by, action="account.save", subject=user.username,
        detail={"fields": sorted(changed), "active": user.is_active},
    )  # fmt: skip


def record_grant(grant: Grant, *, given: bool, by: str) -> None:
    """Keep that a role was given or taken away; call it in the edit's transaction."""
    append(
        chain="system", actor=by, action="role.give" if given else "role.take", subject=grant.user.username,
        detail={
            "role": grant.role, "region": grant.region_id or "", "star": grant.star,
            "department": grant.department.name if grant.department else "",
            "branch": grant.branch.code if grant.branch else "",
        },
    )  # fmt: skip


def record_password(user: User, *, by: str) -> None:
    """Keep that a password was set, by its owner or by an administrator; call it in the edit's transaction."""
    append(
        chain="system", actor=by, action="account.password", subject=user.username, detail={"own": by == user.username}
    )


def record_session(user: User, *, begun: bool) -> None:
    """Keep that somebody signed in or out; call it in the transaction that does it."""
    append(
        chain="system", actor=user.username, action="account.sign_in" if begun else "account.sign_out",
        subject=user.username, detail={},
    )  # fmt: skip


def record_unlocking(attempt: AccessAttempt, *, by: str) -> None:
    """Keep that wrong tries were forgotten and so a lock lifted; call it in the edit's transaction."""
    append(
        chain="system", actor=by, action="account.unlock", subject=attempt.username or "",
        detail={"address": attempt.ip_address or "", "failures": attempt.failures_since_start},
    )  # fmt: skip
