"""What a page of entry asks: a criterion with its values, and a tab for each star."""

from __future__ import annotations

from dataclasses import dataclass

from evaluations.reading.criteria import CriterionLine
from evaluations.reading.entry_places import Place
from evaluations.reading.evidence import EvidenceLine
from evaluations.reading.marks import StarHead
from scoring.models import Basis, Criterion, Source, ValueType


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
        return sum(place.missing for place in self.places) if counts(self.row) else 0


def counts(row: Criterion) -> bool:
    """Does a missing value stand in the way? What a township need not give doesn't; a department gives all it has."""
    return row.required or row.source != Source.TOWNSHIP


@dataclass(frozen=True)
class Tab:
    """One star's tab: what is missing of it."""

    head: StarHead
    missing: int
    asked: int
    url: str
    current: bool
