"""What a star still lacks, and the single steps that would give most: by the published standard, changing nothing."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from evaluations.reading.criteria import CriterionLine
from evaluations.reading.marks import StarMark
from evaluations.reading.values import said
from evaluations.reading.words import two_places
from scoring.units import SCALE, div_half_up, to_units
from scoring.wording import on_scale

SHOWN = 3


@dataclass(frozen=True)
class Step:
    """One criterion that could earn more: from what, to what, and the points it would add to the star's score."""

    line: CriterionLine
    target: str
    gain: Decimal
    enough: bool

    @property
    def now(self) -> str:
        """What the rule looks at now: the value, or the number formed from it."""
        if self.line.compiled.basis == "value" or self.line.basis is None:
            return self.line.given.text
        return said(on_scale(self.line.basis, self.line.compiled))

    @property
    def shown_gain(self) -> str:
        return f"+{self.gain.normalize():f}"


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
        return not self.blocked and bool(self.steps) and self.steps[0].enough


def gap_of(mark: StarMark, lines: list[CriterionLine]) -> Gap:
    """Everything that stands between a branch and this star."""
    steps = best_steps(lines, mark.lack) if mark.lack else []
    return Gap(mark, [line for line in lines if line.unmet], [line for line in lines if line.vetoes], steps)


def best_steps(lines: list[CriterionLine], lack: Decimal) -> list[Step]:
    """The single criteria that would add most to the score, those that alone suffice first."""
    base = [line for line in lines if line.units is not None and not line.compiled.bonus and not line.compiled.veto]
    possible = sum(line.compiled.max_points for line in base)
    if not possible:
        return []
    wanted = -(-to_units(lack) * possible // to_units(100))  # points that would lift the score by what it lacks
    steps = [step_of(line, wanted, possible, lack) for line in base if line.lost_units]
    return sorted(steps, key=lambda step: (not step.enough, -step.gain))[:SHOWN]


def step_of(line: CriterionLine, wanted: int, possible: int, lack: Decimal) -> Step:
    """How far one criterion could go: to what the star lacks, or to its full points."""
    aim = min(line.units + wanted, line.compiled.max_points)
    reached, target = reach(line, aim)
    gain = Decimal(div_half_up((reached - line.units) * 100 * 100, possible)).scaleb(-2)
    return Step(line, target, gain, gain >= lack)


def reach(line: CriterionLine, aim: int) -> tuple[int, str]:
    """The points and the value that come nearest to `aim`; the full points where the rule can't name a value."""
    compiled = line.compiled
    if compiled.quarters:
        return compiled.max_points, ""
    start = line.basis if line.basis is not None and not line.given.missing else 0
    target = compiled.rule.reach(aim, compiled.max_points, start)
    if target is None:
        return compiled.max_points, ""
    target = readable(line, start, target)
    points = int(compiled.rule.points(np.array([target]), compiled.max_points)[0])
    return points, target_words(line, target)


def readable(line: CriterionLine, start: int, target: int) -> int:
    """The target rounded away from the start: to whole numbers for a count, else to two decimals."""
    compiled = line.compiled
    if compiled.value_type in ("choice", "yesno") or compiled.rule.key == "bands":
        return target
    step = SCALE if compiled.value_type == "count" and compiled.basis == "value" else SCALE // 100
    return -(-target // step) * step if target > start else target // step * step


def target_words(line: CriterionLine, target: int) -> str:
    if line.compiled.value_type == "choice":
        return line.compiled.options[target // SCALE - 1]
    return said(on_scale(target, line.compiled))
