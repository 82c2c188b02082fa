"""The co-departments' words on a criterion: the last one of each counts.

A dissent stands until its department signs, even where the value was corrected since: nobody else says that it is met.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

DISSENTED = """
    SELECT DISTINCT last.entry_id FROM (
        SELECT DISTINCT ON (c.entry_id, c.criterion_id, c.department_id) c.entry_id, c.agrees
        FROM evaluations_countersign c
        WHERE c.entry_id = ANY(%s) AND c.criterion_id = ANY(%s)
        ORDER BY c.entry_id, c.criterion_id, c.department_id, c.id DESC
    ) last WHERE NOT last.agrees
"""


def dissented(entries: Sequence[int], criteria: Sequence[int]) -> set[int]:
    """Of these roster entries, those where a co-department's last word on one of the criteria is no."""
    with connection.cursor() as cursor:
        cursor.execute(DISSENTED, [list(entries), list(criteria)])
        return {row[0] for row in cursor.fetchall()}
