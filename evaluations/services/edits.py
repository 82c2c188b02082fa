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

from branches.prepared import execute
from evaluations.models import EntryKey, Way

KEEP = """
    INSERT INTO evaluations_entrykey (key, actor, digest, answer)
    SELECT key, actor, digest, answer::jsonb
    FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[]) AS i (key, actor, digest, answer)
    ON CONFLICT DO NOTHING
"""
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

    def digest(self, county: int) -> str:
        """What the key stands for: this edit, in this county of this round (by its RoundCounty's id)."""
        fields = {name: str(value) for name, value in vars(self).items()}
        text = json.dumps(fields | {"county": county}, sort_keys=True)
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


class SentBefore(Exception):
    """Some of the keys have their answers already: what was just done is undone, and those answers count."""


def answers_before(edits: Sequence[Edit], by: str, county: int) -> dict[UUID, Answer]:
    """Key → the answer given before, for those that have one."""
    by_key = {edit.key: edit for edit in edits}
    return {row.key: repeated(row, by_key[row.key], by, county) for row in EntryKey.objects.filter(pk__in=by_key)}


def repeated(row: EntryKey, edit: Edit, by: str, county: int) -> Answer:
    """The answer given before; a key that stood for something else, or was another's, is refused."""
    if row.digest != edit.digest(county) or row.actor != by:
        words = gettext("This was sent before with another content. Load the page again.")
        return Answer(str(edit.key), REUSED, message=words)
    return Answer(**row.answer)


def keep_answers(edits: Sequence[Edit], answers: dict[UUID, Answer], by: str, county: int) -> None:
    """Keep the answers under their keys, in the transaction of the effect; raises SentBefore for a key that has one.

    Whoever sends the same key at the same moment waits here for the first one's transaction to end.
    """
    ordered = sorted(edits, key=lambda edit: edit.key)
    rows = [
        [str(edit.key) for edit in ordered],
        [by] * len(ordered),
        [edit.digest(county) for edit in ordered],
        [json.dumps(asdict(answers[edit.key])) for edit in ordered],
    ]
    with connection.cursor() as cursor:
        execute(cursor, KEEP, rows, rows=len(ordered))
        if cursor.rowcount < len(ordered):
            raise SentBefore
