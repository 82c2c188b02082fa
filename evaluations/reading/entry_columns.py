"""The columns of an entry grid: whose they are, what they take, and the rule in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _

from evaluations.cells import CriterionReader
from evaluations.models.value import MISSING, NOT_APPLICABLE
from evaluations.reading.values import QUARTERS, said
from evaluations.reading.words import trimmed
from evaluations.services.completeness import is_asked, periods_of
from evaluations.services.entering import reader_of
from scoring.compiled import CompiledCriterion
from scoring.models import Criterion, Source
from scoring.parameters import parse_parameters
from scoring.standard import Standard
from scoring.units import SCALE, plain
from scoring.wording import NO, YES


@dataclass(frozen=True)
class Column:
    """One criterion's year or quarter. `mine`: the reader enters it somewhere; else it is read only."""

    row: Criterion
    compiled: CompiledCriterion
    period: int
    mine: bool

    @property
    def code(self) -> str:
        return self.row.code

    @property
    def periods(self) -> tuple[int, ...]:
        """The periods shown in one cell: a read-only quarterly criterion shows its four beside each other."""
        return tuple(QUARTERS) if self.compiled.quarters and not self.mine else (self.period,)

    @property
    def name(self) -> str:
        quarter = f" {QUARTERS[self.period]}" if self.period else ""
        return self.row.shown_name + quarter

    @property
    def head(self) -> str:
        """What stands above the column: of one criterion's four quarters, the quarter."""
        return str(QUARTERS[self.period]) if self.period else self.row.shown_name

    @property
    def unit(self) -> str:
        return self.row.unit

    @property
    def is_choice(self) -> bool:
        return self.row.value_type in ("choice", "yesno")

    @property
    def full(self) -> str:
        return trimmed(self.compiled.max_points)

    @property
    def owner(self) -> str:
        return self.row.owner

    @cached_property
    def labels(self) -> dict[str, str]:
        """Option code → what it stands for."""
        options = parse_parameters(self.row.parameters).get("options", ())
        return {str(option[0]): str(option[1]) for option in options}

    @cached_property
    def reader(self) -> CriterionReader:
        return reader_of(self.row)

    def counts(self) -> bool:
        """Is a value that isn't there still to be given? Bonuses and vetoes are given where there is one."""
        return self.mine and is_asked(self.row)

    def shown(self, text: str) -> str:
        """A value's text as a cell shows it: an option with what it stands for, yes or no, the number."""
        if self.row.value_type == "choice":
            label = self.labels.get(text, text)
            return text if label == text else f"{text} {label}"
        if self.row.value_type == "yesno":
            return said(YES if text in ("true", "1") else NO)
        return text

    def text_of(self, state: int, units: int) -> str:
        """An effective value as one types it; empty where there is none, or it is not applicable."""
        if state in (MISSING, NOT_APPLICABLE):
            return ""
        if self.row.value_type == "choice":
            place = units // SCALE
            return self.compiled.options[place - 1] if 0 < place <= len(self.compiled.options) else ""
        if self.row.value_type == "yesno":
            return "true" if units else "false"
        return plain(units)

    def as_dict(self) -> dict[str, object]:
        """What the browser needs of it."""
        low, high = self.reader.low, self.reader.high
        return {
            "code": self.code, "star": self.row.star, "period": self.period, "name": self.name, "unit": self.unit,
            "mine": self.mine,
            "type": self.row.value_type, "rule": said(self.compiled.rule.explain(self.compiled)),
            "hint": self.hint, "full": self.full, "options": [[code, label] for code, label in self.labels.items()],
            "low": None if low is None else str(low), "high": None if high is None else str(high),
            "households": self.row.basis == "per_100_households", "counts": self.counts(),
            "source": self.owner if self.row.source != Source.TOWNSHIP else "",
        }  # fmt: skip

    @property
    def hint(self) -> str:
        """What proves the value, and who owns it where the reader doesn't."""
        if not self.mine:
            return _("entered by %(owner)s") % {"owner": self.owner or self.row.get_source_display()}
        return self.row.evidence


def columns_of(standard: Standard, rows: Iterable[Criterion], mine) -> list[Column]:
    """The columns of these criteria, those the reader enters first; `mine(row)` tells which."""
    places = standard.compiled.places
    columns = []
    for row in sorted(rows, key=lambda row: not mine(row)):
        compiled, own = standard.compiled.criteria[places[row.code]], mine(row)
        columns += [Column(row, compiled, period, own) for period in (periods_of(row) if own else (0,))]
    return columns
