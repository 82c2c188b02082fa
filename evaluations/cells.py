"""A value's text as the database holds it: what each criterion may be given, whoever gives it and by whatever door."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from evaluations.spellings import (
    WHOLE,
    allowed_number,
    folded,
    is_not_applicable,
    is_reason,
    option_spellings,
    refuse_words,
    without_percent_sign,
)
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
    """What a column may hold, where a cell holds something else; `sentence` says it by itself, for a page."""

    def __init__(self, column: str, allowed: Message, sentence: Message | None = None) -> None:
        super().__init__(str(allowed))
        self.column, self.allowed, self.sentence = column, allowed, sentence


class CriterionReader:
    """Reads the cells of one criterion; parsed texts are remembered, since a file repeats few of them often."""

    def __init__(self, row: Criterion) -> None:
        self.row = row
        self.counted = row.veto and row.value_type == "count"
        checks = parse_parameters(row.checks)
        low, high = {"percent": (0, 100), "count": (0, None)}.get(row.value_type, (None, None))
        self.low, self.high = checks.get("min", low), checks.get("max", high)
        options = parse_parameters(row.parameters).get("options", ())
        self.options = {str(option[0]): place for place, option in enumerate(options, 1)}
        self.spellings = option_spellings(options)
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
        if is_not_applicable(text) and not self.counted:
            return Parsed(na=True)
        if self.row.value_type == "choice":
            return self.parse_choice(str(text))
        if self.row.value_type == "yesno":
            return Parsed(number="1" if read_boolean(text) else "0")
        return self.parse_number(PercentCell(text) if is_percent_cell else text)

    def parse_choice(self, text: str) -> Parsed:
        code = text if text in self.options else self.spellings.get(folded(text))
        if code is None:
            raise BadCell(Message(N_("one of %(options)s"), {"options": ", ".join(self.options)}))
        return Parsed(number=str(self.options[code]), option=code)

    def parse_number(self, text: str) -> Parsed:
        is_percent = self.row.value_type == "percent"
        text = without_percent_sign(text) if is_percent else text
        refuse_words(text, self.row.value_type)
        number = read_decimal(text, percent=is_percent, allowed=allowed_number(text, self.row.value_type))
        if self.row.value_type == "count" and (number != number.to_integral_value() or number < 0):
            raise BadCell(WHOLE)
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


def check_reason(parsed: Parsed, note: str) -> None:
    """Refuse NA without a reason; 无 or a dash is none."""
    if not parsed.na or is_reason(note):
        return
    allowed = Message(N_("the reason why it is not applicable (NA needs one)"))
    if not note.strip():
        raise Refused("note", allowed, Message(N_("NA needs a reason: write in the note why it is not applicable.")))
    words = N_("“%(found)s” is no reason: write in the note why it is not applicable.")
    raise Refused("note", allowed, Message(words, {"found": note.strip()[:40]}))


def check_day(day: date | None, today: date) -> None:
    """Refuse data of a day that is still to come."""
    if day is not None and day > today:
        raise Refused("as_of", Message(N_("a day that is not in the future")))
