"""What a star still lacks, and the single steps that would give most: by the published standard, changing nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from django.utils.translation import gettext as _

from branches.models import Branch
from evaluations.models import Rating, VetoRecord
from evaluations.reading.criteria import CriterionLine, formed_bases, lines_of_star
from evaluations.reading.marks import StarMark
from evaluations.reading.values import GivenValues, said
from evaluations.reading.words import two_places
from scoring.engine import MISSING, NOT_APPLICABLE, REPORTED, Columns, Results
from scoring.gaps import Improvement, improvements, rate_alone
from scoring.standard import Standard
from scoring.units import SCALE
from scoring.wording import shown_value

SHOWN = 3


@dataclass(frozen=True)
class Step:
    """One criterion that could earn more: the value to reach, and what that adds to the star's score."""

    line: CriterionLine
    improvement: Improvement
    gain: Decimal

    @property
    def enough(self) -> bool:
        return self.improvement.enough

    @property
    def words(self) -> str:
        """From what value to what value."""
        target = said(shown_value(self.line.compiled, self.improvement.target))
        if self.improvement.units is None:
            return _("not reported yet; to reach %(target)s") % {"target": target}
        now = said(shown_value(self.line.compiled, self.improvement.units))
        if self.line.compiled.value_type == "choice":
            return _("raised from %(now)s to %(target)s") % {"now": now, "target": target}
        if self.line.compiled.value_type == "yesno":
            return _("changed from %(now)s to %(target)s") % {"now": now, "target": target}
        if self.improvement.target > self.improvement.units:
            return _("from %(now)s up to %(target)s") % {"now": now, "target": target}
        return _("from %(now)s down to %(target)s") % {"now": now, "target": target}

    @property
    def shown_gain(self) -> str:
        return f"+{self.gain.normalize():f}" if self.gain > 0 else ""


@dataclass(frozen=True)
class Gap:
    """Why one star is not earned."""

    mark: StarMark
    unmet: list[CriterionLine]
    vetoes: list[CriterionLine]
    steps: list[Step]

    @property
    def lack(self) -> str:
        return two_places(self.mark.lack)

    @property
    def blocked(self) -> bool:
        """Do points alone not help: a veto stands, or a mandatory criterion is not met?"""
        return bool(self.vetoes or self.unmet)

    @property
    def one_is_enough(self) -> bool:
        return bool(self.steps) and self.steps[0].enough


class Advice:
    """One branch's stars and what each lacks, from its own values and the bases its last rating formed."""

    def __init__(self, standard: Standard, values: GivenValues, branch: Branch, rating: Rating, records):
        self.compiled = standard.compiled
        self.columns = columns_of(standard, values, branch, records)
        self.results = rated_alone(standard, self.columns, rating)

    def gap_of(self, mark: StarMark, lines: list[CriterionLine]) -> Gap:
        """Everything that stands between the branch and this star."""
        own = lines_of_star(lines, mark.code)
        unmet, vetoes = [line for line in own if line.unmet], [line for line in own if line.vetoes]
        return Gap(mark, unmet, vetoes, self.steps(mark, {line.row.code: line for line in own}))

    def steps(self, mark: StarMark, lines: dict[str, CriterionLine]) -> list[Step]:
        """The single values that would add most; where some alone suffice, only those.

        None where a value was changed since the rating: the advice would not fit the score shown beside it.
        """
        star = self.compiled.star_places[mark.code]
        score = int(self.results.scores[0, star])
        if mark.result is None or score != mark.result * 100:
            return []
        found = improvements(self.compiled, self.columns, self.results, 0, star)
        enough = [one for one in found if one.enough]
        steps = [
            Step(lines[self.compiled.criteria[one.place].code], one, Decimal(one.score - score).scaleb(-2))
            for one in enough or found
            if one.enough or one.score > score
        ]
        return steps[:SHOWN]


def columns_of(standard: Standard, values: GivenValues, branch: Branch, records: Sequence[VetoRecord]) -> Columns:
    """The branch's values as one row of the engine's columns."""
    compiled = standard.compiled
    columns = Columns.blank(compiled, 1)
    for column, (place, period) in enumerate(compiled.slots):
        value = values.now.get((compiled.criteria[place].code, period))
        if value is not None:
            columns.units[0, column], columns.state[0, column] = value.effective_units or 0, value.effective_state
    for code, place in standard.of_places.items():
        value = values.last.get((code, 0))
        if value is not None:
            columns.last_units[0, place] = value.effective_units or 0
            columns.last_state[0, place] = value.effective_state
    for criterion, column in standard.record_counted.items():
        standing = sum(record.criterion_id == criterion for record in records)
        columns.units[0, column], columns.state[0, column] = standing * SCALE, REPORTED
    columns.population[0] = -1 if branch.population is None else branch.population
    columns.households[0] = -1 if branch.households is None else branch.households
    return columns


def rated_alone(standard: Standard, columns: Columns, rating: Rating) -> Results:
    """The branch rated once more, with the county-wide bases of its stored rating."""
    count = len(standard.compiled.criteria)
    basis, state = np.zeros(count, np.int64), np.full(count, REPORTED, np.int8)
    for place, number in formed_bases(standard, rating).items():
        basis[place] = number or 0
        if number is None:
            state[place] = NOT_APPLICABLE if rating.points[place] is None else MISSING
    return rate_alone(standard.compiled, columns, basis, state)
