"""Numbers written by people: plain ASCII digits, at most 4 decimals, never a float."""

import re
import unicodedata
from decimal import Decimal

from tables.cells import DateCell, PercentCell
from tables.errors import BadCell
from tables.message import N_, Message

DECIMAL = r"-?[0-9]{1,10}(\.[0-9]{1,4})?"
INTEGER = r"-?[0-9]{1,18}"
WIDE = str.maketrans("０１２３４５６７８９．－。％\u3000", "0123456789.-.% ")
NUMBER = Message(N_("a number with at most 4 decimals"))
IS_DECIMAL = re.compile(DECIMAL)
IS_INTEGER = re.compile(INTEGER)


def read_decimal(text: str, *, percent: bool = False, allowed: Message = NUMBER) -> Decimal:
    """An exact Decimal, |number| < 10^10, at most 4 decimals; BadCell for anything else.

    With `percent` a PercentCell counts × 100. Full-width digits, thousands separators, exponents, `1_000`, NaN and
    infinity are refused, in the words of `allowed`.
    """
    text, shown = text.strip(), text
    if percent and isinstance(shown, PercentCell):
        text = hundredfold(text)
    if IS_DECIMAL.fullmatch(text) and not isinstance(shown, DateCell):
        number = Decimal(text)
        return number if number else abs(number)  # "-0" is 0
    refuse_full_width(text, DECIMAL, allowed)
    raise BadCell(allowed)


def hundredfold(text: str) -> str:
    """A stored 0.205 as the 20.5 that was shown; other text is left for the caller to refuse."""
    if not re.fullmatch(r"-?[0-9]{1,20}(\.[0-9]{1,20})?", text):
        return text
    number = format(Decimal(text).scaleb(2), "f")
    return number.rstrip("0").rstrip(".") if "." in number else number


def plain_digits(text: str) -> str:
    """A number typed with a Chinese input method, its digits, point and minus made plain; other text only trimmed."""
    text = text.strip()
    plain = text.translate(WIDE).strip()
    return plain if plain.isascii() else text


def read_integer(text: str) -> int:
    """A whole number of at most 18 digits; BadCell for anything else, also for 3.0."""
    text = text.strip()
    if IS_INTEGER.fullmatch(text):
        return int(text)
    allowed = Message(N_("a whole number"))
    refuse_full_width(text, INTEGER, allowed)
    raise BadCell(allowed)


def refuse_full_width(text: str, pattern: str, allowed: Message) -> None:
    """Say that the digits are full-width, when that is all that is wrong with `text`."""
    narrow = unicodedata.normalize("NFKC", text)
    if narrow != text and re.fullmatch(pattern, narrow, re.ASCII):
        params = {"allowed": allowed, "narrow": narrow}
        raise BadCell(Message(N_("%(allowed)s in half-width digits (%(narrow)s)"), params))
