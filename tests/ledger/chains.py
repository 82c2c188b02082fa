"""Chains for the ledger's tests."""

from datetime import UTC, datetime

from django.db import transaction

from ledger.canonical import entry_hash
from ledger.models import LedgerEntry
from ledger.services import append

COUNTY = "419901000000"


def write(chain: str = COUNTY, number: int = 1) -> LedgerEntry:
    with transaction.atomic():
        detail = {"b": number, "a": "王庄"}
        return append(chain=chain, actor="操作员", action="values.load", subject=f"2026-{number}", detail=detail)


def hash_of(entry: LedgerEntry) -> str:
    names = ("chain", "sequence", "at", "actor", "action", "subject", "detail", "previous")
    return entry_hash(**{name: getattr(entry, name) for name in names})


def forged(sequence: int, previous: str) -> None:
    fields = {"actor": "x", "action": "x", "subject": "x", "detail": "{}", "at": datetime.now(UTC)}
    entry = LedgerEntry(chain=COUNTY, sequence=sequence, previous=previous, **fields)
    entry.hash = hash_of(entry)
    entry.save()
