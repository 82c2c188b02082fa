"""A person's own inbox: items read, kinds muted. Nobody else's is ever touched; none of it is a decision to be kept."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models.functions import Now

from accounts.models import User
from evaluations.models import InboxItem, Kind, Mute


def read(user: User, pk: int) -> InboxItem | None:
    """Mark one item as read; None where this person has no such item."""
    InboxItem.objects.filter(user=user, pk=pk, read_at=None).update(read_at=Now())
    return InboxItem.objects.filter(user=user, pk=pk).first()


def read_all(user: User, *, until: int) -> int:
    """Mark as read what was on the page: an item told meanwhile stays unread."""
    return InboxItem.objects.filter(user=user, pk__lte=until, read_at=None).update(read_at=Now())


@transaction.atomic
def tell_only(user: User, kinds: Iterable[str]) -> None:
    """Mute every kind but these."""
    muted = set(Kind.values) - set(kinds)
    Mute.objects.filter(user=user).exclude(kind__in=muted).delete()
    Mute.objects.bulk_create([Mute(user=user, kind=kind) for kind in sorted(muted)], ignore_conflicts=True)
