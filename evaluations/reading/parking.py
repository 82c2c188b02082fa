"""Why a branch is parked, said in the reader's language: the stored reason is the English sentence."""

from __future__ import annotations

import re

from django.utils.translation import gettext

from scoring import parking

PATTERNS = [
    (text, re.compile(re.sub(r"%\\\((\w+)\\\)s", r"(?P<\1>.+)", re.escape(text))))
    for text in (
        parking.TOO_LARGE, parking.NOT_A_COUNT, parking.NOT_AN_ANSWER, parking.NOT_AN_OPTION, parking.NO_SUCH_STATE,
    )
]  # fmt: skip
LAST_YEAR = re.compile(re.escape(parking.LAST_YEAR).replace(re.escape("%(problem)s"), "(?P<problem>.+)"))


def parking_words(stored: str) -> str:
    """The stored reason translated where it is one of the engine's sentences, else as it is."""
    last = LAST_YEAR.fullmatch(stored)
    if last:
        return gettext(parking.LAST_YEAR) % {"problem": parking_words(last["problem"])}
    for text, pattern in PATTERNS:
        match = pattern.fullmatch(stored)
        if match:
            return gettext(text) % match.groupdict()
    return stored
