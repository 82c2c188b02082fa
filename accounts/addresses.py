"""The address a request came from, behind as many proxies as the settings say; a forged header changes nothing."""

from __future__ import annotations

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str | None:
    """The entry that the outermost of our proxies wrote: PROXY_COUNT from the right of X-Forwarded-For.

    What stands further left is the client's own invention. Where there are fewer entries than proxies, or no address
    in that place, the peer's address counts; None where there is none (a Unix socket).
    """
    peer = request.META.get("REMOTE_ADDR") or None
    written = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    if not 0 < settings.PROXY_COUNT <= len(written):
        return peer
    candidate = written[-settings.PROXY_COUNT]
    return candidate if is_address(candidate) else peer


def is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return "%" not in text  # a zone is no address that the database keeps
