"""What stood behind a branch when somebody looked: a number that grows with every change of a value, a file or a veto.

Whoever decides sends the number seen; under the locks it is read again, and another one means that something changed.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from scoring.compiled import ALL_STARS
from scoring.standard import published_standard

# The counts only ever grow, so their sum changes whenever one of them does; the branch's size, which rates are made of,
# is weighed so that a change of it shows beside any number of edits that could be made meanwhile.
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
        UNION ALL
        SELECT id, coalesce(population, 0) * 1000003::bigint + coalesce(households, 0) * 1009::bigint
        FROM branches_branch WHERE id = ANY(%(branches)s)
    ) parts GROUP BY 1
"""


def stamps(round_id: int, criteria_set_id: int, branches: Sequence[int], star: str = "") -> dict[int, int]:
    """Branch id → its stamp, over all criteria or those of one star; 0 where nothing was given yet."""
    rows = published_standard(criteria_set_id).criteria
    criteria = [row.pk for row in rows if star in ("", row.star) or row.star == ALL_STARS]
    found = dict.fromkeys(branches, 0)
    with connection.cursor() as cursor:
        cursor.execute(STAMPS, {"round": round_id, "branches": list(branches), "criteria": criteria})
        found.update(cursor.fetchall())
    return found
