"""What `check --deploy` says of accounts and addresses: no account passes by the roles (reliability.md S13)."""

from __future__ import annotations

from django.conf import settings
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


@register(Tags.security, deploy=True)
def clients_told_apart(app_configs, **kwargs) -> list[Warning]:
    """Behind a proxy that is not counted, everybody comes from its address: what one has had, nobody else gets."""
    if settings.PROXY_COUNT > 0:
        return []
    each = settings.OBJECTIONS_PER_ADDRESS
    return [
        Warning(
            f"PROXY_COUNT is 0: behind a proxy all visitors count as one and share {each} objections a day.",
            hint="Set PROXY_COUNT to the number of reverse proxies in front; silence this where there is none.",
            id="accounts.W002",
        )
    ]
