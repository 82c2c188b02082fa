"""One cell of a worksheet's XML as plain data: a text, or [kind, text …] for what is more than text.

Kinds: ["p", "0.2"] shown as a percentage · ["d", "2026-03-01"] a day · ["x", found, sentence, its parameters] refused.
"""

import re
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal

from tables.message import N_, Message

Cell = str | list

CELL_LENGTH = 32_767
FOUND_LENGTH = 100
NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,4})?")
NUMBER_LENGTH = 64
FIFTEEN_DIGITS = Context(prec=15, rounding=ROUND_HALF_UP)  # what a spreadsheet shows of its floats: 0.1+0.2 is 0.3
LARGEST_EXPONENT = 20
ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
FIRST_SAFE_DAY = 61  # spreadsheets believe in 29 February 1900, day 60
LAST_DAY = 2_958_465


def refused(found: str, allowed: Message) -> Cell:
    return ["x", found[:FOUND_LENGTH], allowed.text, dict(allowed.params)]


def formula(text: str, address: str) -> Cell:
    """The value stored beside a formula is whatever the file's author wanted it to be, so none is taken."""
    allowed = Message(N_("a typed value, not a formula (cell %(cell)s)"), {"cell": address})
    return refused("=" + text.lstrip("="), allowed)


def hidden(text: str, address: str) -> Cell:
    allowed = Message(N_("a value in a column that shows (cell %(cell)s is hidden)"), {"cell": address})
    return refused(text, allowed)


def shared(text: str, texts: list[str], address: str) -> Cell:
    """A text named by its place in the workbook's list."""
    if text.isascii() and text.isdecimal() and len(text) < 10 and int(text) < len(texts):
        return plain(texts[int(text)], address)
    return broken(text, address)


def plain(text: str, address: str) -> Cell:
    """A text, with the escapes for control characters undone (the columns refuse those)."""
    text = ESCAPE.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text
    if len(text) > CELL_LENGTH:
        params = {"length": CELL_LENGTH}
        return refused(text, Message(N_("text of at most %(length)s characters"), params))
    if not text.isprintable() and any(0xD800 <= ord(char) <= 0xDFFF for char in text):
        return broken("", address)
    return text


def broken(text: str, address: str) -> Cell:
    return refused(text, Message(N_("a value that a spreadsheet can show (cell %(cell)s)"), {"cell": address}))


def stored_number(text: str, kind: str, from_1904: bool, address: str) -> Cell:
    """A number as a spreadsheet shows it, rounded half up to 15 digits, without exponent; by its format a day or %."""
    text = text.strip()
    if len(text) > NUMBER_LENGTH or not NUMBER.fullmatch(text):
        return broken(text, address)
    number = FIFTEEN_DIGITS.create_decimal(text)
    if kind == "d":
        return day(number, from_1904, address)
    written = written_out(number)
    return ["p", written] if kind == "p" else written


def written_out(number: Decimal) -> str:
    """Digits without exponent or needless zeros; numbers beyond any column keep their exponent, to be refused."""
    if not number:
        return "0"
    if abs(number.adjusted()) > LARGEST_EXPONENT:
        return str(number)
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def day(number: Decimal, from_1904: bool, address: str) -> Cell:
    """A day counted from 1900 or 1904 as the workbook does; a time of day is refused with it."""
    if number != number.to_integral_value() or not FIRST_SAFE_DAY <= number <= LAST_DAY - 1462 * from_1904:
        return refused(written_out(number), Message(N_("a day without a time (cell %(cell)s)"), {"cell": address}))
    start = date(1904, 1, 1) if from_1904 else date(1899, 12, 30)
    return ["d", (start + timedelta(days=int(number))).isoformat()]


def written_day(text: str, address: str) -> Cell:
    """A day stored as text (t="d")."""
    try:
        return ["d", date.fromisoformat(text.strip()[:10]).isoformat()]
    except ValueError:
        return broken(text, address)


def truth(text: str, _address: str) -> Cell:
    return "TRUE" if text.strip() == "1" else "FALSE"
