"""Record values: one statement for however many, only what differs, one ledger entry per county."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import IO

from django.db import connection

from evaluations.models import RATERS, EvaluationRound
from ledger.services import append

META = ("note", "document", "source", "as_of")
ONE_LOAD = 4_199_002  # the advisory lock of bulk loads: two at once would lock the same rows in different orders
INCOMING = """
    CREATE TEMP TABLE incoming (
        line int, branch_id int, criterion_id int, period smallint, number numeric(14,4), option varchar(32),
        na boolean, counted boolean, note text, document text, source text, as_of date
    ) ON COMMIT DROP
"""


@dataclass(frozen=True)
class Recorded:
    """How many values a load changed, by county."""

    changed: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.changed.values())


@dataclass(frozen=True)
class Twice:
    """Two lines of a file that speak of the same value."""

    first: int
    second: int


def receive(lines: IO[str]) -> list[Twice]:
    """Put COPY text into the transaction's `incoming` table; return the lines that repeat an earlier one."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '10min'")  # the load before this one may be a province's
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_LOAD])
        cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
        cursor.execute("DROP TABLE IF EXISTS incoming")
        cursor.execute(INCOMING)
        cursor.cursor.copy_expert("COPY incoming FROM STDIN", lines)
        cursor.execute("ANALYZE incoming")
        cursor.execute(
            "SELECT min(line), max(line) FROM incoming GROUP BY branch_id, criterion_id, period"
            " HAVING count(*) > 1 ORDER BY 2 LIMIT 201"
        )
        return [Twice(first, second) for first, second in cursor.fetchall()]


def record_incoming(
    evaluation: EvaluationRound, *, rater: str, columns: Iterable[str], by: str, origin: dict
) -> Recorded:
    """Take `incoming` over as this rater's values; call it in the transaction of `receive`.

    `columns` names the metadata the file had; the others stay as they are. `origin` (file, digest) goes to the ledger.
    """
    if rater not in RATERS:
        raise ValueError(f"{rater} is not one of {RATERS}")
    meta = [name for name in META if name in columns]
    join_by_hash()
    changed: dict[str, int] = {}
    for sql, parameters in (given(rater, meta, evaluation, by), cleared(rater, evaluation, by), *counted(evaluation)):
        for county, count in run_by_county(sql, parameters):
            changed[county] = changed.get(county, 0) + count
    note_changes(evaluation, changed, rater=rater, by=by, origin=origin)
    return Recorded(changed)


def join_by_hash() -> None:
    """Keep the planner from nested loops for this transaction.

    Statistics taken before a round's first values make it expect one row, and then thirty thousand values against
    thirty thousand lines took a minute instead of a second.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")


def given(rater: str, meta: Sequence[str], evaluation: EvaluationRound, by: str) -> tuple[str, list]:
    """Insert or update the values that were given and differ; metadata goes with the value that counts."""
    own = [f"{rater}_number", f"{rater}_option", f"{rater}_na"]
    later = RATERS[RATERS.index(rater) + 1 :]
    overruled = " OR ".join(["FALSE", *(f"v.{name}_number IS NOT NULL OR v.{name}_na" for name in later)])
    new = {name: f"EXCLUDED.{name}" for name in own} | {
        name: f"CASE WHEN {overruled} THEN v.{name} ELSE EXCLUDED.{name} END" for name in meta
    }
    return (
        f"""
        INSERT INTO evaluations_value AS v
            (round_id, branch_id, criterion_id, period, {", ".join(new)}, updated_by)
        SELECT %s, branch_id, criterion_id, period, number, option, na, {"".join(name + ", " for name in meta)} %s
        FROM incoming WHERE NOT counted AND (number IS NOT NULL OR na)
        ON CONFLICT (round_id, branch_id, criterion_id, period) DO UPDATE
            SET {", ".join(f"{name} = {value}" for name, value in new.items())},
                revision = v.revision + 1, updated_at = now(), updated_by = EXCLUDED.updated_by
            WHERE ({", ".join(f"v.{name}" for name in new)}) IS DISTINCT FROM ({", ".join(new.values())})
        RETURNING v.branch_id
        """,
        [evaluation.pk, by],
    )


def cleared(rater: str, evaluation: EvaluationRound, by: str) -> tuple[str, list]:
    """Take back this rater's values where the file's cell was empty."""
    return (
        f"""
        UPDATE evaluations_value v
            SET {rater}_number = NULL, {rater}_option = '', {rater}_na = FALSE,
                revision = v.revision + 1, updated_at = now(), updated_by = %s
        FROM incoming i
        WHERE v.round_id = %s AND v.branch_id = i.branch_id AND v.criterion_id = i.criterion_id AND v.period = i.period
            AND NOT i.counted AND i.number IS NULL AND NOT i.na AND ({rater}_number IS NOT NULL OR {rater}_na)
        RETURNING v.branch_id
        """,
        [by, evaluation.pk],
    )


def counted(evaluation: EvaluationRound) -> list[tuple[str, list]]:
    """Set the imported standing veto records to the number given, leaving those reported on pages."""
    standing = """
        SELECT r.id, r.branch_id, r.criterion_id,
            row_number() OVER (PARTITION BY r.branch_id, r.criterion_id ORDER BY r.id) AS place
        FROM evaluations_vetorecord r
        WHERE r.round_id = %s AND r.imported AND r.lifted_at IS NULL
    """
    surplus = f"""
        DELETE FROM evaluations_vetorecord WHERE id IN (
            SELECT s.id FROM ({standing}) s JOIN incoming i USING (branch_id, criterion_id)
            WHERE i.counted AND s.place > coalesce(i.number, 0)
        ) RETURNING branch_id
    """
    missing = f"""
        INSERT INTO evaluations_vetorecord
            (round_id, branch_id, criterion_id, document, found_on, reporter, finding, imported, lifted_reason)
        SELECT %s, i.branch_id, i.criterion_id, coalesce(i.document, ''), i.as_of, coalesce(i.source, ''),
            coalesce(i.note, ''), TRUE, ''
        FROM incoming i
        LEFT JOIN (SELECT branch_id, criterion_id, count(*) AS held FROM ({standing}) s GROUP BY 1, 2) h
            USING (branch_id, criterion_id)
        CROSS JOIN LATERAL generate_series(coalesce(h.held, 0) + 1, i.number::int)
        WHERE i.counted AND i.number IS NOT NULL
        RETURNING branch_id
    """
    return [(surplus, [evaluation.pk]), (missing, [evaluation.pk, evaluation.pk])]


def run_by_county(sql: str, parameters: list) -> list[tuple[str, int]]:
    """Run a statement that returns branch ids; return how many rows it touched in each county."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH touched AS ({sql}) SELECT substr(b.code, 1, 6) || '000000', count(*)"
            " FROM touched JOIN branches_branch b ON b.id = touched.branch_id GROUP BY 1",
            parameters,
        )
        return cursor.fetchall()


def note_changes(evaluation: EvaluationRound, changed: dict[str, int], *, rater: str, by: str, origin: dict) -> None:
    """Write what happened to each county's chain, in a fixed order of locks (the database has marked them due)."""
    for county in sorted(changed):
        append(
            chain=county, actor=by, action="values.load", subject=evaluation.slug,
            detail={"as": rater, "changed": changed[county], **origin},
        )  # fmt: skip
