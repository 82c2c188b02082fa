"""A unit's workbook handed out: what each cell held is kept, so that it can come back."""

from __future__ import annotations

from uuid import uuid4

from django.db import transaction

from evaluations.models import RoundCounty, WorkbookCopy
from evaluations.workbooks.held import Held, Where, held_last, held_now
from evaluations.workbooks.plan import NOTE, Column, Plan, Unit
from evaluations.workbooks.writing import PlanBook, note_held


def workbook_of(county: RoundCounty, unit: Unit, *, by: str) -> bytes:
    """Write the unit's workbook and keep a copy of what it holds."""
    plan = Plan(county, unit)
    branches, criteria = [place.pk for place in plan.branches], [row.pk for row in plan.rows]
    with transaction.atomic():
        held = held_now(plan.round, branches, criteria)
        stamp = uuid4()
        WorkbookCopy.objects.create(
            county=county, township=unit.township, department=unit.department, stamp=stamp, base=base_of(plan, held),
            made_by=by,
        )  # fmt: skip
    return PlanBook(plan, held, held_last(plan.round, branches, plan.rows), stamp).content()


def base_of(plan: Plan, held: dict[Where, Held]) -> dict[str, object]:
    """What every filled cell holds, by branch and column; a cell that isn't in it was empty."""
    branches, rows = {place.pk: place.code for place in plan.branches}, {row.pk: row for row in plan.rows}
    base: dict[str, object] = {}
    for (branch, criterion, period), value in held.items():
        row = rows[criterion]
        base[f"{branches[branch]}|{row.code}|{period}"] = [value.text, value.revision]
        if value.note:
            base[f"{branches[branch]}|{row.code}|{NOTE}"] = note_held(held, branch, Column(row, NOTE))
    return base
