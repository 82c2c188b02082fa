"""The one step of a county that nobody takes: entry closes where its time and every extension is over."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now

from evaluations.models import RoundCounty, State
from evaluations.services.confirming import on_their_way
from evaluations.services.deadlines import last_time
from evaluations.services.road.counties import CountyStep
from evaluations.services.road.whole import Given
from evaluations.workflow import CLOSE_ENTRY

GRACE = timedelta(minutes=2)  # what was sent in time and waits for a lock is taken


def close_overdue() -> int:
    """Close entry where its time and every extension is over. Return how many counties."""
    due = RoundCounty.objects.filter(state=State.OPEN, entry_due__lt=Now() - GRACE)
    return sum(close_by_clock(county) for county in due.order_by("pk"))


@transaction.atomic
def close_by_clock(county: RoundCounty) -> bool:
    step = CountyStep(county, CLOSE_ENTRY, None, Given(0))
    step.lock()
    row = step.row
    if row.state != State.OPEN or row.entry_due is None:
        return False
    last = last_time(row)
    if step.received <= last + GRACE or on_their_way(row, last):
        return False
    step.before = step.row.state
    step.take()
    step.note(None)
    return True
