"""Until when values are taken from one unit, by the database's clock, and the time it has asked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Q
from django.utils.timezone import localtime

from evaluations.models import Extension, RoundCounty, State
from evaluations.services.gates import is_past


@dataclass(frozen=True)
class Deadline:
    """One unit's deadline as it stands now; `asked` is an extension that waits or was refused last."""

    state: str
    now: datetime
    due: datetime | None
    until: datetime | None = None
    asked: Extension | None = None

    @property
    def open(self) -> bool:
        """Are values taken at this moment?"""
        return self.state == State.OPEN and not self.past

    @property
    def past(self) -> bool:
        return is_past(self.now, self.due, self.until)

    @property
    def extended(self) -> bool:
        return self.due is not None and self.until is not None and self.until > self.due

    @property
    def ends(self) -> datetime | None:
        """The moment that counts."""
        return self.until if self.extended else self.due

    @property
    def days(self) -> int:
        """Whole days left by the calendar: 0 today, below 0 once it is over."""
        return (localtime(self.ends).date() - localtime(self.now).date()).days if self.ends else 0

    @property
    def may_ask(self) -> bool:
        """May an extension be asked for?"""
        waits = self.asked is not None and self.asked.decided_at is None
        return self.state == State.OPEN and self.due is not None and not waits


def database_now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        return cursor.fetchone()[0]


def extensions_of(row: RoundCounty, *, townships: Iterable[str], departments: Iterable[str]) -> list[Extension]:
    """The county's extensions of these units, the latest first."""
    of_townships = Q(pk__in=[])
    for prefix in townships:
        of_townships |= Q(township__code__startswith=prefix)
    found = row.extensions.filter(of_townships | Q(department__name__in=list(departments)))
    return list(found.select_related("township", "department").order_by("-pk"))


def deadline_of(row: RoundCounty, now: datetime, extensions: list[Extension]) -> Deadline:
    """The deadline of the unit whose extensions these are."""
    granted = [one.until for one in extensions if one.granted]
    asked = next((one for one in extensions if not one.granted), None)
    last = extensions[0] if extensions else None
    return Deadline(row.state, now, row.entry_due, max(granted, default=None), asked if asked is last else None)
