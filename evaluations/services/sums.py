"""Sums that must hold between values of one branch and period: a part is never more than its whole.

Whoever changes a whole or a part holds the branch's submission alone (gates), so what is read here stands until the
change is committed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from evaluations.checking import related_codes, relation_errors, wrong_sums
from evaluations.models import EvaluationRound, Value
from evaluations.services.explaining import numbers_of
from evaluations.services.writing import Ready, number_of
from evaluations.workflow import Status
from scoring.standard import Standard
from tables.message import Message

Standing = Mapping[tuple[int, int], Mapping[str, tuple[Decimal | None, int]]]
WrongSum = tuple[int, tuple[str, ...], Message]  # period, (whole, *parts), what is wrong


def refused_sums(evaluation: EvaluationRound, standard: Standard, ready: Sequence[Ready]) -> dict[UUID, Message]:
    """Edit key → why it can't be written beside what stands and the others; costs nothing without related criteria.

    Only what will be written counts: an edit whose giver saw an older value is a conflict, and one refused leaves
    what stands, so the rest is judged again without it.
    """
    touched = [one for one in ready if one.row.code in related_codes(standard)]
    if not touched:
        return {}
    standing = related_numbers(evaluation, standard, {one.gate.branch_id for one in touched})
    standing = with_reported(evaluation, touched, standing)
    going = [one for one in touched if is_up_to_date(one, standing)]
    refused: dict[UUID, Message] = {}
    while wrong := wrong_beside(standard, going, standing):
        refused |= wrong
        going = [one for one in going if one.edit.key not in wrong]
    return refused


def related_numbers(evaluation: EvaluationRound, standard: Standard, branch_ids: Iterable[int]) -> Standing:
    """(branch, period) → code → (number, revision), for the criteria that are a whole or a part."""
    related = related_codes(standard)
    return numbers_of(evaluation, branch_ids, {row.pk: row.code for row in standard.criteria if row.code in related})


def with_reported(evaluation: EvaluationRound, touched: Sequence[Ready], standing: Standing) -> Standing:
    """What a department returned counts as it was reported: the answer takes its correction away."""
    asked = {one.gate.branch_id: one.gate.unlocked for one in touched if one.gate.status == Status.PASSED}
    if not any(asked.values()):
        return standing
    changed = {where: dict(those) for where, those in standing.items()}
    values = Value.objects.filter(round=evaluation, branch__in=asked, criterion__code__in=set().union(*asked.values()))
    fields = ("branch_id", "period", "criterion__code", "reported_number", "revision")
    for branch, period, code, number, revision in values.values_list(*fields):
        if code in asked[branch] and code in changed.get((branch, period), {}):
            changed[branch, period][code] = number, revision
    return changed


def is_up_to_date(one: Ready, standing: Standing) -> bool:
    """Will this edit be written, or does another value stand than its giver saw?"""
    there = standing.get((one.gate.branch_id, one.edit.period), {}).get(one.row.code)
    return one.edit.revision == (there[1] if there else 0)


def wrong_beside(standard: Standard, going: Sequence[Ready], standing: Standing) -> dict[UUID, Message]:
    """Edit key → the first sum that would be wrong if all of `going` were written."""
    numbers = {where: numbers_only(those) for where, those in standing.items()}
    for one in going:
        numbers.setdefault((one.gate.branch_id, one.edit.period), {})[one.row.code] = number_of(one.parsed)
    errors = (
        (one.edit.key, relation_errors(standard, one.row.code, numbers[one.gate.branch_id, one.edit.period]))
        for one in going
    )
    return {key: found[0] for key, found in errors if found}


def numbers_only(those: Mapping[str, tuple[Decimal | None, int]]) -> dict[str, Decimal | None]:
    return {code: number for code, (number, _revision) in those.items()}


def standing_wrong(
    evaluation: EvaluationRound, standard: Standard, branch_ids: Sequence[int]
) -> dict[int, list[WrongSum]]:
    """Branch → (period, (whole, *parts), what is wrong) of the values that stand; no query without related criteria."""
    if not related_codes(standard):
        return {}
    found: dict[int, list[WrongSum]] = {}
    for (branch, period), those in related_numbers(evaluation, standard, branch_ids).items():
        errors = wrong_sums(standard, numbers_only(those))
        found.setdefault(branch, []).extend((period, codes, message) for codes, message in errors)
    return found
