"""The shared village catalogue, compiled from its files, and short ways to build small sets."""

import csv
from decimal import Decimal
from pathlib import Path

import numpy as np

import scoring
from scoring.compiled import CompiledCriterion, CompiledSet, CompiledStar
from scoring.engine import REPORTED, Columns
from scoring.rows import cell, facts_of_row, number_of, parameters_of
from scoring.rules import RULES
from scoring.units import SCALE, to_units

FOLDER = Path(scoring.__file__).parent / "catalogue"


def rows_of(name):
    with (FOLDER / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def compile_row(row):
    facts, parameters = facts_of_row(row), parameters_of(row)
    return CompiledCriterion(
        code=cell(row, "code"),
        star=facts.star,
        value_type=facts.value_type,
        direction=facts.direction,
        basis=facts.basis,
        of=parameters.get("of"),
        quarters=facts.periods == "quarters",
        rule=RULES[row["rule"]].parse(parameters, facts),
        max_points=facts.max_points,
        mandatory=facts.mandatory,
        veto=facts.veto,
        bonus=facts.bonus,
        on_fail=parameters.get("on_fail"),
        options=tuple(option[0] for option in parameters.get("options", ())),
        unit=facts.unit,
    )


def compile_rows(criteria, stars):
    compiled = [
        CompiledStar(row["star"], *(number_of(row, name) for name in ("pass_line", "weight", "bonus_cap")))
        for row in stars
    ]
    return CompiledSet(tuple(map(compile_row, criteria)), tuple(compiled))


def village():
    return compile_rows(rows_of("village.csv"), rows_of("village_stars.csv"))


def criterion_row(code="A-1", **changes):
    """A valid criterion as a file would hold it: 10 points, a number, linear from 0 to 100."""
    return {
        "star": "industry",
        "code": code,
        "name": "指标",
        "value_type": "number",
        "unit": "",
        "direction": "higher",
        "basis": "value",
        "periods": "year",
        "rule": "linear",
        "parameters": '{"zero_at": 0, "full_at": 100}',
        "max_points": "10",
        "mandatory": "0",
        "veto": "0",
        "bonus": "0",
        "source": "township",
    } | changes


def star_row(code="industry", **changes):
    return {
        "star": code, "label": "星", "pass_line": "80", "weight": "20", "bonus_cap": "3", "order": "1",
    } | changes  # fmt: skip


def set_value(compiled, columns, branch, code, value, period=0):
    """Report a value: a number's text, an option's code, or True and False."""
    criterion = compiled.criteria[compiled.places[code]]
    slot = compiled.slot_of(code, period)
    if criterion.value_type == "choice":
        columns.units[branch, slot] = SCALE * (criterion.options.index(value) + 1)
    else:
        columns.units[branch, slot] = SCALE * value if isinstance(value, bool) else to_units(Decimal(value))
    columns.state[branch, slot] = REPORTED


def reported(compiled, rows, population=2000, households=500):
    """Columns of one branch per row, a row being {code or (code, quarter): value}."""
    columns = Columns.blank(compiled, len(rows))
    columns.population[:], columns.households[:] = population, households
    for branch, row in enumerate(rows):
        for key, value in row.items():
            code, period = key if isinstance(key, tuple) else (key, 0)
            set_value(compiled, columns, branch, code, value, period)
    return columns


def same_results(first, second, rows=slice(None)):
    """Are two Results equal, the second taken at `rows`?"""
    arrays = [name for name in vars(first) if name != "parked"]
    return all(np.array_equal(getattr(first, name), getattr(second, name)[rows]) for name in arrays)
