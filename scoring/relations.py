"""A part and its whole: what `part_of` and `parts` in a criterion's checks may name. PURE."""

from collections.abc import Mapping, Sequence

from scoring.parameters import NUMERIC_TYPES, RuleErrors
from scoring.rows import cell, flag_of, parameters_of

RELATION_KEYS = ("part_of", "parts")  # a code this value may not exceed; codes whose sum may not exceed this value


def related_codes(checks: Mapping) -> tuple[str, ...] | None:
    """Return the codes that `part_of` and `parts` name, None when they aren't codes."""
    parts = checks.get("parts", [])
    named = [*([checks["part_of"]] if "part_of" in checks else []), *(parts if isinstance(parts, list) else [None])]
    return tuple(named) if all(isinstance(code, str) and code for code in named) else None


def wrong_relations(criteria: Sequence[Mapping], codes: Sequence[str]) -> list[int]:
    """Return the places of rows whose part or whole is no number of the same unit and periods in the set."""
    facts = {code: _comparable(row) for row, code in zip(criteria, codes, strict=True)}
    return [
        place
        for place, (row, code) in enumerate(zip(criteria, codes, strict=True))
        if any(other == code or facts.get(other) is None or facts[other] != facts[code] for other in _related(row))
    ]


def _comparable(row) -> tuple[str, str] | None:
    numeric = cell(row, "value_type") in NUMERIC_TYPES and cell(row, "basis") != "yoy_percent"
    return (cell(row, "unit"), cell(row, "periods")) if numeric and not flag_of(row, "veto") else None


def _related(row) -> tuple[str, ...]:
    try:
        return related_codes(parameters_of(row, "checks")) or ()
    except RuleErrors:
        return ()
