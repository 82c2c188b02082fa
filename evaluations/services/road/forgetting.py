"""A return asks for a value anew: what raters made of the old one no longer counts (its history keeps it)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

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
