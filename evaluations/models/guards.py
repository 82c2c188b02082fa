"""What the database itself sees to, whoever writes: sealed counties refuse, edited counties are marked as due."""

from __future__ import annotations

import pgtrigger

from branches.models import Branch
from scoring.models import refuse_truncate

# A round's values also count in the round that names it as previous: growth is computed from both.
ROUNDS_READING = """
    SELECT id AS reader_id, id AS round_id FROM evaluations_evaluationround
    UNION ALL
    SELECT id, previous_id FROM evaluations_evaluationround WHERE previous_id IS NOT NULL
"""
UNSEALED = """
    NOT EXISTS (SELECT 1 FROM evaluations_sealedcounty s WHERE s.round_id = r.round_id AND s.county_id = r.county_id)
"""
REFUSE_SEALED = """
    IF EXISTS (SELECT 1 FROM evaluations_sealedcounty) AND EXISTS (
        SELECT 1 FROM touched_rows t
        JOIN evaluations_rosterentry r ON r.round_id = t.round_id AND r.branch_id = t.branch_id
        JOIN evaluations_sealedcounty s ON s.round_id = r.round_id AND s.county_id = r.county_id
    ) THEN
        RAISE EXCEPTION 'the county is sealed in this round: its values can no longer change'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
"""
MARK_COUNTIES = f"""
    INSERT INTO evaluations_ratingmark (round_id, county_id, edits)
    SELECT r.round_id, r.county_id, count(*) FROM touched_rows t
    JOIN ({ROUNDS_READING}) reading ON reading.round_id = t.round_id
    JOIN evaluations_rosterentry r ON r.round_id = reading.reader_id AND r.branch_id = t.branch_id
    WHERE {UNSEALED}
    GROUP BY r.round_id, r.county_id;
"""
MARK_BRANCH = f"""
    INSERT INTO evaluations_ratingmark (round_id, county_id, edits)
    SELECT r.round_id, r.county_id, 1 FROM evaluations_rosterentry r WHERE r.branch_id = NEW.id AND {UNSEALED};
    RETURN NEW;
"""


def statement_trigger(name: str, operation, rows: str, func: str) -> pgtrigger.Trigger:
    """A look per statement at the rows it touched, so that a bulk load stays quick."""
    return pgtrigger.Trigger(
        name=name,
        operation=operation,
        when=pgtrigger.After,
        level=pgtrigger.Statement,
        referencing=pgtrigger.Referencing(**{rows: "touched_rows"}),
        func=func + "RETURN NULL;",
    )


def input_guards(noun: str) -> list[pgtrigger.Trigger]:
    """The guards of a table that ratings are computed from (it has round_id and branch_id)."""
    both = REFUSE_SEALED + MARK_COUNTIES
    return [
        statement_trigger(f"{noun}_insert", pgtrigger.Insert, "new", both),
        statement_trigger(f"{noun}_update", pgtrigger.Update, "new", both),
        statement_trigger(f"{noun}_update_old", pgtrigger.Update, "old", REFUSE_SEALED),
        statement_trigger(f"{noun}_delete", pgtrigger.Delete, "old", both),
        refuse_truncate(f"{noun}_kept"),
    ]


def kept_for_good(name: str, sentence: str) -> pgtrigger.Trigger:
    """A row that nobody changes or takes away once it is written."""
    return pgtrigger.Trigger(
        name=name,
        operation=pgtrigger.Update | pgtrigger.Delete,
        when=pgtrigger.Before,
        func=f"RAISE EXCEPTION '{sentence}' USING ERRCODE = 'integrity_constraint_violation';",
    )


class RatedBranch(Branch):
    """A branch as its ratings see it: when its size changes or it leaves, its counties are due."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            pgtrigger.Trigger(
                name="branch_marks_counties",
                operation=pgtrigger.UpdateOf("population", "households", "active"),
                when=pgtrigger.After,
                condition=pgtrigger.AnyChange("population", "households", "active"),
                func=MARK_BRANCH,
            )
        ]
