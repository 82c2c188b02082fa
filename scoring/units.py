"""Exact fixed-point arithmetic: a number is an integer count of ten-thousandths ("units").

Implements the rounding and exactness of scoring.md §6. PURE.
"""

from decimal import Decimal

import numpy as np

SCALE = 10_000  # units in one
VALUE_LIMIT = 10**10 * SCALE  # a value's absolute size stays below this many units (§1)
BASIS_LIMIT = 4 * 10**18  # below 2**62, so that no int64 step in this package can overflow
PLACES = 4
WHOLE_DIGITS = 10


def to_units(number: int | Decimal) -> int:
    """Return the exact units of a number; ValueError when it isn't finite, below 10^10 or within 4 decimals."""
    number = Decimal(number)
    if not number.is_finite() or number.adjusted() >= WHOLE_DIGITS:
        raise ValueError("not a number below 10^10")
    top, bottom = number.as_integer_ratio() if number.adjusted() >= -PLACES else (int(number != 0), 10**9)
    units, rest = divmod(top * SCALE, bottom)
    if rest:
        raise ValueError("more than 4 decimals")
    return units


def to_decimal(units: int) -> Decimal:
    """Return units as a Decimal with 4 places."""
    return Decimal(int(units)).scaleb(-PLACES)


def plain(units: int) -> str:
    """Write units as people do: 820727 is "82.0727", 80000 is "8"."""
    sign, size = ("-" if units < 0 else ""), abs(int(units))
    whole, part = divmod(size, SCALE)
    return f"{sign}{whole}.{part:04d}".rstrip("0").rstrip(".")


def two_places(hundredths: int) -> str:
    """Write hundredths with both decimals: 8207 is "82.07"."""
    sign, size = ("-" if hundredths < 0 else ""), abs(int(hundredths))
    return f"{sign}{size // 100}.{size % 100:02d}"


def div_half_up(numerator, divisor):
    """Divide, rounding half away from zero; arrays or Python integers, divisor > 0.

    int64 arrays need |numerator| and divisor within BASIS_LIMIT.
    """
    size = abs(numerator)
    quotient = size // divisor
    quotient = quotient + (2 * (size - quotient * divisor) >= divisor)
    if np.ndim(quotient) == 0:
        return int(quotient) if numerator >= 0 else -int(quotient)
    if size is not numerator and np.any(numerator < 0):
        return np.where(numerator < 0, -quotient, quotient)
    return quotient


def peak(values) -> int:
    """Return the largest absolute value of an integer array, 0 when it is empty."""
    if values.size == 0:
        return 0
    return max(int(values.max()), -int(values.min()), 0)


def scale_half_up(values, factor: int, divisor):
    """Return values × factor ÷ divisor, half-up, as int64[n]; divisor > 0, a number or int64[n].

    Works in Python integers when a product could pass BASIS_LIMIT, and stores a quotient beyond
    ±BASIS_LIMIT as that limit: no parameter is that large, so no points depend on the difference.
    """
    if peak(values) * factor < BASIS_LIMIT and np.max(divisor, initial=0) < BASIS_LIMIT:
        return div_half_up(values * factor, divisor)
    wide = div_half_up(values.astype(object) * factor, divisor if np.ndim(divisor) else int(divisor))
    return np.clip(wide, -BASIS_LIMIT, BASIS_LIMIT).astype(np.int64)
