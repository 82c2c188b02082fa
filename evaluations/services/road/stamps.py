"""What stood behind a branch when somebody looked: a number that grows with every change of a value, a file or a veto.

Whoever decides sends the number seen; under the locks it is read again, and another one means that something changed.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from scoring.standard import published_standard

# Each part only ever grows, so their sum changes whenever one of them does.
STAMPS = """
    SELECT branch_id, sum(n)::bigint FROM (
        SELECT branch_id, sum(revision) AS n FROM evaluations_value
        WHERE round_id = %(round)s AND branch_id = ANY(%(branches)s) AND criterion_id = ANY(%(criteria)s) GROUP BY 1
        UNION ALL
        SELECT branch_id, count(*) + count(removed_at) FROM evaluations_evidence
        WHERE round_id = %(round)s AND branch_id = ANY(%(branches)s) AND criterion_id = ANY(%(criteria)s) GROUP BY 1
        UNION ALL
        SELECT branch_id, count(*) + count(lifted_at) FROM evaluations_vetorecord
        WHERE round_id = %(round)s AND branch_id = ANY(%(branches)s) GROUP BY 1
    ) parts GROUP BY 1
"""


def stamps(round_id: int, criteria_set_id: int, branches: Sequence[int], star: str = "") -> dict[int, int]:
    """Branch id → its stamp, over all criteria or those of one star; 0 where nothing was given yet."""
    rows = published_standard(criteria_set_id).criteria
    criteria = [row.pk for row in rows if star in ("", row.star)]
    found = dict.fromkeys(branches, 0)
    with connection.cursor() as cursor:
        cursor.execute(STAMPS, {"round": round_id, "branches": list(branches), "criteria": criteria})
        found.update(cursor.fetchall())
    return found
