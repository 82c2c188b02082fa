"""A choice that was confirmed: a small one is written at once, a large one by a worker, on behalf of who confirmed it.

The upload's row says what is due; a message only hurries it. Whoever writes holds that row, so a second worker passes
by, and a worker that is killed leaves nothing but the row as it was.

A deadline is held against the moment of confirming, all else against that of writing; entry does not end meanwhile.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now

from accounts.models import User
from evaluations.models import RoundCounty, Upload, UploadState
from evaluations.services.takeover import (
    CHOSEN,
    Moved,
    NotWritten,
    decided,
    held,
    mark,
    refuse_other,
    scope_of,
    take_over,
    write_chosen,
)
from evaluations.services.uploads import MAX_TRIES
from evaluations.workbooks.comparing import packed
from tables.message import N_, Message

COUNTY = "SELECT 1 FROM evaluations_roundcounty WHERE id = %s FOR SHARE"
AT_ONCE = 500  # rows; fewer are written before a worker would have been told


def confirm(upload: Upload, *, user: User, choice: str) -> None:
    """Write what the sender saw chosen, or have it written; asked again, nothing more happens. Raises NotWritten."""
    if upload.rows.filter(CHOSEN)[:AT_ONCE].count() < AT_ONCE:
        take_over(upload, user=user, choice=choice)
    else:
        hand_over(upload, user=user, choice=choice)


@transaction.atomic
def hand_over(upload: Upload, *, user: User, choice: str) -> None:
    """Leave the choice to a worker: who confirmed it and what they saw is kept; the reconciler tells a worker."""
    found = held(upload.pk, UploadState.CHECKED)
    if found is None:
        decided(upload)
        return
    count = found.rows.filter(CHOSEN).count()
    refuse_other(found, choice, count=count)
    scope_of(user, found)
    hold_open(found)
    asked = {"asked_by": user.ledger_name, "choice": choice, "total": count, "applied_at": Now()}
    waits = {"state": UploadState.TAKING, "queued_at": None, "tries": 0, "done": 0, "problems": []}
    Upload.objects.filter(pk=upload.pk).update(**asked, **waits)


def hold_open(upload: Upload) -> None:
    """Whoever ends entry waits until what is confirmed here can be seen, or ended it before."""
    with connection.cursor() as cursor:
        cursor.execute(COUNTY, [upload.county_id])


def on_their_way(county: RoundCounty, last: datetime) -> Message | None:
    """Why entry can't end: files that were confirmed by `last`, the end of its time, and are not written yet."""
    asked = Upload.objects.filter(county=county, state=UploadState.TAKING, applied_at__lte=last).count()
    if not asked:
        return None
    return Message(N_("Files that were confirmed in time are still being written: %(count)s."), {"count": asked})


def take_over_if_due(pk: int) -> None:
    """Write the choice that a message names, unless somebody else does or did."""
    if is_begun(pk):
        finish(pk)


@transaction.atomic
def is_begun(pk: int) -> bool:
    """Count the try before it is made; what was tried often enough goes back to its sender."""
    upload = held(pk, UploadState.TAKING, skip_locked=True)
    if upload is None:
        return False
    if upload.tries >= MAX_TRIES:
        text = N_("Nothing was written: it was tried %(tries)s times and never ended. Try again or ask for help.")
        give_back(upload, Message(text, {"tries": MAX_TRIES}))
        return False
    Upload.objects.filter(pk=pk).update(tries=F("tries") + 1, queued_at=Now())
    return True


@transaction.atomic
def finish(pk: int) -> None:
    """Write all of it, or nothing and say why; the upload is held from the first row to either end."""
    upload = held(pk, UploadState.TAKING, skip_locked=True)
    if upload is None:
        return
    try:
        with transaction.atomic():
            write_chosen(upload, asker(upload), upload.choice)
    except NotWritten as refused:
        give_back(upload, refused.message)
    except Moved as moved:
        give_back(upload, moved.message)
        mark(upload, moved)


def asker(upload: Upload) -> User:
    """Who confirmed; their rights are those of now."""
    user = User.objects.filter(username=upload.asked_by).first()
    if user is None:
        raise NotWritten(Message(N_("Nothing was written: whoever confirmed it has no account any more.")))
    return user


def give_back(upload: Upload, message: Message) -> None:
    """Let the sender decide again, with why nothing was written."""
    back = {"state": UploadState.CHECKED, "queued_at": None, "applied_at": None, "problems": [packed(message)]}
    Upload.objects.filter(pk=upload.pk).update(**back)
