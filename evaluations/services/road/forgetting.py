"""What was returned is given anew: what raters made of the old value no longer counts (its history keeps it).

A branch given back by its township is entered anew at once. A star's return leaves a correction standing until the
answer is sent: taken back, or gone on after without an answer, it counts as it did.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection
from django.db.models import F, Q

from evaluations.models import RATERS, EvaluationRound, Value


def forget_checked(evaluation: EvaluationRound, branches: Sequence[int], codes: Iterable[str]) -> int:
    """Take away every rater's value but the reported one of these criteria; return how many values that touched.

    Neither who gave the value nor when is changed: nothing new was given.
    """
    given = Q(pk__in=[])
    blank: dict[str, object] = {}
    for rater in RATERS[1:]:
        given |= Q(**{f"{rater}_number__isnull": False}) | Q(**{f"{rater}_na": True})
        blank |= {f"{rater}_number": None, f"{rater}_option": "", f"{rater}_na": False}
    values = Value.objects.filter(given, round=evaluation, branch__in=branches, criterion__code__in=list(codes))
    return values.update(**blank, revision=F("revision") + 1)


# The last state that was given before the return; what was given only after it was nobody's before.
TAKE_BACK = """
    UPDATE evaluations_value v SET
        reported_number = o.reported_number, reported_option = coalesce(o.reported_option, ''),
        reported_na = coalesce(o.reported_na, FALSE), note = coalesce(o.note, ''),
        document = coalesce(o.document, ''), source = coalesce(o.source, ''), as_of = o.as_of,
        updated_by = coalesce(o.updated_by, v.updated_by), revision = v.revision + 1
    FROM evaluations_value c
    LEFT JOIN LATERAL (
        SELECT e.* FROM evaluations_valueevent e
        WHERE e.pgh_obj_id = c.id AND e.updated_at <= %(since)s ORDER BY e.pgh_id DESC LIMIT 1
    ) o ON TRUE
    WHERE v.id = c.id AND v.round_id = %(round)s AND v.branch_id = %(branch)s AND v.updated_at > %(since)s
        AND v.criterion_id IN (
            SELECT id FROM scoring_criterion WHERE criteria_set_id = %(set)s AND code = ANY(%(codes)s))
"""


def take_back_unsent(evaluation: EvaluationRound, branch: int, codes: Sequence[str], since: datetime) -> None:
    """Put back what was reported when these criteria were returned: what was typed since was never sent."""
    asked = {
        "since": since, "round": evaluation.pk, "branch": branch, "set": evaluation.criteria_set_id,
        "codes": list(codes),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(TAKE_BACK, asked)
