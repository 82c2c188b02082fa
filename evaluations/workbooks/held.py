"""The values a unit's places hold now, and held last year, as a workbook compares and shows them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from django.db import connection

from evaluations.cells import NA, NOTHING, Parsed
from evaluations.models import EvaluationRound
from evaluations.models.value import NOT_APPLICABLE, REPORTED
from evaluations.reading.values import said
from scoring.compiled import CompiledCriterion
from scoring.units import plain, to_units
from scoring.wording import NO, YES

NOW = """
    SELECT branch_id, criterion_id, period, reported_number, reported_option, reported_na, note, document, source,
        as_of, revision, township_number, township_na, department_number, department_na, final_number, final_na
    FROM evaluations_value WHERE round_id = %s AND branch_id = ANY(%s) AND criterion_id = ANY(%s)
"""
LAST = """
    SELECT v.branch_id, c.code, v.period, v.effective_state, v.effective_units
    FROM evaluations_value v JOIN scoring_criterion c ON c.id = v.criterion_id
    JOIN unnest(%s::text[], %s::text[]) AS i (code, value_type) ON i.code = c.code AND i.value_type = c.value_type
    WHERE v.round_id = %s AND v.branch_id = ANY(%s) AND v.effective_state > 0
    ORDER BY v.branch_id, c.code, v.period
"""


class Raters(NamedTuple):
    """What each rater gave of one value, as reading/raters.py compares it; see models.RATERS."""

    reported_number: Decimal | None
    reported_na: bool
    township_number: Decimal | None = None
    township_na: bool = False
    department_number: Decimal | None = None
    department_na: bool = False
    final_number: Decimal | None = None
    final_na: bool = False


NOBODY_LATER = Raters(None, False)[2:]


@dataclass(frozen=True, slots=True)
class Held:
    """A value as it stands: its text as a workbook compares it ("" none, NA, an option's code, a plain number).

    `raters` is None where nobody after its giver said anything about it.
    """

    text: str = ""
    note: str = ""
    document: str = ""
    source: str = ""
    as_of: date | None = None
    revision: int = 0
    raters: Raters | None = None


NONE = Held()
Where = tuple[int, int, int]  # branch, criterion, period


def held_now(evaluation: EvaluationRound, branches: Iterable[int], criteria: Iterable[int]) -> dict[Where, Held]:
    with connection.cursor() as cursor:
        cursor.execute(NOW, [evaluation.pk, list(branches), list(criteria)])
        return {tuple(row[:3]): held(*row[3:]) for row in cursor.fetchall()}


def held(number: Decimal | None, option: str, na: bool, *rest) -> Held:
    """One row of NOW without its place."""
    papers, later = rest[:5], rest[5:]
    raters = None if later == NOBODY_LATER else Raters(number, na, *later)
    return Held(text_of(number, option, na), *papers, raters)


def text_of(number: Decimal | None, option: str, na: bool) -> str:
    if na:
        return NA
    return option or ("" if number is None else plain_number(number))


@lru_cache(maxsize=50_000)
def plain_number(number: Decimal) -> str:
    return plain(to_units(number))


def text_of_parsed(parsed: Parsed) -> str:
    return text_of(None if parsed.number == NOTHING else Decimal(parsed.number), parsed.option, parsed.na)


def held_last(evaluation: EvaluationRound, branches: Iterable[int], rows) -> dict[tuple[int, str], list]:
    """(branch, criterion's code) → [(period, state, units)] of the round before, where the type is still the same."""
    if not evaluation.previous_id:
        return {}
    columns = [[row.code for row in rows], [row.value_type for row in rows]]
    found: dict[tuple[int, str], list] = {}
    with connection.cursor() as cursor:
        cursor.execute(LAST, [*columns, evaluation.previous_id, list(branches)])
        for branch, code, *rest in cursor.fetchall():
            found.setdefault((branch, code), []).append(rest)
    return found


def last_text(compiled: CompiledCriterion, values: list) -> str:
    """Last year's value as it is shown: the quarters beside each other."""
    return " / ".join(bare(compiled, state, units) for _period, state, units in values)


def bare(compiled: CompiledCriterion, state: int, units: int) -> str:
    """A value without its unit, as one types it."""
    if state == NOT_APPLICABLE:
        return NA
    if state != REPORTED:
        return ""
    if compiled.value_type == "choice":
        place = units // 10_000
        return compiled.options[place - 1] if 0 < place <= len(compiled.options) else str(place)
    if compiled.value_type == "yesno":
        return said(YES if units else NO)
    return plain(units)
