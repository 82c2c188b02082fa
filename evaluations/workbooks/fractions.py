"""Percentages that look like fractions: 0.947 where 94.7 is meant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from uuid import UUID

from evaluations.models import EvaluationRound
from evaluations.services.entering import reader_of
from evaluations.services.explaining import last_numbers
from evaluations.services.writing import Ready, number_of
from evaluations.spellings import PERCENT_SIGNS
from evaluations.workbooks.found import Found
from scoring.models import Criterion
from scoring.units import plain, to_units
from tables.cells import PercentCell
from tables.message import N_, Message

ONE = Decimal(1)
Column = tuple[str, int]  # a criterion's code and a period


class Fractions:
    """Remembers a file's percentages column by column, to tell a fraction from a small percentage."""

    def __init__(self):
        self.small: dict[Column, int] = defaultdict(int)
        self.large: dict[Column, int] = defaultdict(int)

    def count(self, row: Criterion, period: int, text: str) -> None:
        """Take note of a value as it was read; what is no number counts for nothing."""
        if row.value_type != "percent" or not text:
            return
        try:
            number = Decimal(text)
        except InvalidOperation:
            return
        if number:
            (self.small if number <= ONE else self.large)[row.code, period] += 1

    def doubted(self, evaluation: EvaluationRound, ready: Iterable[tuple[Ready, Found]]) -> dict[UUID, Message]:
        """Edit key → what is doubted: all but what was so small last year too, among a column that mostly is."""
        few = [one for one, found in ready if is_small(one) and not said_percent(found.text)]
        places = {one.gate.branch_id for one in few}, {one.row.code for one in few}
        lasts = last_numbers(evaluation, *places)
        doubted = [
            one for one in few
            if self.mostly_large(one) or not 0 < lasts.get((one.gate.branch_id, one.row.code, one.edit.period), 0) <= 1
        ]  # fmt: skip
        return {one.edit.key: words(one) for one in doubted}

    def mostly_large(self, one: Ready) -> bool:
        column = one.row.code, one.edit.period
        return self.large[column] > self.small[column]


def is_small(one: Ready) -> bool:
    number, high = number_of(one.parsed), reader_of(one.row).high
    return one.row.value_type == "percent" and number is not None and 0 < number <= ONE < (high or 100)


def said_percent(text: str) -> bool:
    """Was it written as a percentage, so that there is no doubt?"""
    return isinstance(text, PercentCell) or text.strip().endswith(PERCENT_SIGNS)


def words(one: Ready) -> Message:
    number = number_of(one.parsed)
    shown = {"found": plain(to_units(number)), "percent": plain(to_units(number * 100))}
    return Message(N_("%(found)s looks like a decimal fraction; %(percent)s%% is entered as %(percent)s"), shown)
