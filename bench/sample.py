"""Values as a county might have given them: drawn per criterion, better where the branch is better. PURE."""

from __future__ import annotations

import numpy as np

from scoring.compiled import CompiledCriterion
from scoring.units import SCALE

PERCENT = 100 * SCALE
CENT = SCALE // 100  # values carry two decimals


def draw(
    rng: np.random.Generator, criterion: CompiledCriterion, quality: np.ndarray, households: np.ndarray
) -> np.ndarray:
    """Return one value per branch in units, int64[n]; quality is 0..1, a choice's value its option's place."""
    units = DRAWS[criterion.rule.key](rng, criterion, quality)
    if criterion.basis == "per_100_households":
        units = np.minimum(units, PERCENT) * households // PERCENT * SCALE
    elif criterion.basis == "percent_of_county_mean":
        units = units * 200
    if criterion.value_type == "percent":
        units = np.clip(units, 0, PERCENT)
    return whole(units, SCALE if criterion.value_type in ("count", "yesno", "choice") else CENT)


def whole(units: np.ndarray, step: int) -> np.ndarray:
    return (units // step * step).astype(np.int64)


def threshold(rng, criterion, quality):
    rule, fails = criterion.rule, rng.random(len(quality)) < 0.12 * (1.3 - quality)
    if criterion.value_type == "yesno":
        return np.where(fails, SCALE - rule.value, rule.value)
    if rule.op == "==":  # nothing of the kind may have happened
        return np.where(fails, rng.poisson(0.5, len(quality)) + 1, 0) * SCALE
    short = rule.value - np.maximum(rng.random(len(quality)) * 0.1 * rule.value, CENT)
    return np.where(fails, short, rule.value)


def linear(rng, criterion, quality):
    rule = criterion.rule
    way = rng.normal(0.55 + 0.5 * quality, 0.25)
    return np.maximum(rule.zero_at + (rule.full_at - rule.zero_at) * way, 0).astype(np.int64)


def bands(rng, criterion, quality):
    if criterion.value_type == "count":
        events = 0.3 * (1.2 - quality) if criterion.direction == "lower" else 1.5 * quality
        return rng.poisson(events) * SCALE
    top = max(low or 0 for low, _high, _worth in criterion.rule.bands)
    return (top * np.exp(rng.normal(quality - 1.1, 0.5))).astype(np.int64)


def deduct(rng, criterion, quality):
    return rng.poisson(1.6 * (1.15 - quality)) * SCALE


def choice(rng, criterion, quality):
    options = len(criterion.rule.codes)
    middle = options - 0.4 - 0.3 * quality if criterion.bonus else (1 - quality) * (options - 0.5)
    return (1 + np.clip(rng.normal(middle, 0.6), 0, options - 1).astype(np.int64)) * SCALE


DRAWS = {"threshold": threshold, "linear": linear, "bands": bands, "deduct": deduct, "choice": choice}
