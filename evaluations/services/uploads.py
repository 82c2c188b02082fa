"""Files people send in: kept as they came, read by a worker in a limited process, laid before their sender.

A row says what is due; a message only hurries it. Whoever reads holds the row's `tries`: a reader that was taken for
dead and comes back finds that number moved on, and leaves no trace.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import partial

from celery import current_app
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from accounts.access import EntryScope
from accounts.models import User
from branches.models import Department
from evaluations.models import UPLOADS_DUE, RoundCounty, Upload, UploadRow, UploadState
from evaluations.services.private_numbers import fit_to_keep
from evaluations.services.upload_room import refuse_full
from evaluations.services.upload_rows import store_rows
from evaluations.workbooks.comparing import Comparison, counts_of, packed
from evaluations.workbooks.held import held_now
from evaluations.workbooks.opening import Opened, opened
from ledger.services import append
from tables.errors import TableRefused
from tables.message import N_, Message
from tables.xlsx_book import BookRow

logger = logging.getLogger(__name__)

READ_UPLOAD, TAKE_OVER = "evaluations.tasks.read_upload", "evaluations.tasks.take_over_upload"
DUE = {UploadState.WAITING: READ_UPLOAD, UploadState.TAKING: TAKE_OVER}  # what is sent out for an upload
REQUEUE_AFTER = timedelta(seconds=10)  # a message not taken by then is taken for lost; whoever takes over holds the row
LOST_AFTER = timedelta(seconds=45)  # a reader says every few rows that it lives; its child has 25 s
MAX_TRIES = 3
SAY_EVERY = 200  # rows


@transaction.atomic
def take_upload(
    county: RoundCounty, *, kind: str, name: str, content: bytes, by: str,
    department: Department | None = None, source: str = "", as_of: date | None = None,
) -> Upload:  # fmt: skip
    """Keep a file that was sent. Sent again while it waits, it is one; once checked, it is compared anew instead."""
    digest = hashlib.sha256(content).hexdigest()
    lock(f"upload|{by}")
    facts = {"kind": kind, "source": source, "as_of": as_of} | ({"department": department} if department else {})
    same = Upload.objects.filter(county=county, made_by=by, sha256=digest, **facts)
    waiting = same.filter(state__in=UPLOADS_DUE).first()
    if waiting is not None:
        return waiting
    drop(same.filter(state=UploadState.CHECKED), by=by)
    refuse_full(county, by=by, size=len(content))
    made = Upload.objects.create(county=county, name=name[-120:], sha256=digest, content=content, made_by=by, **facts)
    detail = {"upload": made.pk, "file": fit_to_keep(made.name), "sha256": digest, "bytes": len(content)}
    append(chain=county.county_id, actor=by, action="upload.send", subject=county.round.slug, detail=detail)
    return made


@transaction.atomic
def discard(upload: Upload, *, by: str) -> None:
    """Leave everything as it is; the file and its rows are kept until they are purged."""
    decided = (UploadState.TAKING, UploadState.APPLIED, UploadState.DISCARDED)
    drop(Upload.objects.filter(pk=upload.pk).exclude(state__in=decided), by=by)


def drop(uploads: QuerySet[Upload], *, by: str) -> None:
    """Discard these, each with its entry; locked first, since whoever takes one over locks it before the ledger."""
    rows = uploads.defer("content").select_related("county__round").select_for_update(of=("self",)).order_by("pk")
    rows = list(rows)
    Upload.objects.filter(pk__in=[row.pk for row in rows]).update(state=UploadState.DISCARDED)
    for row in rows:
        detail = {"upload": row.pk, "file": fit_to_keep(row.name), "sha256": row.sha256}
        subject = row.county.round.slug
        append(chain=row.county.county_id, actor=by, action="upload.discard", subject=subject, detail=detail)


def lock(key: str) -> None:
    """Wait for whoever does the same; until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])


def publish_uploads() -> int:
    """Send a message for every upload that is due and has none on its way; return how many were sent."""
    lost = Upload.objects.filter(state=UploadState.READING, queued_at__lt=Now() - LOST_AFTER)
    lost.update(state=UploadState.WAITING, queued_at=None)
    with transaction.atomic():
        due = Q(queued_at=None) | Q(queued_at__lt=Now() - REQUEUE_AFTER)
        waiting = Upload.objects.select_for_update(skip_locked=True).filter(due, state__in=DUE)
        found = dict(waiting.order_by("pk").values_list("pk", "state"))
        Upload.objects.filter(pk__in=found).update(queued_at=Now())
    for pk, state in found.items():
        current_app.send_task(DUE[state], args=[pk], retry=False)
    return len(found)


def read_if_due(pk: int) -> None:
    """Read an upload that a message names, unless somebody else does or did."""
    upload = claimed(pk)
    if upload is None:
        return
    try:
        read(upload)
    except TableRefused as refused:
        refuse(upload, refused.messages)
    except Exception:
        mine(upload).update(state=UploadState.WAITING, queued_at=Now())
        raise


def claimed(pk: int) -> Upload | None:
    """Take the upload for this process; one that was tried often enough is refused instead."""
    taken = Upload.objects.filter(pk=pk, state=UploadState.WAITING).update(
        state=UploadState.READING, tries=F("tries") + 1, queued_at=Now(), done=0, total=0
    )
    if not taken:
        return None
    upload = Upload.objects.select_related("county__round", "county__county", "department", "township").get(pk=pk)
    if upload.tries > MAX_TRIES:
        text = N_("Reading the file was tried %(tries)s times and never ended. Send a smaller file or ask for help.")
        refuse(upload, [Message(text, {"tries": MAX_TRIES})])
        return None
    return upload


def mine(upload: Upload) -> QuerySet[Upload]:
    """The upload's row, while it is this process that reads it."""
    return Upload.objects.filter(pk=upload.pk, state=UploadState.READING, tries=upload.tries)


def refuse(upload: Upload, messages: Iterable[Message]) -> None:
    mine(upload).update(state=UploadState.REFUSED, problems=[packed(message) for message in messages])


def read(upload: Upload) -> None:
    """Read, compare and keep what differs. Raises TableRefused for a file that is not taken."""
    scope = scope_now(upload)
    with opened(upload, scope) as file:
        mine(upload).update(total=file.total, queued_at=Now())
        plan = file.plan
        held = held_now(plan.round, [one.pk for one in plan.branches], [row.pk for row in plan.rows])
        comparison = Comparison(plan, file.base, held, {"source": upload.source, "as_of": upload.as_of})
        for found in file.reader.cells(watched(upload, file.rows)):
            comparison.add(found)
    keep(upload, file, comparison, scope)


def scope_now(upload: Upload) -> EntryScope:
    """What the sender may enter at this moment; TableRefused where that is nothing any more."""
    user = User.objects.filter(username=upload.made_by, is_active=True).first()
    scope = user.entry_scope(upload.county.county_id) if user else EntryScope()
    if not scope:
        raise TableRefused([Message(N_("The sender no longer enters values in this county."))])
    return scope


def watched(upload: Upload, rows: Iterable[BookRow]) -> Iterator[BookRow]:
    """The rows, telling now and then how far they are, and that somebody reads."""
    say = partial(mine(upload).update, queued_at=Now())
    for number, row in enumerate(rows, 1):
        if number % SAY_EVERY == 0:
            say(done=number)
        yield row


@transaction.atomic
def keep(upload: Upload, file: Opened, comparison: Comparison, scope: EntryScope) -> None:
    """Replace what an earlier try kept; all of it or nothing, and nothing where another reads by now."""
    unit = file.plan.unit
    if not mine(upload).update(queued_at=Now(), township=unit.township, department=unit.department):
        return
    rows = comparison.rows(scope, upload.made_by)
    UploadRow.objects.filter(upload=upload).delete()
    store_rows(upload, rows)
    counts = counts_of(rows, comparison.same)
    mine(upload).update(state=UploadState.CHECKED, counts=counts, done=F("total"), problems=[])
