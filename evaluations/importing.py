"""Values in from files: every cell is checked against its criterion, every error is named, nothing is kept half."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import IO

from django.db import transaction

from evaluations.models import EvaluationRound, RosterEntry
from evaluations.services.values import Recorded, receive, record_incoming
from scoring.models import Criterion
from scoring.parameters import parse_parameters
from scoring.standard import Standard, published_standard
from tables.cells import PercentCell
from tables.columns import Date, Raw, Text, division_code, read_boolean
from tables.errors import BadCell
from tables.message import N_, Message
from tables.numbers import read_decimal
from tables.reading import open_table

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


class ValueFile:
    """Turns a file's rows into COPY text for `services.values.receive`, refusing what a criterion does not allow."""

    def __init__(self, evaluation: EvaluationRound) -> None:
        standard: Standard = published_standard(evaluation.criteria_set_id)
        self.readers = {row.code: CriterionReader(row) for row in standard.criteria}
        sealed = set(evaluation.seals.values_list("county_id", flat=True))
        roster = RosterEntry.objects.filter(round=evaluation)
        self.branches = {
            code: (pk, households, county in sealed)
            for code, pk, households, county in roster.values_list(
                "branch__code", "branch_id", "branch__households", "county_id"
            )
        }
        self.lines: IO[str] = tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n")

    def add(self, number: int, cells: Mapping[str, str]) -> None:
        """Add one row; raises Refused with the column and what it may hold."""
        branch_id, households, sealed = self.branch(cells["branch"])
        if sealed:
            raise Refused("branch", Message(N_("a branch whose county is not sealed in this round")))
        reader = self.reader(cells["indicator"])
        period = reader.period(cells.get("period", ""))
        parsed = reader.read_cell(cells["value"])
        self.check_households(reader, parsed, households)
        if parsed.na and not cells.get("note"):
            raise Refused("note", Message(N_("the reason why it is not applicable (NA needs one)")))
        flags = ("t" if parsed.na else "f", "t" if reader.counted else "f")
        value = (str(number), str(branch_id), str(reader.row.pk), str(period), parsed.number, escape(parsed.option))
        self.lines.write("\t".join((*value, *flags, *self.meta(cells))) + "\n")

    def branch(self, code: str) -> tuple:
        found = self.branches.get(code)
        if found is None:
            raise Refused("branch", Message(N_("the 12-digit code of a branch in this round")))
        return found

    def reader(self, code: str) -> CriterionReader:
        reader = self.readers.get(code)
        if reader is None:
            raise Refused("indicator", Message(N_("the code of a criterion in this round's set")))
        if reader.row.basis == "yoy_percent":
            raise Refused(
                "indicator", Message(N_("a criterion that takes values: this one is computed from two years"))
            )
        return reader

    @staticmethod
    def check_households(reader: CriterionReader, parsed: Parsed, households: int | None) -> None:
        if reader.row.basis != "per_100_households" or not households or parsed.number == NOTHING:
            return
        if Decimal(parsed.number) > households:
            raise Refused(
                "value", Message(N_("at most the branch's %(households)s households"), {"households": households})
            )

    @staticmethod
    def meta(cells: Mapping) -> list[str]:
        """Note, document, source and date as COPY cells."""
        day = cells.get("as_of")
        texts = [escape(cells.get(name) or "") for name in ("note", "document", "source")]
        return [*texts, day.isoformat() if day else NOTHING]


@lru_cache(maxsize=50_000)
def escape(text: str) -> str:
    """A text as a COPY cell."""
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


COLUMNS = {
    "branch": division_code(),
    "indicator": Text(max_length=32),
    "value": Raw(default=""),
    "period": Raw(default=""),
    "note": Text(max_length=300, optional=True, default=""),
    "document": Text(max_length=120, optional=True, default=""),
    "source": Text(max_length=120, optional=True, default=""),
    "as_of": Date(optional=True, default=None),
}


def load_values(
    evaluation: EvaluationRound, path: str | os.PathLike[str], *, rater: str, by: str, dry_run: bool = False
) -> Recorded:
    """Record a file's values as one rater's; raises TableRefused with every error, nothing kept."""
    table = open_table(path, COLUMNS)
    reader = ValueFile(evaluation)
    for number, cells in table:
        try:
            reader.add(number, dict(zip(COLUMNS, cells, strict=True)))
        except Refused as refused:
            found = cells[list(COLUMNS).index(refused.column)]
            table.errors.add(number, refused.column, str(found or ""), refused.allowed)
    with transaction.atomic():
        reader.lines.seek(0)
        for twice in receive(reader.lines):
            text = N_("the same branch, indicator and period as in row %(first)s")
            table.errors.add_row(twice.second, Message(text, {"first": twice.first}))
        table.errors.refuse()
        if dry_run:
            return Recorded({})
        return record_incoming(evaluation, rater=rater, columns=table.present, by=by, origin=origin_of(Path(path)))


def origin_of(path: Path) -> dict[str, str]:
    """What the ledger keeps of a file: its name and digest."""
    with path.open("rb") as file:
        return {"file": path.name, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}
