"""What was compared is taken over: all that its sender chose in one transaction, or nothing and why.

Rights, doors and revisions are looked at again at the moment of writing. Where anything chosen can no longer be
written, nothing is, and those rows say what happened meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from uuid import UUID

from django.contrib.postgres.aggregates import StringAgg
from django.db import transaction
from django.db.models import Count, Q, TextField, Value
from django.db.models.functions import MD5, Cast, Coalesce, Concat, Now

from accounts.access import EntryScope
from accounts.models import Grant, User
from evaluations.cells import NA
from evaluations.models import Upload, UploadRow, UploadState, Way
from evaluations.services.edits import CONFLICT, SAVED, Answer, Edit
from evaluations.services.private_numbers import fit_to_keep
from evaluations.services.uploads import lock
from evaluations.workbooks.comparing import Judging, packed
from evaluations.workbooks.held import plain_number
from evaluations.workbooks.plan import Unit
from ledger.services import append
from tables.message import N_, Message

Kind = UploadRow.Kind
CHOSEN = Q(wanted=True) & ~Q(kind=Kind.ERROR)
CONFLICTS = Q(kind=Kind.CONFLICT)
CLEARED = Q(kind=Kind.NEW, number__isnull=True, option="", na=False)  # a cell that was emptied: the value goes
ASKED = Q(kind=Kind.NEW, wanted=False, message__isnull=False) & ~CLEARED  # doubted, and not confirmed by a tick
# What is chosen, and over which revision of each value: two choices of the same size are not the same choice.
SEEN = Concat(Cast("pk", TextField()), Value(":"), Cast("seen", TextField()), output_field=TextField())
LISTED = StringAgg(SEEN, ",", order_by="pk", filter=CHOSEN, output_field=TextField())
CHOICE = MD5(Coalesce(LISTED, Value(""), output_field=TextField()))


class NotWritten(Exception):
    """Nothing was written; `message` says why."""

    def __init__(self, message: Message):
        self.message = message
        super().__init__(str(message))


class Moved(Exception):
    """Some of the chosen rows can no longer be written."""

    def __init__(self, answers: dict[int, Answer], reasons: dict[UUID, list[Message]]):
        self.answers, self.reasons = answers, reasons
        text = N_("Nothing was written: %(count)s values were changed or locked since the file was read. Look again.")
        self.message = Message(text, {"count": len(answers)})
        super().__init__(len(answers))


def take_over(upload: Upload, *, user: User, choice: str) -> Upload:
    """Write the rows of the choice that the sender saw; done before, nothing happens. Raises NotWritten."""
    try:
        return written(upload, user, choice)
    except Moved as moved:
        mark(upload, moved)
        raise NotWritten(moved.message) from None


@transaction.atomic
def written(upload: Upload, user: User, choice: str) -> Upload:
    found = held(upload.pk, UploadState.CHECKED)
    if found is not None:
        write_chosen(found, user, choice)
    return decided(upload)


def held(pk: int, state: str, *, skip_locked: bool = False) -> Upload | None:
    """The upload under its lock, before any other lock, while it is in that state."""
    related = Upload.objects.select_related("county__round", "township", "department").defer("content")
    return related.select_for_update(of=("self",), skip_locked=skip_locked).filter(pk=pk, state=state).first()


def decided(upload: Upload) -> Upload:
    """The upload, which somebody took over or is taking over; raises NotWritten for any other."""
    upload.refresh_from_db(fields=["state", "counts", "applied_at"])
    if upload.state not in (UploadState.TAKING, UploadState.APPLIED):
        raise NotWritten(Message(N_("Nothing was written: the file is not ready to be taken over.")))
    return upload


def write_chosen(upload: Upload, user: User, choice: str) -> None:
    """Write the choice; the caller holds the upload. Raises NotWritten or Moved, with its transaction to be undone."""
    lock(f"takeover|{upload.county_id}|{upload.township_id or ''}|{upload.department_id or ''}")
    chosen = list(upload.rows.filter(CHOSEN).order_by("place").select_related("branch"))
    refuse_other(upload, choice, count=len(chosen))
    write(upload, chosen, scope_of(user, upload), user.ledger_name)
    upload.rows.filter(CHOSEN).update(applied=True)
    counts = upload.counts | {"written": len(chosen), "skipped": upload.rows.filter(applied=False).count()}
    at = Coalesce("applied_at", Now())  # of a large choice, when it was confirmed
    done = {"state": UploadState.APPLIED, "applied_at": at, "counts": counts, "problems": []}
    Upload.objects.filter(pk=upload.pk).update(**done)
    detail = {"upload": upload.pk, "file": fit_to_keep(upload.name), "sha256": upload.sha256, "counts": counts}
    append(
        chain=upload.county.county_id, actor=user.ledger_name, action="upload.apply",
        subject=upload.county.round.slug, detail=detail,
    )  # fmt: skip


def refuse_other(upload: Upload, choice: str, *, count: int) -> None:
    """Raise NotWritten unless exactly what was seen is chosen, and that is something."""
    if not count or choice_of(upload) != choice:
        raise NotWritten(Message(N_("Nothing was written: the choice was changed in another window. Look again.")))


def choice_of(upload: Upload) -> str:
    """The digest of what is chosen now, as the page shows it and the button sends it back."""
    return upload.rows.aggregate(choice=CHOICE)["choice"]


def scope_of(user: User, upload: Upload) -> EntryScope:
    """What the person may enter now; whoever takes a right away waits for the writing, or is seen here."""
    now = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    list(Grant.objects.select_for_update(no_key=True).filter(user=now).order_by("pk").values_list("pk"))
    scope = now.entry_scope(upload.county.county_id)
    if not Unit(upload.township, upload.department).within(scope):
        raise NotWritten(Message(N_("Nothing was written: you no longer enter values for this unit.")))
    return scope


def write(upload: Upload, chosen: list[UploadRow], scope: EntryScope, by: str) -> None:
    """Raises Moved unless every row could be written, NotWritten where two are of one value."""
    if len({(row.branch_id, row.criterion_id, row.period) for row in chosen}) < len(chosen):
        text = N_("Nothing was written: the file holds a value twice. Discard it and send it again.")
        raise NotWritten(Message(text))
    entering = Judging(upload.county, scope, by, writes=True, asked=upload.applied_at)
    codes = {row.pk: code for code, row in entering.rows.items()}
    edits = [edit_of(row, codes[row.criterion_id]) for row in chosen]
    answers = entering.take(edits)
    moved = {edit.key.int: answers[edit.key] for edit in edits if answers[edit.key].status != SAVED}
    if moved:
        raise Moved(moved, entering.reasons)


def edit_of(row: UploadRow, criterion: str) -> Edit:
    return Edit(
        key=UUID(int=row.pk), branch=row.branch.code, criterion=criterion, period=row.period, text=text_of(row),
        na=row.na, note=row.note, document=row.document, source=row.source, as_of=row.as_of, way=Way.IMPORTED,
        revision=row.seen,
    )  # fmt: skip


def text_of(row: UploadRow) -> str:
    """The value that was read, as somebody would type it."""
    if row.na:
        return ""
    return row.option or ("" if row.number is None else plain_number(Decimal(row.number)))


@transaction.atomic
def mark(upload: Upload, moved: Moved) -> None:
    """Note on each row what happened meanwhile, unless the file was decided in the moment between."""
    if not Upload.objects.select_for_update().filter(pk=upload.pk, state=UploadState.CHECKED).exists():
        return
    rows = list(upload.rows.filter(pk__in=moved.answers))
    for row in rows:
        answer = moved.answers[row.pk]
        row.wanted = False
        if answer.status == CONFLICT:
            theirs = answer.theirs or {}
            row.kind, row.theirs = Kind.CONFLICT, NA if theirs.get("na") else theirs.get("value", "")[:60]
            row.seen = theirs.get("revision", 0)
        else:
            reasons = moved.reasons.get(UUID(int=row.pk))
            row.kind, row.message = Kind.ERROR, packed(reasons[0]) if reasons else None
    UploadRow.objects.bulk_update(rows, ["kind", "theirs", "seen", "wanted", "message"], batch_size=500)
    recount(upload)


def recount(upload: Upload) -> None:
    found = dict(upload.rows.values_list("kind").annotate(Count("pk")))
    counts = upload.counts | dict.fromkeys(Kind.values, 0) | found
    Upload.objects.filter(pk=upload.pk, state=UploadState.CHECKED).update(counts=counts)


@transaction.atomic
def choose(upload: Upload, *, shown: Iterable[int], wanted: Iterable[int]) -> bool:
    """Keep what the sender chose of the rows on a page, and say whether that is new; no wrong row can be chosen."""
    if not Upload.objects.select_for_update().filter(pk=upload.pk, state=UploadState.CHECKED).exists():
        return False
    rows = upload.rows.filter(pk__in=list(shown)).exclude(kind=Kind.ERROR)
    wanted = list(wanted)
    ticked = rows.filter(pk__in=wanted, wanted=False).update(wanted=True)
    unticked = rows.filter(wanted=True).exclude(pk__in=wanted).update(wanted=False)
    return bool(ticked or unticked)


@transaction.atomic
def choose_all(upload: Upload, which: Q, *, wanted: bool) -> None:
    """Tick all rows of CONFLICTS, of CLEARED or of ASKED, or none of them."""
    if Upload.objects.select_for_update().filter(pk=upload.pk, state=UploadState.CHECKED).exists():
        upload.rows.filter(which).update(wanted=wanted)
