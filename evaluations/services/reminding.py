"""Reminders on a ladder of days before and after a deadline, each rung told once; whoever is done is told nothing.

Run every day, twice or a day late: a rung's key is one item a person, and of the rungs that have been reached the last
is told, so that a beat that was dead makes up for it once. Nothing here is a decision; the inbox is its only trace.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.urls import reverse
from django.utils.timezone import localtime

from accounts.roles import Role
from evaluations.models import Kind, RoundCounty, State
from evaluations.services.absences import today
from evaluations.services.clearing import clear
from evaluations.services.debts import Debt, debts_of
from evaluations.services.telling import Item, To, tell


@dataclass(frozen=True)
class Rung:
    """So many days after the deadline's day (before it below 0): who is told, besides or instead of who owes."""

    days: int
    debtor: bool = True
    roles: tuple[Role, ...] = ()


LADDER = (
    Rung(-7), Rung(-3), Rung(-1),
    Rung(1, roles=(Role.TOWNSHIP_REVIEWER,)),
    Rung(3, debtor=False, roles=(Role.ORGANIZATION_REVIEWER,)),
)  # fmt: skip
FORGOTTEN = 30  # days after which nobody is reminded any more
PAGES = {
    "entry": "work", "data": "work", "answer": "work", "township": "check", "corrected": "check",
    "objection": "objections", "appeal": "appeals",
}  # where else: the ranking  # fmt: skip


def remind_all() -> int:
    """Tell every rung that has been reached in every county; return how many items are new."""
    rows = RoundCounty.objects.exclude(state=State.DRAFT).select_related("round").order_by("pk")
    return sum(remind(county, today()) for county in rows)


@transaction.atomic
def remind(county: RoundCounty, now: date) -> int:
    """Tell the rungs reached in one county, and take out of its people's inboxes what waits for nobody any more."""
    clear(county)
    found = ((debt, rung) for debt in debts_of(county) if (rung := reached(debt, now)))
    return sum(tell_rung(county, debt, rung) for debt, rung in sorted(found, key=lambda one: str(one[0])))


def reached(debt: Debt, now: date) -> Rung | None:
    """The last rung whose day has come."""
    days = (now - localtime(debt.due).date()).days
    if days > FORGOTTEN:
        return None
    return next((rung for rung in reversed(LADDER) if rung.days <= days), None)


def tell_rung(county: RoundCounty, debt: Debt, rung: Rung) -> int:
    late = rung.days > 0
    day = localtime(debt.due).date().isoformat()
    key = f"due:{debt.what}:{county.pk}:{debt.place}:{debt.star}:{debt.department}:{day}:{rung.days}"
    params = {
        "n": debt.count, "due": debt.due.isoformat(), "star": debt.star, "department": debt.department,
        "place": debt.place,
    }  # fmt: skip
    url = reverse(PAGES.get(debt.what, "ranking"), args=[county.round.slug, county.county_id])
    kind, code = (Kind.OVERDUE, f"late_{debt.what}") if late else (Kind.DEADLINE, f"due_{debt.what}")
    item = Item(kind, code, key, county, params, url)
    return tell(item, to=list(whom(county, debt, rung)), once=True)


def whom(county: RoundCounty, debt: Debt, rung: Rung) -> list[To]:
    """Who owes it, and on later rungs the township's reviewer, then the organization's."""
    found = []
    if rung.debtor:
        found.append(To(debt.debtor, debt.place, star=debt.star_of_debtor, department=debt.department))
    for role in rung.roles:
        if role == Role.ORGANIZATION_REVIEWER:
            found.append(To(role, county.county_id))
        elif debt.place != county.county_id:
            found.append(To(role, debt.place))
    return found
