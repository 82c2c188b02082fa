"""When signing in is locked: five wrong tries of one account at one address, or fifty at the address by anybody."""

from __future__ import annotations

from axes.attempts import get_cool_off_threshold
from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Sum
from django.http import HttpRequest


class SignInLocks(AxesDatabaseHandler):
    """django-axes knows one limit for all its counts; the address alone has its own."""

    def is_locked(self, request: HttpRequest, credentials: dict | None = None) -> bool:
        return super().is_locked(request, credentials) or address_is_locked(request)

    def user_login_failed(self, sender, credentials: dict, request: HttpRequest | None = None, **kwargs) -> None:
        super().user_login_failed(sender, credentials, request, **kwargs)
        if request is not None and address_is_locked(request):
            request.axes_locked_out = True
            request.axes_credentials = credentials


def address_is_locked(request: HttpRequest) -> bool:
    """Have too many tries failed at this address of late, whatever the accounts?"""
    recent = AccessAttempt.objects.filter(
        ip_address=request.axes_ip_address, attempt_time__gte=get_cool_off_threshold(request)
    )
    failures = recent.aggregate(sum=Sum("failures_since_start"))["sum"] or 0
    return failures >= settings.ADDRESS_FAILURE_LIMIT
