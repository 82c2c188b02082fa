"""What was given for one branch's criteria, this year and last, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from evaluations.models import RATERS, EvaluationRound, Value
from evaluations.models.value import MISSING, NOT_APPLICABLE, REPORTED
from evaluations.reading.raters import counted_by, overruled
from scoring.compiled import CompiledCriterion
from scoring.models import Criterion
from scoring.parameters import parse_parameters
from scoring.units import plain
from scoring.wording import shown_value
from tables.message import Message

QUARTERS = {1: _("Q1"), 2: _("Q2"), 3: _("Q3"), 4: _("Q4")}


def said(message: str | Message) -> str:
    """A message of the pure code in the reader's language."""
    return message.translated(gettext) if isinstance(message, Message) else message


@dataclass(frozen=True)
class Given:
    """One criterion's value as shown: its text, what the option means, where it came from, why it is not there."""

    state: int
    text: str = ""
    meaning: str = ""
    source: str = ""
    on: date | None = None
    note: str = ""
    document: str = ""
    corrected: bool = False
    units: int | None = None
    quarters: list[tuple[str, str]] = field(default_factory=list)
    unit: str = ""
    overruled: str = ""  # both values, where a later rater's counts instead of the one entered
    basis: str = ""  # and what the points are computed from then

    @property
    def short(self) -> str:
        """The value in one line: the quarters' numbers beside each other."""
        return " / ".join(text for _name, text in self.quarters) or self.text

    @property
    def missing(self) -> bool:
        return self.state == MISSING

    @property
    def not_applicable(self) -> bool:
        return self.state == NOT_APPLICABLE


class GivenValues:
    """The values of one branch in its round and in the one before, read in one query."""

    def __init__(self, evaluation: EvaluationRound, branch_id: int):
        rounds = [evaluation.pk] + ([evaluation.previous_id] if evaluation.previous_id else [])
        rows = Value.objects.filter(round_id__in=rounds, branch_id=branch_id).select_related("criterion")
        self.now: dict[tuple[str, int], Value] = {}
        self.last: dict[tuple[str, int], Value] = {}
        for value in rows:
            year = self.now if value.round_id == evaluation.pk else self.last
            year[value.criterion.code, value.period] = value

    def of(self, row: Criterion, compiled: CompiledCriterion) -> Given:
        return given(row, compiled, self.periods(self.now, compiled))

    def last_of(self, row: Criterion, compiled: CompiledCriterion) -> Given | None:
        """Last year's, where the criterion was of the same type then; None where nothing was given."""
        values = self.periods(self.last, compiled)
        same = [value for value in values if value.criterion.value_type == row.value_type]
        return given(row, compiled, same) if same else None

    @staticmethod
    def periods(year: dict[tuple[str, int], Value], compiled: CompiledCriterion) -> list[Value]:
        wanted = QUARTERS if compiled.quarters else (0,)
        return [year[compiled.code, period] for period in wanted if (compiled.code, period) in year]


def given(row: Criterion, compiled: CompiledCriterion, values: list[Value]) -> Given:
    """One criterion's value from its rows: the year's, or up to four quarters."""
    if not values:
        return Given(MISSING)
    latest = max(values, key=lambda value: value.updated_at)
    if compiled.quarters:
        state = next((s for s in (REPORTED, MISSING) if any(v.effective_state == s for v in values)), NOT_APPLICABLE)
        quarters = [(str(QUARTERS[value.period]), quarter_text(value)) for value in values]
        corrected = any(map(is_corrected, values))
        more = both(compiled, values) | origin(row, latest)
        return Given(state, quarters=quarters, unit=compiled.unit, corrected=corrected, **more)
    value = values[0]
    text = text_of(compiled, value) if value.effective_state == REPORTED else ""
    return Given(
        value.effective_state, text, meaning_of(row, compiled, value), corrected=is_corrected(value),
        units=value.effective_units, **both(compiled, values), **origin(row, value),
    )  # fmt: skip


def both(compiled: CompiledCriterion, values: list[Value]) -> dict[str, str]:
    """What a later rater changed, each quarter by its name."""
    found = [(QUARTERS.get(value.period, ""), value) for value in values]
    overruling = [f"{name} {text}".strip() for name, value in found if (text := overruled(compiled, value))]
    bases = [f"{name} {text}".strip() for name, value in found if (text := counted_by(compiled, value))]
    return {"overruled": " ".join(overruling), "basis": " ".join(bases)}


def quarter_text(value: Value) -> str:
    """One quarter's number without its unit, which the four share."""
    if value.effective_state == NOT_APPLICABLE:
        return gettext("N/A")
    return plain(value.effective_units) if value.effective_state == REPORTED else "–"


def text_of(compiled: CompiledCriterion, value: Value) -> str:
    """One value as people read it; a word where there is none."""
    if value.effective_state == NOT_APPLICABLE:
        return gettext("not applicable")
    if value.effective_state == MISSING:
        return gettext("missing")
    return said(shown_value(compiled, value.effective_units))


def meaning_of(row: Criterion, compiled: CompiledCriterion, value: Value) -> str:
    """What a chosen option stands for, as the standard says."""
    if compiled.value_type != "choice" or value.effective_state != REPORTED:
        return ""
    code = shown_value(compiled, value.effective_units)
    options = parse_parameters(row.parameters).get("options", ())
    meaning = next((str(option[1]) for option in options if option[0] == code), "")
    return "" if meaning == code else meaning


def origin(row: Criterion, value: Value) -> dict[str, object]:
    """Who gave a value and when."""
    return {
        "source": value.source or row.get_source_display(),
        "on": value.as_of or localtime(value.updated_at).date(),
        "note": value.note,
        "document": value.document,
    }


def is_corrected(value: Value) -> bool:
    """Did a later rater give something else than the first?"""
    return len(set(everything_given(value))) > 1


def everything_given(value: Value) -> Iterable[tuple]:
    for rater in RATERS:
        number, na = getattr(value, f"{rater}_number"), getattr(value, f"{rater}_na")
        if na or number is not None:
            yield (number, na)
