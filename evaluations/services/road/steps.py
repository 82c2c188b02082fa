"""One step with some branches of a county: the order of locks, the checks common to all steps, what is written down.

Locks are taken in one order: the round's county (shared), submissions (by branch), their stars, values. An edit of a
value holds the first two, so what is decided on is what was looked at.

Two times of the database: `received`, when the request's transaction began, is compared with deadlines; `at`, read once
every lock is held, is when a step took effect, so that what is changed afterwards is later than it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django.db import connection, transaction

from accounts.models import Grant, User
from evaluations.models import Decision, RatingMark, RoundCounty, State
from evaluations.services.following import follow_up
from evaluations.services.private_numbers import fit_to_keep, private_number
from evaluations.services.road.persons import CONFLICT, ENTERED_IT, declared_by, entered_by, may_act, mixed_duties
from evaluations.workflow import Action, Need
from ledger.services import append
from scoring.models import Criterion, Source
from scoring.standard import published_standard
from tables.errors import BadCell
from tables.message import N_, Message
from tables.text import clean_text

LONGEST_REASON = 300
SPELLED_OUT = 100  # refusals in one entry of the ledger; all are counted
COUNTY = "SELECT state, entry_due, now() FROM evaluations_roundcounty WHERE id = %s FOR SHARE"
NOT_YOURS = Message(N_("This step is not yours to take."))
UNKNOWN = Message(N_("There is no such branch in your township."))
CHANGED = Message(N_("Changed since you opened the page; nothing was done."))
STATES = {
    State.DRAFT: N_("Entry has not opened yet."),
    State.OPEN: N_("The county is still open for entry."),
    State.CLOSED_FOR_ENTRY: N_("Entry is closed in this county."),
    State.UNDER_REVIEW: N_("The county is under review: values are locked."),
    State.PROPOSED: N_("The list is proposed: only its return opens the review again."),
    State.ON_NOTICE: N_("The county is on public notice."),
    State.CONFIRMED: N_("The results are confirmed and sealed."),
    State.CLOSED: N_("The round is closed in this county."),
}


@dataclass(frozen=True)
class Wish:
    """One branch to be moved, and what its mover saw: the revision, and where it counts, the stamp of the values."""

    branch: str
    seen_revision: int
    seen_stamp: int | None = None


@dataclass
class Asked:
    """What the step's form gave."""

    reason: str = ""
    criteria: tuple[str, ...] = ()
    due: datetime | None = None


@dataclass
class Outcome:
    """What came of a step: branches moved, branches refused and why. `receipt` names a submission."""

    moved: list[str] = field(default_factory=list)
    refused: dict[str, Message] = field(default_factory=dict)
    receipt: str = ""
    repeated: bool = False  # asked again by the same person: nothing further was done


Guard = Callable[[object], Message | None]


class Step:
    """One request's step, inside its transaction. A subject's own step says how it locks, stands, and is written."""

    star = ""

    def __init__(self, county: RoundCounty, action: Action, by: User, asked: Asked):
        self.county, self.action, self.by, self.asked = county, action, by, asked
        self.grants: dict[str, Grant | None] = {}
        self.checks: tuple[Guard, ...] = tuple(getattr(self, name) for name in action.guards)

    # Read under the locks -----------------------------------------------------------------------------------------
    def lock_county(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(COUNTY, [self.county.pk])
            self.state, self.due, self.received = cursor.fetchone()

    def run(self, wishes: Sequence[Wish]) -> Outcome:
        """Judge each branch by itself and move those that pass; refusals are answers, kept in the ledger."""
        self.lock_county()
        self.found = self.lock([wish.branch for wish in wishes])
        outcome, passed = Outcome(), []
        for wish in {wish.branch: wish for wish in wishes}.values():  # a branch named twice is moved once
            one = self.found.get(wish.branch)
            why = self.refusal(one, wish)
            if why is not None:
                outcome.refused[wish.branch] = why
            elif self.is_repeated(one, wish):
                outcome.receipt, outcome.repeated = getattr(one, "receipt", ""), True
            else:
                passed.append(one)
        self.take(passed, outcome)
        return outcome

    def refusal(self, one, wish: Wish) -> Message | None:
        """Why the step isn't taken; None where it is, or was by the same request sent again."""
        if one is None or self.grant_at(one.branch) is None:
            return NOT_YOURS if one is not None and self.is_seen(one.branch) else UNKNOWN
        if self.is_repeated(one, wish):
            return None
        if one.status not in self.action.sources:
            return self.stands(one)
        if self.state not in self.action.counties:
            return Message(STATES[State(self.state)])
        if not self.is_as_seen(one, wish):
            return CHANGED
        lacking = self.unfit_reason() or next((why for check in self.checks if (why := check(one))), None)
        return lacking or mixed_duties(self.by, self.grant_at(one.branch))

    def grant_at(self, branch: str) -> Grant | None:
        """The role by which this person acts on that branch."""
        if branch not in self.grants:
            self.grants[branch] = may_act(self.by, self.action, self.county.county_id, place=branch, star=self.star)
        return self.grants[branch]

    def is_seen(self, branch: str) -> bool:
        """May this person, who may not take the step, look at what it is about?"""
        sight = self.by.sight(self.county.county_id, confirmed=False)
        return sight.shows_star(branch, self.star) if self.star else sight.opens_branch(branch)

    def is_as_seen(self, one, wish: Wish) -> bool:
        return one.revision == wish.seen_revision and (
            None in (one.stamp, wish.seen_stamp) or one.stamp == wish.seen_stamp
        )

    def is_repeated(self, one, wish: Wish) -> bool:
        """Was this very step taken a moment ago by the same person? A double click is no refusal."""
        last = self.decisions.get((one.entry_id, ""))
        same = last is not None and (last.action, last.by) == (self.action.key, self.by.ledger_name)
        return same and one.status == self.action.target and one.revision == wish.seen_revision + 1

    # Guards that several subjects share: each says what is in the way, or nothing ----------------------------------
    def unfit_reason(self) -> Message | None:
        """Asked for or not, a reason is kept for ever: it is read as every text is."""
        try:
            self.asked.reason = clean_text(self.asked.reason, max_length=LONGEST_REASON)
        except BadCell as bad:
            return Message(N_("must be %(allowed)s"), {"allowed": bad.allowed})
        if self.asked.reason or Need.REASON not in self.action.needs:
            return private_number(self.asked.reason)
        return Message(N_("A return needs its reason.") if Need.CRITERIA in self.action.needs else N_("Give a reason."))

    def names_criteria(self, one) -> Message | None:
        known = {row.code for row in self.returnable}
        if not self.asked.criteria or not known.issuperset(self.asked.criteria):
            return Message(N_("Name the criteria that have to be corrected."))
        return None

    def due_ahead(self, one) -> Message | None:
        if self.asked.due is None or self.asked.due <= self.received:
            return Message(N_("Say until when it has to be answered: a time to come."))
        return None

    def entered_nothing(self, one) -> Message | None:
        if one.branch_id in self.entered:
            return ENTERED_IT
        return CONFLICT if one.branch_id in self.declared else None

    @cached_property
    def declared(self) -> set[int]:
        """The branches this person must not review (S10)."""
        return declared_by(self.by, [one.branch_id for one in self.found.values()])

    @cached_property
    def entered(self) -> set[int]:
        """The branches this person had a hand in."""
        return entered_by(self.by, self.county.round_id, [one.branch_id for one in self.found.values()])

    @property
    def returnable(self) -> Iterable[Criterion]:
        """The criteria a return may name."""
        return [row for row in self.rows if row.takes_entry]

    @cached_property
    def rows(self) -> Sequence[Criterion]:
        return published_standard(self.county.round.criteria_set_id).criteria

    # What is written ----------------------------------------------------------------------------------------------
    def decision(self, one, **fields) -> Decision:
        grant = self.grant_at(one.branch)
        return Decision(
            submission_id=one.entry_id, star=self.star, action=self.action.key, source=one.status,
            target=self.action.target, at=self.at, by=self.by.ledger_name, role=grant.role,
            acting_for=grant.acting_for, reason=self.asked.reason, criteria=list(self.asked.criteria),
            due=self.asked.due, **fields,
        )  # fmt: skip

    def mark_due(self) -> None:
        """What was decided counts in the county's results: they have to be computed again."""
        RatingMark.objects.create(round_id=self.county.round_id, county_id=self.county.county_id)

    def tell(self, passed: list) -> None:
        """Put what happened into the inboxes of those it concerns."""
        if not passed:
            return
        sources = {row.code: "" if row.source == Source.TOWNSHIP else row.owner for row in self.rows}
        owners = {sources[code] for code in self.asked.criteria} if self.asked.criteria else None
        due = {"due": self.asked.due.isoformat()} if self.asked.due else {}
        branches = [one.branch for one in passed]
        follow_up(
            self.county, self.action.key, by=self.by, branches=branches, star=self.star, owners=owners, params=due
        )

    def note(self, passed: list, outcome: Outcome, **more) -> None:
        """One ledger entry for all that moved and all that was refused; append last."""
        if not passed and not outcome.refused:
            return
        self.tell(passed)
        acting_for = sorted({grant.acting_for for one in passed if (grant := self.grants[one.branch])} - {""})
        roles = sorted({grant.role for one in passed if (grant := self.grants[one.branch])})
        detail = {
            "round": self.county.round.slug, "step": self.action.key, "branches": [one.branch for one in passed],
            "refused": dict(told_of(outcome.refused)), "refusals": len(outcome.refused),
            "reason": fit_to_keep(self.asked.reason),
            "criteria": list(self.asked.criteria), "star": self.star, "role": roles, "acting_for": acting_for,
            "from": sorted({one.status for one in passed}), "to": str(self.action.target) if passed else "",
            "due": self.asked.due.isoformat() if self.asked.due else "",
        }  # fmt: skip
        noun = str(self.action.subject)
        append(
            chain=self.county.county_id, actor=self.by.ledger_name,
            action=f"{noun}.{self.action.key}" if passed else f"{noun}.refuse",
            subject=outcome.receipt or self.county.round.slug, detail=detail | more,
        )  # fmt: skip


@transaction.atomic
def keep_stranger(county: RoundCounty, action: Action, by: User, star: str = "") -> None:
    """Somebody who may look asked for a step that isn't theirs: its entry, as of every refusal."""
    append(
        chain=county.county_id, actor=by.ledger_name, action=f"{action.subject}.refuse", subject=county.round.slug,
        detail={"round": county.round.slug, "step": action.key, "star": star, "refused": str(NOT_YOURS)},
    )  # fmt: skip


def told_of(refused: Mapping[str, Message]) -> Iterator[tuple[str, str]]:
    """The refusals an entry spells out: a request of invented codes must not fill the ledger."""
    for branch, why in list(refused.items())[:SPELLED_OUT]:
        yield branch, str(why)


def last_decisions(entries: Sequence[int], star: str = "") -> dict[tuple[int, str], Decision]:
    """(submission, action) → the last decision of that action, and (submission, "") → the last of any."""
    found: dict[tuple[int, str], Decision] = {}
    for one in Decision.objects.filter(submission__in=entries, star=star).order_by("pk"):
        found[one.submission_id, one.action] = found[one.submission_id, ""] = one
    return found
