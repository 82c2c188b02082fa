"""A county's calendar: prepared by the organization's reviewer, opened by its approver, changed later with a reason."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from accounts.access import grant_for
from accounts.models import Grant, User
from evaluations.models import RoundCounty, State
from evaluations.services.deadlines import (
    cleaned,
    enters_values,
    keeping_refusals,
    locked,
    refuse,
    refuse_time,
    role_of,
    usable,
)
from evaluations.services.road.steps import CHANGED
from evaluations.workflow import APPROVER, REVIEWER
from ledger.services import append
from tables.message import N_

CHANGEABLE = (State.OPEN, State.CLOSED_FOR_ENTRY, State.UNDER_REVIEW, State.PROPOSED)
TIMES = ("entry_due", "township_due", "department_due")
FEWEST_DAYS, MOST_DAYS = {"notice_days": 5, "appeal_days": 1}, 60


@dataclass(frozen=True)
class Calendar:
    """What a county's year is planned by. The document's number is opened with; later it stays."""

    document: str
    entry_due: datetime | None
    township_due: datetime | None
    department_due: datetime | None
    notice_days: int
    appeal_days: int
    contact: str


def calendar_of(row: RoundCounty) -> Calendar:
    return Calendar(**{name: getattr(row, name) for name in Calendar.__dataclass_fields__})


def keeps_calendar(user: User, row: RoundCounty, **_asked: object) -> Grant | None:
    """The role by which this person prepares the calendar of a draft, or changes that of a county that has opened."""
    if row.state != State.DRAFT and row.state not in CHANGEABLE:
        return None
    roles = REVIEWER if row.state == State.DRAFT else APPROVER
    return grant_for(user.held_grants if user.is_active else [], roles, row.county_id, place=row.county_id)


@keeping_refusals("calendar.set", keeps_calendar)
def keep_calendar(county: RoundCounty, wanted: Calendar, *, seen_revision: int, by: User, reason: str = "") -> bool:
    """Keep a calendar; say whether anything changed. DeadlineRefused says what is in the way."""
    row, now = locked(county)
    grant = usable(by, keeps_calendar(by, row))
    changed = changes_of(row, wanted)
    if not changed:
        return False
    if row.revision != seen_revision:
        refuse(CHANGED.text)
    if enters_values(by, row.county_id):
        refuse(N_("You enter values in this county: somebody else sets its deadline."))
    refuse_unfit(row, wanted, changed, now)
    reason = cleaned(reason, needed="" if row.state == State.DRAFT else N_("A change after opening needs its reason."))
    write(row, changed, by)
    append(
        chain=row.county_id, actor=by.ledger_name, action="calendar.set", subject=row.round.slug,
        detail={
            "before": {name: told(old) for name, (old, _new) in changed.items()},
            "after": {name: told(new) for name, (_old, new) in changed.items()},
            "reason": reason,
        } | role_of(grant),
    )  # fmt: skip
    return True


def changes_of(row: RoundCounty, wanted: Calendar) -> dict[str, tuple]:
    """Field → (as it is, as it is wanted), of those that differ."""
    before, after = asdict(calendar_of(row)), asdict(wanted)
    return {name: (before[name], after[name]) for name in after if before[name] != after[name]}


def refuse_unfit(row: RoundCounty, wanted: Calendar, changed: dict[str, tuple], now: datetime) -> None:
    """What no calendar may hold, and what no longer changes once the county has opened."""
    if row.state != State.DRAFT:
        refuse_settled(row, wanted, changed)
    given = [one for name in TIMES if (one := getattr(wanted, name)) is not None]
    if given != sorted(given):
        refuse(N_("Entry ends first, then the township checks, then the department reviews."))
    for name in TIMES:
        if name in changed and getattr(wanted, name) is not None:
            refuse_time(getattr(wanted, name), now)
    if not all(fewest <= getattr(wanted, name) <= MOST_DAYS for name, fewest in FEWEST_DAYS.items()):
        refuse(N_("Working days of notice: 5 to 60; to appeal: 1 to 60."))


def refuse_settled(row: RoundCounty, wanted: Calendar, changed: dict[str, tuple]) -> None:
    if "document" in changed:
        refuse(N_("The document number stays as the county was opened with."))
    if "entry_due" in changed and row.state != State.OPEN:
        refuse(N_("Entry is closed in this county."))
    if any(getattr(wanted, name) is None for name in TIMES if name in changed):
        refuse(N_("A time that was set may be changed, not taken away."))


def write(row: RoundCounty, changed: dict[str, tuple], by: User) -> None:
    for name, (_old, new) in changed.items():
        setattr(row, name, new)
    row.revision += 1
    if row.state == State.DRAFT:
        row.prepared_by = by.ledger_name
    row.save(update_fields=[*changed, "revision", "prepared_by"])


def told(value: object) -> object:
    """As the ledger holds it."""
    return value.isoformat() if isinstance(value, datetime) else value
