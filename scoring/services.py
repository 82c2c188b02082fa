"""What changes a standard: write a draft, publish it. Once published the database refuses every change."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from ledger.services import append
from scoring.checks import Problem, check_set
from scoring.models import CriteriaSet, Criterion, Star

STAR_FIELDS = ("code", "label", "label_en", "pass_line", "weight", "bonus_cap", "lead_department", "order")
CRITERION_FIELDS = (
    "star", "code", "name", "name_en", "value_type", "unit", "direction", "basis", "periods", "rule", "parameters",
    "max_points", "mandatory", "veto", "bonus", "source", "department", "evidence", "required", "files", "stable",
    "checks", "order",
)  # fmt: skip


class StandardRefused(Exception):
    """Why a standard can't be written or published; `problems` names each criterion and field."""

    def __init__(self, message: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.problems = list(problems)


def content_of(criteria_set: CriteriaSet) -> tuple[list[dict], list[dict]]:
    """A set's stars and criteria as plain rows, in order."""
    stars = list(criteria_set.stars.order_by("order").values(*STAR_FIELDS))
    return stars, list(criteria_set.criteria.order_by("order").values(*CRITERION_FIELDS))


@transaction.atomic
def write_draft(*, name: str, kind: str, stars: list[dict], criteria: list[dict], by: str) -> tuple[CriteriaSet, bool]:
    """Make or replace the draft of that name from plain rows; say whether anything changed.

    Raises StandardRefused where a row breaks a rule of scoring.md, or where the set is published with other content.
    """
    refuse_problems(stars, criteria)
    criteria_set = CriteriaSet.objects.select_for_update().filter(name=name).first()
    if criteria_set and criteria_set.kind == kind and content_of(criteria_set) == (stars, criteria):
        return criteria_set, False
    if criteria_set and criteria_set.is_published:
        raise StandardRefused(
            _("The criteria set “%(name)s” is published with other content and can no longer change.") % {"name": name}
        )
    if criteria_set is None:
        criteria_set = CriteriaSet(name=name)
    criteria_set.kind = kind
    criteria_set.full_clean()
    criteria_set.save()
    criteria_set.stars.all().delete()
    criteria_set.criteria.all().delete()
    Star.objects.bulk_create([Star(criteria_set=criteria_set, **row) for row in stars])
    Criterion.objects.bulk_create([Criterion(criteria_set=criteria_set, **row) for row in criteria])
    append(
        chain="system", actor=by, action="criteria.draft", subject=name,
        detail={"kind": kind, "stars": len(stars), "criteria": len(criteria)},
    )  # fmt: skip
    return criteria_set, True


def refuse_problems(stars: list[dict], criteria: list[dict]) -> list[Problem]:
    """Raise StandardRefused with every error of the rows; return the warnings."""
    problems = check_set(criteria, stars)
    errors = [problem for problem in problems if not problem.warning]
    if errors:
        raise StandardRefused(_("The criteria set was not saved."), errors)
    return problems


@transaction.atomic
def publish(criteria_set: CriteriaSet, *, by: str) -> bool:
    """Freeze a draft for good; say whether it was one. Raises StandardRefused where a row breaks a rule."""
    criteria_set = CriteriaSet.objects.select_for_update().get(pk=criteria_set.pk)
    if criteria_set.is_published:
        return False
    stars, criteria = content_of(criteria_set)
    if not stars or not criteria:
        raise StandardRefused(
            _("The criteria set “%(name)s” has no stars or no criteria.") % {"name": criteria_set.name}
        )
    refuse_problems(stars, criteria)
    CriteriaSet.objects.filter(pk=criteria_set.pk).update(published_at=Now())
    append(
        chain="system", actor=by, action="criteria.publish", subject=criteria_set.name,
        detail={"stars": len(stars), "criteria": len(criteria)},
    )  # fmt: skip
    return True


def record_edit(row: CriteriaSet | Star | Criterion, *, changed: list[str], by: str) -> None:
    """Keep in the ledger that a draft's row was edited, and which fields; call it in the edit's transaction."""
    criteria_set = getattr(row, "criteria_set", row)
    append(
        chain="system", actor=by, action="criteria.edit", subject=criteria_set.name,
        detail={"row": str(getattr(row, "code", row)), "fields": sorted(changed)},
    )  # fmt: skip


def record_deletion(row: CriteriaSet | Criterion, *, by: str) -> None:
    """Keep in the ledger that a draft or one of its criteria goes; call it in the deletion's transaction."""
    criteria_set = getattr(row, "criteria_set", row)
    append(
        chain="system", actor=by, action="criteria.delete", subject=criteria_set.name,
        detail={"row": str(getattr(row, "code", row))},
    )  # fmt: skip
