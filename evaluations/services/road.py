"""The road of submissions: each step checked under a row lock, written down, and kept in the county's ledger.

Locks are taken in one order: the round's county (shared), submissions (by branch), values. An edit of a value holds
both of the first, so what is submitted is what was looked at.

Two times of the database: `received`, when the request's transaction began, is compared with the deadline and is a
submission's own; `at`, read once every lock is held, is when another step took effect, so that what is changed
afterwards is later than it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F, Q

from accounts.models import User
from accounts.roles import fits_place
from evaluations.models import Decision, RoundCounty, State, Submission, Value
from evaluations.services.completeness import Branch, Progress, progress_of, township_rows
from evaluations.services.gates import NOT_OPEN, is_past
from evaluations.workflow import RETURN, SUBMIT, WITHDRAW, Action, Status
from ledger.services import append
from tables.errors import BadCell
from tables.message import N_, Message
from tables.text import clean_text

LONGEST_REASON = 300
COUNTY = "SELECT state, entry_due, now() FROM evaluations_roundcounty WHERE id = %s FOR SHARE"
SUBMISSIONS = """
    WITH locked AS MATERIALIZED (
    SELECT s.entry_id, b.code, b.id, r.township_id, s.status, s.revision, s.unlocked, s.submitted_at, s.receipt,
        (SELECT max(e.until) FROM evaluations_extension e
         WHERE e.county_id = %s AND e.granted AND e.township_id = r.township_id)
    FROM evaluations_rosterentry r
    JOIN evaluations_submission s ON s.entry_id = r.id
    JOIN branches_branch b ON b.id = r.branch_id
    WHERE r.round_id = %s AND r.county_id = %s AND b.code = ANY(%s)
    ORDER BY b.id
    FOR UPDATE OF s
    ) SELECT locked.*, clock_timestamp() FROM locked
"""
ENTERED = """
    SELECT EXISTS (SELECT FROM evaluations_value v WHERE v.round_id = %(round)s AND v.branch_id = %(branch)s
            AND (v.updated_by = %(name)s OR EXISTS (
                SELECT FROM evaluations_valueevent o WHERE o.pgh_obj_id = v.id AND o.updated_by = %(name)s)))
        OR EXISTS (SELECT FROM evaluations_evidence e WHERE e.round_id = %(round)s AND e.branch_id = %(branch)s
            AND %(name)s IN (e.added_by, e.removed_by))
"""  # whoever gave a value that somebody changed since gave it all the same
UNKNOWN = Message(N_("There is no such branch in your township."))


@dataclass(frozen=True)
class Wish:
    """One branch to be moved, and the revision of its submission that its mover saw."""

    branch: str
    seen_revision: int


@dataclass(frozen=True)
class Locked:
    """A submission as it stands under the lock."""

    entry_id: int
    branch: str
    branch_id: int
    township: str
    status: str
    revision: int
    unlocked: tuple[str, ...]
    submitted_at: datetime | None
    receipt: str
    until: datetime | None


@dataclass
class Outcome:
    """What came of a step: branches moved, branches refused and why. `receipt` names a submission."""

    moved: list[str] = field(default_factory=list)
    refused: dict[str, Message] = field(default_factory=dict)
    receipt: str = ""
    repeated: bool = False  # asked again by the same person: nothing further was done


@transaction.atomic
def act(
    county: RoundCounty, action: Action, wishes: Sequence[Wish], *, by: User, reason: str = "",
    criteria: Sequence[str] = (),
) -> Outcome:  # fmt: skip
    """Take one step with some branches of a county, each judged by itself; refusals are answers, kept in the ledger."""
    step = Step(county, action, by, reason, tuple(dict.fromkeys(criteria)))
    found = step.lock([wish.branch for wish in wishes])
    outcome = Outcome()
    passed = []
    for wish in wishes:
        why = step.refusal(found.get(wish.branch), wish)
        if why is not None:
            outcome.refused[wish.branch] = why
        elif step.is_repeated(found[wish.branch], wish):
            outcome.receipt, outcome.repeated = found[wish.branch].receipt, True
        else:
            passed.append(found[wish.branch])
    step.take(passed, outcome)
    return outcome


class Step:
    """One request's step, inside its transaction."""

    def __init__(self, county: RoundCounty, action: Action, by: User, reason: str, criteria: tuple[str, ...]):
        self.county, self.action, self.by, self.reason, self.criteria = county, action, by, reason, criteria
        self.places = places_of(by, action.role, county.county_id)
        self.checks: tuple[Callable[[Locked], Message | None], ...] = {
            SUBMIT.key: (self.is_late, self.lack),
            WITHDRAW.key: (self.is_late, self.has_begun),
            RETURN.key: (self.is_closed, self.lacks_reason, self.entered_it),
        }[action.key]

    def lock(self, codes: Sequence[str]) -> dict[str, Locked]:
        """The county and then the submissions, under their locks; read what can't change any more."""
        with connection.cursor() as cursor:
            cursor.execute(COUNTY, [self.county.pk])
            self.state, self.due, self.received = cursor.fetchone()
            cursor.execute(SUBMISSIONS, [self.county.pk, self.county.round_id, self.county.county_id, sorted(codes)])
            rows = cursor.fetchall()
        found = [Locked(*row[:6], tuple(row[6]), *row[7:-1]) for row in rows]
        self.at = self.received if self.action == SUBMIT else max((row[-1] for row in rows), default=self.received)
        self.decisions = last_decisions([one.entry_id for one in found])
        self.progress: dict[int, Progress] = {}
        if self.action == SUBMIT:
            self.progress = progress_of(self.county.round, [self.as_branch(one) for one in found])
        return {one.branch: one for one in found}

    def as_branch(self, one: Locked) -> Branch:
        returned = self.decisions.get((one.entry_id, RETURN.key))
        return Branch(one.branch_id, one.township, one.unlocked, returned.at if returned and one.unlocked else None)

    def refusal(self, one: Locked | None, wish: Wish) -> Message | None:
        """Why the step isn't taken; None where it is, or was by the same request sent again."""
        if one is None or not one.branch.startswith(self.places):
            return UNKNOWN
        if self.is_repeated(one, wish):
            return None
        if one.status != self.action.source:
            return self.stands(one)
        if one.revision != wish.seen_revision:
            return Message(N_("Changed since you opened the page; nothing was done."))
        return next((why for check in self.checks if (why := check(one))), None)

    def is_repeated(self, one: Locked, wish: Wish) -> bool:
        """Was this very step taken a moment ago by the same person? A double click is no refusal."""
        last = self.decisions.get((one.entry_id, ""))
        same = last is not None and (last.action, last.by) == (self.action.key, self.by.ledger_name)
        return same and one.status == self.action.target and one.revision == wish.seen_revision + 1

    @staticmethod
    def stands(one: Locked) -> Message:
        if one.status == Status.DRAFT:
            return Message(N_("Not submitted: there is nothing to take back."))
        return Message(N_("Submitted already, receipt %(receipt)s."), {"receipt": one.receipt})

    # Checks: each says what is in the way, or nothing ------------------------------------------------------------
    def is_closed(self, one: Locked) -> Message | None:
        if self.state == State.OPEN:
            return None
        return Message(NOT_OPEN.get(State(self.state), N_("The county is under review: values are locked.")))

    def is_late(self, one: Locked) -> Message | None:
        closed = self.is_closed(one)
        if closed is None and is_past(self.received, self.due, one.until):
            return Message(N_("After the deadline, not accepted. Ask for an extension."))
        return closed

    def lack(self, one: Locked) -> Message | None:
        progress = self.progress[one.branch_id]
        if progress.missing:
            return Message(N_("%(count)s missing"), {"count": len(progress.missing)})
        if progress.unexplained:
            return Message(N_("%(count)s to be explained by a note"), {"count": len(progress.unexplained)})
        if progress.wrong:
            return Message(N_("sums that do not hold: %(count)s"), {"count": len(progress.wrong)})
        if progress.untouched:
            shown = {"codes": ", ".join(progress.untouched)}
            return Message(N_("Returned and not corrected yet: %(codes)s"), shown)
        return None

    def has_begun(self, one: Locked) -> Message | None:
        """Has the township check touched the branch? Its clerk's own values are locked since the submission.

        Nothing writes a township's numbers yet, so today this never refuses; the check of values will.
        """
        rows = [row.pk for row in township_rows(self.county.round.criteria_set_id)]
        values = Value.objects.filter(round=self.county.round_id, branch=one.branch_id, criterion__in=rows)
        checked = values.filter(Q(township_number__isnull=False) | Q(township_na=True))
        if checked.filter(updated_at__gt=one.submitted_at).exists():
            return Message(N_("The township check has begun; it can be returned, not withdrawn."))
        return None

    def lacks_reason(self, one: Locked) -> Message | None:
        known = {row.code for row in township_rows(self.county.round.criteria_set_id)}
        if not self.criteria or not known.issuperset(self.criteria):
            return Message(N_("Name the criteria that have to be corrected."))
        try:
            self.reason = clean_text(self.reason, max_length=LONGEST_REASON)
        except BadCell as bad:
            return Message(N_("must be %(allowed)s"), {"allowed": bad.allowed})
        return None if self.reason else Message(N_("A return needs its reason."))

    def entered_it(self, one: Locked) -> Message | None:
        """Nobody reviews what they entered: a value, even one that somebody else changed since, or a file."""
        name = self.by.ledger_name
        with connection.cursor() as cursor:
            cursor.execute(ENTERED, {"round": self.county.round_id, "branch": one.branch_id, "name": name})
            entered = cursor.fetchone()[0]
        if entered or self.decisions[one.entry_id, SUBMIT.key].by == name:
            return Message(N_("You entered values of this branch: somebody else has to check it."))
        return None

    # What is done ------------------------------------------------------------------------------------------------
    def take(self, passed: list[Locked], outcome: Outcome) -> None:
        """Write decisions and submissions; one ledger entry for all, last."""
        if passed:
            made = Decision.objects.bulk_create([self.decision(one) for one in passed])
            if self.action == SUBMIT:
                outcome.receipt = f"SB-{self.county.round.year}-{made[0].pk:06d}"
            rows = Submission.objects.filter(pk__in=[one.entry_id for one in passed])
            rows.update(status=self.action.target, revision=F("revision") + 1, **self.changes(outcome.receipt))
            outcome.moved = [one.branch for one in passed]
        if passed or outcome.refused:
            self.note(passed, outcome)

    @property
    def late(self) -> bool:
        """Is the deadline over, and the step taken under an extension?"""
        return self.action == SUBMIT and self.due is not None and self.received > self.due

    def decision(self, one: Locked) -> Decision:
        return Decision(
            submission_id=one.entry_id, action=self.action.key, source=one.status, target=self.action.target,
            at=self.at, by=self.by.ledger_name, reason=self.reason, criteria=list(self.criteria), late=self.late,
        )  # fmt: skip

    def changes(self, receipt: str) -> dict[str, object]:
        if self.action == SUBMIT:
            return {"submitted_at": self.received, "receipt": receipt, "late": self.late}
        taken_back = {"submitted_at": None, "receipt": "", "late": False}
        return taken_back | ({"unlocked": list(self.criteria)} if self.action == RETURN else {})

    def note(self, passed: list[Locked], outcome: Outcome) -> None:
        values = {one.branch: len(self.progress[one.branch_id].given) for one in passed} if self.progress else {}
        detail = {
            "round": self.county.round.slug, "branches": [one.branch for one in passed], "values": values,
            "refused": {branch: str(why) for branch, why in outcome.refused.items()}, "late": self.late,
            "reason": self.reason, "criteria": list(self.criteria),
        }  # fmt: skip
        append(
            chain=self.county.county_id, actor=self.by.ledger_name,
            action=f"submission.{self.action.key}" if passed else "submission.refuse",
            subject=outcome.receipt or self.county.round.slug, detail=detail | {"step": self.action.key},
        )  # fmt: skip


def places_of(user: User, role: str, county: str) -> tuple[str, ...]:
    """What the codes of the branches begin with for which this person holds the role, in that county."""
    held = user.held_grants if user.is_active else []
    return tuple(
        grant.scope_prefix
        for grant in held
        if grant.role == role and fits_place(role, grant.region_id) and grant.scope_prefix.startswith(county[:6])
    )


def last_decisions(entries: Sequence[int]) -> dict[tuple[int, str], Decision]:
    """(submission, action) → the last decision of that action, and (submission, "") → the last of any."""
    found: dict[tuple[int, str], Decision] = {}
    for one in Decision.objects.filter(submission__in=entries).order_by("pk"):
        found[one.submission_id, one.action] = found[one.submission_id, ""] = one
    return found
