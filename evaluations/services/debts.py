"""What is still owed, by whom and until when: every deadline of a county's road that somebody has not met yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection

from accounts.roles import Role
from evaluations.models import RoundCounty
from evaluations.services.completeness import other_rows, slots_of

RULING_DAYS = (
    15  # working days after its filing within which an appeal is ruled on; no rule sets it (docs/decisions.md)
)
# Each statement: place, star, department, how many, until when. Who has nothing to do is in none of them.
HERE = "r.round_id = %(round)s AND r.county_id = %(county)s"
ENTRY = f"""
    SELECT r.township_id, '', '', count(*), x.due
    FROM evaluations_rosterentry r
    JOIN evaluations_submission s ON s.entry_id = r.id
    CROSS JOIN LATERAL (
        SELECT coalesce(s.answer_due, greatest(%(entry_due)s::timestamptz, (
            SELECT max(e.until) FROM evaluations_extension e
            WHERE e.county_id = %(id)s AND e.granted AND e.township_id = r.township_id))) AS due
    ) x
    WHERE {HERE} AND s.status = 'draft' AND x.due IS NOT NULL GROUP BY r.township_id, x.due
"""
TOWNSHIP = f"""
    SELECT r.township_id, '', '', count(*), %(township_due)s::timestamptz
    FROM evaluations_rosterentry r JOIN evaluations_submission s ON s.entry_id = r.id
    WHERE {HERE} AND s.status = 'submitted' AND %(township_due)s::timestamptz IS NOT NULL GROUP BY r.township_id
"""
DEPARTMENT = f"""
    SELECT r.county_id, v.star, '', count(*), %(department_due)s::timestamptz
    FROM evaluations_rosterentry r JOIN evaluations_starreview v ON v.entry_id = r.id
    WHERE {HERE} AND v.status = 'reviewing' AND %(department_due)s::timestamptz IS NOT NULL
    GROUP BY r.county_id, v.star
"""
# A return asks the township where it opened anything of the township's, else the departments that own what it opened.
ANSWER = f"""
    SELECT CASE WHEN x.department = '' THEN r.township_id ELSE r.county_id END AS place, v.star, x.department, count(*),
        v.due
    FROM evaluations_rosterentry r JOIN evaluations_starreview v ON v.entry_id = r.id
    CROSS JOIN LATERAL (
        SELECT DISTINCT CASE WHEN bool_or(k.source = 'township') OVER () THEN '' ELSE 
            btrim(split_part(replace(split_part(k.department, '、', 1), '(', '（'), '（', 1)) END AS department
        FROM scoring_criterion k WHERE k.criteria_set_id = %(criteria_set)s AND k.code = ANY(v.unlocked)
    ) x
    WHERE {HERE} AND v.status = 'returned' GROUP BY place, v.star, x.department, v.due
"""
# The township checks a correction before its department reviews it: by then, or where the answer came after, at once.
CORRECTED = f"""
    SELECT r.township_id, v.star, '', count(*), x.due
    FROM evaluations_rosterentry r JOIN evaluations_starreview v ON v.entry_id = r.id
    CROSS JOIN LATERAL (
        SELECT greatest(%(department_due)s::timestamptz, max(d.due)) AS due FROM evaluations_decision d
        WHERE d.submission_id = r.id AND d.star = v.star AND d.action IN ('return_star', 'give_back')
    ) x
    WHERE {HERE} AND v.status = 'corrected' AND x.due IS NOT NULL GROUP BY r.township_id, v.star, x.due
"""
# Whatever notice it came to: one that was withdrawn leaves its objections open, and the next one's last day is theirs.
OBJECTION = """
    SELECT c.county_id, CASE WHEN o.status = 'filed' THEN o.star ELSE '' END AS star, '', count(*),
        (n.last_day + time '23:59') AT TIME ZONE %(zone)s AS due
    FROM evaluations_objection o JOIN evaluations_roundcounty c ON c.id = o.county_id
    JOIN evaluations_publicnotice n ON n.county_id = c.id AND n.withdrawn_at IS NULL
    WHERE o.county_id = %(id)s AND o.status IN ('filed', 'checked')
    GROUP BY c.county_id, 2, n.last_day
"""
APPEAL = """
    SELECT z.county_id, '', '', count(*), (x.day + time '23:59') AT TIME ZONE %(zone)s
    FROM evaluations_appeal a JOIN evaluations_sealedcounty z ON z.id = a.seal_id
    CROSS JOIN LATERAL (
        SELECT branches_working_day_after(
            (a.filed_at AT TIME ZONE %(zone)s)::date, %(ruling_days)s, z.county_id::text) AS day
    ) x
    WHERE z.round_id = %(round)s AND z.county_id = %(county)s AND a.status = 'filed'
    GROUP BY z.county_id, x.day
"""
GIVEN = f"""
    SELECT v.criterion_id, count(*) FROM evaluations_rosterentry r
    JOIN evaluations_value v ON v.round_id = r.round_id AND v.branch_id = r.branch_id
    WHERE {HERE} AND v.criterion_id = ANY(%(criteria)s) AND v.effective_state <> 0 GROUP BY 1
"""
OWING: dict[str, tuple[str, tuple[str, ...]]] = {  # what is owed: the statement, the county's states it is owed in
    "entry": (ENTRY, ("open", "closed_for_entry", "under_review")),
    "township": (TOWNSHIP, ("open", "closed_for_entry", "under_review")),
    "department": (DEPARTMENT, ("under_review",)),
    "answer": (ANSWER, ("under_review",)),
    "corrected": (CORRECTED, ("under_review",)),
    "objection": (OBJECTION, ("on_notice", "confirmed", "closed")),
    "appeal": (APPEAL, ("confirmed", "closed")),
}


@dataclass(frozen=True)
class Debt:
    """Something owed by a time: `what` of OWING or "data", by whoever holds the role at the place."""

    what: str
    place: str
    star: str
    department: str
    count: int
    due: datetime

    @property
    def debtor(self) -> str:
        """The role that owes it."""
        if self.what == "objection":
            return Role.DEPARTMENT_REVIEWER if self.star else Role.ORGANIZATION_APPROVER
        if self.what == "answer":
            return Role.DEPARTMENT_CLERK if self.department else Role.ENTRY_CLERK
        return {
            "entry": Role.ENTRY_CLERK, "data": Role.DEPARTMENT_CLERK, "township": Role.TOWNSHIP_REVIEWER,
            "corrected": Role.TOWNSHIP_REVIEWER,
            "department": Role.DEPARTMENT_REVIEWER, "appeal": Role.ORGANIZATION_APPROVER,
        }[self.what]  # fmt: skip

    @property
    def star_of_debtor(self) -> str:
        return self.star if self.debtor == Role.DEPARTMENT_REVIEWER else ""


def debts_of(county: RoundCounty) -> Iterator[Debt]:
    """Everything owed in one county."""
    asked = {
        "id": county.pk, "round": county.round_id, "county": county.county_id, "entry_due": county.entry_due,
        "township_due": county.township_due, "department_due": county.department_due,
        "ruling_days": RULING_DAYS, "criteria_set": county.round.criteria_set_id,
        "zone": settings.TIME_ZONE,
    }  # fmt: skip
    for what, (statement, states) in OWING.items():
        if county.state in states:
            for row in rows_of(statement, asked):
                yield Debt(what, *row)
    if county.state == "open" and county.entry_due is not None:
        yield from data_of(county, asked)


def data_of(county: RoundCounty, asked: dict) -> Iterator[Debt]:
    """The values each department has not given yet, with the time that was granted it."""
    criteria = {row.pk: row for row in other_rows(county.round.criteria_set_id)}
    given = dict(rows_of(GIVEN, asked | {"criteria": list(criteria)}))
    branches = county.round.roster.filter(county=county.county_id).count()
    more = {one.department.name: one.until for one in granted(county)}
    missing: dict[str, int] = {}
    for pk, row in criteria.items():
        lacking = branches * len(slots_of(row)) - given.get(pk, 0)
        missing[row.owner] = missing.get(row.owner, 0) + max(lacking, 0)
    for owner, count in sorted(missing.items()):
        if count:
            due = max(county.entry_due, more.get(owner, county.entry_due))
            yield Debt("data", county.county_id, "", owner, count, due)


def granted(county: RoundCounty) -> list:
    rows = county.extensions.filter(granted=True, department__isnull=False).select_related("department")
    return list(rows.order_by("until"))


def rows_of(statement: str, asked: dict) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        return cursor.fetchall()
