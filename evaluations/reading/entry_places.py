"""One value to be entered, as it stands: what its input holds, what state it is in, what last year would offer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from evaluations.models import RATERS, Value
from evaluations.models.value import REPORTED
from evaluations.reading.raters import in_words, overruled
from evaluations.reading.values import QUARTERS, said, text_of
from evaluations.services.entering import plain_number
from scoring.compiled import CompiledCriterion
from scoring.models import Criterion
from scoring.parameters import parse_parameters
from scoring.units import plain
from scoring.wording import shown_value


@dataclass(frozen=True)
class Typed:
    """What a value's inputs hold: texts as a person types them."""

    text: str = ""
    na: bool = False
    note: str = ""
    document: str = ""
    source: str = ""
    as_of: date | None = None

    @property
    def snapshot(self) -> str:
        """What the page showed, sent along so that an untouched input never counts as an edit."""
        shown = [self.text, self.na, self.note, self.document, self.source, str(self.as_of or "")]
        return json.dumps(shown, ensure_ascii=False)


@dataclass(frozen=True)
class Option:
    """One answer of a choice: what is sent, its code, its meaning, its points."""

    key: str
    code: str
    meaning: str
    points: str


@dataclass(frozen=True)
class Place:
    """One value of one branch: a criterion's, or one quarter's of it. `closed` says why it can't be entered now."""

    branch: str
    row: Criterion
    compiled: CompiledCriterion
    period: int
    value: Value | None
    last: Value | None
    closed: str = ""
    warnings: tuple[str, ...] = ()
    returned: bool = False

    @property
    def shown(self) -> str:
        """What was entered, in words; empty where nothing was."""
        return in_words(self.compiled, self.value, RATERS[0]) if self.value else ""

    @property
    def shown_last(self) -> str:
        """Last year's, where the criterion was of the same type then."""
        last = self.last
        if last is None or last.criterion.value_type != self.row.value_type:
            return ""
        return text_of(self.compiled, last)

    @property
    def given_on(self) -> date:
        return self.value.as_of or localtime(self.value.updated_at).date()

    @property
    def overruled(self) -> str:
        """That a later rater's value counts instead of the one entered, with both."""
        return overruled(self.compiled, self.value, mine=True)

    @property
    def name(self) -> str:
        """The prefix of its fields."""
        return f"{self.row.code}.{self.period}"

    @property
    def key(self) -> str:
        """Its name in the browser's queue."""
        return f"{self.branch}|{self.row.code}|{self.period}"

    @property
    def quarter(self) -> str:
        return str(QUARTERS[self.period]) if self.period else ""

    @property
    def typed(self) -> Typed:
        value = self.value
        if value is None:
            return Typed()
        texts = (value.reported_na, value.note, value.document, value.source, value.as_of)
        return Typed(given_text(self.row, value), *texts)

    @property
    def revision(self) -> int:
        return self.value.revision if self.value else 0

    @property
    def given(self) -> bool:
        """Is there a value, or NA?"""
        return self.value is not None and (self.value.reported_na or self.value.reported_number is not None)

    @property
    def missing(self) -> bool:
        return not self.given

    @property
    def na(self) -> bool:
        return self.value is not None and self.value.reported_na

    @property
    def offer(self) -> str:
        """A stable fact of last year that is not given this year: as it would be typed; empty where there is none."""
        last = self.last
        if not self.row.stable or self.given or self.closed or last is None or last.effective_state != REPORTED:
            return ""
        if last.criterion.value_type != self.row.value_type:
            return ""
        text = effective_text(self.compiled, last)
        known = self.row.value_type != "choice" or text in [option.key for option in self.options]
        return text if known else ""

    @property
    def shown_offer(self) -> str:
        """The offer in words: an option's code (its meaning stands beside it), a number with its unit."""
        return said(shown_value(self.compiled, self.last.effective_units)) if self.offer else ""

    @property
    def state(self) -> str:
        """What a value is drawn as when the page comes: a key of the state classes, "" for plainly stored."""
        if self.closed:
            return "locked"
        if self.warnings:
            return "warned"
        if self.missing:
            return "prefilled" if self.offer else "missing"
        return "na" if self.na else ""

    @property
    def options(self) -> list[Option]:
        """What a choice or a yes/no may be answered with."""
        if self.row.value_type == "yesno":
            return [Option("true", "", _("yes"), ""), Option("false", "", _("no"), "")]
        if self.row.value_type != "choice":
            return []
        return [
            Option(str(one[0]), str(one[0]), "" if str(one[1]) == str(one[0]) else str(one[1]), f"{one[2]}")
            for one in parse_parameters(self.row.parameters)["options"]
        ]


def given_text(row: Criterion, value: Value) -> str:
    """What was entered, as it is typed: an option's code, true or false, a plain number; empty for NA or nothing."""
    number = value.reported_number
    if number is None:
        return ""
    if row.value_type == "choice":
        return value.reported_option
    if row.value_type == "yesno":
        return "true" if number else "false"
    return plain_number(number)


def effective_text(compiled: CompiledCriterion, value: Value) -> str:
    """The value that counted, as it is typed."""
    if compiled.value_type == "yesno":
        return "true" if value.effective_units else "false"
    if compiled.value_type == "choice":
        shown = shown_value(compiled, value.effective_units)
        return shown if isinstance(shown, str) else ""
    return plain(value.effective_units)
