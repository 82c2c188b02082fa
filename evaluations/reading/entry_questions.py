"""What a page of entry asks: a criterion with its values, and a tab for each star."""

from __future__ import annotations

from dataclasses import dataclass

from evaluations.reading.criteria import CriterionLine
from evaluations.reading.entry_places import Place
from evaluations.reading.evidence import LIMITS, EvidenceLine, Limits
from evaluations.reading.marks import StarHead
from evaluations.services.completeness import is_asked
from scoring.models import Basis, Criterion, ValueType


@dataclass(frozen=True)
class Question:
    """One criterion on the page: its line, and its values where the reader enters them."""

    line: CriterionLine
    places: list[Place]
    files: list[EvidenceLine]
    households_there: int | None = None

    @property
    def row(self) -> Criterion:
        return self.line.row

    @property
    def mine(self) -> bool:
        return bool(self.places)

    @property
    def closed(self) -> str:
        return self.places[0].closed if self.places else ""

    @property
    def takes_files(self) -> bool:
        return bool(self.row.files and self.places and not self.closed)

    @property
    def limits(self) -> Limits:
        """What its files may be."""
        return LIMITS

    @property
    def options_shown(self) -> bool:
        """Do the answers themselves say what each is worth?"""
        return self.row.value_type == ValueType.CHOICE and not self.closed

    @property
    def households(self) -> int | None:
        """What a number of households is measured against."""
        return self.households_there if self.row.basis == Basis.PER_100_HOUSEHOLDS else None

    @property
    def returned(self) -> bool:
        return any(place.returned for place in self.places)

    @property
    def missing(self) -> int:
        """How many of its values are still asked for."""
        return sum(place.missing for place in self.places) if is_asked(self.row) else 0


@dataclass(frozen=True)
class Tab:
    """One star's tab: what is missing of it."""

    head: StarHead
    missing: int
    asked: int
    url: str
    current: bool
