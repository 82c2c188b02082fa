"""The deadline of entry and its extensions: set by the approver, asked for with a reason, decided by another person.

Who may is judged here, under the county's lock, whatever a page has shown; the ledger keeps the role it was done by.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps

from django.db import connection, transaction
from django.db.models.functions import Now

from accounts.access import entry_scope_of, grant_for
from accounts.models import Grant, User
from branches.models import Department, Region
from evaluations.models import Extension, RoundCounty, State
from evaluations.services.following import ASK_TIME, GRANT_TIME, REFUSE_TIME, follow_up
from evaluations.services.private_numbers import private_number
from evaluations.services.road.persons import mixed_duties
from evaluations.workflow import APPROVER, CLERK, DATA
from ledger.services import append
from tables.errors import BadCell
from tables.message import N_, Message
from tables.text import clean_text

LONGEST = 300
LAST_TIME = "SELECT max(until) FROM evaluations_extension WHERE county_id = %s AND granted"
LATEST = timedelta(days=730)  # a deadline that never comes would record nobody as late
NOT_YOURS = N_("This step is not yours to take.")


class DeadlineRefused(Exception):
    """Why a deadline or an extension stays as it is, as a Message."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


def locked(county: RoundCounty) -> tuple[RoundCounty, datetime]:
    """The county under a lock, and the database's time: no edit and no submission is under way beside it.

    The lock leaves the key alone: rows that only point at the county (a file sent in) don't wait for it.
    """
    row = RoundCounty.objects.select_for_update(of=("self",), no_key=True).select_related("round").get(pk=county.pk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        return row, cursor.fetchone()[0]


def last_time(county: RoundCounty) -> datetime:
    """When the last of the county's units may still submit."""
    with connection.cursor() as cursor:
        cursor.execute(LAST_TIME, [county.pk])
        return max(filter(None, (county.entry_due, cursor.fetchone()[0])))


def refuse(text: str, **params: object) -> None:
    raise DeadlineRefused(Message(text, params))


def keeping_refusals(action: str, role: Callable[..., Grant | None]) -> Callable:
    """Steps on a county or an extension that leave an entry when they are refused, as every other step does.

    The step is undone first; its refusal is kept in a transaction of its own and raised again. `role` says by which
    role of theirs a person takes the step, from what the step is given.
    """

    def around(step: Callable) -> Callable:
        @wraps(step)
        def taken(subject: RoundCounty | Extension, *args: object, by: User, **asked: object) -> object:
            try:
                with transaction.atomic():
                    return step(subject, *args, by=by, **asked)
            except DeadlineRefused as refused:
                county = subject if isinstance(subject, RoundCounty) else subject.county
                keep_refusal(county, action, str(refused.message), by, role(by, county, **asked))
                raise

        return taken

    return around


@transaction.atomic
def keep_refusal(county: RoundCounty, action: str, why: str, by: User, grant: Grant | None) -> None:
    """What somebody tried, by which role, and why nothing came of it, as one entry."""
    append(
        chain=county.county_id, actor=by.ledger_name, action=f"{action.partition('.')[0]}.refuse_step",
        subject=county.round.slug,
        detail={"round": county.round.slug, "step": action, "refused": why} | role_of(grant),
    )  # fmt: skip


def role_of(grant: Grant | None) -> dict[str, str]:
    """The role a step is taken by and for whom, as the ledger keeps it."""
    return {"role": grant.role if grant else "", "acting_for": grant.acting_for if grant else ""}


# Who may -------------------------------------------------------------------------------------------------------------
def approving_role(by: User, county: RoundCounty, **_asked: object) -> Grant | None:
    """The role by which this person sets the county's deadline and decides on more time."""
    return grant_for(by.held_grants if by.is_active else [], APPROVER, county.county_id, place=county.county_id)


def asking_role(
    by: User, county: RoundCounty, *, township: Region | None = None, department: Department | None = None,
    **_asked: object,
) -> Grant | None:  # fmt: skip
    """The clerk's role by which this person asks for more time for that township or department."""
    held = by.held_grants if by.is_active else []
    if department is not None:
        held = [grant for grant in held if grant.department_id == department.pk]
        return grant_for(held, DATA, county.county_id, place=county.county_id)
    return grant_for(held, CLERK, county.county_id, place=township.code if township else "")


def usable(by: User, grant: Grant | None) -> Grant:
    """The role, where this person holds it and no other of theirs forbids it."""
    if grant is None:
        refuse(NOT_YOURS)
    if why := mixed_duties(by, grant):
        raise DeadlineRefused(why)
    return grant


def enters_values(by: User, county_code: str) -> bool:
    """Does this person enter values there, under this account or another of theirs?"""
    return bool(entry_scope_of(by.roles_as_person, county_code))


def cleaned(text: str, *, needed: str) -> str:
    """A reason as it is stored; `needed` is what to say where there is none."""
    try:
        text = clean_text(text, max_length=LONGEST)
    except BadCell as bad:
        refuse(N_("must be %(allowed)s"), allowed=bad.allowed)
    if not text and needed:
        refuse(needed)
    if why := private_number(text):
        raise DeadlineRefused(why)
    return text


@keeping_refusals("deadline.set", approving_role)
def set_due(county: RoundCounty, due: datetime, *, by: User, reason: str = "") -> bool:
    """Say until when values are taken; say whether that is new. It lies ahead: a deadline never closes backwards.

    One that was set is changed with a reason once the county has opened. Who sets it in a draft prepares its calendar.
    """
    row, now = locked(county)
    grant = usable(by, approving_role(by, row))
    if row.state not in (State.DRAFT, State.OPEN):
        refuse(N_("Entry is closed in this county."))
    if row.entry_due == due:
        return False
    if enters_values(by, row.county_id):
        refuse(N_("You enter values in this county: somebody else sets its deadline."))
    refuse_time(due, now)
    moved = row.state == State.OPEN and row.entry_due is not None
    reason = cleaned(reason, needed=N_("A change after opening needs its reason.") if moved else "")
    before, row.entry_due = row.entry_due, due
    row.revision += 1
    if row.state == State.DRAFT:
        row.prepared_by = by.ledger_name
    row.save(update_fields=["entry_due", "revision", "prepared_by"])
    append(
        chain=row.county_id, actor=by.ledger_name, action="deadline.set", subject=row.round.slug,
        detail={"before": before and before.isoformat(), "after": due.isoformat(), "reason": reason} | role_of(grant),
    )  # fmt: skip
    return True


def refuse_time(moment: datetime, now: datetime) -> None:
    """A deadline lies ahead, and not so far that nobody would ever be late."""
    if moment <= now:
        refuse(N_("The deadline must lie ahead."))
    if moment > now + LATEST:
        refuse(N_("The deadline lies more than two years ahead."))


@keeping_refusals("extension.ask", asking_role)
def ask_extension(
    county: RoundCounty, *, township: Region | None = None, department: Department | None = None,
    until: datetime, reason: str, by: User,
) -> Extension:  # fmt: skip
    """Ask for more time for one township or department; the same asked again while it waits is one."""
    row, now = locked(county)
    grant = usable(by, asking_role(by, row, township=township, department=department))
    reason = cleaned(reason, needed=N_("An extension needs its reason."))
    if row.state != State.OPEN:
        refuse(N_("Entry is closed in this county."))
    if row.entry_due is None:
        refuse(N_("No deadline is set; there is nothing to extend."))
    if until <= max(now, row.entry_due):
        refuse(N_("The new time must lie after the deadline and ahead of now."))
    asked = row.extensions.filter(township=township, department=department)
    waiting = asked.filter(decided_at=None).first()
    if waiting and (waiting.until, waiting.reason) == (until, reason):
        return waiting
    if waiting:
        refuse(N_("More time was asked for already and waits for its decision; what was asked for now was not kept."))
    made = row.extensions.create(
        township=township, department=department, until=until, reason=reason, asked_by=by.ledger_name
    )
    keep(made, row, "ask", by, grant)
    return made


@keeping_refusals("extension.decide", approving_role)
def decide_extension(extension: Extension, *, granted: bool, answer: str = "", by: User) -> Extension:
    """Grant or refuse; never by the one who asked. Decided already the same way, nothing is done."""
    row, _now = locked(extension.county)
    grant = usable(by, approving_role(by, row))
    made = row.extensions.select_for_update(of=("self",)).get(pk=extension.pk)
    if made.decided_at is not None:
        if made.granted == granted:
            return made
        decider = User.objects.filter(username=made.decided_by).first()
        refuse(N_("Decided already by %(who)s."), who=str(decider or made.decided_by))
    if made.asked_by in by.own_names:
        refuse(N_("You asked for it: somebody else has to decide."))
    made.answer = cleaned(answer, needed="" if granted else N_("A refusal needs its reason."))
    made.granted, made.decided_by, made.decided_at = granted, by.ledger_name, Now()
    made.save(update_fields=["granted", "answer", "decided_by", "decided_at"])
    keep(made, row, "grant" if granted else "refuse", by, grant)
    return made


TOLD = {"ask": ASK_TIME, "grant": GRANT_TIME, "refuse": REFUSE_TIME}


def keep(made: Extension, row: RoundCounty, step: str, by: User, grant: Grant) -> None:
    """Tell whom it concerns, and write it down."""
    unit = made.township or made.department
    follow_up(
        row, TOLD[step], by=by, branches=[made.township_id] if made.township_id else [],
        owners=[made.department.name] if made.department else None, subject=str(made.pk),
        params={"unit": str(unit), "due": made.until.isoformat()},
    )  # fmt: skip
    append(
        chain=row.county_id, actor=by.ledger_name, action=f"extension.{step}", subject=row.round.slug,
        detail={
            "township": made.township_id or "", "department": made.department.name if made.department else "",
            "until": made.until.isoformat(), "reason": made.reason, "answer": made.answer, "extension": made.pk,
        } | role_of(grant),
    )  # fmt: skip
