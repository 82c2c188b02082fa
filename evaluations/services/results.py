"""Results as rows: which changed, and their text for COPY.

Half of a recompute's time went here once. The text is made in blocks while the server already reads the block before.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from django.db import connection

from evaluations.models import Rating
from evaluations.models.value import NOT_APPLICABLE
from evaluations.services.columns import CountyInputs
from scoring.engine import ENGINE_VERSION, Results
from scoring.models import STAR_CODES
from scoring.ranking import competition_ranks

COLUMNS = (
    "round_id, branch_id, county_id, township_id, industry, ecology, civility, governance, rule_of_law, earned, vetoed,"
    " unmet, level, index, county_rank, township_rank, previous_rank, parked, points, basis, input_digest"
)
STORED = """
    SELECT branch_id, input_digest, county_rank, township_rank FROM evaluations_rating
    WHERE round_id = %s AND county_id = %s
"""
NULL = r"\N"
BLOCK = 250  # rows of text made at a time: small enough to overlap with the server, large enough for C loops
KEPT = 20_000  # a score, its bonus and any cap in use lie below 200.00
CELL = np.dtype([("left", "<u4"), ("right", "<u4"), ("comma", "u1")])  # one number's text: 4 + 4 digits and a comma
LEADING = np.array([f"{number:4d}" for number in range(10_000)], "S4").view("<u4")
FOLLOWING = np.array([f"{number:04d}" for number in range(10_000)], "S4").view("<u4")
BLANK, NULL_CELL = np.array([b"    ", b"null"], "S4").view("<u4")
HUNDREDTHS = tuple(f"{number // 100}.{number % 100:02d}" for number in range(KEPT))  # what nearly every score is


@dataclass
class RankedResults:
    """What the engine made of a county, with ranks; 0 = no rank, -1 = no previous rank."""

    results: Results
    included: np.ndarray
    county_rank: np.ndarray
    township_rank: np.ndarray
    previous_rank: np.ndarray


def rank(inputs: CountyInputs, results: Results) -> RankedResults:
    """Rank a county's rated branches in the county and in their townships."""
    return rank_results(results, inputs.townships, inputs.last_ranks)


def rank_results(results: Results, townships: list[str], previous_rank: np.ndarray) -> RankedResults:
    included = ~parked_mask(results)
    groups = np.unique(np.array(townships, dtype="U12"), return_inverse=True)[1]
    keys = (results.level, results.index, results.has_index, included)
    return RankedResults(results, included, competition_ranks(*keys), competition_ranks(*keys, groups), previous_rank)


def input_digests(inputs: CountyInputs, ranked: RankedResults) -> list[str]:
    """SHA-256 per branch over the standard, the engine's version, the branch's inputs and its county-wide bases."""
    columns, results, derived = inputs.columns, ranked.results, inputs.standard.derived
    of = list(inputs.standard.of_places.values())
    rows = as_bytes(
        [columns.units, columns.last_units[:, of], columns.population[:, None], columns.households[:, None],
         results.basis[:, derived], ranked.previous_rank[:, None]],
        [columns.state, columns.last_state[:, of], results.state[:, derived]],
    )  # fmt: skip
    content, width, withholds = rows.tobytes(), rows.shape[1], columns.withheld.any(axis=1).tolist()
    start = hashlib.sha256(f"{ENGINE_VERSION} {inputs.standard.digest} ".encode())
    digests = []
    for row, township in enumerate(inputs.townships):
        digest = start.copy()
        digest.update(township.encode() + content[row * width : (row + 1) * width])
        if withholds[row]:  # of its own branch only: the others' results rest on nothing new
            digest.update(b"withheld" + columns.withheld[row].tobytes())
        digests.append(digest.hexdigest())
    return digests


def as_bytes(numbers: list[np.ndarray], states: list[np.ndarray]) -> np.ndarray:
    """Matrices beside each other as uint8[n, bytes]: eight little-endian bytes a number, one a state."""
    wide = np.ascontiguousarray(np.hstack(numbers), dtype="<i8")
    return np.hstack([wide.view(np.uint8), np.hstack(states).astype(np.uint8)])


def stored_rows(round_id: int, county_code: str) -> dict[int, list]:
    """Branch id → digest, county rank and township rank of the results as they stand."""
    with connection.cursor() as cursor:
        cursor.execute(STORED, [round_id, county_code])
        return {branch: rest for branch, *rest in cursor.fetchall()}


def changed_rows(inputs: CountyInputs, ranked: RankedResults, digests: list[str]) -> tuple[list[int], list[int]]:
    """Places whose stored result differs, and branch ids of stored results to delete first."""
    stored = stored_rows(inputs.round.pk, inputs.county_code)
    county, township = ranked.county_rank.tolist(), ranked.township_rank.tolist()
    changed, stale = [], []
    for place, branch in enumerate(inputs.branch_ids.tolist()):
        before = stored.pop(branch, None)
        if before != [digests[place], county[place] or None, township[place] or None]:
            changed.append(place)
            if before is not None:
                stale.append(branch)
    return changed, stale + list(stored)


def hundredths(number: int) -> str:
    """An integer of hundredths as a decimal's text."""
    return HUNDREDTHS[number] if 0 <= number < KEPT else f"{number // 100}.{number % 100:02d}"


def star_names(flags: np.ndarray, codes: list[str]) -> list[str]:
    """Per branch, the codes of the flagged stars joined by a space, in the stars' slot order."""
    order = sorted(range(len(codes)), key=lambda place: STAR_CODES.index(codes[place]))
    names = [
        " ".join(codes[place] for bit, place in enumerate(order) if mask >> bit & 1) for mask in range(1 << len(codes))
    ]
    masks = sum((flags[:, place].astype(np.int64) << bit for bit, place in enumerate(order)), np.int64(0))
    return [names[mask] for mask in np.broadcast_to(masks, len(flags)).tolist()]


def json_rows(matrix: np.ndarray, state: np.ndarray) -> list[str]:
    """Each row of integers as a JSON list, null where not applicable: one C call for the whole matrix."""
    if not matrix.size:
        return ["[]"] * len(matrix)
    rows = matrix.tolist()
    for row, column in np.argwhere(state == NOT_APPLICABLE).tolist():
        rows[row][column] = None
    text = json.dumps(rows, separators=(",", ":"))
    return [f"[{row}]" for row in text[2:-2].split("],[")]


def points_rows(points: np.ndarray, state: np.ndarray) -> list[str]:
    """What `json_rows` gives, padded with spaces: each number is two look-ups of four digits in a table."""
    if not points.size or points.min() < 0 or points.max() >= 10**8:
        return json_rows(points, state)
    left, right = np.divmod(points.astype(np.int32), 10_000)
    cells = np.empty(points.shape, CELL)
    cells["left"] = np.where(left > 0, LEADING[left], BLANK)
    cells["right"] = np.where(left > 0, FOLLOWING[right], LEADING[right])
    not_applicable = state == NOT_APPLICABLE
    cells["left"][not_applicable], cells["right"][not_applicable] = BLANK, NULL_CELL
    cells["comma"] = ord(",")
    width = cells.itemsize * points.shape[1]
    text = cells.tobytes().decode("ascii")
    return [f"[{text[start : start + width - 1]}]" for start in range(0, len(text), width)]


def copy_blocks(inputs: CountyInputs, ranked: RankedResults, digests: list[str], places: list[int]) -> Iterator[str]:
    """The changed results as COPY text, a block of rows at a time."""
    for start in range(0, len(places), BLOCK):
        yield copy_text(inputs, ranked, digests, places[start : start + BLOCK])


def copy_text(inputs: CountyInputs, ranked: RankedResults, digests: list[str], places: list[int]) -> str:
    """These places' results as COPY text."""
    at = np.array(places, np.int64)
    results, derived = ranked.results, inputs.standard.derived
    codes = [star.code for star in inputs.standard.compiled.stars]
    columns = [
        *star_columns(ranked, codes, at),
        *(star_names(flags[at], codes) for flags in (results.earned, results.vetoed, results.unmet)),
        *rank_columns(ranked, at),
        [clean(str(results.parked[place])) if results.parked[place] else "" for place in places],
        points_rows(results.points[at], results.state[at]),
        json_rows(results.basis[np.ix_(at, derived)], results.state[np.ix_(at, derived)]),
        [digests[place] for place in places],
    ]
    where = [
        f"{inputs.round.pk}\t{branch}\t{inputs.county_code}\t{inputs.townships[place]}"
        for place, branch in zip(places, inputs.branch_ids[at].tolist(), strict=True)
    ]
    return "\n".join(map("\t".join, zip(where, *columns, strict=True))) + "\n"


def clean(text: str) -> str:
    """A reason as COPY text: no separator, no escape, at most 300 characters."""
    return text.replace("\\", "/").replace("\t", " ").replace("\n", " ").replace("\r", " ")[:300]


def star_columns(ranked: RankedResults, codes: list[str], at: np.ndarray) -> list[list[str]]:
    """The five scores as text, in slot order; a slot the set has no star for, or not rated, is null."""
    columns = [[NULL] * len(at) for _code in STAR_CODES]
    for star, code in enumerate(codes):
        shown = ranked.included[at] & ranked.results.rated[at, star]
        columns[STAR_CODES.index(code)] = score_texts(ranked.results.scores[at, star], shown)
    return columns


def score_texts(numbers: np.ndarray, shown: np.ndarray) -> list[str]:
    return [hundredths(number) if ok else NULL for number, ok in zip(numbers.tolist(), shown.tolist(), strict=True)]


def parked_mask(results: Results) -> np.ndarray:
    return np.array([reason is not None for reason in results.parked], bool)


def rank_columns(ranked: RankedResults, at: np.ndarray) -> list[list[str]]:
    """Level, index, county rank, township rank and previous rank as text."""
    results, rated = ranked.results, ranked.included[at]
    level = [str(number) if ok else NULL for number, ok in zip(results.level[at].tolist(), rated.tolist(), strict=True)]
    index = score_texts(results.index[at], results.has_index[at] & rated)
    ranks = (ranked.county_rank, ranked.township_rank, ranked.previous_rank)
    return [level, index, *([str(number) if number > 0 else NULL for number in rank_[at].tolist()] for rank_ in ranks)]


class Blocks:
    """Blocks of text as the file COPY reads from: each is made when the server has taken the one before."""

    def __init__(self, blocks: Iterator[str]) -> None:
        self.blocks = blocks

    def read(self, _size: int) -> str:
        return next(self.blocks, "")


def write_rows(round_id: int, stale: list[int], blocks: Iterator[str]) -> None:
    """Delete what is stale, then add the new rows in one COPY."""
    if stale:
        Rating.objects.filter(round_id=round_id, branch_id__in=stale)._raw_delete(using="default")
    with connection.cursor() as cursor, connection.wrap_database_errors:  # a lost race must look like one
        cursor.cursor.copy_expert(f"COPY evaluations_rating ({COLUMNS}) FROM STDIN", Blocks(blocks))
