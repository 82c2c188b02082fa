"""A value that a later rater changed: what was entered, what was verified, and that the later one counts."""

from __future__ import annotations

from decimal import Decimal
from typing import Protocol

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from evaluations.models import RATERS
from scoring.compiled import CompiledCriterion
from scoring.units import SCALE
from scoring.wording import shown_value
from tables.message import Message

LATER = {
    "township": gettext_lazy("township check"),
    "department": gettext_lazy("department check"),
    "final": gettext_lazy("final check"),
}
SENTENCES = {  # (read by who entered it, was anything entered) → what is said
    (True, True): gettext_noop("You entered %(entered)s; %(rater)s: %(verified)s, which counts."),
    (True, False): gettext_noop("You entered nothing; %(rater)s: %(verified)s, which counts."),
    (False, True): gettext_noop("Entered: %(entered)s; %(rater)s: %(verified)s, which counts."),
    (False, False): gettext_noop("Nothing entered; %(rater)s: %(verified)s, which counts."),
}


class Rated(Protocol):
    """What every rater gave of one value: the row itself, or workbooks/held.py's Raters."""

    reported_number: Decimal | None
    reported_na: bool


def rated(value: Rated, rater: str) -> tuple[Decimal | None, bool]:
    """What one rater gave: (number, not applicable)."""
    return getattr(value, f"{rater}_number"), getattr(value, f"{rater}_na")


def counting(value: Rated | None) -> str:
    """The later rater whose other value counts instead of the one entered; empty where the entered one counts."""
    if value is None:
        return ""
    later = [rater for rater in RATERS[1:] if rated(value, rater) != (None, False)]
    return later[-1] if later and rated(value, later[-1]) != rated(value, RATERS[0]) else ""


def overruled(compiled: CompiledCriterion, value: Rated | None, *, mine: bool = False) -> str:
    """Both values plainly, where a later rater's differs from the one entered; else empty."""
    rater = counting(value)
    if not rater:
        return ""
    sentence = SENTENCES[mine, rated(value, RATERS[0]) != (None, False)]
    shown = {"entered": in_words(compiled, value, RATERS[0]), "verified": in_words(compiled, value, rater)}
    return _(sentence) % (shown | {"rater": LATER[rater]})


def counted_by(compiled: CompiledCriterion, value: Rated | None) -> str:
    """What points are computed from, where it isn't the value entered; else empty."""
    rater = counting(value)
    if not rater:
        return ""
    return _("by the %(rater)s: %(verified)s") % {"rater": LATER[rater], "verified": in_words(compiled, value, rater)}


def ruling(compiled: CompiledCriterion, value: Rated | None) -> dict[str, object]:
    """The later rater's value that counts: whose, in words, its number, NA; empty where the entered one counts."""
    rater = counting(value)
    if not rater:
        return {}
    number, na = rated(value, rater)
    return {"by": str(LATER[rater]), "is": in_words(compiled, value, rater), "number": number, "na": na}


def in_words(compiled: CompiledCriterion, value: Rated, rater: str) -> str:
    """One rater's value as people read it; empty where that rater gave none."""
    number, na = rated(value, rater)
    if na:
        return _("not applicable")
    if number is None:
        return ""
    shown = shown_value(compiled, int(number * SCALE))
    return shown.translated(_) if isinstance(shown, Message) else shown
