"""A branch's values as whoever reviews them needs them: every rater's beside the others', and what they were before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluations.models import RATERS, Correction, Value, VetoRecord
from evaluations.reading.criteria import CriterionLine
from evaluations.reading.people import names_of
from evaluations.reading.raters import in_words, rated
from evaluations.reading.values import QUARTERS, GivenValues, said
from evaluations.services.correcting import NA
from scoring.compiled import CompiledCriterion
from scoring.models import Criterion
from scoring.parameters import parse_parameters
from scoring.units import to_units
from scoring.wording import shown_value

RATER_WORDS = {
    "reported": gettext_lazy("Reported"),
    "township": gettext_lazy("Township"),
    "department": gettext_lazy("Department"),
    "final": gettext_lazy("Final"),
}


@dataclass(frozen=True)
class Cell:
    """What one rater gave in one place; `used` says that it is what counts."""

    rater: str
    text: str
    used: bool = False
    same: bool = False

    @property
    def label(self) -> str:
        return str(RATER_WORDS[self.rater])


@dataclass(frozen=True)
class Older:
    """A state a value was in, and who had given it."""

    at: datetime
    text: str
    by: str
    note: str


@dataclass(frozen=True)
class Fixed:
    """A correction as people read it."""

    before: str
    after: str
    reason: str
    document: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Slot:
    """One value: a criterion's of the year or of one quarter, by every rater."""

    row: Criterion
    compiled: CompiledCriterion
    period: int
    value: Value | None
    by: str = ""
    older: tuple[Older, ...] = ()
    fixes: tuple[Fixed, ...] = ()

    @property
    def quarter(self) -> str:
        return str(QUARTERS[self.period]) if self.period else ""

    @property
    def key(self) -> str:
        return f"{self.row.code}.{self.period}"

    @property
    def revision(self) -> int:
        return self.value.revision if self.value else 0

    @property
    def corrected(self) -> bool:
        return self.value is not None and rated(self.value, "department") != (None, False)

    @property
    def cells(self) -> list[Cell]:
        """Reported, township, department; the final one only where it was given."""
        if self.value is None:
            return [Cell(rater, "") for rater in RATERS[:3]]
        given = {rater: rated(self.value, rater) for rater in RATERS}
        own = [rater for rater in RATERS if given[rater] != (None, False)]
        used = own[-1] if own else ""
        shown = [rater for rater in RATERS if rater != "final" or rater in own]
        return [
            Cell(rater, in_words(self.compiled, self.value, rater), rater == used, self.repeats(rater, own, given))
            for rater in shown
        ]

    @staticmethod
    def repeats(rater: str, own: list[str], given: Mapping) -> bool:
        """Is what this rater gave the same as what the one before gave?"""
        if rater not in own or own.index(rater) == 0:
            return False
        return given[rater] == given[own[own.index(rater) - 1]]

    @property
    def text(self) -> str:
        return next((cell.text for cell in self.cells if cell.used), "")


@dataclass(frozen=True)
class ReviewLine:
    """One criterion of a branch under review: its values, and what stands beside them."""

    line: CriterionLine
    slots: list[Slot]
    signs: list = field(default_factory=list)
    jumps: bool = False

    @property
    def row(self) -> Criterion:
        return self.line.row

    @property
    def records(self) -> tuple[VetoRecord, ...]:
        return self.line.records

    @property
    def evidence_asked(self) -> bool:
        return bool(self.row.files) and not self.line.files

    @property
    def options(self) -> list[tuple[str, str, str, bool]]:
        """The options of a choice: code, what it stands for, points, whether it is the one that counts."""
        meanings = option_meanings(self.row)
        return [(code, meanings.get(code, ""), points, chosen) for code, points, chosen in self.line.options]


def option_meanings(row: Criterion) -> dict[str, str]:
    options = parse_parameters(row.parameters).get("options", ())
    return {str(one[0]): str(one[1]) for one in options if str(one[1]) != str(one[0])}


class Histories:
    """What the values of a branch were before, and their corrections: three queries, however many there are.

    `names` has the people, and those of `also`, by unit and name.
    """

    def __init__(self, values: Iterable[Value], also: Iterable[str] = ()):
        values = list(values)
        ids = [value.pk for value in values]
        self.corrections: dict[int, list[Correction]] = {}
        for one in Correction.objects.filter(value__in=ids).order_by("pk"):
            self.corrections.setdefault(one.value_id, []).append(one)
        self.events: dict[int, list] = {}
        for event in Value.pgh_event_model.objects.filter(pgh_obj_id__in=ids).order_by("pgh_id"):
            self.events.setdefault(event.pgh_obj_id, []).append(event)
        by = {one.by for ones in self.corrections.values() for one in ones}
        by |= {one.updated_by for ones in self.events.values() for one in ones}
        self.names = names_of(by | {value.updated_by for value in values} | set(also))

    def older(self, compiled: CompiledCriterion, value: Value) -> tuple[Older, ...]:
        """The states before this one, the latest first; a change of something that isn't shown is left out."""
        found: list[Older] = []
        now = (everything_said(compiled, value), value.note)
        for event in reversed(self.events.get(value.pk, [])):
            then = (everything_said(compiled, event), event.note)
            if then != now:
                found.append(Older(event.updated_at, then[0], self.names.get(event.updated_by, ""), event.note))
            now = then
        return tuple(found)

    def fixes(self, row: Criterion, compiled: CompiledCriterion, value: Value) -> tuple[Fixed, ...]:
        return tuple(
            Fixed(
                kept_words(compiled, one.before), kept_words(compiled, one.after), one.reason, one.document,
                self.names.get(one.by, one.by), one.at,
            )
            for one in reversed(self.corrections.get(value.pk, []))
        )  # fmt: skip


def everything_said(compiled: CompiledCriterion, state) -> str:
    """What every rater had given in a state, in one line."""
    said_by = [(rater, in_words(compiled, state, rater)) for rater in RATERS]
    given = [(rater, text) for rater, text in said_by if text]
    if len(given) == 1 and given[0][0] == "reported":
        return given[0][1]
    return " · ".join(f"{RATER_WORDS[rater]} {text}" for rater, text in given) or _("empty")


def kept_words(compiled: CompiledCriterion, text: str) -> str:
    """What a correction keeps of a value (services.correcting.text_of), as people read it."""
    if text == NA:
        return _("not applicable")
    if not text:
        return _("empty")
    if compiled.value_type == "yesno":
        return _("yes") if text == "1" else _("no")
    if compiled.value_type == "choice":
        return text
    return said(shown_value(compiled, to_units(Decimal(text))))


def slots_of_line(line: CriterionLine, values: GivenValues, histories: Histories) -> list[Slot]:
    """The places of a criterion, each with its value; none for what is computed or counted."""
    if not line.row.takes_entry:
        return []
    periods = tuple(QUARTERS) if line.compiled.quarters else (0,)
    return [slot_of(line, period, values.now.get((line.row.code, period)), histories) for period in periods]


def slot_of(line: CriterionLine, period: int, value: Value | None, histories: Histories) -> Slot:
    if value is None:
        return Slot(line.row, line.compiled, period, None)
    return Slot(
        line.row, line.compiled, period, value, histories.names.get(value.updated_by, ""),
        histories.older(line.compiled, value), histories.fixes(line.row, line.compiled, value),
    )  # fmt: skip
