"""An objection is filed: by anybody while the notice runs, or taken down by the organization department.

What was written goes into the objection, how to reach its sender into ObjectionContact, and neither anywhere else: not
into the ledger, not into a log.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils.crypto import salted_hmac

from accounts.models import Grant, User
from branches.working_days import today
from evaluations.models import Objection, ObjectionContact, PublicNotice, RosterEntry, RoundCounty
from evaluations.services.following import OBJECT, follow_up
from evaluations.services.frozen import Listed, listed
from evaluations.services.objectors import may_file
from evaluations.services.private_numbers import private_number
from evaluations.services.road.persons import may_act, mixed_duties
from evaluations.workflow import RECORD_OBJECTION, State
from ledger.services import append
from tables.errors import BadCell
from tables.message import N_, Message
from tables.text import clean_text

PUBLIC = "public"  # who it was, as the ledger keeps it: nobody is named
SALT = "evaluations.objections.receipt"
LONGEST_TEXT, LONGEST_CONTACT = 1000, 200
ALPHABET = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789")  # no I, no O
NOT_RUNNING = N_("No public notice is running in this county now; objections are no longer taken here.")
STATE = "SELECT state FROM evaluations_roundcounty WHERE id = %s FOR SHARE"


class ObjectionRefused(Exception):
    """Why nothing was filed, as a Message. `later`: the same may be sent another time."""

    def __init__(self, message: Message, *, later: bool = False) -> None:
        super().__init__(str(message))
        self.message, self.later = message, later


@dataclass(frozen=True)
class Wanted:
    """What somebody objects to. `key` is the form's own: the same sent twice is one."""

    branch: str
    star: str
    text: str
    key: UUID
    contact: str = ""


@transaction.atomic
def file_objection(county: RoundCounty, wanted: Wanted, *, address: str | None = None, by: User | None = None) -> str:
    """Take an objection and return its receipt number; ObjectionRefused where it can't be taken.

    `address` is where it comes from, kept nowhere; `by` is who took it down by telephone or on paper instead.
    """
    notice = notice_runs(county)
    row = star_on_list(notice, wanted)
    made = Objection(
        county=county, notice=notice, star=wanted.star, text=read_text(wanted.text),
        entry=RosterEntry.objects.get(round=county.round_id, branch__code=row.branch),
        recorded_by=by.ledger_name if by else "", receipt=receipt_of(county, wanted),
    )  # fmt: skip
    contact = read_contact(wanted.contact)
    grant = recording_role(county, made, row, by) if by is not None else None
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:  # a double click, or the same sent again when the line was back
        return Objection.objects.get(receipt=made.receipt, county=county).receipt
    if by is None and not may_file(county.county_id, address):
        refuse(N_("Too many objections came in just now. Try again later or telephone."), later=True)
    if contact:
        ObjectionContact.objects.create(objection=made, contact=contact)
    follow_up(county, OBJECT, by=by, branches=[row.branch], star=made.star)
    note(county, made, row, by, grant)
    return made.receipt


def recording_role(county: RoundCounty, made: Objection, row: Listed, by: User) -> Grant:
    """The role by which somebody takes an objection down, where no other of theirs forbids it."""
    grant = may_act(by, RECORD_OBJECTION, county.county_id, place=row.branch, star=made.star)
    if grant is None:
        refuse(N_("There is no such case in your area."))
    if why := mixed_duties(by, grant):
        raise ObjectionRefused(why)
    return grant


def refuse(text: str, *, later: bool = False, **params: object) -> None:
    raise ObjectionRefused(Message(text, params), later=later)


def notice_runs(county: RoundCounty) -> PublicNotice:
    """The notice that runs in the county by the database's clock; it stays so until this is committed."""
    with connection.cursor() as cursor:
        cursor.execute(STATE, [county.pk])
        state = cursor.fetchone()[0]
    notice = PublicNotice.objects.select_related("proposal").filter(county=county, withdrawn_at=None).first()
    if notice is None or state != State.ON_NOTICE or not notice.first_day <= today() <= notice.last_day:
        refuse(NOT_RUNNING)
    return notice


def star_on_list(notice: PublicNotice, wanted: Wanted) -> Listed:
    """The branch as the list on notice has it, to get that star."""
    row = next((row for row in listed(notice.proposal) if row.branch == wanted.branch), None)
    if row is None:
        refuse(N_("This branch is not on the list on notice."))
    if wanted.star not in row.stars:
        refuse(N_("The branch is not to get this star; choose one that is on the list."))
    return row


def read_text(text: str) -> str:
    try:
        text = clean_text(text, max_length=LONGEST_TEXT, lines=True)
    except BadCell as bad:
        refuse(N_("must be %(allowed)s"), allowed=bad.allowed)
    if not text:
        refuse(N_("Write what you object to and why."))
    if why := private_number(text):
        raise ObjectionRefused(why)
    return text


def read_contact(text: str) -> str:
    try:
        return clean_text(text, max_length=LONGEST_CONTACT)
    except BadCell as bad:
        refuse(N_("must be %(allowed)s"), allowed=bad.allowed)


def receipt_of(county: RoundCounty, wanted: Wanted) -> str:
    """A number nobody can guess, the same for the same form with the same content: 60 bits only our key can make."""
    content = "\0".join([str(county.pk), str(wanted.key), wanted.branch, wanted.star, wanted.text, wanted.contact])
    drawn = base64.b32encode(salted_hmac(SALT, content, algorithm="sha256").digest()).translate(ALPHABET).decode()
    return f"YY-{county.round.year}-{drawn[:4]}-{drawn[4:8]}-{drawn[8:12]}"


def note(county: RoundCounty, made: Objection, row: Listed, by: User | None, grant: Grant | None) -> None:
    """What the ledger keeps: that there is one, against which star. The receipt number opens the answer, so not it."""
    append(
        chain=county.county_id, actor=by.ledger_name if by else PUBLIC, action="objection.file",
        subject=county.round.slug,
        detail={
            "objection": made.pk, "branch": row.branch, "star": made.star, "edition": made.notice.edition,
            "taken_down": by is not None, "role": grant.role if grant else "",
            "acting_for": grant.acting_for if grant else "",
        },
    )  # fmt: skip
