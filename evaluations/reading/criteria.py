"""One branch's criteria: value, rule in words, points, what is lost, last year beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from accounts.access import Sight
from evaluations.models import Rating, VetoRecord
from evaluations.reading.values import Given, GivenValues, said
from evaluations.reading.words import Aligned, aligned, trimmed
from scoring.compiled import CompiledCriterion
from scoring.models import ALL_STARS, Criterion
from scoring.rules import Choice
from scoring.standard import Standard
from scoring.units import SCALE
from scoring.wording import on_scale, shown_basis

if TYPE_CHECKING:
    from evaluations.reading.evidence import EvidenceLine


@dataclass(frozen=True)
class CriterionLine:
    """One criterion of one branch. `units` are the points earned, None where not applicable or not rated yet."""

    row: Criterion
    compiled: CompiledCriterion
    given: Given
    last: Given | None
    units: int | None
    basis: int | None
    records: tuple[VetoRecord, ...] = ()
    compared: Given | None = None  # this year's value of the criterion whose growth this one looks at
    files: tuple[EvidenceLine, ...] = ()
    star_vetoed: bool = False  # does a veto stand against this criterion's star, or against any for the vetoes of all?

    @property
    def missing(self) -> bool:
        """Is the value missing; for a growth, the value that grows?"""
        return (self.compared or self.given).missing

    @property
    def points(self) -> Aligned | None:
        return None if self.units is None else aligned(self.units)

    @property
    def full(self) -> str:
        return trimmed(self.compiled.max_points)

    @property
    def lost_units(self) -> int:
        return 0 if self.units is None or self.compiled.veto else self.compiled.max_points - self.units

    @property
    def lost(self) -> Aligned | None:
        """Points of the base that were not earned; bonus points are never lost."""
        return aligned(self.lost_units) if self.lost_units and not self.compiled.bonus else None

    @property
    def bar(self) -> str:
        """The points' share of the full points, on a scale of 100."""
        return f"{(self.units or 0) * 100 / self.compiled.max_points:.1f}" if self.compiled.max_points else "0"

    @property
    def rule(self) -> str:
        return said(self.compiled.rule.explain(self.compiled))

    @property
    def options(self) -> list[tuple[str, str, bool]]:
        """The options of a choice: code, points, whether it is the one given; [] for other rules."""
        if not isinstance(self.compiled.rule, Choice):
            return []
        place = 0 if self.given.units is None or self.given.missing else self.given.units // SCALE
        rule = self.compiled.rule
        worth = zip(rule.codes, rule.worth, strict=True)
        return [(code, trimmed(units), number == place) for number, (code, units) in enumerate(worth, 1)]

    @property
    def must(self) -> str:
        """What a mandatory criterion asks for, where that is more than earning points."""
        minimum = self.compiled.rule.mandatory_min
        return said(on_scale(minimum, self.compiled)) if self.compiled.mandatory and minimum is not None else ""

    @property
    def scored(self) -> str:
        """The value with the number the rule looks at, where that is another one."""
        if self.basis is None or self.compiled.basis == "value":
            return ""
        return said(shown_basis(self.compiled, self.given.units or 0, self.basis))

    @property
    def unmet(self) -> bool:
        """Is this a mandatory criterion that is not met (scoring.md §4.2)?"""
        if not self.compiled.mandatory or self.units is None:
            return False
        if self.missing or self.basis is None:
            return True
        met = self.compiled.rule.satisfied(np.array([self.basis]), np.array([self.units]))
        return not bool(met[0])

    @property
    def counts_records(self) -> bool:
        """Is the value the number of standing veto records?"""
        return self.compiled.veto and self.row.value_type == "count"

    @property
    def vetoes(self) -> bool:
        """Does a reported value of this veto, or the number of its records, break its threshold?"""
        if not self.compiled.veto or not self.star_vetoed:
            return False
        units = len(self.records) * SCALE if self.counts_records else self.given.units
        if units is None or (self.given.missing and not self.counts_records):
            return False
        return not bool(self.compiled.rule.satisfied(np.array([units]), np.array([0]))[0])


def may_see(sight: Sight, branch_code: str, criterion: Criterion) -> bool:
    """Is this criterion's value of this branch shown to the reader?"""
    if sight.opens_branch(branch_code) or criterion.owner in sight.departments:
        return True
    return criterion.star in sight.stars or (criterion.star == ALL_STARS and bool(sight.stars))


def shows_points(sight: Sight, branch_code: str, criterion: Criterion) -> bool:
    """Are the points shown too? A department that gives the value sees it, and the rule, only."""
    return sight.opens_branch(branch_code) or criterion.star in sight.stars


def lines_of(
    standard: Standard,
    values: GivenValues,
    rating: Rating | None,
    records: list[VetoRecord],
    *,
    sight: Sight,
    code: str,
) -> list[CriterionLine]:
    """The criteria the reader may see, in the standard's order."""
    bases = formed_bases(standard, rating)
    vetoed = rating.vetoed.split() if rating else []
    lines = []
    for place, (row, compiled) in enumerate(zip(standard.criteria, standard.compiled.criteria, strict=True)):
        if not may_see(sight, code, row):
            continue
        now = values.of(row, compiled)
        scored = shows_points(sight, code, row) and rating and not rating.parked
        units = rating.points[place] if scored else None
        basis = bases.get(place, now.units) if scored else None
        standing = tuple(record for record in records if record.criterion_id == row.pk)
        line = CriterionLine(
            row, compiled, now, values.last_of(row, compiled), units, basis, standing,
            compared=compared_value(standard, values, compiled),
            star_vetoed=row.star in vetoed or (row.star == ALL_STARS and bool(vetoed)),
        )  # fmt: skip
        lines.append(line)
    return lines


def compared_value(standard: Standard, values: GivenValues, compiled: CompiledCriterion) -> Given | None:
    """This year's value of what a growth is computed from; None for a criterion with a value of its own."""
    if compiled.takes_values:
        return None
    place = standard.compiled.places[compiled.of]
    return values.of(standard.criteria[place], standard.compiled.criteria[place])


def formed_bases(standard: Standard, rating: Rating | None) -> dict[int, int | None]:
    """Place → the basis number, for the criteria whose basis is not the value itself."""
    if rating is None or rating.parked:
        return {place: None for place in standard.derived}
    return dict(zip(standard.derived, rating.basis, strict=True))


def lines_of_star(lines: list[CriterionLine], star: str) -> list[CriterionLine]:
    """A star's criteria: what lost most first, then bonuses, then vetoes."""
    own = [line for line in lines if line.row.star == star or (line.row.star == ALL_STARS and line.compiled.veto)]
    return sorted(own, key=lambda line: (line.compiled.veto, line.compiled.bonus, not line.unmet, -line.lost_units))
