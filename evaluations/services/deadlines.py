"""The deadline of entry and its extensions: set by the approver, asked for with a reason, decided by another person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps

from django.db import connection, transaction
from django.db.models.functions import Now

from accounts.access import entry_scope_of
from accounts.models import User
from branches.models import Department, Region
from evaluations.models import Extension, RoundCounty, State
from evaluations.services.following import ASK_TIME, GRANT_TIME, REFUSE_TIME, follow_up
from ledger.services import append
from tables.errors import BadCell
from tables.message import N_, Message
from tables.text import clean_text

LONGEST = 300
LAST_TIME = "SELECT max(until) FROM evaluations_extension WHERE county_id = %s AND granted"
LATEST = timedelta(days=730)  # a deadline that never comes would record nobody as late


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


def keeping_refusals(action: str) -> Callable:
    """Steps on a county or an extension that leave an entry when they are refused, as every other step does.

    The step is undone first; its refusal is kept in a transaction of its own and raised again.
    """

    def around(step: Callable) -> Callable:
        @wraps(step)
        def taken(subject: RoundCounty | Extension, *args: object, by: User, **asked: object) -> object:
            try:
                with transaction.atomic():
                    return step(subject, *args, by=by, **asked)
            except DeadlineRefused as refused:
                county = subject if isinstance(subject, RoundCounty) else subject.county
                keep_refusal(county, action, str(refused.message), by)
                raise

        return taken

    return around


@transaction.atomic
def keep_refusal(county: RoundCounty, action: str, why: str, by: User) -> None:
    """What somebody tried and why nothing came of it, as one entry."""
    append(
        chain=county.county_id, actor=by.ledger_name, action=f"{action.partition('.')[0]}.refuse_step",
        subject=county.round.slug, detail={"round": county.round.slug, "step": action, "refused": why},
    )  # fmt: skip


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
    return text


@keeping_refusals("deadline.set")
def set_due(county: RoundCounty, due: datetime, *, by: User, reason: str = "") -> bool:
    """Say until when values are taken; say whether that is new. It lies ahead: a deadline never closes backwards.

    One that was set is changed with a reason once the county has opened. Who sets it in a draft prepares its calendar.
    """
    row, now = locked(county)
    if row.state not in (State.DRAFT, State.OPEN):
        refuse(N_("Entry is closed in this county."))
    if row.entry_due == due:
        return False
    if enters_values(by, row.county_id):
        refuse(N_("You enter values in this county: somebody else sets its deadline."))
    if due > now + LATEST:
        refuse(N_("The deadline lies more than two years ahead."))
    if due <= now:
        refuse(N_("The deadline must lie ahead."))
    moved = row.state == State.OPEN and row.entry_due is not None
    reason = cleaned(reason, needed=N_("A change after opening needs its reason.") if moved else "")
    before, row.entry_due = row.entry_due, due
    row.revision += 1
    if row.state == State.DRAFT:
        row.prepared_by = by.ledger_name
    row.save(update_fields=["entry_due", "revision", "prepared_by"])
    append(
        chain=row.county_id, actor=by.ledger_name, action="deadline.set", subject=row.round.slug,
        detail={"before": before and before.isoformat(), "after": due.isoformat(), "reason": reason},
    )  # fmt: skip
    return True


@keeping_refusals("extension.ask")
def ask_extension(
    county: RoundCounty, *, township: Region | None = None, department: Department | None = None,
    until: datetime, reason: str, by: User,
) -> Extension:  # fmt: skip
    """Ask for more time for one township or department; the same asked again while it waits is one."""
    row, now = locked(county)
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
    keep(made, row, "ask", by)
    return made


@keeping_refusals("extension.decide")
def decide_extension(extension: Extension, *, granted: bool, answer: str = "", by: User) -> Extension:
    """Grant or refuse; never by the one who asked. Decided already the same way, nothing is done."""
    row, _now = locked(extension.county)
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
    keep(made, row, "grant" if granted else "refuse", by)
    return made


TOLD = {"ask": ASK_TIME, "grant": GRANT_TIME, "refuse": REFUSE_TIME}


def keep(made: Extension, row: RoundCounty, step: str, by: User) -> None:
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
        },
    )  # fmt: skip
