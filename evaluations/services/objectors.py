"""Who objected: counted by address without keeping it, reachable while the objection is open, then forgotten."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.crypto import salted_hmac

from evaluations.models import FilingCount, ObjectionContact

SALT = "evaluations.objections.address"
COUNTS_KEPT = timedelta(days=1)
HOUSEHOLD = 64  # bits of an IPv6 address that belong to one connection; the rest changes as it likes
# One statement, so that two requests at once can't both be the last one allowed.
COUNT = """
    INSERT INTO evaluations_filingcount AS c (key, began, count)
    VALUES (%(key)s, date_trunc(%(unit)s, now(), %(zone)s), 1)
    ON CONFLICT (key, began) DO UPDATE SET count = c.count + 1 WHERE c.count < %(limit)s
    RETURNING count
"""


def may_file(county: str, address: str | None) -> bool:
    """Count one more objection, from this address and in this county; False where either has had its share.

    Call it in the transaction that files: what is rolled back was not counted.
    """
    if not counted(f"county {county}", "hour", settings.OBJECTIONS_PER_HOUR):
        return False
    return counted(f"address {network(address)}", "day", settings.OBJECTIONS_PER_ADDRESS)


def counted(whose: str, unit: str, limit: int) -> bool:
    """Is this one within the limit? Whoever comes meanwhile waits until it is known whether this one stays."""
    if limit < 1:
        return False
    key = salted_hmac(SALT, whose, algorithm="sha256").hexdigest()
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"key": key, "unit": unit, "zone": settings.TIME_ZONE, "limit": limit})
        return cursor.fetchone() is not None


def network(address: str | None) -> str:
    """What of an address stands for one sender; a Unix socket has none, and all who come by it are one."""
    if address is None:
        return ""
    try:
        version = ip_address(address).version
    except ValueError:
        return address
    return address if version == 4 else str(ip_network(f"{address}/{HOUSEHOLD}", strict=False))


@transaction.atomic
def forget() -> int:
    """Erase contact details some days after the ruling, and counts after a day; return how many contacts went.

    The list a withdrawn notice showed is gone, and with it what most of its objections were about: their contacts go
    that many days after the withdrawal, ruled on or not.
    """
    FilingCount.objects.filter(began__lt=Now() - COUNTS_KEPT).delete()
    before = Now() - timedelta(days=settings.OBJECTION_CONTACT_DAYS)
    over = Q(objection__ruled_at__lt=before) | Q(objection__notice__withdrawn_at__lt=before)
    gone, _each = ObjectionContact.objects.filter(over).delete()
    return gone
