"""Evidence: files offered for a value, kept once on disk, counted under a lock, taken back but never forgotten."""

from __future__ import annotations

import hashlib
import logging
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.db.models import DateTimeField, Func

from accounts.access import EntryScope
from accounts.models import User
from evaluations.evidence.cage import examine
from evaluations.evidence.kinds import Kind, Refused, kind_of, refuse_size
from evaluations.evidence.store import Store, make_durable, sha256_of, write_durably
from evaluations.models import Evidence, EvidenceFile, RoundCounty
from evaluations.services.evidence_room import refuse_full
from evaluations.services.gates import Gate, gates
from evaluations.services.private_numbers import fit_to_keep
from ledger.services import append
from scoring.models import Criterion
from scoring.standard import published_standard
from tables.message import N_, Message

logger = logging.getLogger(__name__)

ONE_VALUE = 4_199_010  # the first key of the lock under which the files of one value are counted
LOCK = "SELECT pg_advisory_xact_lock(%s, hashtext(%s))"
MOST_OFFERED = 20  # for one value, those taken back counted: nobody fills the disk by adding and taking back
CLOCK = Func(function="clock_timestamp", output_field=DateTimeField())  # now, after the locks; not as it began
LONGEST_NAME = 120
NOT_ASKED = N_("No file is asked for here. Not uploaded.")
FULL = N_("%(most)s of %(most)s files are here; take one back first. Not uploaded.")
TOO_OFTEN = N_("%(most)s files were offered here and taken back. Not uploaded; turn to the organization department.")
NOT_STORED = N_("The portal's disk is full or cannot be written. Not uploaded; tell the system administrator.")


class Locked(Refused):
    """A value's files can't be changed now, or not by this person."""


class Unknown(LookupError):
    """There is no such value, or no such file, for this person."""


@dataclass(frozen=True)
class Offer:
    """A file as it was sent: for which value, and what its sender calls it."""

    branch: str
    criterion: str
    name: str
    declared: str
    content: bytes


@dataclass(frozen=True)
class Prepared:
    """A content that may be kept; `draft` is where it lies, None where it is kept already."""

    sha256: str
    size: int
    offered_sha256: str
    kind: Kind
    draft: Path | None = None
    thumbnail: Path | None = None


def store() -> Store:
    return Store(settings.EVIDENCE_ROOT)


def add_evidence(county: RoundCounty, offer: Offer, *, by: User) -> Evidence:
    """Keep a file for a value; the one that is there already where it is the same.

    Raises Refused with a sentence, Locked where nothing may be changed, Unknown where there is no such value. What may
    be done is asked before the file is read and again, under a lock, before it is recorded.
    """
    with transaction.atomic():
        room_for(county, offer.branch, offer.criterion, by)
    refuse_size(len(offer.content))
    kind = kind_of(offer.name, offer.declared, offer.content[:16])
    try:
        with store().draft() as draft:
            return record(county, offer, prepare(offer.content, kind, draft), by)
    except OSError:
        logger.exception("evidence could not be stored")
        raise Refused(Message(NOT_STORED)) from None


def prepare(content: bytes, kind: Kind, draft: Path) -> Prepared:
    """Have the content judged, a picture drawn anew; what was judged before and is still there is taken as it is."""
    offered = hashlib.sha256(content).hexdigest()
    known = EvidenceFile.objects.filter(offered_sha256=offered, media_type=kind.media_type).first()
    if known is not None and store().path(known.pk).is_file():
        return Prepared(known.pk, known.size, offered, kind)
    path, drawn, small = draft / "offered", draft / "drawn", draft / "small"
    write_durably(path, content)
    examine(kind, path, drawn, small)
    if not kind.is_image:
        return Prepared(offered, len(content), offered, kind, path)
    make_durable(drawn)
    make_durable(small)
    return Prepared(sha256_of(drawn), drawn.stat().st_size, offered, kind, drawn, small)


@transaction.atomic
def record(county: RoundCounty, offer: Offer, made: Prepared, by: User) -> Evidence:
    """Write down that the file is offered, then give it its place on disk; a row never speaks of a file not there."""
    fresh = User.objects.get(pk=by.pk)  # roles may have been taken while the file was read
    gate, row = room_for(county, offer.branch, offer.criterion, fresh, same=made.sha256)
    live = Evidence.objects.filter(round=county.round_id, branch=gate.branch_id, criterion=row, removed_at=None)
    there = live.filter(file=made.sha256).first()
    if there is not None:
        return there
    content = EvidenceFile(
        sha256=made.sha256, media_type=made.kind.media_type, size=made.size, offered_sha256=made.offered_sha256
    )
    refuse_full(county, gate, row, content)
    EvidenceFile.objects.bulk_create([content], ignore_conflicts=True)
    evidence = Evidence.objects.create(
        round_id=county.round_id, branch_id=gate.branch_id, criterion=row, file_id=made.sha256,
        name=kept_name(offer.name, made.kind), added_by=by.ledger_name, added_at=CLOCK,
    )  # fmt: skip
    if made.draft is not None:
        store().keep(made.draft, made.sha256, made.thumbnail)
    note(county, evidence, "evidence.add", by=by, detail={"size": made.size})
    return evidence


def room_for(county: RoundCounty, branch: str, code: str, by: User, *, same: str = "") -> tuple[Gate, Criterion]:
    """The value's door and criterion; Refused where no further file fits. Locks its files for the transaction."""
    gate, row = open_door(county, branch, code, by.entry_scope(county.county_id))
    if not row.files:
        raise Refused(Message(NOT_ASKED))
    with connection.cursor() as cursor:
        key = f"{county.round_id} {gate.branch_id} {row.pk}"
        cursor.execute(LOCK, [ONE_VALUE, key])
    offered = Evidence.objects.filter(round=county.round_id, branch=gate.branch_id, criterion=row)
    rows = list(offered.values_list("file_id", "removed_at"))
    live = [file for file, removed in rows if removed is None]
    if same in live:
        return gate, row
    if len(live) >= row.files:
        raise Refused(Message(FULL, {"most": row.files}))
    if len(rows) >= MOST_OFFERED:
        raise Refused(Message(TOO_OFTEN, {"most": MOST_OFFERED}))
    return gate, row


def open_door(county: RoundCounty, branch: str, code: str, scope: EntryScope) -> tuple[Gate, Criterion]:
    """The value's door, locked open; Unknown where there is none for this scope, Locked where it is shut."""
    rows = published_standard(county.round.criteria_set_id).criteria
    row = next((one for one in rows if one.code == code), None)
    gate = gates(county, [branch], scope).get(branch) if scope.covers(branch) else None
    if row is None or gate is None:
        raise Unknown
    if not scope.enters(branch, row):
        raise Locked(Message(N_("entered by %(owner)s"), {"owner": row.owner or row.source}))
    closed = gate.closed_for(row)
    if closed:
        raise Locked(closed)
    return gate, row


@transaction.atomic
def take_back(county: RoundCounty, pk: int, *, by: User) -> Evidence:
    """No longer show a file; what was offered stays known and on disk. Done twice, it is done once."""
    rows = Evidence.objects.select_related("branch", "criterion", "file").filter(round=county.round_id, pk=pk)
    evidence = rows.first()
    if evidence is None:
        raise Unknown
    open_door(county, evidence.branch.code, evidence.criterion.code, by.entry_scope(county.county_id))
    live = Evidence.objects.filter(pk=pk, removed_at=None)
    if live.update(removed_at=CLOCK, removed_by=by.ledger_name):
        note(county, evidence, "evidence.remove", by=by)
    return evidence


@transaction.atomic
def note_reading(county: RoundCounty, evidence: Evidence, *, by: User) -> None:
    """Write down that somebody whose reading is logged opened a file."""
    note(county, evidence, "evidence.read", by=by)


def note(county: RoundCounty, evidence: Evidence, action: str, *, by: User, detail: Mapping | None = None) -> None:
    subject = f"{county.round.slug} {evidence.branch.code} {evidence.criterion.code}"
    told = {"evidence": evidence.pk, "name": evidence.name, "sha256": evidence.file_id, "size": evidence.file.size}
    append(chain=county.county_id, actor=by.ledger_name, action=action, subject=subject, detail=told | (detail or {}))


def kept_name(name: str, kind: Kind) -> str:
    """A file's name without its folders and without characters that don't show, shortened before its ending.

    The ledger keeps it: a name with a private number in it gives way to the kind's.
    """
    plain = unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2])
    stem = "".join(char for char in plain.rpartition(".")[0] if char.isprintable()).strip(" .")
    return (fit_to_keep(stem[: LONGEST_NAME - 5]) or kind.key) + kind.endings[0]
