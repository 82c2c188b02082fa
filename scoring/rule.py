"""What every rule type offers; the types themselves are in scoring/rules.py. PURE."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar, Self

import numpy as np

from scoring.parameters import CriterionFacts
from scoring.units import plain
from scoring.wording import shown_basis, with_basis
from tables.message import N_, Message


class Rule(ABC):
    """A rule type: from a basis number to points (§3) and to "met" (§4.2)."""

    key: ClassVar[str]
    mandatory_min: int | None = None

    @classmethod
    @abstractmethod
    def parse(cls, parameters: Mapping, criterion: CriterionFacts) -> Self:
        """Return the rule; parameters hold int or Decimal numbers. Raises RuleErrors with every problem."""

    @abstractmethod
    def points(self, basis: np.ndarray, max_points: int) -> np.ndarray:
        """Return points in units, int64[n], half-up, 0..max_points, for basis in units (within BASIS_LIMIT)."""

    @abstractmethod
    def wording(self, criterion) -> Message:
        """Return the rule in words, without what the basis is."""

    @abstractmethod
    def reach(self, wanted: int, max_points: int, basis: int) -> int | None:
        """Return the basis nearest to `basis` that earns `wanted` points, else the most; None: nothing earns more."""

    def satisfied(self, basis: np.ndarray, points: np.ndarray) -> np.ndarray:
        """Return bool[n]: is a mandatory criterion of this rule met (§4.2)?"""
        return points > 0 if self.mandatory_min is None else basis >= self.mandatory_min

    def explain(self, criterion) -> Message:
        """Return the rule in words; criterion has value_type, unit, basis and max_points (units)."""
        return with_basis(self.wording(criterion), criterion)

    def outcome(self, criterion, units: int, basis: int, points: int) -> Message:
        """Return one reported value, the rule and the points it gave, in one sentence."""
        params = {"value": shown_basis(criterion, units, basis), "rule": self.wording(criterion)}
        if criterion.max_points == 0:
            return Message(N_("%(value)s; %(rule)s"), params)
        return Message(N_("%(value)s; %(rule)s: %(points)s points"), params | {"points": plain(points)})
