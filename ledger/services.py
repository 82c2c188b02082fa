"""Append to the ledger, and walk it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from ledger.canonical import canonical_json, entry_hash
from ledger.models import GENESIS, LedgerEntry, LedgerHead
from ledger.verifying import Problem, verify

SYSTEM = "system"

__all__ = ["SYSTEM", "Problem", "append", "verify"]


def append(*, chain: str, actor: str, action: str, subject: str, detail: Mapping[str, Any]) -> LedgerEntry:
    """Write one entry at the end of `chain` (a county's code or "system") in the caller's transaction.

    The caller's change and its entry stand or fall together, hence RuntimeError outside transaction.atomic(). The
    chain stays locked until that transaction ends: append last, and several chains in the order of their names.
    `detail` holds what JSON holds (no NaN); TypeError or ValueError otherwise.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("append() belongs inside transaction.atomic(), next to the change it records")
    text = canonical_json(dict(detail))
    head = locked_head(chain)
    fields = {
        "chain": chain,
        "sequence": head.sequence + 1,
        "at": database_clock(),
        "actor": actor,
        "action": action,
        "subject": subject,
        "detail": text,
        "previous": head.hash,
    }
    entry = LedgerEntry.objects.create(**fields, hash=entry_hash(**fields))
    LedgerHead.objects.filter(chain=chain).update(sequence=entry.sequence, hash=entry.hash)
    return entry


def locked_head(chain: str) -> LedgerHead:
    """The chain's head under a row lock; made when the chain is new, by whichever of several comers is first."""
    heads = LedgerHead.objects.select_for_update().filter(chain=chain)
    head = heads.first()
    if head is None:
        with transaction.atomic():
            LedgerHead.objects.bulk_create([LedgerHead(chain=chain, sequence=0, hash=GENESIS)], ignore_conflicts=True)
        head = heads.get()
    return head


def database_clock() -> datetime:
    """The database's clock now; asked after the lock is held, so that times follow the order of the entries."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]
