"""One county's inputs, read as columns: a COPY of fixed-width integers straight into numpy.

Turning three million values into Python objects costs more than rating them, so nothing here loops over values; the
few statements are plain SQL because composing a query takes the ORM longer than the server takes to answer it.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from django.db import connection

from evaluations.models import EvaluationRound
from evaluations.models.value import REPORTED
from scoring.compiled import CompiledCriterion
from scoring.engine import Columns
from scoring.parameters import NUMERIC_TYPES
from scoring.standard import Standard, published_standard
from scoring.units import SCALE

COPY_HEADER, COPY_TRAILER = 19, 2  # PostgreSQL's binary COPY: signature, flags, extension; a closing -1
COPY_ROW = np.dtype(
    [
        ("fields", ">i2"),
        ("branch_length", ">i4"),
        ("branch", ">i4"),
        ("slot_length", ">i4"),
        ("slot", ">i4"),  # criterion, period and state in one number: every field costs on both sides
        ("units_length", ">i4"),
        ("units", ">i8"),
    ]
)
PERIODS, STATES = 8, 4  # room for each in that number
ROSTER = """
    SELECT r.branch_id, b.code, r.township_id, coalesce(b.population, -1), coalesce(b.households, -1),
        coalesce(last.county_rank, -1)
    FROM evaluations_rosterentry r
    JOIN branches_branch b ON b.id = r.branch_id
    LEFT JOIN evaluations_sealedrating last ON last.branch_id = r.branch_id AND last.seal_id = (
        SELECT id FROM evaluations_sealedcounty WHERE round_id = %(previous)s AND county_id = %(county)s
    )
    WHERE r.round_id = %(round)s AND r.county_id = %(county)s
        AND (b.active OR EXISTS (SELECT FROM branches_succession x WHERE x.before_id = b.id))
    ORDER BY b.code
"""  # a branch that was merged or split stays in the rounds it took part in
STANDING_VETOES = """
    SELECT v.branch_id, v.criterion_id
    FROM evaluations_vetorecord v
    JOIN evaluations_rosterentry r ON r.round_id = v.round_id AND r.branch_id = v.branch_id
    WHERE r.round_id = %s AND r.county_id = %s AND v.lifted_at IS NULL
"""
# What the review withholds whatever the score: a star not recommended, every star of a branch that did not submit, a
# star an objection took; and once the county is being sealed, a star whose objection is still open. '' = every star.
WITHHELD = """
    SELECT r.branch_id, v.star FROM evaluations_rosterentry r JOIN evaluations_starreview v ON v.entry_id = r.id
    WHERE r.round_id = %(round)s AND r.county_id = %(county)s AND v.status = 'not_recommended'
    UNION ALL
    SELECT r.branch_id, '' FROM evaluations_rosterentry r JOIN evaluations_submission s ON s.entry_id = r.id
    WHERE r.round_id = %(round)s AND r.county_id = %(county)s AND s.status = 'absent'
    UNION ALL
    SELECT r.branch_id, o.star
    FROM evaluations_objection o
    JOIN evaluations_roundcounty c ON c.id = o.county_id
    JOIN evaluations_rosterentry r ON r.id = o.entry_id
    WHERE c.round_id = %(round)s AND c.county_id = %(county)s
        AND (o.status = 'upheld' OR (o.status IN ('filed', 'checked') AND c.state IN ('confirmed', 'closed')))
"""
READ_VALUES = """
    SET LOCAL enable_indexscan = off;
    COPY (
        SELECT branch_id, (criterion_id * 8 + period) * 4 + effective_state, effective_units
        FROM evaluations_value
        WHERE round_id = {round_id} AND branch_id = ANY('{{{branches}}}'::int[]) {criteria}
    ) TO STDOUT (FORMAT BINARY)
"""  # with several rounds stored the planner expects few rows and fetches each by itself; a bitmap reads each page once
AS_BEFORE = "SET LOCAL enable_indexscan TO DEFAULT"


@dataclass
class CountyInputs:
    """A county's branches and what was given for them; every array has one row per branch, in code order."""

    round: EvaluationRound
    county_code: str
    standard: Standard
    branch_ids: np.ndarray
    codes: list[str]
    townships: list[str]
    last_ranks: np.ndarray  # last sealed county rank, -1 without one
    columns: Columns


def read_county(evaluation: EvaluationRound, county_code: str) -> CountyInputs:
    """Read everything a county's rating depends on; call it inside one REPEATABLE READ transaction."""
    standard = published_standard(evaluation.criteria_set_id)
    ids, codes, townships, population, households, last_ranks = read_roster(evaluation, county_code)
    branch_ids = np.array(ids, np.int64)
    sizes = (np.array(numbers, np.int64) for numbers in (population, households))
    columns = empty_columns(len(ids), standard, *sizes)
    fill(
        columns.units,
        columns.state,
        copy_values(evaluation.pk, branch_ids),
        branch_ids,
        standard.slots,
        standard.first_id,
    )
    count_vetoes(columns, evaluation, county_code, branch_ids, standard)
    read_last_year(columns, evaluation, branch_ids, standard)
    read_withheld(columns, evaluation, county_code, branch_ids, standard)
    ranks = np.array(last_ranks, np.int64)
    return CountyInputs(evaluation, county_code, standard, branch_ids, codes, townships, ranks, columns)


def read_roster(evaluation: EvaluationRound, county_code: str) -> list[list]:
    """The county's branches in code order, as columns: id, code, township, population, households, last sealed rank."""
    with connection.cursor() as cursor:
        here = {"round": evaluation.pk, "previous": evaluation.previous_id, "county": county_code}
        cursor.execute(ROSTER, here)
        roster = cursor.fetchall()
    return [list(column) for column in zip(*roster, strict=True)] if roster else [[]] * 6


def empty_columns(count: int, standard: Standard, population: np.ndarray, households: np.ndarray) -> Columns:
    slots, criteria = len(standard.compiled.slots), len(standard.compiled.criteria)
    return Columns(
        units=np.zeros((count, slots), np.int64, order="F"),
        state=np.zeros((count, slots), np.int8, order="F"),
        last_units=np.zeros((count, criteria), np.int64, order="F"),
        last_state=np.zeros((count, criteria), np.int8, order="F"),
        population=population,
        households=households,
        withheld=np.zeros((count, len(standard.compiled.stars)), bool),
    )


def copy_values(round_id: int, branch_ids: np.ndarray, criteria: list[int] | None = None) -> np.ndarray:
    """Every stored value of these branches in a round, as an array of COPY_ROW; call it inside a transaction."""
    if not len(branch_ids):
        return np.empty(0, COPY_ROW)
    only = "" if criteria is None else f"AND criterion_id IN ({','.join(map(str, criteria))})"
    sql = READ_VALUES.format(round_id=int(round_id), branches=",".join(map(str, branch_ids.tolist())), criteria=only)
    out = io.BytesIO()
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.cursor.copy_expert(sql, out)
        cursor.execute(AS_BEFORE)
    data = out.getbuffer()
    return np.frombuffer(data, COPY_ROW, (len(data) - COPY_HEADER - COPY_TRAILER) // COPY_ROW.itemsize, COPY_HEADER)


def fill(
    units: np.ndarray, state: np.ndarray, values: np.ndarray, branch_ids: np.ndarray, slots: np.ndarray, first_id: int
) -> None:
    """Put values at (branch, column); a value of a criterion the set does not hold is left out."""
    order = np.argsort(branch_ids)
    row = order[np.searchsorted(branch_ids[order], values["branch"].astype(np.int64))]
    slot, given = np.divmod(values["slot"].astype(np.int32), STATES)
    known_slots = np.full((len(slots) + 2, PERIODS), -1, np.int64)  # a row around them for ids the set doesn't hold
    known_slots[1:-1, : slots.shape[1]] = slots
    column = np.take(known_slots, slot - (first_id - 1) * PERIODS, mode="clip")
    known = column >= 0
    if not known.all():
        row, column, given, values = row[known], column[known], given[known], values[known]
    units[row, column], state[row, column] = values["units"], given


def count_vetoes(
    columns: Columns, evaluation: EvaluationRound, county_code: str, branch_ids: np.ndarray, standard: Standard
) -> None:
    """A counted veto's value is the number of its standing records; without a record there is no value and no veto."""
    counted = standard.record_counted
    if not counted or not len(branch_ids):
        return
    place = {branch: row for row, branch in enumerate(branch_ids.tolist())}
    with connection.cursor() as cursor:
        cursor.execute(STANDING_VETOES, [evaluation.pk, county_code])
        standing = cursor.fetchall()
    for branch, criterion in standing:
        if criterion in counted and branch in place:
            columns.units[place[branch], counted[criterion]] += SCALE
            columns.state[place[branch], counted[criterion]] = REPORTED


def read_withheld(
    columns: Columns, evaluation: EvaluationRound, county_code: str, branch_ids: np.ndarray, standard: Standard
) -> None:
    """Mark the stars that the review does not grant."""
    with connection.cursor() as cursor:
        cursor.execute(WITHHELD, {"round": evaluation.pk, "county": county_code})
        rows = cursor.fetchall()
    place = {branch: row for row, branch in enumerate(branch_ids.tolist())} if rows else {}
    for branch, star in rows:
        if branch in place:
            columns.withheld[place[branch], standard.compiled.star_places[star] if star else slice(None)] = True


def read_last_year(columns: Columns, evaluation: EvaluationRound, branch_ids: np.ndarray, standard: Standard) -> None:
    """Last year's effective values of the criteria that growth is computed from (a sealed county's can't change)."""
    if evaluation.previous_id is None or not standard.of_places:
        return
    last = published_standard(evaluation.previous.criteria_set_id)
    ids = {
        row.pk: standard.of_places[row.code]
        for row, one in zip(last.criteria, last.compiled.criteria, strict=True)
        if row.code in standard.of_places and is_comparable(one)
    }
    if not ids:
        return
    slots = np.full_like(last.slots, -1)
    for criterion_id, place in ids.items():
        slots[criterion_id - last.first_id, 0] = place
    values = copy_values(evaluation.previous_id, branch_ids, list(ids))
    fill(columns.last_units, columns.last_state, values, branch_ids, slots, last.first_id)


def is_comparable(last: CompiledCriterion) -> bool:
    """May growth be computed from last year's criterion of that code: a number, one a year, taken as it is?"""
    return last.value_type in NUMERIC_TYPES and not last.quarters and last.basis == "value" and not last.veto
