"""How people write what a cell means: NA, a percent sign, an option with its text, a reason that is none."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from tables.cells import DateCell
from tables.errors import BadCell
from tables.message import N_, Message
from tables.numbers import NUMBER

NOT_APPLICABLE = re.compile(r"NA|N/A|不适用", re.IGNORECASE)
PERCENT_SIGNS = ("%", "％")
WHOLE = Message(N_("a whole number, 0 or more"))
SEPARATED = re.compile(r"[0-9][,_][0-9]")
ONLY_A_NUMBER = re.compile(r"[-+]?[0-9.,_]*([eE][-+]?[0-9]+)?")
# What people put into a field that must not stay empty.
NO_REASONS = frozenset((
    "无", "没", "没有", "暂无", "无说明", "无理由", "无原因", "不适用", "空", "略", "同上",
    "na", "none", "no", "nil", "null", "notapplicable",
))  # fmt: skip


def is_not_applicable(text: str) -> bool:
    """NA in letters of any case, N/A or 不适用."""
    return NOT_APPLICABLE.fullmatch(text) is not None


def folded(text: str) -> str:
    """A text as it is compared with another: no blanks, no marks, one kind and one case of letters."""
    return "".join(char for char in unicodedata.normalize("NFKC", text).casefold() if char.isalnum())


def is_reason(note: str) -> bool:
    """Does a note say anything? 无, a dash or NA does not."""
    said = folded(note)
    return said != "" and said not in NO_REASONS


def option_spellings(options: Iterable[list]) -> dict[str, str]:
    """How an option may be written → its code: the code, its text, or both; what two options share is left out.

    `options` are [code, text, points].
    """
    found: dict[str, set[str]] = {}
    for code, text, *_points in options:
        for spelling in {str(code), str(text), f"{code}{text}"}:
            found.setdefault(folded(spelling), set()).add(str(code))
    return {spelling: codes.pop() for spelling, codes in found.items() if spelling and len(codes) == 1}


def without_percent_sign(text: str) -> str:
    """A percentage typed with its sign, as the number alone; a cell's own class is kept where there is none."""
    trimmed = text.strip()
    return trimmed[:-1].rstrip() if trimmed.endswith(PERCENT_SIGNS) else text


def refuse_words(text: str, value_type: str) -> None:
    """Raise BadCell where a number has its unit beside it, or is none at all: what to put there instead."""
    if isinstance(text, DateCell) or ONLY_A_NUMBER.fullmatch(unicodedata.normalize("NFKC", text.strip())):
        return
    allowed = {
        "count": N_("a whole number without its unit"),
        "percent": N_("a number, with or without the percent sign"),
    }.get(value_type, N_("a number without its unit"))
    raise BadCell(Message(allowed))


def allowed_number(text: str, value_type: str) -> Message:
    """What to put in place of a text of digits that is no number of this type, by what is wrong with it."""
    if SEPARATED.search(unicodedata.normalize("NFKC", text)):
        return Message(N_("a number without separators between its digits"))
    if re.match(r"-?[0-9]{11}", text.strip()):
        return Message(N_("a number of at most 10 digits before the point"))
    return WHOLE if value_type == "count" else NUMBER
