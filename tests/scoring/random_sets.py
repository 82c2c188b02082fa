"""Seeded random standards and counties, leaning towards every boundary, for the engine and for the reference."""

import json
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

import numpy as np

from scoring.bases import BASES, MISSING, NOT_APPLICABLE, REPORTED
from scoring.engine import Columns, CompiledSet
from tests.scoring import reference
from tests.scoring.catalogue import compile_rows, criterion_row

ONE = 10_000
EDGE = 10**14 - 1  # the largest value, in units
STARS = ("industry", "ecology", "civility", "governance", "rule_of_law")
KINDS = ("threshold", "linear", "linear", "bands", "deduct", "choice")
SIZES = (-1, 0, 1, 2, 3, 7, 64, 500, 999, 2000)
LAST = (-1, 0, 1, 2, 3, 7, 64, 128, 160_000, 220_000, EDGE)
MOST_POINTS = (1, 3, 5, 7, 64, 2500, ONE, 3 * ONE, 8 * ONE, 125_000, 15 * ONE, 99_999 * ONE)
STATE_WEIGHTS = ((0.08, 0.84, 0.08), (0.02, 0.97, 0.01), (0.4, 0.3, 0.3), (0, 1, 0), (1, 0, 0), (0, 0, 1))


@dataclass
class County:
    """The same random county twice: as files and Fractions, and as a compiled set and columns."""

    criteria: list[dict]
    stars: list[dict]
    branches: list[reference.Branch]
    compiled: CompiledSet
    columns: Columns


def text(units):
    """Units as a file's number."""
    return format(Decimal(int(units)) / ONE, "f")


@lru_cache(maxsize=100_000)
def fraction(units):
    return Fraction(units, ONE)


def near(rng, *lines):
    """A number at a line, one unit beside it, between lines, small or huge."""
    line = int(rng.choice(lines or (0,)))
    kind = rng.integers(8)
    offsets = {0: 0, 1: 1, 2: -1, 3: ONE, 4: int(rng.integers(-50, 50)), 5: int(rng.integers(-100 * ONE, 100 * ONE))}
    return offsets[kind] + line if kind in offsets else int(rng.choice((0, 1, -1, EDGE, -EDGE, 50 * ONE)))


def bounded(number, low=-EDGE):
    return max(low, min(EDGE, int(number)))


def random_rule(rng, kind, most):
    """Return a rule's parameters as units, and the basis numbers where it bends."""
    first = bounded(near(rng, 0, 60 * ONE, 100 * ONE))
    if kind == "threshold":
        return {"op": str(rng.choice(list(reference.COMPARE))), "value": first}, [first]
    if kind == "linear":
        span = int(rng.choice((1, 2, 3, 7, 16, 64, 4096, 13 * ONE, 40 * ONE, 2 * EDGE)))
        second = bounded(first + span if rng.random() < 0.6 else first - span)
        return {"zero_at": first, "full_at": second if second != first else bounded(-first, 1)}, [first, second]
    if kind == "bands":
        steps = rng.choice((0, 1, 2, ONE, 5 * ONE, 10 * ONE, 99 * ONE), 5)
        edges = sorted({bounded(first + int(step)) for step in steps})
        ends = [None, *edges, None]
        pairs = [pair for pair in pairwise(ends) if rng.random() < 0.8]
        bands = [[low, high, int(rng.integers(0, most + 1))] for low, high in pairs]
        rng.shuffle(bands)
        return {"bands": bands or [[None, None, most]]}, edges
    start = bounded(most + int(rng.choice((0, 0, 1, ONE, -most))))
    event = int(rng.choice((0, 1, 3, 2500, ONE, 33_333, EDGE)))
    floor = int(rng.choice((0, 0, 1, most)))
    lines = [0, ONE, 2 * ONE] + [(start - end) * ONE // event for end in (floor, most) if event]
    return {"start": start, "per_event": event, "floor": floor}, [bounded(line) for line in lines]


def as_json(parameters):
    """Parameters in units as a file's JSON, booleans and texts as they are."""
    def written(value):
        if isinstance(value, list):
            return "[" + ", ".join(map(written, value)) + "]"
        return text(value) if isinstance(value, int) and not isinstance(value, bool) else json.dumps(value)

    return "{" + ", ".join(f'"{key}": {written(value)}' for key, value in parameters.items()) + "}"


def random_criterion(rng, code, star):
    """Return a criterion's row and the values where its rule bends."""
    flag = str(rng.choice(("", "mandatory", "bonus", "veto"), p=(0.65, 0.1, 0.15, 0.1)))
    kind = "threshold" if flag == "veto" else str(rng.choice(KINDS))
    most = 0 if flag == "veto" else int(rng.choice(MOST_POINTS))
    value_type = "choice" if kind == "choice" else str(rng.choice(("number", "percent", "count", "count", "yesno")))
    row = {"value_type": value_type, "rule": kind, "max_points": text(most), "star": star}
    row |= {flag: "1"} if flag else {}
    parameters, lines = random_options(rng, most) if kind == "choice" else random_rule(rng, kind, most)
    if value_type == "yesno" and kind == "threshold":
        parameters["value"] = bool(rng.integers(2))
    row |= random_basis(rng, value_type, flag)
    parameters |= random_extras(rng, row, lines)
    row |= {"direction": str(rng.choice(("higher", "lower"))), "parameters": as_json(parameters)}
    return criterion_row(code, **row), lines


def random_options(rng, most):
    codes = [f"O{n}" for n in range(int(rng.integers(1, 6)))]
    options = [[code, "", int(rng.integers(0, most + 1))] for code in codes]
    return {"options": options}, [ONE * (place + 1) for place in range(len(codes))]


def random_basis(rng, value_type, flag):
    basis = "value" if value_type in ("choice", "yesno") else str(rng.choice(["value", *BASES]))
    quarters = basis == "value" and flag in ("", "bonus") and rng.random() < 0.3
    return {"basis": basis, "periods": "quarters" if quarters else "year"}


def random_extras(rng, row, lines):
    extras = {"of": "OF"} if row["basis"] == "yoy_percent" else {}
    if "veto" in row:
        extras["on_fail"] = str(rng.choice(("veto_star", "veto_star", "veto_all")))
    if row["rule"] in ("linear", "bands", "deduct") and rng.random() < 0.5:
        extras["mandatory_min"] = bounded(near(rng, *lines))
    return extras


def random_values(rng, row, lines, n):
    """Return n values in units and their states; one in some thousands can't be scored."""
    kind = row["value_type"]
    weights = STATE_WEIGHTS[int(rng.choice(6, p=(0.5, 0.2, 0.12, 0.12, 0.03, 0.03)))]
    if row["veto"] == "1":  # a veto in most rows would hide everything else
        weights = (0.9, 0.05, 0.05)
    state = rng.choice(3, n, p=weights).astype(np.int8)
    if kind == "choice":
        return rng.choice(lines, n), state
    if kind == "yesno":
        return rng.choice((0, ONE), n), state
    sizes = {"per_100_households": 100, "per_1000_residents": 1000}.get(row["basis"])
    if sizes:
        lines = [line * size // sizes for line in lines for size in (1, 3, 64, 500)]
    pool = [near(rng, *lines) for _ in range(int(rng.choice((1, 2, 12, 60))))]
    low, most = 0 if kind == "count" else -EDGE, EDGE
    pool = np.array([max(low, min(most, value)) for value in pool], np.int64)
    return rng.choice(pool // ONE * ONE if kind == "count" else pool, n), state


def spoil(rng, kind, units, state):
    """Make about one value in 3,000 one that can't be scored."""
    bad = {"count": (-ONE, 1), "yesno": (2 * ONE,), "choice": (9 * ONE,)}.get(kind, (EDGE + 1, -EDGE - 1))
    hit = rng.random(len(units)) < 1 / 3000
    units[hit], state[hit] = rng.choice(bad), REPORTED


def given(units, state, options=()):
    """A cell as the reference reads it."""
    if state == MISSING:
        return reference.MISSING
    if state == NOT_APPLICABLE:
        return reference.NA
    if not options:
        return fraction(units)
    return options[units // ONE - 1] if units // ONE <= len(options) else "no such option"


def random_county(seed, criteria=40, branches=None) -> County:
    """Return a random standard and county; the same seed gives the same."""
    rng = np.random.default_rng(seed)
    n = int(rng.choice((1, 2, 3, 30, 400, 400))) if branches is None else branches
    stars = [
        {"star": star, "pass_line": text(rng.choice((0, ONE, 50 * ONE, 80 * ONE, 100 * ONE))),
         "weight": text(rng.choice((1, 7, 20 * ONE, 30 * ONE))), "bonus_cap": text(rng.choice((0, 1, 50, 3 * ONE)))}
        for star in STARS[: int(rng.integers(1, 6))]
    ]  # fmt: skip
    made = [(criterion_row("OF"), [0, 22 * ONE])]
    for place in range(criteria - 2):
        made.append(random_criterion(rng, f"R-{place}", stars[int(rng.integers(len(stars)))]["star"]))
    veto = {"star": "all", "veto": "1", "value_type": "count", "rule": "threshold", "max_points": "0"}
    made.append((criterion_row("ALL-V", parameters='{"op": "==", "value": 0, "on_fail": "veto_all"}', **veto), [0]))
    rows = [row for row, _ in made]
    compiled = compile_rows(rows, stars)
    columns = random_columns(rng, compiled, made, n)
    return County(rows, stars, reference_branches(compiled, columns), compiled, columns)


def random_columns(rng, compiled, made, n):
    columns = Columns.blank(compiled, n)
    for slot, (place, _) in enumerate(compiled.slots):
        row, lines = made[place]
        units, state = random_values(rng, row, lines, n)
        if row["code"] == "ALL-V" and rng.random() < 0.7:
            units = np.zeros(n, np.int64)
        spoil(rng, row["value_type"], units, state)
        columns.units[:, slot], columns.state[:, slot] = units, state
    whole = rng.random(n)
    columns.state[whole < 0.03], columns.state[whole > 0.97] = MISSING, NOT_APPLICABLE
    columns.last_units[:, 0], columns.last_state[:, 0] = rng.choice(LAST, n), rng.choice(3, n, p=(0.1, 0.8, 0.1))
    columns.population, columns.households = rng.choice(SIZES, n), rng.choice(SIZES, n)
    return columns


def reference_branches(compiled, columns):
    """The same columns as the reference's branches."""
    owners = [(compiled.criteria[place], period) for place, period in compiled.slots]
    slots = [((owner.code, period), owner.options) for owner, period in owners]
    branches = []
    for units, state, last, last_state, population, households in zip(
        columns.units.tolist(), columns.state.tolist(), columns.last_units[:, 0].tolist(),
        columns.last_state[:, 0].tolist(), columns.population.tolist(), columns.households.tolist(), strict=True,
    ):  # fmt: skip
        values = {key: given(units[slot], state[slot], options) for slot, (key, options) in enumerate(slots)}
        sizes = (None if size < 0 else size for size in (population, households))
        branches.append(reference.Branch(values, {"OF": given(last, last_state)}, *sizes))
    return branches
