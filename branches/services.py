"""What changes regions and branches: files and the admin both come through here."""

from __future__ import annotations

from django.db import transaction

from branches.models import Branch, Department
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
