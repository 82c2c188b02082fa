"""From values to the number a rule looks at: the seven bases of scoring.md §2. PURE."""

from dataclasses import dataclass

import numpy as np

from scoring.units import BASIS_LIMIT, SCALE, peak, scale_half_up

MISSING, REPORTED, NOT_APPLICABLE = 0, 1, 2


@dataclass
class Values:
    """One criterion's values of a county: units int64[n] (0 where not reported) and what the basis may need."""

    units: np.ndarray
    reported: np.ndarray  # bool[n], parked branches left out
    lower: bool  # direction=lower
    population: np.ndarray
    households: np.ndarray
    last_units: np.ndarray | None = None
    last_reported: np.ndarray | None = None


def form(basis: str, values: Values) -> tuple[np.ndarray, np.ndarray]:
    """Return (basis int64[n] in units, formed bool[n]); half-up once, to 4 decimals.

    A basis is 0 where it isn't formed; a reported value that can't form becomes NA (§2).
    """
    number, formed = BASES[basis](values)
    return np.where(formed, number, 0), formed


def _value(values):
    return values.units, values.reported


def _year_on_year(values):
    formed = values.reported & values.last_reported & (values.last_units > 0)
    last = np.where(formed, values.last_units, 1)
    return scale_half_up(np.where(formed, values.units - last, 0), 100 * SCALE, last), formed


def _per(values, factor, size):
    formed = values.reported & (size > 0)
    return scale_half_up(values.units, factor, np.where(formed, size, 1)), formed


def _per_1000_residents(values):
    return _per(values, 1000, values.population)


def _per_100_households(values):
    return _per(values, 100, values.households)


def _percent_of_mean(values):
    total = _exact_sum(values.units)
    if total <= 0:
        return values.units, np.zeros_like(values.reported)
    return scale_half_up(values.units, int(values.reported.sum()) * 100 * SCALE, total), values.reported


def _exact_sum(units):
    if peak(units) * max(len(units), 1) < BASIS_LIMIT:
        return int(units.sum())
    return sum(units.tolist())


def _minmax(values):
    county = values.units[values.reported]
    if not len(county):
        return values.units, values.reported
    low, high = int(county.min()), int(county.max())
    if low == high:
        return np.full_like(values.units, 100 * SCALE), values.reported
    way = high - values.units if values.lower else values.units - low
    return scale_half_up(np.where(values.reported, way, 0), 100 * SCALE, high - low), values.reported


def _rank_percent(values):
    county = np.sort(values.units[values.reported])
    if len(county) <= 1:
        return np.full_like(values.units, 100 * SCALE), values.reported
    if values.lower:
        better = np.searchsorted(county, values.units, side="left")
    else:
        better = len(county) - np.searchsorted(county, values.units, side="right")
    behind = np.where(values.reported, len(county) - 1 - better, 0)
    return scale_half_up(behind, 100 * SCALE, len(county) - 1), values.reported


BASES = {
    "value": _value,
    "yoy_percent": _year_on_year,
    "per_1000_residents": _per_1000_residents,
    "per_100_households": _per_100_households,
    "percent_of_county_mean": _percent_of_mean,
    "minmax_in_county": _minmax,
    "rank_percent_in_county": _rank_percent,
}
