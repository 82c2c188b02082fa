"""The published standard as plain rows for the peers, read with no code of the engine's."""

from __future__ import annotations

import json

from scoring.models import CriteriaSet


def plain_standard(criteria_set: CriteriaSet) -> dict:
    """Criteria and stars as JSON would hold them; numbers are floats, as those programs compute."""
    criteria = [
        {
            "id": row.pk, "code": row.code, "star": row.star, "value_type": row.value_type, "basis": row.basis,
            "quarters": row.periods == "quarters", "rule": row.rule, "parameters": json.loads(row.parameters),
            "max_points": float(row.max_points), "mandatory": row.mandatory, "veto": row.veto, "bonus": row.bonus,
        }
        for row in criteria_set.criteria.order_by("order")
    ]  # fmt: skip
    stars = [
        {"code": row.code, "pass_line": float(row.pass_line), "weight": float(row.weight), "cap": float(row.bonus_cap)}
        for row in criteria_set.stars.order_by("order")
    ]
    return {"criteria": criteria, "stars": stars}
