"""The next open value beyond a branch: the next one, in the order of the list, of which anything waits."""

from __future__ import annotations

from accounts.access import EntryScope
from evaluations.reading.county import SeenCounty
from evaluations.reading.entry_links import link
from evaluations.reading.entry_work import Work, roster
from evaluations.services.completeness import is_asked, slots_of
from evaluations.services.explaining import select
from scoring.models import Source
from scoring.standard import published_standard

LACKING = """
    SELECT b.code FROM evaluations_rosterentry r
    JOIN branches_branch b ON b.id = r.branch_id
    WHERE r.round_id = %s AND r.county_id = %s AND %s > (
        SELECT count(*) FROM evaluations_value v
        WHERE v.round_id = r.round_id AND v.branch_id = r.branch_id AND v.criterion_id = ANY(%s)
            AND (v.reported_number IS NOT NULL OR v.reported_na)
    )
"""


def after(codes: list[str], code: str) -> list[str]:
    """The codes behind one of them, then those before it."""
    place = codes.index(code) + 1 if code in codes else 0
    return [one for one in codes[place:] + codes[:place] if one != code]


def next_elsewhere(seen: SeenCounty, scope: EntryScope, code: str) -> str:
    """The address of the next branch's open value; empty where none is left."""
    if scope.townships and (url := of_township(seen, scope, code)):
        return url
    return of_department(seen, scope, code) if scope.departments else ""


def of_township(seen: SeenCounty, scope: EntryScope, code: str) -> str:
    """A township's next: missing, returned, not adding up or to be explained."""
    rows = {row.entry.branch.code: row for row in Work(seen, scope).rows}
    return next((rows[one].next_url for one in after(list(rows), code) if rows[one].next_url), "")


def of_department(seen: SeenCounty, scope: EntryScope, code: str) -> str:
    """A department's next: what it still has to give of a branch."""
    criteria = published_standard(seen.round.criteria_set_id).criteria
    own = [row for row in criteria if row.source != Source.TOWNSHIP and scope.enters("", row) and is_asked(row)]
    asked = sum(len(slots_of(row)) for row in own)
    place = [seen.row.round_id, seen.row.county_id]
    lacking = {found for (found,) in select(LACKING, [*place, asked, [row.pk for row in own]])}
    codes = list(roster(seen).values_list("branch__code", flat=True))
    found = next((one for one in after(codes, code) if one in lacking), "")
    return link(seen, "entry_branch", found, next=1) if found else ""
