"""The shared village catalogue, compiled for the engine without a database."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

import scoring
from scoring.compiled import CompiledCriterion, CompiledSet, CompiledStar
from scoring.rules import RULES, CriterionFacts, parse_parameters
from scoring.units import to_units

CATALOGUE = Path(scoring.__file__).parent / "catalogue"
CRITERIA_FILE = CATALOGUE / "village.csv"
STARS_FILE = CATALOGUE / "village_stars.csv"
STARS = ("industry", "ecology", "civility", "governance", "rule_of_law")


@dataclass(frozen=True)
class Catalogue:
    """The compiled set, and who gives each criterion: code → source and owning department."""

    compiled: CompiledSet
    sources: dict[str, str]
    owners: dict[str, str]

    def of_star(self, star: str) -> list[CompiledCriterion]:
        return [criterion for criterion in self.compiled.criteria if criterion.star == star]

    def mandatory_of(self, star: str) -> list[str]:
        return [criterion.code for criterion in self.of_star(star) if criterion.mandatory]


@lru_cache(maxsize=1)
def village_catalogue() -> Catalogue:
    """Read the two committed files."""
    rows = read_rows(CRITERIA_FILE)
    stars = tuple(
        CompiledStar(row["star"], *(to_units(Decimal(row[name])) for name in ("pass_line", "weight", "bonus_cap")))
        for row in sorted(read_rows(STARS_FILE), key=lambda row: int(row["order"]))
    )
    return Catalogue(
        CompiledSet(tuple(compile_row(row) for row in rows), stars),
        {row["code"]: row["source"] for row in rows},
        {row["code"]: row["department"].split("、")[0] for row in rows},
    )


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def compile_row(row: dict[str, str]) -> CompiledCriterion:
    """One line of the catalogue as the engine takes it."""
    parameters = parse_parameters(row["parameters"])
    flags = {name: row[name] == "1" for name in ("mandatory", "veto", "bonus")}
    same = {name: row[name] for name in ("value_type", "basis", "star", "direction")}
    max_points = to_units(Decimal(row["max_points"]))
    facts = CriterionFacts(max_points=max_points, periods=row["periods"], **same, **flags)
    return CompiledCriterion(
        code=row["code"],
        of=parameters.get("of"),
        quarters=row["periods"] == "quarters",
        rule=RULES[row["rule"]].parse(parameters, facts),
        max_points=max_points,
        on_fail=parameters.get("on_fail"),
        options=tuple(option[0] for option in parameters.get("options", ())),
        **same,
        **flags,
    )
