"""A value's text as the database holds it: what each criterion may be given, whoever gives it and by whatever door."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from scoring.models import Criterion
from scoring.parameters import parse_parameters
from tables.cells import PercentCell
from tables.columns import read_boolean
from tables.errors import BadCell
from tables.message import N_, Message
from tables.numbers import read_decimal

NA = "NA"
MOST_VETO_RECORDS = 99
PERIODS = {"": 0, "1": 1, "2": 2, "3": 3, "4": 4}
NOTHING = r"\N"


@dataclass(frozen=True)
class Parsed:
    """A value's cell as the database holds it: number text, option code, NA; all empty = take back."""

    number: str = NOTHING
    option: str = ""
    na: bool = False


class Refused(ValueError):
    """What a column may hold, where a cell holds something else."""

    def __init__(self, column: str, allowed: Message) -> None:
        super().__init__(str(allowed))
        self.column, self.allowed = column, allowed


class CriterionReader:
    """Reads the cells of one criterion; parsed texts are remembered, since a file repeats few of them often."""

    def __init__(self, row: Criterion) -> None:
        self.row = row
        self.counted = row.veto and row.value_type == "count"
        checks = parse_parameters(row.checks)
        low, high = {"percent": (0, 100), "count": (0, None)}.get(row.value_type, (None, None))
        self.low, self.high = checks.get("min", low), checks.get("max", high)
        self.options = {
            str(option[0]): place for place, option in enumerate(parse_parameters(row.parameters).get("options", ()), 1)
        }
        self.read = lru_cache(maxsize=50_000)(self.parse)

    def read_cell(self, text: str) -> Parsed:
        """Read a value's cell; raises Refused with what is allowed."""
        try:
            return self.read(text, isinstance(text, PercentCell))
        except BadCell as bad:
            raise Refused("value", bad.allowed) from None

    def parse(self, text: str, is_percent_cell: bool) -> Parsed:
        if text == "":
            return Parsed()
        if text == NA and not self.counted:
            return Parsed(na=True)
        if self.row.value_type == "choice":
            return self.parse_choice(str(text))
        if self.row.value_type == "yesno":
            return Parsed(number="1" if read_boolean(text) else "0")
        return self.parse_number(PercentCell(text) if is_percent_cell else text)

    def parse_choice(self, text: str) -> Parsed:
        if text not in self.options:
            raise BadCell(Message(N_("one of %(options)s"), {"options": ", ".join(self.options)}))
        return Parsed(number=str(self.options[text]), option=text)

    def parse_number(self, text: str) -> Parsed:
        number = read_decimal(text, percent=self.row.value_type == "percent")
        if self.row.value_type == "count" and (number != number.to_integral_value() or number < 0):
            raise BadCell(Message(N_("a whole number, 0 or more")))
        high = MOST_VETO_RECORDS if self.counted and self.high is None else self.high
        if self.low is not None and number < self.low or high is not None and number > high:
            raise BadCell(self.range(high))
        return Parsed(number=str(number))

    def range(self, high) -> Message:
        if high is None:
            return Message(N_("at least %(low)s"), {"low": self.low})
        if self.low is None:
            return Message(N_("at most %(high)s"), {"high": high})
        return Message(N_("from %(low)s to %(high)s"), {"low": self.low, "high": high})

    def period(self, text: str) -> int:
        """Read a period; raises Refused for a quarter on a yearly criterion or the reverse."""
        if PERIODS.get(text) is None:
            raise Refused("period", Message(N_("empty for the year, or a quarter 1 to 4")))
        quarters = self.row.periods == "quarters"
        if quarters != (text != ""):
            allowed = (
                N_("a quarter 1 to 4: this criterion is quarterly")
                if quarters
                else N_("empty: this criterion is yearly")
            )
            raise Refused("period", Message(allowed))
        return PERIODS[text]


def check_households(reader: CriterionReader, parsed: Parsed, households: int | None) -> None:
    """Refuse a part of the households that is larger than the whole (scoring.md §2)."""
    if reader.row.basis != "per_100_households" or not households or parsed.number == NOTHING:
        return
    if Decimal(parsed.number) > households:
        raise Refused(
            "value", Message(N_("at most the branch's %(households)s households"), {"households": households})
        )
