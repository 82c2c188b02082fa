"""Who acts for whom while somebody is absent: asked for by the holder of a role, taken on by the deputy, ended early.

Only a role of one's own is handed over, so there are no chains; never one that a role of the deputy's forbids
(accounts/duties.py), looked at when asked, when taken on and, by User.held_grants, whenever it is used. The days are
the database's. Refusals leave their entry in the ledger too; what is asked twice has one effect and one entry.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse

from accounts.duties import clash_with
from accounts.models import Absence, Grant, User, deputised_elsewhere
from accounts.services import roles_of
from evaluations.models import Kind
from evaluations.services.private_numbers import private_number
from evaluations.services.telling import Item, tell
from ledger.services import SYSTEM, append
from tables.errors import BadCell
from tables.message import N_, Message
from tables.text import clean_text

LONGEST_REASON = 300
LONGEST = timedelta(days=92)  # who is away for longer is replaced, by the security administrator
AHEAD = timedelta(days=366)
AGAIN = Message("")  # done before: nothing further


class AbsenceRefused(Exception):
    """Why nobody acts for somebody, or goes on doing so, as a Message."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


@dataclass(frozen=True)
class Days:
    first: date
    last: date


def today() -> date:
    """The database's day on the county's calendar."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT (now() AT TIME ZONE %s)::date", [settings.TIME_ZONE])
        return cursor.fetchone()[0]


def ask_deputy(grant: Grant, deputy: User, days: Days, *, reason: str, by: User) -> Absence:
    """Hand a role of one's own to a deputy for some days; the same asked again is one. Raises AbsenceRefused."""

    def step() -> tuple[Absence | None, Message | None]:
        locked = Grant.objects.select_for_update(no_key=True, of=("self",)).select_related("region", "branch", "user")
        held = locked.filter(pk=grant.pk).first()
        if held is None or held.user_id != by.pk:
            return None, Message(N_("Only a role of one's own is handed over."))
        if same := repeated(held, deputy, days):
            return same, AGAIN
        why = wrong_days(days) or wrong_deputy(held, deputy, by, days) or taken(held, days)
        text, wrong = cleaned(reason)
        if why or wrong:
            return None, why or wrong
        made = held.absences.create(deputy=deputy, first_day=days.first, last_day=days.last, reason=text)
        tell_of(made, "absence_asked", [deputy.username], by)
        return made, None

    return kept("ask", step, by=by, grant=grant, deputy=deputy)


def repeated(held: Grant, deputy: User, days: Days) -> Absence | None:
    """The same asked a moment ago, and not over."""
    same = held.absences.filter(deputy=deputy, first_day=days.first, last_day=days.last, ended_at=None)
    return same.first()


def wrong_days(days: Days) -> Message | None:
    now = today()
    if days.last < days.first:
        return Message(N_("The last day must not be before the first."))
    if days.last < now:
        return Message(N_("These days are over."))
    if days.last - days.first > LONGEST:
        return Message(N_("Nobody acts for somebody longer than %(days)s days."), {"days": LONGEST.days})
    if days.first > now + AHEAD:
        return Message(N_("The first day lies more than a year ahead."))
    return None


def wrong_deputy(held: Grant, deputy: User, by: User, days: Days) -> Message | None:
    """Why this person can't act in that role."""
    if deputy.username in by.own_names:
        return Message(N_("A deputy is another person."))
    if not deputy.is_active:
        return Message(N_("This account is switched off."))
    return clash_with(held, [*roles_of(deputy), *taken_on_elsewhere(deputy, days)])


def taken_on_elsewhere(deputy: User, days: Days) -> list[Grant]:
    """What the deputy's other accounts were asked to act as on one of these days: by person, not by account."""
    asked = Q(first_day__lte=days.last, last_day__gte=days.first)
    rows = Grant.objects.filter(pk__in=deputised_elsewhere(deputy, asked=asked))
    return list(rows.select_related("region", "branch").order_by("pk"))


def taken(held: Grant, days: Days) -> Message | None:
    """Is the role handed to somebody for one of these days already?"""
    others = held.absences.filter(ended_at=None, first_day__lte=days.last, last_day__gte=days.first)
    if others.exists():
        return Message(N_("This role is handed over for some of these days already."))
    return None


def cleaned(reason: str) -> tuple[str, Message | None]:
    try:
        text = clean_text(reason, max_length=LONGEST_REASON)
    except BadCell as bad:
        return "", Message(N_("must be %(allowed)s"), {"allowed": bad.allowed})
    return text, private_number(text) if text else Message(N_("Give a reason."))


def accept(absence: Absence, *, by: User) -> Absence:
    """Take a role on, as its deputy. Raises AbsenceRefused."""

    def step() -> tuple[Absence | None, Message | None]:
        row = locked(absence)
        if row.deputy_id != by.pk:
            return None, Message(N_("Only the deputy takes it on or declines it."))
        if row.ended_at is not None:
            return None, Message(N_("It was ended already."))
        if row.accepted_at is not None:
            return row, AGAIN
        why = wrong_deputy(row.grant, by, row.grant.user, Days(row.first_day, row.last_day))
        if why is None and row.last_day < today():
            why = Message(N_("These days are over."))
        if why:
            return None, why
        Absence.objects.filter(pk=row.pk).update(accepted_at=Now())
        tell_of(row, "absence_accepted", [row.grant.user.username], by)
        return row, None

    return kept("accept", step, by=by, grant=absence.grant, deputy=absence.deputy)


def end(absence: Absence, *, by: User) -> Absence:
    """End it early, or decline it where it was not taken on yet: the holder or the deputy. Raises AbsenceRefused."""

    def step() -> tuple[Absence | None, Message | None]:
        row = locked(absence)
        if by.pk not in (row.deputy_id, row.grant.user_id):
            return None, Message(N_("Only the holder and the deputy end it."))
        if row.ended_at is not None:
            return row, AGAIN
        Absence.objects.filter(pk=row.pk).update(ended_at=Now(), ended_by=by.ledger_name)
        code = "absence_declined" if row.accepted_at is None and by.pk == row.deputy_id else "absence_ended"
        tell_of(row, code, [row.deputy.username, row.grant.user.username], by)
        return row, None

    return kept("end", step, by=by, grant=absence.grant, deputy=absence.deputy)


def locked(absence: Absence) -> Absence:
    rows = Absence.objects.select_for_update(of=("self",)).select_related(
        "deputy", "grant__user", "grant__region", "grant__branch"
    )
    return rows.get(pk=absence.pk)


def tell_of(absence: Absence, code: str, names: list[str], by: User) -> None:
    params = {"who": str(by), "role": absence.grant.role, "first": absence.first_day.isoformat()}
    params["last"] = absence.last_day.isoformat()
    item = Item(Kind.ABSENCE, code, f"{code}:{absence.pk}", params=params, url=reverse("absences"))
    tell(item, names=names, by=by)


Step = Callable[[], tuple[Absence | None, Message | None]]


def kept(name: str, step: Step, *, by: User, grant: Grant, deputy: User) -> Absence:
    """Take the step and keep it, or its refusal, in the ledger; a refusal is raised once that is written."""
    with transaction.atomic():
        made, why = step()
        if why is AGAIN:
            return made
        detail = {"role": grant.role, "region": grant.region_id or "", "star": grant.star, "deputy": deputy.username}
        if made is not None:
            detail |= {"first_day": made.first_day.isoformat(), "last_day": made.last_day.isoformat()}
            detail |= {"reason": made.reason, "absence": made.pk}
        elif why is not None:
            detail["refused"] = str(why)
        append(
            chain=SYSTEM, actor=by.ledger_name, action=f"absence.{name if made else 'refuse'}",
            subject=grant.user.username, detail=detail,
        )  # fmt: skip
    if made is None:
        raise AbsenceRefused(why)
    made.refresh_from_db()
    return made
