"""What became of a branch's values and files after a moment: old and new beside each other, by whom, when.

What is compared is what was given; the state at that moment is the last one in the values' history given by then.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from evaluations.models import RATERS, EvaluationRound, Evidence, Value
from evaluations.reading.people import names_of
from evaluations.reading.raters import in_words
from evaluations.reading.values import QUARTERS
from scoring.compiled import CompiledCriterion
from scoring.models import Criterion
from scoring.standard import published_standard


@dataclass(frozen=True)
class Change:
    """One thing that is not as it was: a value, its note or document number, or a file."""

    row: Criterion
    what: str
    before: str
    after: str
    by: str
    at: datetime


class Changes:
    """What changed of some criteria of a branch since a moment; four queries."""

    def __init__(self, evaluation: EvaluationRound, branch_id: int, criteria: Iterable[Criterion], since: datetime):
        self.rows = {row.pk: row for row in criteria}
        standard = published_standard(evaluation.criteria_set_id)
        self.compiled: dict[str, CompiledCriterion] = {one.code: one for one in standard.compiled.criteria}
        own = {"round": evaluation, "branch": branch_id, "criterion__in": list(self.rows)}
        self.values = list(Value.objects.filter(**own, updated_at__gt=since).order_by("criterion__order", "period"))
        ids = [value.pk for value in self.values]
        events = Value.pgh_event_model.objects.filter(pgh_obj_id__in=ids, updated_at__lte=since).order_by("pgh_id")
        self.then = {event.pgh_obj_id: event for event in events}
        moved = Q(added_at__gt=since) | Q(removed_at__gt=since)
        self.files = list(Evidence.objects.filter(moved, **own).order_by("pk"))
        self.since = since
        self.names = names_of(
            {value.updated_by for value in self.values} | {name for file in self.files for name in who(file)}
        )

    def all(self) -> list[Change]:
        found = [change for value in self.values for change in self.of_value(value)]
        return found + [change for file in self.files for change in self.of_file(file)]

    def of_value(self, value: Value) -> Iterable[Change]:
        row = self.rows[value.criterion_id]
        compiled, then = self.compiled[row.code], self.then.get(value.pk)
        name = str(QUARTERS[value.period]) if value.period else ""
        given = [given_in(compiled, state) for state in (then, value)]
        texts = [("", *given)] + [
            (str(word), getattr(then, field, ""), getattr(value, field))
            for field, word in (("note", _("note")), ("document", _("document number")))
        ]
        for what, before, after in texts:
            if before != after:
                shown = " ".join(part for part in (name, what) if part)
                yield Change(row, shown, before, after, self.names.get(value.updated_by, ""), value.updated_at)

    def of_file(self, file: Evidence) -> Iterable[Change]:
        row = self.rows[file.criterion_id]
        if file.added_at > self.since and file.removed_at is None:
            yield Change(row, _("file"), "", file.name, self.names.get(file.added_by, ""), file.added_at)
        elif file.added_at <= self.since:
            yield Change(row, _("file"), file.name, "", self.names.get(file.removed_by, ""), file.removed_at)


def given_in(compiled: CompiledCriterion, state) -> str:
    """What was given in a state; empty where there was none."""
    return in_words(compiled, state, RATERS[0]) if state is not None else ""


def who(file: Evidence) -> tuple[str, ...]:
    return (file.added_by, file.removed_by)
