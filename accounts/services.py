"""What changes accounts and roles, each with its ledger entry; duties that never meet in one person are refused."""

from __future__ import annotations

from axes.models import AccessAttempt
from django.core.exceptions import ValidationError
from django.db.models import F, Q
from django.utils.translation import gettext as _

from accounts.duties import clash_among, clash_with
from accounts.models import ConflictOfInterest, Grant, User
from ledger.models import LedgerEntry
from ledger.services import append


def refuse_mixed_duties(grant: Grant) -> None:
    """Refuse a role that never meets one this person holds, under any of their accounts; call it where it is given."""
    if why := clash_with(grant, roles_of(grant.user)):
        raise ValidationError(why.translated(_))


def refuse_person(user: User) -> None:
    """Refuse to call accounts one person's, or to switch one on, where their roles never meet in one person."""
    if user.is_active and (why := clash_among(roles_of(user))):
        raise ValidationError(why.translated(_))


def refuse_known_name(username: str) -> None:
    """Refuse a new account a name that stands in the ledger: what its bearer did would become the new one's."""
    named = Q(actor=username) | Q(action="account.save", subject=username)
    if LedgerEntry.objects.filter(named).exists():
        raise ValidationError(_("The ledger knows somebody by this name already; choose another."))


def refuse_renumbering(user: User, person: str) -> None:
    """Refuse to clear or change a staff number once any account under it has acted: what was done stays one person's.

    An unused account taken out of the number would review what the others under it entered.
    """
    if user.person and person != user.person and has_acted(user):
        raise ValidationError(_("Somebody has acted under this staff number: it is not changed any more."))


def has_acted(user: User) -> bool:
    """Did this person, under any account, do anything but sign in and out and set their own passwords?"""
    own = Q(action__in=["account.sign_in", "account.sign_out"]) | Q(action="account.password", subject=F("actor"))
    return LedgerEntry.objects.filter(actor__in=user.own_names).exclude(own).exists()


def roles_of(user: User) -> list[Grant]:
    """The roles of a person under all accounts with the same staff number, but for those switched off.

    Their accounts stay locked, so that two roles given at once are not each judged without the other.
    """
    same = Q(person=user.person) & Q(is_active=True) if user.person else Q(pk=user.pk)
    accounts = [
        one.pk for one in User.objects.select_for_update(no_key=True).filter(same | Q(pk=user.pk)).order_by("pk")
    ]
    held = Grant.objects.filter(user__in=accounts).select_related("region", "branch")
    return list(held.order_by("pk"))


def record_account(user: User, *, changed: list[str], by: str, before: str = "") -> None:
    """Keep which fields of an account were written, never a password; call it in the edit's transaction.

    `before` is its staff number until now: what becomes of it can be followed.
    """
    detail = {"fields": sorted(changed), "active": user.is_active, "person": user.person}
    if before != user.person:
        detail["before"] = before
    append(chain="system", actor=by, action="account.save", subject=user.username, detail=detail)


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


def record_conflict(conflict: ConflictOfInterest, *, declared: bool, by: str) -> None:
    """Keep that a person must not, or may again, review a branch; call it in the edit's transaction."""
    append(
        chain="system", actor=by, action="conflict.declare" if declared else "conflict.end",
        subject=conflict.user.username, detail={"branch": conflict.branch.code},
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
