"""What is kept only for a while: the answers to requests, the files people sent in, the copies of workbooks."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now

from evaluations.models import EntryKey, Upload, UploadRow, UploadState, WorkbookCopy

KEYS_KEPT = timedelta(days=30)  # no browser sends a value again after so long
UPLOADS_KEPT = timedelta(days=90)
WORKBOOKS_KEPT = timedelta(days=180)  # an older one is asked to be downloaded anew
ENDED = (UploadState.REFUSED, UploadState.APPLIED, UploadState.DISCARDED, UploadState.CHECKED)


@transaction.atomic
def purge() -> None:
    """Drop what is too old; of an upload its row stays, with its name, digest and counts."""
    EntryKey.objects.filter(made_at__lt=Now() - KEYS_KEPT).delete()
    WorkbookCopy.objects.filter(made_at__lt=Now() - WORKBOOKS_KEPT).delete()
    old = Upload.objects.filter(made_at__lt=Now() - UPLOADS_KEPT, state__in=ENDED).exclude(content=b"")
    keys = list(old.values_list("pk", flat=True))
    UploadRow.objects.filter(upload__in=keys).delete()
    Upload.objects.filter(pk__in=keys).update(content=b"")
    Upload.objects.filter(pk__in=keys, state=UploadState.CHECKED).update(state=UploadState.DISCARDED)
