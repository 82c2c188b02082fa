"""The engine against tests/scoring/reference.py, cell by cell (scoring.md §6)."""

import numpy as np
import pytest

from scoring import bases, engine, rules, units
from scoring.bases import MISSING, NOT_APPLICABLE, REPORTED
from scoring.engine import rate
from tests.scoring import reference
from tests.scoring.random_sets import random_county

CELLS = 1_000_000
STAR_NUMBERS, STAR_FACTS = ("base", "bonus", "scores"), ("rated", "earned", "vetoed", "unmet")


def cell_numbers(cell):
    """A reference cell as (state, basis units, points units)."""
    basis, points = cell
    if basis is reference.MISSING:
        return MISSING, 0, 0
    if basis is reference.NA:
        return NOT_APPLICABLE, 0, 0
    return REPORTED, basis, points * 10_000


def expected_cells(county, rated):
    """The reference's state, basis and points as arrays [3, n, c]; a parked branch is all zero."""
    nothing = [(MISSING, 0, 0)] * len(county.criteria)
    rows = [nothing if row is None else [cell_numbers(cell) for cell in row["cells"]] for row in rated]
    for row in rows:
        for place, criterion in enumerate(county.compiled.criteria):
            state, basis, points = row[place]
            if isinstance(basis, str):
                basis = criterion.options.index(basis) + 1
            basis = max(-units.BASIS_LIMIT, min(units.BASIS_LIMIT, int(basis * 10_000)))
            row[place] = (state, basis, int(points))
    return np.array(rows, np.int64).reshape(len(rows), -1, 3).transpose(2, 0, 1)


def differences(county):
    """Return the names of the results that differ between the engine and the reference."""
    results = rate(county.compiled, county.columns)
    rated = reference.rate(county.criteria, county.stars, county.branches)
    found = [] if [row is None for row in rated] == [reason is not None for reason in results.parked] else ["parked"]
    for name, wanted in zip(("state", "basis", "points"), expected_cells(county, rated), strict=True):
        found += [] if np.array_equal(getattr(results, name), wanted) else [name]
    return found + star_differences(results, rated)


def star_differences(results, rated):
    found = set()
    for place, row in enumerate(rated):
        if row is None:
            found |= {"parked"} if results.scores[place].any() or results.earned[place].any() else set()
            continue
        for star, wanted in enumerate(row["stars"]):
            found |= {name for name in STAR_NUMBERS if getattr(results, name)[place, star] != wanted[name] * 100}
            found |= {name for name in STAR_FACTS if getattr(results, name)[place, star] != wanted[name]}
        index = int(results.index[place]) if results.has_index[place] else None
        if index != (None if row["index"] is None else row["index"] * 100):
            found.add("index")
        if results.level[place] != row["level"]:
            found.add("level")
    return sorted(found)


@pytest.mark.slow
def test_engine_agrees_with_the_reference_on_a_million_cells():
    reference.rounded_ties = 0
    cells = parked = seed = 0
    facts = np.zeros((len(STAR_FACTS), 2), int)

    while cells < CELLS:
        county = random_county(seed)
        assert differences(county) == [], f"seed {seed}"
        results = rate(county.compiled, county.columns)
        parked += sum(reason is not None for reason in results.parked)
        facts += [np.bincount(getattr(results, name).ravel(), minlength=2) for name in STAR_FACTS]
        cells += results.points.size
        seed += 1

    assert reference.rounded_ties > 1000
    assert parked > 100
    assert facts.min() > 1000  # every fact is often true and often false


def down(numerator, divisor):
    return numerator // divisor


def half_even(numerator, divisor):
    whole = units.div_half_up(numerator, divisor)
    tie = 2 * abs(numerator) % (2 * divisor) == divisor
    return whole - np.sign(numerator) * (tie & (whole % 2 == 1))


@pytest.mark.parametrize("broken", [down, half_even])
@pytest.mark.parametrize("module", [units, rules, engine])
def test_a_wrong_rounding_anywhere_would_be_found(monkeypatch, module, broken):
    honest = units.div_half_up
    counties = [random_county(seed, branches=200) for seed in range(12)]
    assert not any(map(differences, counties))

    monkeypatch.setattr(module, "div_half_up", broken)
    if broken is half_even:
        monkeypatch.setattr(units, "div_half_up", honest)
        if module is units:
            monkeypatch.setattr(bases, "scale_half_up", lambda *one: _scaled_half_even(honest, *one))

    assert any(map(differences, counties))


def _scaled_half_even(honest, values, factor, divisor):
    number = values.astype(object) * factor
    whole = honest(number, divisor if np.ndim(divisor) else int(divisor))
    tie = (2 * abs(number) % (2 * divisor) == divisor) & (whole % 2 == 1)
    even = np.where(tie, whole - np.sign(number), whole)
    return np.clip(even, -units.BASIS_LIMIT, units.BASIS_LIMIT).astype(np.int64)
