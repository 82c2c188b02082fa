"""Reading one row of a criteria or stars file: texts, numbers, flags, parameters. PURE."""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from scoring.parameters import CriterionFacts, parse_parameters
from scoring.units import SCALE, to_units

FLAGS = {"1": True, "0": False, "": False, "true": True, "false": False, "True": True, "False": False}


def cell(row: Mapping, field: str) -> str:
    """Return a cell as trimmed text, "" when it is absent."""
    value = row.get(field)
    return "" if value is None else str(value).strip()


def number_of(row: Mapping, field: str) -> int | None:
    """Return a cell's units, None when it isn't a number below 10^10 with at most 4 decimals."""
    text = cell(row, field)
    try:
        return to_units(Decimal(text)) if re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)", text, re.ASCII) else None
    except (ValueError, InvalidOperation):
        return None


def flag_of(row: Mapping, field: str) -> bool:
    """Return a 0/1 cell; anything unreadable is False (check_criterion names it)."""
    return FLAGS.get(cell(row, field), False)


def parameters_of(row: Mapping, field: str = "parameters") -> dict:
    """Return a cell's JSON object with decimals; raises RuleErrors."""
    value = row.get(field)
    return dict(value) if isinstance(value, Mapping) else parse_parameters(value or "")


def facts_of_row(row: Mapping) -> CriterionFacts:
    """Return what a rule needs of a row; a max_points that can't be read counts as too large."""
    points = number_of(row, "max_points")
    return CriterionFacts(
        value_type=cell(row, "value_type"),
        max_points=10**10 * SCALE if points is None else points,
        basis=cell(row, "basis"),
        periods=cell(row, "periods"),
        mandatory=flag_of(row, "mandatory"),
        veto=flag_of(row, "veto"),
        bonus=flag_of(row, "bonus"),
        star=cell(row, "star"),
        unit=cell(row, "unit"),
        direction=cell(row, "direction"),
    )
