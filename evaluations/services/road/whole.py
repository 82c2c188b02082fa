"""One step with a county as a whole, or with its proposed list: one row, one person, the revision that person saw.

The county's row is locked FOR UPDATE first, so no edit, no step of a branch and no other step of the county is under
way beside it. Steps that judge results run in a snapshot that nobody writes beside (seal.hold_off_edits).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db import connection

from accounts.models import Grant, User
from evaluations.models import Decision, Proposal, RoundCounty
from evaluations.services.following import follow_up
from evaluations.services.private_numbers import fit_to_keep, private_number
from evaluations.services.proposing import Changed, canonical_list, changes, current_proposal, digest_of, lines_of
from evaluations.services.proposing import listed as lines_on
from evaluations.services.rating import rate_in_snapshot
from evaluations.services.road.persons import entered_any, may_act, mixed_duties, reviewed_any
from evaluations.services.road.steps import CHANGED, LONGEST_REASON, NOT_YOURS, STATES, Outcome
from evaluations.workflow import Action, Need, State
from ledger.services import SYSTEM, append
from tables.errors import BadCell
from tables.message import N_, Message
from tables.text import clean_text

LONGEST_DOCUMENT = 60  # a seal keeps no longer one
COMPARING = {"unchanged", "nothing_unnoticed"}  # guards that need the county's list as it stands
NAMED = 5  # branches called by name in a sentence


@dataclass
class Given:
    """What the step's form gave, and the revision its page was made from."""

    seen_revision: int
    reason: str = ""
    document: str = ""
    due: datetime | None = None


class WholeStep:
    """A step with a county; `by` is None where the clock takes it."""

    def __init__(self, county: RoundCounty, action: Action, by: User | None, given: Given):
        self.asked_of, self.action, self.by, self.given = county, action, by, given
        self.checks = tuple(getattr(self, name) for name in action.guards)

    # Read under the lock ------------------------------------------------------------------------------------------
    def lock(self) -> None:
        rows = RoundCounty.objects.select_for_update(of=("self",)).select_related("round", "county")
        self.row = rows.get(pk=self.asked_of.pk)
        self.received, self.at = clock()

    def run(self) -> Outcome:
        """Judge and take the step; a refusal is an answer, kept in the ledger."""
        self.lock()
        outcome, why = Outcome(), self.refusal()
        if why is None and self.is_repeated:
            outcome.repeated = True
            return outcome
        if why is None:
            self.before = self.status
            self.take()
            outcome.moved = [self.row.county_id]
        else:
            outcome.refused[self.row.county_id] = why
        self.note(why)
        return outcome

    def refusal(self) -> Message | None:
        """Why the step isn't taken; None where it is, or was by the same request sent again."""
        if self.grant is None:
            return NOT_YOURS
        if self.is_repeated:
            return None
        if self.status not in self.action.sources or self.row.state not in self.action.counties:
            return self.stands()
        if self.revision != self.given.seen_revision:
            return CHANGED
        why = self.lacks_words() or next((why for check in self.checks if (why := check())), None)
        return why or mixed_duties(self.by, self.grant)

    def stands(self) -> Message:
        """Where the county is instead of where the step begins."""
        return Message(STATES[State(self.row.state)])

    @cached_property
    def grant(self) -> Grant | None:
        return self.by and may_act(self.by, self.action, self.asked_of.county_id, place=self.asked_of.county_id)

    @property
    def status(self) -> str:
        return self.row.state

    @property
    def revision(self) -> int:
        return self.row.revision

    @cached_property
    def is_repeated(self) -> bool:
        """Was this very step taken a moment ago by the same person? A double click is no refusal."""
        if self.status != self.action.target or self.revision != self.given.seen_revision + 1:
            return False
        last = self.row.decisions.order_by("pk").last()
        return last is not None and (last.action, last.by) == (self.action.key, self.by.ledger_name)

    @cached_property
    def proposal(self) -> Proposal | None:
        """The list the county is about."""
        return current_proposal(self.row)

    @cached_property
    def lines(self) -> list[dict]:
        """The list as it stands now, rated in this very snapshot."""
        rate_in_snapshot(self.row.round, self.row.county_id)
        return lines_of(self.row)

    def look(self) -> dict[str, Message]:
        """What stands in the way as the stored results have it, by guard: for a page, decided again by `run`."""
        self.row, (self.received, self.at) = self.asked_of, clock()
        self.__dict__.setdefault("lines", lines_of(self.row) if set(self.action.guards) & COMPARING else [])
        found = {name: check() for name, check in zip(self.action.guards, self.checks, strict=True)}
        return {name: why for name, why in found.items() if why is not None}

    # Guards of several steps --------------------------------------------------------------------------------------
    def lacks_words(self) -> Message | None:
        """A reason or a document number that is needed and wasn't given, or can't be kept."""
        try:
            self.given.reason = clean_text(self.given.reason, max_length=LONGEST_REASON)
            self.given.document = clean_text(self.given.document, max_length=LONGEST_DOCUMENT)
        except BadCell as bad:
            return Message(N_("must be %(allowed)s"), {"allowed": bad.allowed})
        if Need.REASON in self.action.needs and not self.given.reason:
            return Message(N_("Give a reason."))
        if Need.DOCUMENT in self.action.needs and not self.given.document:
            return Message(N_("Give the number of the document."))
        return private_number(self.given.reason)

    def unchanged(self) -> Message | None:
        """The digest of everything behind the list, computed again."""
        if self.proposal is None:
            return Message(N_("There is no proposed list."))
        if digest_of(canonical_list(self.row, self.lines)) == self.proposal.digest:
            return None
        return changed_since(changes(lines_on(self.proposal), self.lines))

    def reviewed_nothing(self) -> Message | None:
        """Nobody approves what they entered, reviewed or corrected."""
        place = self.row.round_id, self.row.county_id
        if reviewed_any(self.by, *place) or entered_any(self.by, *place):
            return Message(N_("You entered, reviewed or corrected values of this county: somebody else has to decide."))
        return None

    def proposed_by_another(self) -> Message | None:
        """Who made the list decides on none of its steps."""
        if self.proposal is not None and self.proposal.made_by in self.by.own_names:
            return Message(N_("You proposed the list: somebody else has to decide."))
        return None

    # What is written ----------------------------------------------------------------------------------------------
    def take(self) -> None:
        raise NotImplementedError

    def move_county(self, state: str, **fields: object) -> None:
        """Move the county itself; every step of it or of its list shows in its revision."""
        self.row.revision += 1
        for name, value in {"state": state, **fields}.items():
            setattr(self.row, name, value)
        self.row.save(update_fields=["state", "revision", *fields])

    def decide(self) -> None:
        grant = self.grant
        Decision.objects.create(
            county=self.row, action=self.action.key, source=self.before, target=self.action.target, at=self.at,
            by=self.actor, role=grant.role if grant else "", acting_for=grant.acting_for if grant else "",
            reason=self.given.reason, document=self.given.document, due=self.given.due,
        )  # fmt: skip

    @property
    def actor(self) -> str:
        return self.by.ledger_name if self.by else SYSTEM

    def detail(self) -> dict[str, object]:
        """What the ledger keeps of the step."""
        return {
            "round": self.row.round.slug, "step": self.action.key, "from": str(getattr(self, "before", self.status)),
            "to": str(self.action.target), "reason": fit_to_keep(self.given.reason), "document": self.given.document,
            "role": self.grant.role if self.grant else "", "acting_for": self.grant.acting_for if self.grant else "",
            "revision": self.given.seen_revision,
        }  # fmt: skip

    def note(self, why: Message | None) -> None:
        """Who is told, then the step's one ledger entry; append last."""
        if why is None:
            follow_up(self.row, self.action.key, by=self.by)
        noun = str(self.action.subject)
        told = self.detail() | ({"to": "", "refused": str(why)} if why else {})
        append(
            chain=self.row.county_id, actor=self.actor, action=f"{noun}.refuse" if why else f"{noun}.{self.action.key}",
            subject=self.row.round.slug, detail=told,
        )  # fmt: skip


def clock() -> tuple[datetime, datetime]:
    """When the request's transaction began, and now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT now(), clock_timestamp()")
        return cursor.fetchone()


def changed_since(found: Sequence[Changed]) -> Message:
    """What changed since the list was made, with the first branches by name."""
    names = "、".join(one.name for one in found[:NAMED])
    return Message(
        N_("Changed since the list was made: %(count)s branches (%(names)s). Return the list and propose it again."),
        {"count": len(found), "names": names},
    )
