"""Who acts for this person, and for whom this person acts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Absence, User
from evaluations.services.absences import today

SHOWN = 50


@dataclass(frozen=True)
class AbsenceLine:
    """One role handed over for some days, as its holder or its deputy sees it."""

    row: Absence
    user: User
    now: date

    @property
    def role(self) -> str:
        place = self.row.grant.region or self.row.grant.branch
        named = self.row.grant.get_role_display()
        return f"{named} · {place.shown_name}" if place else str(named)

    @property
    def is_mine(self) -> bool:
        """Is it this person's own role?"""
        return self.row.grant.user_id == self.user.pk

    @property
    def state(self) -> str:
        if self.row.ended_at is not None:
            return _("ended")
        if self.row.last_day < self.now:
            return _("over") if self.row.accepted_at else _("not taken on")
        if self.row.accepted_at is None:
            return _("waits for the deputy")
        return _("in effect") if self.row.first_day <= self.now else _("taken on")

    @property
    def is_open(self) -> bool:
        """May it still be ended?"""
        return self.row.ended_at is None and self.row.last_day >= self.now

    @property
    def may_accept(self) -> bool:
        return self.is_open and not self.is_mine and self.row.accepted_at is None


class Absences:
    """The page of a person's absences and deputyships."""

    def __init__(self, user: User):
        self.user = user

    @cached_property
    def lines(self) -> list[AbsenceLine]:
        rows = Absence.objects.filter(Q(grant__user=self.user) | Q(deputy=self.user))
        rows = rows.select_related("grant__user", "grant__region", "grant__branch", "deputy").order_by("-pk")
        now = today()
        return [AbsenceLine(row, self.user, now) for row in rows[:SHOWN]]
