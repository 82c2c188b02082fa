"""Values on their way into the database: one statement for many, each only where it still is as its giver saw it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import connection

from branches.prepared import execute
from evaluations.cells import NOTHING, Parsed
from evaluations.models import EvaluationRound, Value
from evaluations.services.edits import Edit
from evaluations.services.gates import Gate
from scoring.models import Criterion

# The clock, not the transaction's start: under its locks a change is later than the return it answers.
GIVEN = """unnest(
    %s::int[], %s::int[], %s::smallint[], %s::numeric[], %s::text[], %s::bool[],
    %s::text[], %s::text[], %s::text[], %s::date[], %s::text[], %s::int[], %s::text[])
    AS i (branch, criterion, period, number, option, na, note, document, source, as_of, way, revision, by)
"""
# Where there was no value, one is made, unless somebody else made one meanwhile.
NEW = f"""
    INSERT INTO evaluations_value
        (round_id, branch_id, criterion_id, period, reported_number, reported_option, reported_na,
         note, document, source, as_of, way, revision, updated_by, updated_at)
    SELECT %s::int, i.*, clock_timestamp() FROM {GIVEN}
    ON CONFLICT (round_id, branch_id, criterion_id, period) DO NOTHING
    RETURNING branch_id, criterion_id, period, revision
"""
# Where there was one, it is changed if it still has the revision its giver saw: one less than the new one.
CHANGED = f"""
    UPDATE evaluations_value v SET
        reported_number = i.number, reported_option = i.option, reported_na = i.na, note = i.note,
        document = i.document, source = i.source, as_of = i.as_of, revision = i.revision,
        way = CASE WHEN (v.reported_number, v.reported_option, v.reported_na)
            IS NOT DISTINCT FROM (i.number, i.option, i.na)
            THEN v.way ELSE i.way END,  -- a new note beside the same value is no new value
        updated_at = clock_timestamp(), updated_by = i.by
    FROM {GIVEN}
    WHERE v.round_id = %s AND v.branch_id = i.branch AND v.criterion_id = i.criterion AND v.period = i.period
        AND v.revision = i.revision - 1
    RETURNING v.branch_id, v.criterion_id, v.period, v.revision
"""


@dataclass(frozen=True)
class Ready:
    """An edit that was read: where it goes and what the database shall hold."""

    edit: Edit
    gate: Gate
    row: Criterion
    parsed: Parsed

    @property
    def place(self) -> tuple[int, int, int]:
        return self.gate.branch_id, self.row.pk, self.edit.period


@dataclass(frozen=True)
class Standing:
    """A value as it stands: its reported part, its texts, who gave it and when."""

    number: Decimal | None
    option: str
    na: bool
    note: str
    document: str
    source: str
    as_of: date | None
    revision: int
    updated_by: str
    updated_at: datetime


def number_of(parsed: Parsed) -> Decimal | None:
    return None if parsed.number == NOTHING else Decimal(parsed.number)


def write_values(evaluation: EvaluationRound, ready: Sequence[Ready], by: str) -> dict[tuple[int, int, int], int]:
    """Write what still is as its giver saw it.

    Returns place → the value's new revision, for those that were written.
    """
    new = [one for one in ready if one.edit.revision == 0]
    changed = [one for one in ready if one.edit.revision > 0]
    rows: list[tuple[int, int, int, int]] = []
    with connection.cursor() as cursor:
        if new:
            execute(cursor, NEW, [evaluation.pk, *columns_of(new, by)], rows=len(new))
            rows += cursor.fetchall()
        if changed:
            execute(cursor, CHANGED, [*columns_of(changed, by), evaluation.pk], rows=len(changed))
            rows += cursor.fetchall()
    return {(branch, criterion, period): revision for branch, criterion, period, revision in rows}


def columns_of(ready: Sequence[Ready], by: str) -> list[list]:
    """The edits as the columns of GIVEN."""
    edits = [one.edit for one in ready]
    return [
        [one.gate.branch_id for one in ready],
        [one.row.pk for one in ready],
        [edit.period for edit in edits],
        [number_of(one.parsed) for one in ready],
        [one.parsed.option for one in ready],
        [one.parsed.na for one in ready],
        [edit.note for edit in edits],
        [edit.document for edit in edits],
        [edit.source for edit in edits],
        [edit.as_of for edit in edits],
        [edit.way for edit in edits],
        [edit.revision + 1 for edit in edits],
        [by] * len(ready),
    ]


def standing_values(evaluation: EvaluationRound, ready: Sequence[Ready]) -> dict[tuple[int, int, int], Standing]:
    """The values as they stand now at the places of `ready`."""
    rows = Value.objects.filter(
        round=evaluation,
        branch__in={one.gate.branch_id for one in ready},
        criterion__in={one.row.pk for one in ready},
    )
    fields = ("reported_number", "reported_option", "reported_na", "note", "document", "source", "as_of", "revision")
    found = rows.values_list("branch_id", "criterion_id", "period", *fields, "updated_by", "updated_at")
    return {tuple(row[:3]): Standing(*row[3:]) for row in found}


def is_same(one: Ready, standing: dict[tuple[int, int, int], Standing]) -> bool:
    """Does the value stand already as this edit wants it, whoever gave it?"""
    there = standing.get(one.place)
    if there is None:
        return False
    edit = one.edit
    mine = (number_of(one.parsed), one.parsed.option, one.parsed.na, edit.note, edit.document, edit.source, edit.as_of)
    theirs = (there.number, there.option, there.na, there.note, there.document, there.source, there.as_of)
    return mine == theirs
