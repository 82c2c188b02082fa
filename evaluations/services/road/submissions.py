"""The steps of a branch's submission: handed in, taken back, given back, passed on to the departments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db import connection
from django.db.models import F, Q

from evaluations.models import Correction, Decision, StarReview, Submission, Value
from evaluations.services.completeness import Branch, Progress, progress_of, township_rows
from evaluations.services.gates import is_past
from evaluations.services.road.forgetting import forget_checked
from evaluations.services.road.stamps import stamps
from evaluations.services.road.steps import Outcome, Step, Wish, last_decisions
from evaluations.workflow import (
    DECIDED,
    MARK_ABSENT,
    PASS,
    READMIT,
    RETAKE,
    RETURN,
    SUBMIT,
    WITHDRAW,
    StarStatus,
    State,
    Status,
)
from scoring.models import Criterion
from tables.message import N_, Message

SUBMISSIONS = """
    WITH locked AS MATERIALIZED (
    SELECT s.entry_id, b.code, b.id, r.township_id, s.status, s.revision, s.unlocked, s.submitted_at, s.receipt,
        (SELECT max(e.until) FROM evaluations_extension e
         WHERE e.county_id = %s AND e.granted AND e.township_id = r.township_id), s.answer_due
    FROM evaluations_rosterentry r
    JOIN evaluations_submission s ON s.entry_id = r.id
    JOIN branches_branch b ON b.id = r.branch_id
    WHERE r.round_id = %s AND r.county_id = %s AND b.code = ANY(%s)
    ORDER BY b.id
    FOR UPDATE OF s
    ) SELECT locked.*, clock_timestamp() FROM locked
"""
LATE = Message(N_("After the deadline, not accepted. Ask for an extension."))


@dataclass
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
    answer_due: datetime | None
    stamp: int | None = None


class SubmissionStep(Step):
    """One step with some submissions of a county."""

    def lock(self, codes: Sequence[str]) -> dict[str, Locked]:
        """The submissions under their locks; read what can't change any more."""
        with connection.cursor() as cursor:
            here = (self.county.pk, self.county.round_id, self.county.county_id)
            cursor.execute(SUBMISSIONS, [*here, sorted(codes)])
            rows = cursor.fetchall()
        found = [Locked(*row[:6], tuple(row[6]), *row[7:-1]) for row in rows]
        self.at = self.received if self.action == SUBMIT else max((row[-1] for row in rows), default=self.received)
        self.decisions = last_decisions([one.entry_id for one in found])
        self.progress: dict[int, Progress] = {}
        if self.action == SUBMIT:
            self.progress = progress_of(self.county.round, [self.as_branch(one) for one in found])
        if self.action == PASS:
            self.stamp(found)
        return {one.branch: one for one in found}

    def stamp(self, found: Sequence[Locked]) -> None:
        """What is passed on is what was looked at, to the last value."""
        evaluation = self.county.round
        known = stamps(evaluation.pk, evaluation.criteria_set_id, [one.branch_id for one in found])
        for one in found:
            one.stamp = known[one.branch_id]

    def is_as_seen(self, one: Locked, wish: Wish) -> bool:
        if self.action == PASS and wish.seen_stamp is None:
            return False
        return super().is_as_seen(one, wish)

    def as_branch(self, one: Locked) -> Branch:
        returned = self.decisions.get((one.entry_id, RETURN.key))
        return Branch(one.branch_id, one.township, one.unlocked, returned.at if returned and one.unlocked else None)

    def stands(self, one: Locked) -> Message:
        """Where it is instead of where the step begins, and who has it."""
        words = {
            Status.DRAFT: N_("Not submitted: there is nothing to take back."),
            Status.SUBMITTED: N_("Submitted already, receipt %(receipt)s."),
            Status.PASSED: N_("Passed on by the township: the departments have it."),
            Status.REVIEWED: N_("Every star is reviewed: the organization department has it."),
            Status.ABSENT: N_("Recorded as not submitted."),
        }
        return Message(words[Status(one.status)], {"receipt": one.receipt})

    # Guards --------------------------------------------------------------------------------------------------------
    def in_time(self, one: Locked) -> Message | None:
        """A branch that was given back has its own time, whatever became of the county's."""
        if one.answer_due is not None and self.received <= one.answer_due:
            return None
        if self.state != State.OPEN:
            return Message(N_("Entry is closed in this county."))
        return LATE if is_past(self.received, self.due, one.until) else None

    def complete(self, one: Locked) -> Message | None:
        progress = self.progress[one.branch_id]
        if progress.missing:
            return Message(N_("%(count)s missing"), {"count": len(progress.missing)})
        if progress.unexplained:
            return Message(N_("%(count)s to be explained by a note"), {"count": len(progress.unexplained)})
        if progress.wrong:
            return Message(N_("sums that do not hold: %(count)s"), {"count": len(progress.wrong)})
        if progress.untouched:
            shown = {"codes": ", ".join(progress.untouched)}
            return Message(
                N_("Returned and not corrected yet: %(codes)s. What stands as it is needs a note that says so."), shown
            )
        return None

    def not_begun(self, one: Locked) -> Message | None:
        """Has the township check touched the branch? Its clerk's own values are locked since the submission."""
        rows = [row.pk for row in township_rows(self.county.round.criteria_set_id)]
        values = Value.objects.filter(round=self.county.round_id, branch=one.branch_id, criterion__in=rows)
        checked = values.filter(Q(township_number__isnull=False) | Q(township_na=True))
        if checked.filter(updated_at__gt=one.submitted_at).exists():
            return Message(N_("The township check has begun; it can be returned, not withdrawn."))
        return None

    def no_star_decided(self, one: Locked) -> Message | None:
        if one.entry_id in self.begun:
            return Message(N_("A department has begun with this branch: it can be returned by it, not taken back."))
        return None

    @cached_property
    def begun(self) -> set[int]:
        return begun_by_departments([one.entry_id for one in self.found.values()])

    def leaves_time(self, one: Locked) -> Message | None:
        """Where entry is over, a return says until when it has to be answered."""
        if self.asked.due is not None:
            return self.due_ahead(one)
        if self.state != State.OPEN or is_past(self.received, self.due, one.until):
            return Message(N_("Entry is over: say until when it has to be answered."))
        return None

    @property
    def returnable(self) -> Sequence[Criterion]:
        return township_rows(self.county.round.criteria_set_id)

    # What is done --------------------------------------------------------------------------------------------------
    def take(self, passed: list[Locked], outcome: Outcome) -> None:
        if passed:
            made = Decision.objects.bulk_create([self.decision(one, late=self.is_late(one)) for one in passed])
            if self.action == SUBMIT:
                outcome.receipt = f"SB-{self.county.round.year}-{made[0].pk:06d}"
            self.move(passed, outcome.receipt)
            self.follow(passed)
            outcome.moved = [one.branch for one in passed]
        values = {one.branch: len(self.progress[one.branch_id].given) for one in passed} if self.progress else {}
        self.note(passed, outcome, values=values, late=any(self.is_late(one) for one in passed))

    def move(self, passed: list[Locked], receipt: str) -> None:
        late = [one.entry_id for one in passed if self.is_late(one)]
        rows = Submission.objects.filter(pk__in=[one.entry_id for one in passed])
        rows.update(status=self.action.target, revision=F("revision") + 1, **self.changes(receipt))
        if late:
            rows.filter(pk__in=late).update(late=True)

    def follow(self, passed: list[Locked]) -> None:
        """What a move brings with it."""
        entries = [one.entry_id for one in passed]
        if self.action == RETURN:
            forget_checked(self.county.round, [one.branch_id for one in passed], self.asked.criteria)
        elif self.action == PASS:
            self.begin_stars(entries)
        elif self.action == RETAKE:
            stars = StarReview.objects.filter(entry__in=entries)
            stars.update(status=StarStatus.WAITING, revision=F("revision") + 1, changed_at=self.at)
        elif self.action in (MARK_ABSENT, READMIT):
            self.mark_due()

    def begin_stars(self, entries: list[int]) -> None:
        """Five stars side by side, each on its own road from here."""
        known = StarReview.objects.filter(entry__in=entries)
        known.update(status=StarStatus.REVIEWING, revision=F("revision") + 1, changed_at=self.at)
        stars = list(self.county.round.criteria_set.stars.values_list("code", flat=True))
        StarReview.objects.bulk_create(
            [StarReview(entry_id=entry, star=star, changed_at=self.at) for entry in entries for star in stars],
            ignore_conflicts=True, batch_size=5000,
        )  # fmt: skip

    def is_late(self, one: Locked) -> bool:
        """Is the deadline over, and the step taken under an extension or after a return?"""
        return self.action == SUBMIT and self.due is not None and self.received > self.due

    def changes(self, receipt: str) -> dict[str, object]:
        """The submission's own fields."""
        if self.action == SUBMIT:
            return {"submitted_at": self.received, "receipt": receipt, "late": False}
        if self.action in (WITHDRAW, RETURN):
            taken_back = {"submitted_at": None, "receipt": "", "late": False}
            opened = {"unlocked": list(self.asked.criteria), "answer_due": self.asked.due}
            return taken_back | (opened if self.action == RETURN else {})
        if self.action == PASS:
            return {"unlocked": [], "answer_due": None}
        return {"answer_due": self.asked.due} if self.action == READMIT else {}


def begun_by_departments(entries: Sequence[int]) -> set[int]:
    """Of these roster entries, those with which a department has begun: an opinion, a return or a correction, ever."""
    moved = Decision.objects.filter(submission__in=entries).exclude(star="").values_list("submission_id")
    corrected = Correction.objects.filter(entry__in=entries).values_list("entry_id")
    begun = (*DECIDED, StarStatus.RETURNED, StarStatus.CORRECTED)
    standing = StarReview.objects.filter(entry__in=entries, status__in=begun).values_list("entry_id")
    return {entry for (entry,) in moved.union(corrected, standing)}
