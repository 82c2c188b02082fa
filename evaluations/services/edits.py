"""Edits and their answers, and the keys by which a request asked again gets the same answer and no second effect."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext

from evaluations.models import EntryKey, Way

NOTE, DOCUMENT, SOURCE = 300, 120, 120  # characters, as their columns hold
SAVED, REFUSED, CONFLICT, LOCKED, UNKNOWN, REUSED = "saved", "refused", "conflict", "locked", "unknown", "reused"


@dataclass(frozen=True)
class Edit:
    """One value as somebody wants it to be; `text` is what was typed, "" takes the value back."""

    key: UUID
    branch: str
    criterion: str
    period: int = 0
    text: str = ""
    na: bool = False
    note: str = ""
    document: str = ""
    source: str = ""
    as_of: date | None = None
    way: str = Way.TYPED
    revision: int = 0  # the one its giver saw, 0 where there was no value

    @property
    def digest(self) -> str:
        """What the key stands for."""
        text = json.dumps({name: str(value) for name, value in asdict(self).items()}, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def place(self) -> tuple[str, str, int]:
        return self.branch, self.criterion, self.period


@dataclass
class Answer:
    """What became of one edit, as JSON holds it. `theirs` is the version that stands, in a conflict."""

    key: str
    status: str
    revision: int = 0
    message: str = ""
    warnings: list[str] = field(default_factory=list)
    theirs: dict | None = None


def answered(edits: Sequence[Edit], by: str) -> dict[UUID, Answer]:
    """Claim the edits' keys; return the answers of those that were claimed before.

    Whoever sends the same key at the same moment waits here for the first one's transaction to end.
    """
    ordered = sorted(edits, key=lambda edit: edit.key)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO evaluations_entrykey (key, actor, digest)"
            " SELECT * FROM unnest(%s::uuid[], %s::text[], %s::text[]) ON CONFLICT DO NOTHING RETURNING key",
            [[str(e.key) for e in ordered], [by] * len(ordered), [e.digest for e in ordered]],
        )
        claimed = {row[0] if isinstance(row[0], UUID) else UUID(row[0]) for row in cursor.fetchall()}
    before = {edit.key: edit for edit in edits if edit.key not in claimed}
    if not before:
        return {}
    rows = EntryKey.objects.filter(pk__in=before)
    return {row.key: repeated(row, before[row.key], by) for row in rows}


def repeated(row: EntryKey, edit: Edit, by: str) -> Answer:
    """The answer given before; a key that stood for something else, or was another's, is refused."""
    if row.digest != edit.digest or row.actor != by or row.answer is None:
        words = gettext("This was sent before with another content. Load the page again.")
        return Answer(str(edit.key), REUSED, message=words)
    return Answer(**row.answer)


def remember(edits: Sequence[Edit], answers: dict[UUID, Answer]) -> None:
    """Keep the answers with their keys, in the transaction of the effect."""
    if not edits:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE evaluations_entrykey k SET answer = i.answer::jsonb"
            " FROM unnest(%s::uuid[], %s::text[]) AS i (key, answer) WHERE k.key = i.key",
            [[str(e.key) for e in edits], [json.dumps(asdict(answers[e.key])) for e in edits]],
        )
