"""The only bridge from criteria rows to the pure engine."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from scoring.compiled import CompiledCriterion, CompiledSet, CompiledStar
from scoring.models import CriteriaSet, Criterion
from scoring.parameters import CriterionFacts, parse_parameters
from scoring.rules import RULES
from scoring.units import to_units


def facts_of(criterion: Criterion) -> CriterionFacts:
    return CriterionFacts(
        value_type=criterion.value_type,
        max_points=to_units(criterion.max_points),
        basis=criterion.basis,
        periods=criterion.periods,
        mandatory=criterion.mandatory,
        veto=criterion.veto,
        bonus=criterion.bonus,
        star=criterion.star,
        unit=criterion.unit,
        direction=criterion.direction,
    )


@dataclass(frozen=True, eq=False)  # one for each published set in a process: itself is what it equals
class Standard:
    """A compiled criteria set with the database's ids: row ids to places, places to codes.

    `slots[id - first_id, period]` is the column of a value in a county's matrix, -1 where the set has none.
    `derived` lists the places of criteria whose basis is not the value itself, `record_counted` those whose value is a
    number of veto records, `of_places` those whose last-year values are read.
    """

    compiled: CompiledSet
    criteria: tuple[Criterion, ...]
    slots: np.ndarray
    first_id: int
    digest: str

    @cached_property
    def by_code(self) -> dict[str, Criterion]:
        return {row.code: row for row in self.criteria}

    @property
    def derived(self) -> list[int]:
        return [place for place, one in enumerate(self.compiled.criteria) if one.basis != "value"]

    @property
    def record_counted(self) -> dict[int, int]:
        """Criterion id → column, for vetoes whose value is the number of standing records."""
        return {row.pk: self.column(row.pk, 0) for row in self.criteria if row.veto and row.value_type == "count"}

    @property
    def of_places(self) -> dict[str, int]:
        """Code → place of the criteria that another one compares with last year."""
        named = {one.of for one in self.compiled.criteria if one.of}
        return {one.code: place for place, one in enumerate(self.compiled.criteria) if one.code in named}

    def column(self, criterion_id: int, period: int) -> int:
        return int(self.slots[criterion_id - self.first_id, period])


def compile_criterion(row: Criterion) -> CompiledCriterion:
    parameters = parse_parameters(row.parameters)
    rule = RULES[row.rule].parse(parameters, facts_of(row))
    return CompiledCriterion(
        code=row.code,
        star=row.star,
        value_type=row.value_type,
        direction=row.direction,
        basis=row.basis,
        of=parameters.get("of"),
        quarters=row.periods == "quarters",
        rule=rule,
        max_points=to_units(row.max_points),
        mandatory=row.mandatory,
        veto=row.veto,
        bonus=row.bonus,
        on_fail=parameters.get("on_fail"),
        options=tuple(option[0] for option in parameters.get("options", ())),
        unit=row.unit,
    )


def compile_set(criteria_set: CriteriaSet) -> Standard:
    """Read a criteria set and compile it."""
    rows = tuple(criteria_set.criteria.order_by("order"))
    stars = tuple(
        CompiledStar(star.code, to_units(star.pass_line), to_units(star.weight), to_units(star.bonus_cap))
        for star in criteria_set.stars.order_by("order")
    )
    compiled = CompiledSet(tuple(compile_criterion(row) for row in rows), stars)
    first = min((row.pk for row in rows), default=0)
    slots = np.full((max((row.pk for row in rows), default=0) - first + 1, 5), -1, np.int64)
    for column, (place, period) in enumerate(compiled.slots):
        slots[rows[place].pk - first, period] = column
    text = json.dumps(compiled.as_dict(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return Standard(compiled, rows, slots, first, hashlib.sha256(text.encode()).hexdigest())


@lru_cache(maxsize=32)
def published_standard(criteria_set_id: int) -> Standard:
    """A published set never changes, so a process compiles it once."""
    return compile_set(CriteriaSet.objects.get(pk=criteria_set_id, published_at__isnull=False))
