"""What `check --deploy` says of accounts (reliability.md S13): no account passes by the roles."""

from __future__ import annotations

from django.core.checks import Tags, Warning, register
from django.db import DatabaseError


@register(Tags.security, deploy=True)
def no_superuser(app_configs, **kwargs) -> list[Warning]:
    """A superuser flag passes every permission of the admin by; roles are what may be given, and leave an entry."""
    from accounts.models import User  # noqa: PLC0415 the check is imported before the models are

    try:
        flagged = User.objects.filter(is_superuser=True, is_active=True).count()
    except DatabaseError:
        return []  # the database is not there, or not migrated: other checks say so
    if not flagged:
        return []
    return [
        Warning(
            f"{flagged} active account(s) carry the superuser flag.",
            hint="Take the flag away; roles are given in the admin by the security administrator.",
            id="accounts.W001",
        )
    ]
