"""The ledger as its readers search it: the auditor all of it, the security administrator their own acts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import Http404, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from branches.models import Region
from evaluations.reading.ledger_words import Fact, action_word, brief_of, facts_of
from ledger.models import LedgerEntry, LedgerHead
from ledger.services import SYSTEM
from tables.text import without_controls

ROWS = 50
MOST_COUNTED = 10_000  # a count beyond it is said to be more: counting on would take longer than looking
MOST_EXPORTED = 100_000
FIELDS = ("chain", "who", "action", "q", "since", "until", "kind")
EXACT = {"chain": "chain", "who": "actor", "action": "action"}
SESSIONS = ("account.sign_in", "account.sign_out")
# A refusal's detail says what was refused and why: the whole step, or some of its branches. A refused extension is a
# decision like any other and has none. Canonical JSON is written in one way, so that this finds just these.
REFUSES = r'"refused":("[^"]|\{")'
COLUMNS = ("chain", "sequence", "at", "actor", "action", "subject", "detail", "previous", "hash")


@dataclass(frozen=True)
class Line:
    """One entry with its words."""

    entry: LedgerEntry
    place: str
    person: str

    @property
    def what(self) -> str:
        return action_word(self.entry.action)

    @property
    def is_refusal(self) -> bool:
        """Was anything refused, the whole of it or a part?"""
        return bool(json.loads(self.entry.detail).get("refused"))

    @property
    def brief(self) -> str:
        return brief_of(self.entry.detail)

    @cached_property
    def facts(self) -> list[Fact]:
        return facts_of(self.entry.detail)


class LedgerSearch:
    """What a person may read of the ledger, narrowed by what they ask for; 404 for whoever reads none of it."""

    def __init__(self, user: User, asked: QueryDict):
        if not user.has_role(Role.AUDITOR, Role.SECURITY_ADMINISTRATOR):
            raise Http404
        self.user = user
        self.sees_all = user.has_role(Role.AUDITOR)
        self.asked = {name: without_controls(asked.get(name, ""))[:100].strip() for name in FIELDS}
        self.before = asked.get("before", "")

    @property
    def is_filtered(self) -> bool:
        return any(self.asked.values())

    @cached_property
    def entries(self) -> QuerySet[LedgerEntry]:
        """What was asked for, the newest first."""
        found = LedgerEntry.objects.order_by("-pk").filter(self.own(), self.worded(), self.within_days())
        for name, field in EXACT.items():
            if self.asked[name]:
                found = found.filter(**{field: self.asked[name]})
        return found

    def own(self) -> Q:
        return Q() if self.sees_all else Q(actor__in=self.user.own_names)

    def worded(self) -> Q:
        """By a word in what it is about or says, and by kind."""
        kinds = {"refused": Q(detail__regex=REFUSES), "work": ~Q(action__in=SESSIONS)}
        word = self.asked["q"]
        found = Q(subject__icontains=word) | Q(detail__icontains=word) if word else Q()
        return found & kinds.get(self.asked["kind"], Q())

    def within_days(self) -> Q:
        """Whole days of the portal's time zone; a day that is none is left out."""
        condition = Q()
        if since := day_of(self.asked["since"]):
            condition &= Q(at__gte=since)
        if until := day_of(self.asked["until"]):
            condition &= Q(at__lt=until + timedelta(days=1))
        return condition

    @property
    def chips(self) -> list[tuple[str, str, bool]]:
        """(address, word, is it what is shown): everything, everything but signing in and out, refusals."""
        words = (("", _("Everything")), ("work", _("Without signing in and out")), ("refused", _("Refusals only")))
        others = {name: text for name, text in self.asked.items() if text and name != "kind"}
        return [
            ("?" + urlencode(others | ({"kind": kind} if kind else {})), word, self.asked["kind"] == kind)
            for kind, word in words
        ]

    @cached_property
    def page(self) -> list[LedgerEntry]:
        """One row more than is shown, to know whether there are more."""
        found = self.entries
        if self.before.isascii() and self.before.isdigit():
            found = found.filter(pk__lt=min(int(self.before), 2**62))
        return list(found[: ROWS + 1])

    @cached_property
    def lines(self) -> list[Line]:
        people = dict(
            User.objects.filter(username__in={one.actor for one in self.page}).values_list("username", "label")
        )
        return [
            Line(one, self.places.get(one.chain, ""), people.get(one.actor) or one.actor) for one in self.page[:ROWS]
        ]

    @property
    def next_page(self) -> str:
        if len(self.page) <= ROWS:
            return ""
        return "?" + urlencode(
            {name: text for name, text in self.asked.items() if text} | {"before": self.page[ROWS - 1].pk}
        )

    @cached_property
    def count(self) -> int:
        return self.entries.order_by()[: MOST_COUNTED + 1].count()

    @property
    def counted_whole(self) -> bool:
        return self.count <= MOST_COUNTED

    @cached_property
    def places(self) -> dict[str, str]:
        """Chain → the county's name."""
        return {one.code: one.shown_name for one in Region.objects.filter(code__in=[head.chain for head in self.heads])}

    @cached_property
    def heads(self) -> list[LedgerHead]:
        """The chains there are, each with its length and the hash that stands for all of it."""
        return list(LedgerHead.objects.order_by("chain")) if self.sees_all else []

    @property
    def chains(self) -> list[tuple[str, str]]:
        return [(head.chain, self.places.get(head.chain, head.chain)) for head in self.heads if head.chain != SYSTEM]

    @property
    def system(self) -> str:
        return SYSTEM

    @cached_property
    def actions(self) -> list[tuple[str, str]]:
        """The actions the ledger has, in words."""
        found = LedgerEntry.objects.order_by().values_list("action", flat=True).distinct()
        return sorted(((one, action_word(one)) for one in found), key=lambda pair: pair[1])

    def rows(self) -> Iterator[tuple]:
        """What was asked for, whole, as a file holds it."""
        for entry in self.entries.iterator(chunk_size=2000):
            cells = [getattr(entry, name) for name in COLUMNS]
            yield tuple(cell.isoformat() if isinstance(cell, datetime) else cell for cell in cells)


def day_of(text: str) -> datetime | None:
    """The beginning of a day written YYYY-MM-DD; None for what is none."""
    try:
        return timezone.make_aware(datetime.combine(date.fromisoformat(text), time.min))
    except ValueError:
        return None
