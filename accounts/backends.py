"""Django's permissions, answered from the roles held: what the admin lets a person do. Everything else is refused."""

from __future__ import annotations

from accounts.roles import Role


def allowed(app: str, **models: str) -> set[str]:
    """Permission names: allowed("scoring", star="view change") gives scoring.view_star and scoring.change_star."""
    return {f"{app}.{verb}_{model}" for model, verbs in models.items() for verb in verbs.split()}


PERMISSIONS: dict[str, set[str]] = {
    Role.CRITERIA_ADMINISTRATOR: allowed(
        "scoring", criteriaset="view add change delete", star="view add change delete",
        criterion="view add change delete",
    )
    | allowed(
        "branches", region="view", branch="view change", department="view add change",
        specialday="view add change delete", succession="view add",
    )
    | allowed("evaluations", evaluationround="view change", roundcounty="view"),
    Role.SYSTEM_ADMINISTRATOR: allowed("accounts", user="view add change", grant="view")
    | allowed("evaluations", ratingrun="view"),
    Role.SECURITY_ADMINISTRATOR: allowed(
        "accounts", user="view", grant="view add delete", conflictofinterest="view add delete", absence="view"
    )
    | allowed("axes", accessattempt="view delete", accessfailurelog="view", accesslog="view"),
    Role.AUDITOR: allowed("ledger", ledgerentry="view", ledgerhead="view")
    | allowed("scoring", criteriaset="view", star="view", criterion="view")
    | allowed("branches", region="view", branch="view", department="view", specialday="view", succession="view")
    | allowed("accounts", user="view", grant="view", conflictofinterest="view", absence="view")
    | allowed(
        "evaluations", evaluationround="view", roundcounty="view", rating="view", ratingrun="view", vetorecord="view",
        sealedcounty="view", sealedrating="view",
    ),
}  # fmt: skip


class RoleBackend:
    """Answers has_perm from Grant rows; signs nobody in."""

    def authenticate(self, request, **credentials) -> None:
        return None

    def get_user(self, user_id):
        return None

    def has_perm(self, user, permission: str, obj=None) -> bool:
        if not user.is_active or user.is_anonymous:
            return False
        return any(permission in PERMISSIONS.get(grant.role, ()) for grant in user.held_grants)

    def has_module_perms(self, user, app: str) -> bool:
        if not user.is_active or user.is_anonymous:
            return False
        return any(name.startswith(f"{app}.") for grant in user.held_grants for name in PERMISSIONS.get(grant.role, ()))
