"""The annex of a receipt: every value as it was submitted, whatever became of it since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from evaluations.models import EvaluationRound
from evaluations.reading.values import QUARTERS, said
from evaluations.services.completeness import township_rows
from evaluations.services.explaining import select
from scoring.models import Criterion
from scoring.standard import published_standard
from scoring.units import SCALE
from scoring.wording import shown_value

COLUMNS = """branch_id, criterion_id, period, reported_number, reported_na, note, document, source, as_of, updated_at,
    revision"""
SUBMITTED = f"""
    SELECT DISTINCT ON (branch_id, criterion_id, period) {COLUMNS} FROM (
        SELECT {COLUMNS} FROM evaluations_value
        WHERE round_id = %(round)s AND branch_id = ANY(%(branches)s) AND criterion_id = ANY(%(criteria)s)
        UNION ALL
        SELECT {COLUMNS} FROM evaluations_valueevent
        WHERE round_id = %(round)s AND branch_id = ANY(%(branches)s) AND criterion_id = ANY(%(criteria)s)
    ) AS versions
    WHERE updated_at <= %(at)s
    ORDER BY branch_id, criterion_id, period, revision DESC, updated_at DESC
"""  # noqa: S608


class Submitted(NamedTuple):
    """A value's version as it is read."""

    period: int
    number: Decimal | None
    na: bool
    note: str
    document: str
    source: str
    as_of: date | None
    updated_at: datetime
    revision: int


@dataclass(frozen=True)
class AnnexLine:
    """One value submitted."""

    row: Criterion
    quarter: str
    value: str
    said: str  # note and document number
    source: str
    on: date


def annex_of(evaluation: EvaluationRound, branches: Sequence[int], at: datetime) -> dict[int, list[AnnexLine]]:
    """Branch id → the township's values as they stood at that moment, in the standard's order; one query."""
    rows = {row.pk: row for row in township_rows(evaluation.criteria_set_id)}
    wanted = {"round": evaluation.pk, "branches": list(branches), "criteria": list(rows), "at": at}
    found: dict[int, dict[tuple[int, int], AnnexLine]] = {}
    for branch, criterion, *value in select(SUBMITTED, wanted):
        line = line_of(evaluation, rows[criterion], Submitted(*value))
        if line is not None:
            found.setdefault(branch, {})[criterion, value[0]] = line
    order = {pk: place for place, pk in enumerate(rows)}
    return {
        branch: [lines[key] for key in sorted(lines, key=lambda key: (order[key[0]], key[1]))]
        for branch, lines in found.items()
    }


def line_of(evaluation: EvaluationRound, row: Criterion, given: Submitted) -> AnnexLine | None:
    """A value's line; none for what was taken back."""
    if given.number is None and not given.na:
        return None
    standard = published_standard(evaluation.criteria_set_id).compiled
    compiled = standard.criteria[standard.places[row.code]]
    shown = _("not applicable") if given.na else said(shown_value(compiled, int(given.number * SCALE)))
    told = " ".join(text for text in (given.note, given.document) if text)
    day = given.as_of or localtime(given.updated_at).date()
    quarter = str(QUARTERS[given.period]) if given.period else ""
    return AnnexLine(row, quarter, shown, told, given.source or row.get_source_display(), day)
