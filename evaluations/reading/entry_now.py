"""One branch as it would be rated this moment: its own values as they stand, the county's bases as last formed."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import numpy as np

from branches.models import Branch
from evaluations.models import Rating, VetoRecord
from evaluations.reading.criteria import formed_bases
from evaluations.reading.gaps import columns_of
from evaluations.reading.values import GivenValues
from scoring.engine import MISSING, NOT_APPLICABLE, REPORTED, Results
from scoring.gaps import rate_alone
from scoring.models import STAR_CODES
from scoring.standard import Standard


def rated_now(
    standard: Standard, values: GivenValues, branch: Branch, records: Sequence[VetoRecord], stored: Rating | None
) -> Rating | None:
    """A rating that is not stored, for a page of entry; None where the branch can't be rated alone."""
    if stored is not None and stored.parked:
        return None
    columns = columns_of(standard, values, branch, records)
    results = rate_alone(standard.compiled, columns, *county_bases(standard, stored))
    return None if results.parked[0] else as_rating(standard, results, branch)


def county_bases(standard: Standard, stored: Rating | None) -> tuple[np.ndarray, np.ndarray]:
    """The bases that the county formed when it was last rated; missing before it ever was."""
    count = len(standard.compiled.criteria)
    basis, state = np.zeros(count, np.int64), np.full(count, REPORTED, np.int8)
    for place, number in formed_bases(standard, stored).items():
        basis[place] = number or 0
        if number is None:
            not_asked = stored is not None and stored.points[place] is None
            state[place] = NOT_APPLICABLE if not_asked else MISSING
    return basis, state


def as_rating(standard: Standard, results: Results, branch: Branch) -> Rating:
    codes = [star.code for star in standard.compiled.stars]
    scores = {
        code: Decimal(int(results.scores[0, place])).scaleb(-2) if results.rated[0, place] else None
        for place, code in enumerate(codes)
    }
    points = [
        None if state == NOT_APPLICABLE else int(units)
        for units, state in zip(results.points[0], results.state[0], strict=True)
    ]
    basis = [
        int(results.basis[0, place]) if results.state[0, place] == REPORTED else None for place in standard.derived
    ]
    return Rating(
        branch=branch, **scores, points=points, basis=basis, earned=named(codes, results.earned[0]),
        vetoed=named(codes, results.vetoed[0]), unmet=named(codes, results.unmet[0]),
    )  # fmt: skip


def named(codes: Sequence[str], flags: np.ndarray) -> str:
    """The codes of the flagged stars, in the stars' order, joined by a space."""
    flagged = [code for code, flag in zip(codes, flags, strict=True) if flag]
    return " ".join(sorted(flagged, key=STAR_CODES.index))
