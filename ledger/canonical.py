"""The one way an entry is written down before it is hashed. Changing a byte here breaks every chain."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

FORMAT = "ledger-1"


def canonical_json(value: Mapping[str, Any] | list[Any]) -> str:
    """JSON with sorted names, no blanks and characters as they are; ValueError or TypeError for what JSON has not."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def canonical_time(at: datetime) -> str:
    """UTC with microseconds always written: 2026-03-01T08:00:00.000000Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def entry_hash(
    chain: str, sequence: int, at: datetime, actor: str, action: str, subject: str, detail: str, previous: str
) -> str:
    """SHA-256 in hexadecimal over a JSON list of all fields, so that no two different entries read the same."""
    fields = [FORMAT, chain, sequence, canonical_time(at), actor, action, subject, detail, previous]
    return sha256(canonical_json(fields).encode()).hexdigest()
