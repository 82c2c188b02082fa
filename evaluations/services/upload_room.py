"""How many files one person may have waiting for a decision, and how much may be sent in within a day."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Sum
from django.db.models.functions import Length, Now

from evaluations.models import RoundCounty, Upload, UploadState
from tables.message import N_, Message

MOST_OPEN = 20
MOST_OF_DAY = 200  # megabytes
MEGABYTE = 1024 * 1024
DAY = timedelta(days=1)
OPEN = (UploadState.WAITING, UploadState.READING, UploadState.CHECKED, UploadState.TAKING)


class NoRoom(Exception):
    """A file was not kept; `message` says why."""

    def __init__(self, message: Message):
        self.message = message
        super().__init__(str(message))


def refuse_full(county: RoundCounty, *, by: str, size: int) -> None:
    """Raise NoRoom where this person has sent in too much; the caller holds the person's lock."""
    mine = Upload.objects.filter(made_by=by)
    if mine.filter(county=county, state__in=OPEN).count() >= MOST_OPEN:
        text = N_("%(most)s of your files wait for your decision. Take one over or discard it first. Not kept.")
        raise NoRoom(Message(text, {"most": MOST_OPEN}))
    sent = mine.filter(made_at__gt=Now() - DAY).aggregate(bytes=Sum(Length("content")))["bytes"] or 0
    if sent + size > MOST_OF_DAY * MEGABYTE:
        text = N_("With this file you would have sent more than %(most)s MB within a day. Send it tomorrow. Not kept.")
        raise NoRoom(Message(text, {"most": MOST_OF_DAY}))
