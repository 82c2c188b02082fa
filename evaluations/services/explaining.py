"""What must be explained of a value by a note, and the numbers that tell: last year's, its neighbours'."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext

from branches.prepared import FEW, MANY, execute
from evaluations.checking import change_warning, fraction_warning, limits_of, sameness_warning
from evaluations.models import EvaluationRound
from evaluations.services.writing import Ready, number_of
from evaluations.spellings import is_reason
from scoring.models import Criterion
from tables.message import Message

NO_SIZE = ("choice", "yesno")  # their numbers are names: one is not twice the other
# What stands at the places being given is left out: their numbers are the ones given, which are counted beside.
EQUALS = """
    SELECT i.township_id, i.criterion_id, i.period, i.units, count(*)
    FROM unnest(%s::text[], %s::int[], %s::int[], %s::bigint[]) AS i (township_id, criterion_id, period, units)
    JOIN evaluations_rosterentry r ON r.round_id = %s AND r.township_id = i.township_id
    JOIN evaluations_value v ON v.round_id = r.round_id AND v.branch_id = r.branch_id
        AND v.criterion_id = i.criterion_id AND v.period = i.period
    LEFT JOIN unnest(%s::int[], %s::int[], %s::int[]) AS own (branch_id, criterion_id, period)
        ON own.branch_id = v.branch_id AND own.criterion_id = v.criterion_id AND own.period = v.period
    WHERE v.effective_state = 1 AND v.effective_units = i.units AND own.branch_id IS NULL
    GROUP BY 1, 2, 3, 4
"""
# The same for a few: each township's branches are looked up, where the other reads the round's.
EQUALS_OF_FEW = """
    SELECT i.township_id, i.criterion_id, i.period, i.units, count(*)
    FROM unnest(%s::text[], %s::int[], %s::int[], %s::bigint[]) AS i (township_id, criterion_id, period, units)
    JOIN evaluations_value v ON v.round_id = %s::int AND v.criterion_id = i.criterion_id AND v.period = i.period
        AND v.branch_id = ANY(ARRAY(
            SELECT r.branch_id FROM evaluations_rosterentry r
            WHERE r.round_id = %s::int AND r.township_id = i.township_id))
    WHERE v.effective_state = 1 AND v.effective_units = i.units
        AND (v.branch_id, v.criterion_id, v.period) NOT IN (SELECT * FROM unnest(%s::int[], %s::int[], %s::int[]))
    GROUP BY 1, 2, 3, 4
"""
LAST = """
    SELECT v.branch_id, c.code, v.period, v.effective_units / 10000.0
    FROM evaluations_value v JOIN scoring_criterion c ON c.id = v.criterion_id
    WHERE v.round_id = %s AND v.branch_id = ANY(%s) AND c.code = ANY(%s) AND v.effective_state = 1
"""
NUMBERS = """
    SELECT branch_id, period, criterion_id, CASE WHEN effective_state = 1 THEN effective_units / 10000.0 END, revision
    FROM evaluations_value
    WHERE round_id = %s AND branch_id = ANY(%s) AND criterion_id = ANY(%s)
"""
# Both for a few values in one statement: asking once more costs a saved value more than what is asked.
BESIDE_FEW = f"""
    SELECT e.*, NULL::int, NULL::text, NULL::numeric FROM ({EQUALS_OF_FEW}) AS e
    UNION ALL
    SELECT NULL, NULL, l.period, NULL, NULL, l.branch_id, l.code, l.number
    FROM ({LAST}) AS l (branch_id, code, period, number)
"""
Equal = tuple[str, int, int, int]  # township, criterion id, period, ten-thousandths
Last = dict[tuple[int, str, int], Decimal]  # branch id, criterion code, period → last year's number


def explain(row: Criterion, number: Decimal | None, last: Decimal | None, equal: int) -> list[Message]:
    """What asks for a note: a fraction for a percentage, a jump against last year, the same value for many branches.

    The one answer for saving, for a file, for the checklist and for the pages; `equal` counts this branch too.
    """
    limits = limits_of(row)
    jumps = number is not None and row.value_type not in NO_SIZE
    jump = change_warning(limits, number, last) if jumps else None
    fraction = fraction_warning(row, number) if jumps else None
    return [message for message in (fraction, jump, sameness_warning(limits, equal)) if message]


def warnings_of(evaluation: EvaluationRound, ready: Sequence[Ready]) -> dict[UUID, list[str]]:
    """Edit key → sentences that ask for a note, in the reader's language; as reasons_of."""
    found = reasons_of(evaluation, ready)
    return {key: [message.translated(gettext) for message in messages] for key, messages in found.items()}


def reasons_of(evaluation: EvaluationRound, ready: Sequence[Ready]) -> dict[UUID, list[Message]]:
    """Edit key → what asks for a note, for the values that have none yet; costs nothing without limits.

    Asked before or after `ready` is written, the answer is the same: equal numbers within `ready` count as well.
    """
    bare = [one for one in ready if not is_reason(one.edit.note) and number_of(one.parsed) is not None]
    compared = [one for one in bare if limits_of(one.row).compares_last_year]
    counted = [one for one in ready if limits_of(one.row).same_value_count is not None]
    lasts, equals = beside(evaluation, compared, counted)
    found: dict[UUID, list[Message]] = {}
    for one in bare:
        last = lasts.get((one.gate.branch_id, one.row.code, one.edit.period))
        found[one.edit.key] = explain(one.row, number_of(one.parsed), last, equals.get(equal_of(one), 0))
    return found


def beside(
    evaluation: EvaluationRound, compared: Sequence[Ready], counted: Sequence[Ready]
) -> tuple[Last, dict[Equal, int]]:
    """Last year's numbers of `compared`, and how many branches have the same as each of `counted`."""
    places = {one.gate.branch_id for one in compared}, {one.row.code for one in compared}
    counts = own_counts(counted)
    if not (compared and counts and evaluation.previous_id and len(counted) <= FEW):
        return last_numbers(evaluation, *places), equal_counts(evaluation, counted)
    last = [evaluation.previous_id, *map(list, places)]
    lasts: Last = {}
    parameters = [*equal_parameters(evaluation, counted, counts, rounds=2), *last]
    for *equal, count, branch, code, number in select(BESIDE_FEW, parameters, rows=len(counted)):
        if branch is None:
            counts[tuple(equal)] += count
        else:
            lasts[branch, code, equal[2]] = Decimal(number)
    return lasts, counts


def last_numbers(evaluation: EvaluationRound, branch_ids: Iterable[int], codes: Iterable[str]) -> Last:
    """Last year's effective numbers of the criteria of these codes, each of its own quarter."""
    branch_ids, codes = list(branch_ids), list(codes)
    if not branch_ids or not codes or not evaluation.previous_id:
        return {}
    rows = select(LAST, [evaluation.previous_id, branch_ids, codes], rows=len(branch_ids) * len(codes))
    return {(branch, code, period): Decimal(number) for branch, code, period, number in rows}


def equal_of(one: Ready) -> Equal:
    return one.gate.township, one.row.pk, one.edit.period, int((number_of(one.parsed) or 0) * 10_000)


def own_counts(ready: Sequence[Ready]) -> Counter[Equal]:
    return Counter(equal_of(one) for one in ready if number_of(one.parsed) is not None)


def equal_counts(evaluation: EvaluationRound, ready: Sequence[Ready]) -> dict[Equal, int]:
    """How many branches of a township have the same number, with the numbers of `ready` in place of what stands."""
    counts = own_counts(ready)
    if not counts:
        return {}
    sql, rounds = (EQUALS_OF_FEW, 2) if len(ready) <= FEW else (EQUALS, 1)
    for *equal, count in select(sql, equal_parameters(evaluation, ready, counts, rounds=rounds), rows=len(ready)):
        counts[tuple(equal)] += count
    return counts


def equal_parameters(
    evaluation: EvaluationRound, ready: Sequence[Ready], counts: Counter[Equal], *, rounds: int
) -> list:
    """What EQUALS asks for: the numbers, the round (as often as it is named), the places given now."""
    asked = [list(column) for column in zip(*counts, strict=True)]
    own = [list(column) for column in zip(*(one.place for one in ready), strict=True)]
    return [*asked, *[evaluation.pk] * rounds, *own]


def numbers_of(
    evaluation: EvaluationRound, branch_ids: Iterable[int], codes: Mapping[int, str]
) -> dict[tuple[int, int], dict[str, tuple[Decimal | None, int]]]:
    """(branch, period) → code → (the effective number, the revision); `codes` maps criterion ids to their codes."""
    found: dict[tuple[int, int], dict[str, tuple[Decimal | None, int]]] = {}
    branch_ids = list(branch_ids)
    numbers = select(NUMBERS, [evaluation.pk, branch_ids, list(codes)], rows=len(branch_ids))
    for branch, period, criterion, number, revision in numbers:
        number = None if number is None else Decimal(number)
        found.setdefault((branch, period), {})[codes[criterion]] = number, revision
    return found


def select(sql: str, parameters: Sequence | Mapping, *, rows: int = MANY) -> list[tuple]:
    """The rows of a query; `rows` is how many it speaks of, where those are few."""
    with connection.cursor() as cursor:
        execute(cursor, sql, parameters, rows=rows)
        return cursor.fetchall()
