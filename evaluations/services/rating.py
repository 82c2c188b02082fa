"""Rate one county: one consistent snapshot in, only what changed out, the marks it read away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import F, Sum
from django.db.models.functions import Now

from evaluations.models import EvaluationRound, RatingMark, RoundCounty
from evaluations.services.columns import CountyInputs, read_county
from evaluations.services.results import RankedResults, changed_rows, copy_blocks, input_digests, rank, write_rows
from evaluations.services.sealed import read_sealed
from evaluations.services.summary import county_line
from scoring import engine

ATTEMPTS = 10
SERIALIZATION_FAILURE, UNIQUE_VIOLATION = "40001", "23505"
STANDING = """
    SELECT
        EXISTS (SELECT FROM evaluations_sealedcounty WHERE round_id = %(round)s AND county_id = %(county)s),
        EXISTS (
            SELECT FROM evaluations_roundcounty
            WHERE round_id = %(round)s AND county_id = %(county)s AND rated_at IS NOT NULL
        ),
        ARRAY (SELECT id FROM evaluations_ratingmark WHERE round_id = %(round)s AND county_id = %(county)s)
"""
LOCK_CLASS = 4_199_001  # the first key of every county's advisory lock


@dataclass(frozen=True)
class CountyOutcome:
    """What one county's rating did."""

    branches: int = 0
    changed: int = 0
    parked: int = 0
    sealed: bool = False


class Busy(Exception):
    """Another worker is rating this county."""


def rate_county(evaluation: EvaluationRound, county_code: str) -> CountyOutcome:
    """Bring one county's results up to date; twice in a row writes nothing.

    Waits for whoever is rating the same county. Raises what the database or the engine raises, with nothing written.
    """
    return in_snapshot(evaluation.pk, county_code, lambda: rate_in_snapshot(evaluation, county_code))


def in_snapshot(round_id: int, county_code: str, work: Callable, *, first: Callable = lambda: None):
    """Run work in a REPEATABLE READ transaction that holds the county's lock, again where another got in between.

    `first` runs before the snapshot is taken: the place for locks that the snapshot must not be older than.
    """
    if connection.in_atomic_block:  # a caller's transaction is the snapshot; its isolation is the caller's to choose
        first()
        hold_lock(round_id, county_code)
        return work()
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction.atomic():
                first()
                take_snapshot(round_id, county_code)
                return work()
        except Busy:
            wait_for_lock(round_id, county_code)
        except (OperationalError, IntegrityError) as error:
            code = getattr(error.__cause__, "pgcode", None)
            if code not in (SERIALIZATION_FAILURE, UNIQUE_VIOLATION) or attempt == ATTEMPTS:
                raise
    raise Busy(f"county {county_code} was being rated by others {ATTEMPTS} times in a row")


def take_snapshot(round_id: int, county_code: str) -> None:
    """Try the lock in the snapshot's first statement: waiting for it would leave the snapshot older than the lock."""
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))", [LOCK_CLASS, f"{round_id} {county_code}"])
        if not cursor.fetchone()[0]:
            raise Busy


def wait_for_lock(round_id: int, county_code: str) -> None:
    with transaction.atomic():
        hold_lock(round_id, county_code)


def hold_lock(round_id: int, county_code: str) -> None:
    """Wait for the county's lock and keep it to the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [LOCK_CLASS, f"{round_id} {county_code}"])


def rate_in_snapshot(evaluation: EvaluationRound, county_code: str) -> CountyOutcome:
    sealed, rated_before, marks = standing(evaluation.pk, county_code)
    inputs = read_sealed(evaluation, county_code) if sealed else read_county(evaluation, county_code)
    if inputs is None:
        forget(marks)
        return CountyOutcome(sealed=True)
    ranked = rank(inputs, engine.rate(inputs.standard.compiled, inputs.columns))
    changed = write_changes(inputs, ranked)
    forget(marks)
    if changed or not rated_before or (marks and not sealed):
        note_summary(inputs, ranked, county_code)
    return CountyOutcome(len(inputs.codes), changed, int((~ranked.included).sum()), sealed)


def forget(marks: list[int]) -> None:
    """Take away the marks that were read, and no later one."""
    if marks:
        RatingMark.objects.filter(pk__in=marks).delete()


def standing(round_id: int, county_code: str) -> tuple[bool, bool, list[int]]:
    """Is the county sealed, was it rated before, and which marks are in the snapshot?"""
    with connection.cursor() as cursor:
        cursor.execute(STANDING, {"round": round_id, "county": county_code})
        return cursor.fetchone()


def write_changes(inputs: CountyInputs, ranked: RankedResults) -> int:
    """Write the results that differ from the stored ones; return how many rows that touched."""
    digests = input_digests(inputs, ranked)
    changed, stale = changed_rows(inputs, ranked, digests)
    if changed or stale:
        write_rows(inputs.round.pk, stale, copy_blocks(inputs, ranked, digests, changed))
    return max(len(changed), len(stale))


def note_summary(inputs: CountyInputs, ranked: RankedResults, county_code: str) -> None:
    """Record when the county was rated, and its line in a table of counties."""
    RoundCounty.objects.filter(round=inputs.round, county_id=county_code).update(
        rated_at=Now(),
        ratings_made=F("ratings_made") + 1,
        branches=len(inputs.codes),
        **county_line(ranked),
    )


def pending_edits(round_id: int, county_code: str) -> int:
    """How many edits the county's results do not yet count."""
    marks = RatingMark.objects.filter(round_id=round_id, county_id=county_code)
    return marks.aggregate(edits=Sum("edits"))["edits"] or 0
