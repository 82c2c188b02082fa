"""Results as rows: which changed, and their text for COPY (half of a recompute's time went here once)."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import dataclass

import numpy as np
from django.db import connection

from evaluations.models import Rating, SealedRating
from evaluations.models.value import NOT_APPLICABLE
from evaluations.services.columns import CountyInputs
from scoring.engine import ENGINE_VERSION, Results
from scoring.models import STAR_CODES
from scoring.ranking import competition_ranks

COLUMNS = (
    "round_id, branch_id, county_id, township_id, industry, ecology, civility, governance, rule_of_law, earned, vetoed,"
    " unmet, level, index, county_rank, township_rank, previous_rank, parked, points, basis, input_digest"
)
NULL = r"\N"
ABSENT = int(np.iinfo(np.int64).min)  # no number the engine gives: stands for null until the row is text
KEPT = 20_000  # a score, its bonus and any cap in use lie below 200.00
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
    return rank_results(results, inputs.townships, last_sealed_ranks(inputs))


def rank_results(results: Results, townships: list[str], previous_rank: np.ndarray) -> RankedResults:
    included = ~parked_mask(results)
    groups = np.unique(np.array(townships, dtype="U12"), return_inverse=True)[1]
    keys = (results.level, results.index, results.has_index, included)
    return RankedResults(results, included, competition_ranks(*keys), competition_ranks(*keys, groups), previous_rank)


def last_sealed_ranks(inputs: CountyInputs) -> np.ndarray:
    ranks = np.full(len(inputs.branch_ids), -1, np.int64)
    if inputs.round.previous_id is None or not len(ranks):
        return ranks
    sealed = SealedRating.objects.filter(
        seal__round=inputs.round.previous_id, county_rank__isnull=False, branch_id__in=inputs.branch_ids.tolist()
    )
    known = dict(sealed.values_list("branch_id", "county_rank"))
    for row, branch in enumerate(inputs.branch_ids.tolist()):
        ranks[row] = known.get(branch, -1)
    return ranks


def input_digests(inputs: CountyInputs, ranked: RankedResults) -> list[str]:
    """SHA-256 per branch over the standard, the engine's version, the branch's inputs and its county-wide bases."""
    columns, results = inputs.columns, ranked.results
    parts = [
        columns.units, columns.state.astype(np.int64), columns.population[:, None], columns.households[:, None],
        results.basis[:, inputs.standard.derived], results.state[:, inputs.standard.derived].astype(np.int64),
        ranked.previous_rank[:, None],
    ]  # fmt: skip
    of = list(inputs.standard.of_places.values())
    parts += [columns.last_units[:, of], columns.last_state[:, of].astype(np.int64)]
    rows = np.ascontiguousarray(np.hstack(parts)).astype("<i8", copy=False)
    start = hashlib.sha256(f"{ENGINE_VERSION} {inputs.standard.digest} ".encode())
    digests = []
    for row, township in zip(rows, inputs.townships, strict=True):
        digest = start.copy()
        digest.update(township.encode())
        digest.update(row.tobytes())
        digests.append(digest.hexdigest())
    return digests


def changed_rows(
    inputs: CountyInputs, ranked: RankedResults, digests: list[str], county_code: str
) -> tuple[list[int], list[int]]:
    """Places whose stored result differs, and ids of stored results to delete first."""
    stored = {
        branch: rest
        for branch, *rest in Rating.objects.of(inputs.round.pk, county_code).values_list(
            "branch_id", "input_digest", "county_rank", "township_rank"
        )
    }
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
    """Each row of integers as a JSON list, null where not applicable: one C call for the whole county."""
    if not matrix.size:
        return ["[]"] * len(matrix)
    marked = np.where(state == NOT_APPLICABLE, ABSENT, matrix)
    text = json.dumps(marked.tolist(), separators=(",", ":")).replace(str(ABSENT), "null")
    return [f"[{row}]" for row in text[2:-2].split("],[")]


def copy_text(
    inputs: CountyInputs, ranked: RankedResults, digests: list[str], county_code: str, places: list[int]
) -> str:
    """The changed results as COPY text."""
    at = np.array(places, np.int64)
    results, derived = ranked.results, inputs.standard.derived
    codes = [star.code for star in inputs.standard.compiled.stars]
    parked = [clean(str(results.parked[place])) if results.parked[place] else "" for place in places]
    columns = [
        star_columns(results, codes, at),
        *(zip(star_names(flags[at], codes), strict=True) for flags in (results.earned, results.vetoed, results.unmet)),
        rank_columns(ranked, at),
        zip(parked, strict=True),
        zip(json_rows(results.points[at], results.state[at]), strict=True),
        zip(json_rows(results.basis[at][:, derived], results.state[at][:, derived]), strict=True),
    ]
    start = f"{inputs.round.pk}\t"
    branch_ids = inputs.branch_ids.tolist()
    lines = []
    for place, cells in zip(places, zip(*columns, strict=True), strict=True):
        middle = "\t".join([cell for group in cells for cell in group])
        lines.append(
            f"{start}{branch_ids[place]}\t{county_code}\t{inputs.townships[place]}\t{middle}\t{digests[place]}\n"
        )
    return "".join(lines)


def clean(text: str) -> str:
    """A reason as COPY text: no separator, no escape, at most 300 characters."""
    return text.replace("\\", "/").replace("\t", " ").replace("\n", " ").replace("\r", " ")[:300]


def star_columns(results: Results, codes: list[str], at: np.ndarray):
    """The five scores as text, in slot order; a slot the set has no star for, or not rated, is null."""
    columns = []
    for code in STAR_CODES:
        if code not in codes:
            columns.append([NULL] * len(at))
            continue
        star = codes.index(code)
        shown = results.rated[at, star] & ~parked_mask(results)[at]
        columns.append(
            [
                hundredths(score) if ok else NULL
                for score, ok in zip(results.scores[at, star].tolist(), shown.tolist(), strict=True)
            ]
        )
    return zip(*columns, strict=True)


def parked_mask(results: Results) -> np.ndarray:
    return np.array([reason is not None for reason in results.parked], bool)


def rank_columns(ranked: RankedResults, at: np.ndarray):
    """Level, index, county rank, township rank and previous rank as text."""
    results, rated = ranked.results, ranked.included[at].tolist()
    level = [str(number) if ok else NULL for number, ok in zip(results.level[at].tolist(), rated, strict=True)]
    has = (results.has_index[at] & ranked.included[at]).tolist()
    index = [hundredths(number) if ok else NULL for number, ok in zip(results.index[at].tolist(), has, strict=True)]
    ranks = [
        [str(number) if number > 0 else NULL for number in ranks[at].tolist()]
        for ranks in (ranked.county_rank, ranked.township_rank, ranked.previous_rank)
    ]
    return zip(level, index, *ranks, strict=True)


def write_rows(round_id: int, stale: list[int], text: str) -> None:
    """Delete what is stale, then add the new rows in one COPY."""
    if stale:
        Rating.objects.filter(round_id=round_id, branch_id__in=stale)._raw_delete(using="default")
    if text:
        with connection.cursor() as cursor:
            cursor.cursor.copy_expert(f"COPY evaluations_rating ({COLUMNS}) FROM STDIN", io.StringIO(text))
