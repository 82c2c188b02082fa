"""One step with one case: an objection, an appeal, a star that was confirmed. What all of them check and write down.

Locks are taken in one order: the round's county (shared), the case, the sealed branch's place on the roster. Whoever
withdraws the notice or seals the county waits for rulings under way, and they for it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db import connection

from accounts.models import Grant, User
from evaluations.models import RosterEntry, RoundCounty, SealedCounty, SealedRating, StarChange
from evaluations.services.following import follow_up
from evaluations.services.private_numbers import private_number
from evaluations.services.road.persons import conflict_at, entered_by, may_act, mixed_duties
from evaluations.services.road.steps import CHANGED, STATES
from evaluations.workflow import Action, Need, State
from ledger.services import append
from tables.errors import BadCell
from tables.message import N_, Message
from tables.text import clean_text

COUNTY = """
    SELECT state, confirmed_at, appeal_days, now(), (now() AT TIME ZONE %s)::date
    FROM evaluations_roundcounty WHERE id = %s FOR SHARE
"""
UNKNOWN = Message(N_("There is no such case in your area."))
ABSENT = {
    Need.DOCUMENT: N_("The decision number is missing."),
    Need.DATE: N_("The date is missing."),
    Need.REASON: N_("Give a reason."),
    Need.REPLY: N_("The reply is missing: it is what the other side gets to read."),
    Need.FINDING: N_("The finding is missing."),
}
LONGEST = {"document": 120, "reason": 300, "reply": 1000, "finding": 1000}


@dataclass
class Given:
    """What the step's form gave."""

    reason: str = ""
    document: str = ""
    reply: str = ""
    finding: str = ""
    on: date | None = None


@dataclass(frozen=True)
class Answer:
    """What came of a step: taken, asked again and taken before, or refused and why."""

    refused: Message | None = None
    repeated: bool = False
    receipt: str = ""


class Case:
    """One step inside its transaction. A subject's own case says what it locks, how it stands and what is done."""

    star = ""
    branch, branch_id = "", 0  # its code and key
    longest = LONGEST
    lines: Sequence[str] = ("reply", "finding")  # texts of several lines
    entered = Message(N_("You entered values of this branch: somebody else has to decide on this."))

    def __init__(self, county: RoundCounty, action: Action, by: User, given: Given, seen_revision: int):
        self.county, self.action, self.by, self.given, self.seen = county, action, by, given, seen_revision
        self.checks: Sequence[Callable[[], Message | None]] = [getattr(self, name) for name in action.guards]

    # What a subject says of itself --------------------------------------------------------------------------------
    status = ""
    revision = 0
    receipt = ""

    def find(self) -> bool:
        """Lock the case; False where there is none."""
        raise NotImplementedError

    def stands(self) -> Message:
        """Where the case is instead of where the step begins."""
        raise NotImplementedError

    def is_repeated(self) -> bool:
        """Was this very step taken a moment ago by the same person? A double click is no refusal."""
        return False

    def take(self) -> None:
        raise NotImplementedError

    def detail(self) -> dict[str, object]:
        """What the ledger keeps of the case besides what it keeps of every step; never a text somebody sent in."""
        return {}

    # The same for all ---------------------------------------------------------------------------------------------
    def run(self) -> Answer:
        self.lock_county()
        known = self.find()
        self.grant: Grant | None = self.granted() if known else None
        if self.grant is not None and self.is_repeated():
            return Answer(repeated=True, receipt=self.receipt)
        refused = self.refusal() if self.grant else UNKNOWN
        if refused is None:
            self.take()
            follow_up(self.county, self.action.key, by=self.by, branches=[self.branch], star=self.star)
        self.note(refused)
        return Answer(refused, receipt="" if refused else self.receipt)

    def lock_county(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(COUNTY, [settings.TIME_ZONE, self.county.pk])
            self.state, self.confirmed_at, self.appeal_days, self.now, self.today = cursor.fetchone()

    def granted(self) -> Grant | None:
        return may_act(self.by, self.action, self.county.county_id, place=self.branch, star=self.star)

    def refusal(self) -> Message | None:
        if self.action.sources and self.status not in self.action.sources:
            return self.stands()
        if self.state not in self.action.counties:
            return Message(STATES[State(self.state)])
        if self.revision != self.seen:
            return CHANGED
        why = self.lacks() or next((why for check in self.checks if (why := check())), None)
        return why or mixed_duties(self.by, self.grant) or self.conflict()

    def conflict(self) -> Message | None:
        """Who has declared an interest in a branch may speak for it, and decides nothing about it."""
        return conflict_at(self.by, self.branch) if self.action.sources else None

    def entered_nothing(self) -> Message | None:
        """Nobody judges what they gave, in any earlier state (S5, S12)."""
        return self.entered if entered_by(self.by, self.county.round_id, [self.branch_id]) else None

    def lacks(self) -> Message | None:
        """What the form asks for and did not get; what it got is kept as it is stored."""
        for name, longest in self.longest.items():
            try:
                text = clean_text(getattr(self.given, name), max_length=longest, lines=name in self.lines)
            except BadCell as bad:
                return Message(N_("must be %(allowed)s"), {"allowed": bad.allowed})
            setattr(self.given, name, text)
            if why := private_number(text) if name != "document" else None:
                return why
        for need in self.action.needs:
            if not (self.given.on if need == Need.DATE else getattr(self.given, str(need))):
                return Message(ABSENT[need])
        return None

    def note(self, refused: Message | None) -> None:
        """One ledger entry, of what was done or refused; append last."""
        detail = {
            "round": self.county.round.slug, "step": self.action.key, "branch": self.branch, "star": self.star,
            "role": self.grant.role if self.grant else "", "acting_for": self.grant.acting_for if self.grant else "",
            "from": str(self.status), "to": "" if refused else str(self.action.target),
            "document": self.given.document, "refused": str(refused) if refused else "",
            "reply_sha256": digest(self.given.reply), "finding_sha256": digest(self.given.finding),
        }  # fmt: skip
        noun = str(self.action.subject)
        append(
            chain=self.county.county_id, actor=self.by.ledger_name,
            action=f"{noun}.refuse" if refused else f"{noun}.{self.action.key}", subject=self.county.round.slug,
            detail=detail | self.detail(),
        )  # fmt: skip


class SealedCase(Case):
    """A case that may give or take a star of a sealed list."""

    def find_sealed(self) -> bool:
        """Find the branch's sealed row and what changed since, under a lock: its stars change one after the other."""
        self.lock_branch()
        self.seal = SealedCounty.objects.filter(round=self.county.round_id, county=self.county.county_id).first()
        rows = SealedRating.objects.select_related("branch")
        self.sealed = rows.filter(seal=self.seal, branch__code=self.branch).first() if self.seal else None
        self.changes = (
            list(StarChange.objects.filter(seal=self.seal, branch=self.sealed.branch_id)) if self.sealed else []
        )
        return self.sealed is not None

    def lock_branch(self) -> None:
        """Its row on the roster: the sealed one lets nobody lock it, as no role but its owner may change it."""
        here = RosterEntry.objects.filter(round=self.county.round_id, branch__code=self.branch)
        list(here.select_for_update(of=("self",), no_key=True).values_list("pk"))

    @property
    def last_change(self) -> StarChange | None:
        """The change of this star that comes last, today or ahead."""
        return next((one for one in reversed(self.changes) if one.star == self.star), None)

    @property
    def holds(self) -> bool:
        """Does the branch hold the star, with every change that was decided, even one dated ahead?"""
        last = self.last_change
        return last.gained if last else self.star in self.sealed.earned.split()

    @property
    def was_given(self) -> bool:
        """Was the star earned at the seal or given since? It is given once; what takes it then is a revocation."""
        given = any(one.gained for one in self.changes if one.star == self.star)
        return given or self.star in self.sealed.earned.split()

    def change(self, *, gained: bool, cause: str, on: date, document: str, reason: str) -> None:
        StarChange.objects.create(
            seal=self.seal, branch_id=self.sealed.branch_id, star=self.star, gained=gained, cause=cause,
            effective_on=on, document=document, reason=reason[:300], by=self.by.ledger_name,
        )  # fmt: skip


def digest(text: str) -> str:
    """What the ledger keeps of a text that it must not hold: nobody can change the text unseen."""
    return hashlib.sha256(text.encode()).hexdigest() if text else ""
