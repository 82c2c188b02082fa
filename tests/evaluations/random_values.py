"""Values of every kind and state for a round: all raters, quarters, NA, gaps and vetoes as records."""

import random
from decimal import Decimal

from django.db.models.functions import Now

from evaluations.models import RATERS, Value, VetoRecord
from scoring.standard import published_standard
from tests.factories import BEST, GOOD, published_options

POOLS = {
    "number": ["0", "5", "10", "19.9999", "20", "23.6", "60", "79.9999", "100", "320", "-3.5", "19200",
               "9999999999.9999"],
    "percent": ["0", "19.9999", "20", "54", "59.9999", "60", "90", "99.9999", "100"],
    "count": ["0", "1", "2", "3", "6", "120", "499"],
    "yesno": ["0", "1"],
}  # fmt: skip


def fill(evaluation, branches, seed: int) -> None:
    """Give every branch values drawn from `seed`: good ones more often than not, so that stars are earned."""
    draw = random.Random(seed)
    rows, vetoes = [], []
    for branch in branches:
        care = draw.random()
        for criterion in published_standard(evaluation.criteria_set_id).criteria:
            if criterion.basis == "yoy_percent":
                continue
            if criterion.veto and criterion.value_type == "count":
                vetoes += records(draw, evaluation, branch, criterion)
                continue
            for period in (1, 2, 3, 4) if criterion.periods == "quarters" else (0,):
                rows += value(draw, care, evaluation, branch, criterion, period)
    Value.objects.bulk_create(rows, batch_size=2000)
    VetoRecord.objects.bulk_create(vetoes)


def records(draw, evaluation, branch, criterion) -> list[VetoRecord]:
    row = {"round": evaluation, "branch": branch, "criterion": criterion}
    made = [VetoRecord(**row, imported=draw.random() < 0.5) for _ in range(2) if draw.random() < 0.05]
    if draw.random() < 0.1:
        by = {"lift_asked_by": "one", "lifted_by": "another"}
        made.append(VetoRecord(**row, lifted_at=Now(), lifted_reason="复核撤销", **by))
    return made


def value(draw, care, evaluation, branch, criterion, period) -> list[Value]:
    """One value, or none: an absent row and a row that nobody filled are both missing."""
    if draw.random() < 0.03:
        return []
    row = Value(round=evaluation, branch=branch, criterion=criterion, period=period)
    for rater in RATERS:
        chance = draw.random()
        if rater == "reported" and chance < 0.95 or rater != "reported" and chance < 0.1:
            give(draw, care, row, rater, criterion)
    return [row]


def give(draw, care, row, rater, criterion) -> None:
    if draw.random() < 0.06:
        setattr(row, f"{rater}_na", True)
        return
    number, option = drawn(draw, care, criterion)
    setattr(row, f"{rater}_number", number)
    setattr(row, f"{rater}_option", option)


def drawn(draw, care, criterion) -> tuple[Decimal, str]:
    if criterion.value_type == "choice":
        codes = published_options(criterion)
        place = 0 if draw.random() < care else draw.randrange(len(codes))
        return Decimal(place + 1), codes[place]
    if draw.random() < care:
        return BEST.get(criterion.code, GOOD[criterion.value_type]), ""
    return Decimal(draw.choice(POOLS[criterion.value_type])), ""
