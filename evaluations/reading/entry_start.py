"""Where a clerk begins after signing in: of the counties and rounds in which something waits, the one due first."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Min, Q

from accounts.access import EntryScope
from accounts.models import User
from evaluations.models import State
from evaluations.reading.county import SeenCounty, counties_seen_by
from evaluations.reading.entry_time import database_now
from evaluations.reading.entry_work import roster
from evaluations.reading.review_answers import returned_stars
from evaluations.workflow import ENTRY, Status

Waiting = tuple[SeenCounty, datetime | None]  # a county, and when what waits there is due; None where no time is set


def first_work(user: User) -> SeenCounty | None:
    """The county to begin in: due first of what lies ahead, then what has no time, then what was due last."""
    found = [one for seen in counties_seen_by(user) for one in waiting_in(seen, user)]
    if len(found) < 2:
        return found[0][0] if found else None
    now = database_now()
    ahead = [(due, place) for place, (_seen, due) in enumerate(found) if due and due > now]
    timeless = [place for place, (_seen, due) in enumerate(found) if due is None]
    past = [(due, -place) for place, (_seen, due) in enumerate(found) if due and due <= now]
    place = min(ahead)[1] if ahead else timeless[0] if timeless else -max(past)[1]
    return found[place][0]


def waiting_in(seen: SeenCounty, user: User) -> list[Waiting]:
    """The county where something waits for this person: entry is open, or what was entered came back; else nothing."""
    if seen.row.state not in ENTRY:
        return []
    scope = user.entry_scope(seen.row.county_id)
    if not scope:
        return []
    if seen.row.state == State.OPEN:
        return [(seen, seen.row.entry_due)]
    back = [due for due in (branches_due(seen, scope), *stars_due(seen, scope, user)) if due]
    return [(seen, min(back))] if back else []


def branches_due(seen: SeenCounty, scope: EntryScope) -> datetime | None:
    """When the first branch that its township returned has to be corrected; None where none is."""
    within = Q(pk__in=[])
    for prefix in scope.townships:
        within |= Q(branch__code__startswith=prefix)
    back = roster(seen).filter(within, submission__status=Status.DRAFT, submission__answer_due__isnull=False)
    return back.aggregate(first=Min("submission__answer_due"))["first"]


def stars_due(seen: SeenCounty, scope: EntryScope, user: User) -> list[datetime | None]:
    return [star.due for star in returned_stars(seen, scope, user)]
