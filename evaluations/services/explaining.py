"""What must be explained of a value just given, and the stored numbers that tell: last year's, its neighbours'."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext

from evaluations.checking import change_warning, limits_of, sameness_warning
from evaluations.models import EvaluationRound
from evaluations.services.writing import Ready, number_of
from tables.message import Message

EQUALS = """
    SELECT i.branch_id, i.criterion_id, i.period, count(*)
    FROM unnest(%s::int[], %s::int[], %s::int[], %s::text[], %s::bigint[])
        AS i (branch_id, criterion_id, period, township_id, units)
    JOIN evaluations_rosterentry r ON r.round_id = %s AND r.township_id = i.township_id
    JOIN evaluations_value v ON v.round_id = r.round_id AND v.branch_id = r.branch_id
        AND v.criterion_id = i.criterion_id AND v.period = i.period
    WHERE v.effective_state = 1 AND v.effective_units = i.units
    GROUP BY 1, 2, 3
"""
LAST = """
    SELECT v.branch_id, c.code, v.effective_units / 10000.0
    FROM evaluations_value v JOIN scoring_criterion c ON c.id = v.criterion_id
    WHERE v.round_id = %s AND v.branch_id = ANY(%s) AND c.code = ANY(%s) AND v.effective_state = 1 AND v.period = 0
"""
NUMBERS = """
    SELECT branch_id, period, criterion_id, effective_units / 10000.0 FROM evaluations_value
    WHERE round_id = %s AND branch_id = ANY(%s) AND criterion_id = ANY(%s) AND effective_state = 1
"""


def warnings_of(evaluation: EvaluationRound, ready: Sequence[Ready]) -> dict[UUID, list[str]]:
    """Edit key → sentences that ask for a note, in the reader's language; as reasons_of."""
    found = reasons_of(evaluation, ready)
    return {key: [message.translated(gettext) for message in messages] for key, messages in found.items()}


def reasons_of(evaluation: EvaluationRound, ready: Sequence[Ready]) -> dict[UUID, list[Message]]:
    """Edit key → what asks for a note, for the values that have none yet; costs nothing without limits."""
    bare = [one for one in ready if not one.edit.note and number_of(one.parsed) is not None]
    lasts = last_numbers(evaluation, [one for one in bare if limits_of(one.row).compares_last_year])
    equals = equal_counts(evaluation, [one for one in bare if limits_of(one.row).same_value_count is not None])
    found: dict[UUID, list[Message]] = {}
    for one in bare:
        limits = limits_of(one.row)
        jump = change_warning(limits, number_of(one.parsed), lasts.get((one.gate.branch_id, one.row.code)))
        same = sameness_warning(limits, equals.get(one.place, 0))
        found[one.edit.key] = [message for message in (jump, same) if message]
    return found


def last_numbers(evaluation: EvaluationRound, ready: Sequence[Ready]) -> dict[tuple[int, str], Decimal]:
    """(branch, code) → last year's effective number of the criterion of that code."""
    if not ready or not evaluation.previous_id:
        return {}
    ids, codes = [one.gate.branch_id for one in ready], [one.row.code for one in ready]
    rows = select(LAST, [evaluation.previous_id, ids, codes])
    return {(branch, code): Decimal(number) for branch, code, number in rows}


def equal_counts(evaluation: EvaluationRound, ready: Sequence[Ready]) -> dict[tuple[int, int, int], int]:
    """Place → how many branches of its township have the same number there, this one included."""
    if not ready:
        return {}
    columns = [
        [one.gate.branch_id for one in ready],
        [one.row.pk for one in ready],
        [one.edit.period for one in ready],
        [one.gate.township for one in ready],
        [int(number_of(one.parsed) * 10_000) for one in ready],
    ]
    return {tuple(row[:3]): row[3] for row in select(EQUALS, [*columns, evaluation.pk])}


def numbers_of(
    evaluation: EvaluationRound, branch_ids: Iterable[int], codes: Mapping[int, str]
) -> dict[tuple[int, int], dict[str, Decimal | None]]:
    """(branch, period) → code → the effective number; `codes` maps criterion ids to their codes."""
    found: dict[tuple[int, int], dict[str, Decimal | None]] = {}
    for branch, period, criterion, number in select(NUMBERS, [evaluation.pk, list(branch_ids), list(codes)]):
        found.setdefault((branch, period), {})[codes[criterion]] = Decimal(number)
    return found


def select(sql: str, parameters: list) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()
