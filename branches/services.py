"""What changes regions and branches: files and the admin both come through here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import transaction

from branches.models import Branch, Department, Succession
from branches.pinyin import initials, sort_key
from ledger.services import append


@transaction.atomic
def save_branch(branch: Branch, *, by: str) -> Branch:
    """Save one branch with its sort key; its county's chain keeps what changed."""
    before = Branch.objects.filter(pk=branch.pk).values("name", "population", "households", "active").first()
    branch.sort_key, branch.initials = sort_key(branch.name), initials(branch.name)
    branch.full_clean()
    branch.save()
    after = {name: getattr(branch, name) for name in ("name", "population", "households", "active")}
    if after != before:
        append(
            chain=branch.county_code, actor=by, action="branch.save", subject=branch.code,
            detail={"before": before, "after": after},
        )  # fmt: skip
    return branch


@transaction.atomic
def save_department(department: Department, *, by: str) -> Department:
    """Save a county's department; the county's chain keeps the name before and after."""
    before = Department.objects.filter(pk=department.pk).values("name", "county_id").first()
    department.full_clean()
    department.save()
    after = {"name": department.name, "county_id": department.county_id}
    if after != before:
        append(
            chain=department.county_id, actor=by, action="department.save", subject=department.name,
            detail={"before": before, "after": after},
        )  # fmt: skip
    return department


@transaction.atomic
def succeed(
    *, before: Sequence[Branch], after: Sequence[Branch], way: str, on: date, document: str, by: str
) -> list[Succession]:
    """Record a merger (several before, one after) or a split (one before, several after) by its document.

    Every branch keeps its code, its values and its results. A branch that is no longer there is in no new round; in
    those it already takes part in it stays, with what came out of it beside it.
    """
    made = [
        Succession(before=old, after=new, way=way, on=on, document=document)
        for old in before for new in after if old.pk != new.pk
    ]  # fmt: skip
    for one in made:
        one.full_clean()
    Succession.objects.bulk_create(made)
    kept = {new.pk for new in after}
    gone = [old for old in before if old.pk not in kept]
    Branch.objects.filter(pk__in=[old.pk for old in gone]).update(active=False)
    for county in sorted({old.county_code for old in before}):
        append(
            chain=county, actor=by, action=f"branch.{way}", subject=document,
            detail={
                "before": [old.code for old in before], "after": [new.code for new in after], "on": on.isoformat(),
                "document": document, "gone": [old.code for old in gone],
            },
        )  # fmt: skip
    return made
