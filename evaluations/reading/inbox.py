"""A person's inbox: what is unread first, fifty at a time, and the kinds that may be muted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.core.paginator import Paginator
from django.db.models import F, Q, QuerySet

from accounts.models import User
from branches.models import Branch, Region
from evaluations.models import InboxItem, Kind, Mute, RoundCounty
from evaluations.reading.inbox_words import sentence

PAGE = 50


@dataclass(frozen=True)
class Line:
    """One item as it is shown."""

    row: InboxItem
    words: str

    @property
    def is_unread(self) -> bool:
        return self.row.read_at is None


def items_of(user: User) -> QuerySet[InboxItem]:
    """Unread first, the latest first."""
    order = (F("read_at").desc(nulls_first=True), F("created_at").desc(), "-pk")
    return told_still(user).select_related("county__county", "county__round").order_by(*order)


def told_still(user: User) -> QuerySet[InboxItem]:
    """What somebody is told: of a county only while they hold a role there that reads its ratings."""
    here = RoundCounty.objects.filter(user.regions())
    return InboxItem.objects.filter(Q(county=None) | Q(county__in=here), user=user)


def lines_of(rows: Iterable[InboxItem]) -> list[Line]:
    """Each item with its sentence; the names in them are read together."""
    rows = list(rows)
    codes = {str(row.params.get(name)) for row in rows for name in ("branch", "place") if row.params.get(name)}
    names = {one.code: one.shown_name for one in Branch.objects.filter(code__in=codes)} if codes else {}
    names |= {one.code: one.shown_name for one in Region.objects.filter(code__in=codes)} if codes else {}
    return [Line(row, sentence(row.code, row.params, names)) for row in rows]


class Inbox:
    """What a page of the inbox shows."""

    def __init__(self, user: User, page: str = "1"):
        self.user = user
        self.page = Paginator(items_of(user), PAGE).get_page(page)

    @cached_property
    def lines(self) -> list[Line]:
        return lines_of(self.page.object_list)

    @cached_property
    def unread(self) -> int:
        return unread_of(self.user)

    @property
    def newest(self) -> int:
        """Up to where everything was shown; what is told meanwhile stays unread."""
        return max((line.row.pk for line in self.lines), default=0)

    @cached_property
    def kinds(self) -> list[tuple[str, str, bool]]:
        """Kind, its name, whether it is told."""
        muted = set(Mute.objects.filter(user=self.user).values_list("kind", flat=True))
        return [(value, label, value not in muted) for value, label in Kind.choices]


def unread_of(user: User) -> int:
    return told_still(user).filter(read_at=None).count()
