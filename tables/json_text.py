"""JSON from outside: bounded in length, depth and digits, exact numbers, nothing the database refuses."""

import json
from decimal import Decimal
from typing import Any

LENGTH = 20_000
DEPTH = 20
DIGITS = 19


def read_json(text: str, *, depth: int = DEPTH, length: int = LENGTH) -> Any:
    """The value, numbers as int or Decimal; ValueError when it is not JSON or goes beyond the bounds."""
    if len(text) > length or nesting(text) > depth:
        raise ValueError("too long or too deep")
    value = json.loads(text, parse_float=finite, parse_int=short, parse_constant=finite, object_pairs_hook=unique)
    refuse_hidden_characters(value)
    return value


def nesting(text: str) -> int:
    """How deep the brackets of `text` go at most; brackets inside strings count too, which errs on the safe side."""
    depth = deepest = 0
    for char in text:
        depth += (char in "[{") - (char in "]}")
        deepest = max(deepest, depth)
    return deepest


def finite(text: str) -> Decimal:
    number = Decimal(text)
    if not number.is_finite() or abs(number.adjusted()) > DIGITS or len(text) > 2 * DIGITS:
        raise ValueError(text)
    return number


def short(text: str) -> int:
    if len(text) > DIGITS:
        raise ValueError(text)
    return int(text)


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = dict(pairs)
    if len(names) < len(pairs):
        raise ValueError("a name twice")
    return names


def refuse_hidden_characters(value: Any) -> None:
    """An escape such as \\u0000 hides from the text what the database refuses."""
    if isinstance(value, str):
        if any(ord(char) < 32 or 0xD800 <= ord(char) <= 0xDFFF for char in value):
            raise ValueError("a control character")
    elif isinstance(value, dict):
        for item in (*value, *value.values()):
            refuse_hidden_characters(item)
    elif isinstance(value, list):
        for item in value:
            refuse_hidden_characters(item)
