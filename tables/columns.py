"""Kinds of columns: each reads a cell's text into one value or raises BadCell saying what is allowed."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from tables.cells import DateCell, RefusedCell
from tables.errors import BadCell
from tables.json_text import read_json
from tables.message import N_, Message
from tables.numbers import read_decimal, read_integer, refuse_full_width
from tables.text import clean_text, unguard_formula

REQUIRED = object()
SCIENTIFIC = re.compile(r"\d(\.\d+)?[eE]\+?\d{1,2}\Z")
TRUE = frozenset(("1", "true", "yes", "是"))
FALSE = frozenset(("0", "false", "no", "否"))


@dataclass(frozen=True, kw_only=True)
class Column:
    """`optional`: the file may lack the column. `default`: what an empty cell (or a lacking column) reads as."""

    optional: bool = False
    default: Any = REQUIRED

    def read(self, text: str) -> Any:
        """The cell's value; BadCell when `text` is not allowed. Surrounding blanks never count."""
        if isinstance(text, RefusedCell):
            raise BadCell(text.allowed)
        stripped = text.strip()
        if not stripped:
            return self.read_empty()
        if isinstance(text, DateCell):
            return self.read_date(text)
        return self.read_filled(type(text)(stripped))

    def read_empty(self) -> Any:
        if self.default is not REQUIRED:
            return self.default
        if self.optional:
            return None
        raise BadCell(self.allowed())

    def read_date(self, text: DateCell) -> Any:
        raise BadCell(Message(N_("%(allowed)s; the spreadsheet has made it a date"), {"allowed": self.allowed()}))

    def read_filled(self, text: str) -> Any:
        raise NotImplementedError

    def allowed(self) -> Message:
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Text(Column):
    """Text of at most `max_length` code points after normalising; `lines` allows line breaks."""

    max_length: int
    lines: bool = False

    def read_filled(self, text: str) -> str:
        cleaned = clean_text(unguard_formula(str(text)), max_length=self.max_length, lines=self.lines)
        return cleaned or self.read_empty()

    def allowed(self) -> Message:
        return Message(N_("text of at most %(length)s characters"), {"length": self.max_length})


@dataclass(frozen=True, kw_only=True)
class Code(Column):
    """A code that matches the whole of `pattern`, described by `form` ("12 digits")."""

    pattern: str
    form: Message

    def read_filled(self, text: str) -> str:
        if re.fullmatch(self.pattern, text, re.ASCII):
            return str(text)
        if SCIENTIFIC.match(text):
            params = {"found": str(text), "form": self.form}
            raise BadCell(
                Message(
                    N_(
                        "%(form)s; the code was turned into %(found)s by the spreadsheet;"
                        " format the column as text and enter the codes again"
                    ),
                    params,
                )
            )
        refuse_full_width(text, self.pattern, self.form)
        raise BadCell(self.form)

    def allowed(self) -> Message:
        return self.form


def division_code(digits: int = 12, **options: Any) -> Code:
    """The 12-digit division code of a region or branch, first digit 1 to 9."""
    form = Message(N_("a code of %(digits)s digits"), {"digits": digits})
    return Code(pattern=rf"[1-9]\d{{{digits - 1}}}", form=form, **options)


@dataclass(frozen=True, kw_only=True)
class Integer(Column):
    """A whole number, both bounds included."""

    minimum: int = 0
    maximum: int = 2_147_483_647

    def read_filled(self, text: str) -> int:
        number = read_integer(text)
        if not self.minimum <= number <= self.maximum:
            raise BadCell(self.allowed())
        return number

    def allowed(self) -> Message:
        bounds = {"minimum": self.minimum, "maximum": self.maximum}
        return Message(N_("a whole number from %(minimum)s to %(maximum)s"), bounds)


@dataclass(frozen=True, kw_only=True)
class Number(Column):
    """A Decimal with at most 4 decimals, |number| < 10^10; `percent`: a cell shown as 20 % reads as 20."""

    percent: bool = False

    def read_filled(self, text: str) -> Decimal:
        return read_decimal(text, percent=self.percent)

    def allowed(self) -> Message:
        return Message(N_("a number with at most 4 decimals"))


@dataclass(frozen=True, kw_only=True)
class Choice(Column):
    """One of `options`, spelled exactly."""

    options: Iterable[str]

    def read_filled(self, text: str) -> str:
        if text in self.options:
            return str(text)
        raise BadCell(self.allowed())

    def allowed(self) -> Message:
        return Message(N_("one of %(options)s"), {"options": ", ".join(self.options)})


@dataclass(frozen=True, kw_only=True)
class Boolean(Column):
    """1, true, yes, 是 or 0, false, no, 否, whatever the case of the letters."""

    def read_filled(self, text: str) -> bool:
        return read_boolean(text)

    def allowed(self) -> Message:
        return yes_or_no()


def yes_or_no() -> Message:
    return Message(N_("1 or 0, true or false, yes or no, 是 or 否"))


def read_boolean(text: str) -> bool:
    """True or False for the words of the data contract; BadCell otherwise."""
    word = text.strip().lower()
    if word in TRUE:
        return True
    if word in FALSE:
        return False
    raise BadCell(yes_or_no())


@dataclass(frozen=True, kw_only=True)
class Date(Column):
    """A day: 2026-03-01, 2026/3/1 (as spreadsheets save it) or a date cell of a workbook."""

    def read_filled(self, text: str) -> date:
        match = re.fullmatch(r"([12]\d{3})[-/](\d{1,2})[-/](\d{1,2})", text, re.ASCII)
        try:
            return date(*map(int, match.groups())) if match else self.refuse()
        except ValueError:
            return self.refuse()

    def refuse(self) -> date:
        raise BadCell(self.allowed())

    def read_date(self, text: DateCell) -> date:
        return self.read_filled(text)

    def allowed(self) -> Message:
        return Message(N_("a date such as 2026-03-01"))


@dataclass(frozen=True, kw_only=True)
class Json(Column):
    """JSON of at most 20,000 characters and 20 levels; numbers become int or Decimal, never float."""

    def read_filled(self, text: str) -> Any:
        try:
            return read_json(clean_text(text, lines=True))
        except ValueError:
            raise BadCell(self.allowed()) from None

    def allowed(self) -> Message:
        return Message(N_("JSON, with plain numbers and no name twice in one object"))


@dataclass(frozen=True, kw_only=True)
class Raw(Column):
    """The trimmed text as it is, for a column whose meaning another column decides; keeps PercentCell and DateCell."""

    def read_date(self, text: DateCell) -> str:
        return text

    def read_filled(self, text: str) -> str:
        return text

    def allowed(self) -> Message:
        return Message(N_("a value"))
