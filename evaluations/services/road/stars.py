"""The steps of one star of a branch: five move side by side, and the last one decided moves the branch on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db import connection
from django.db.models import F

from evaluations.models import Decision, RoundCounty, StarReview
from evaluations.services.completeness import untouched_since
from evaluations.services.following import REVIEWED, follow_up
from evaluations.services.road.dissent import dissented
from evaluations.services.road.forgetting import forget_checked, take_back_unsent
from evaluations.services.road.stamps import stamps
from evaluations.services.road.steps import Asked, Outcome, Step, Wish, last_decisions
from evaluations.workflow import (
    ANSWER,
    ANSWER_DATA,
    DECIDED,
    GIVE_BACK,
    NOT_RECOMMEND,
    PASS_STAR,
    RECOMMEND,
    RECONSIDER,
    RESUME,
    RETURN_STAR,
    Action,
    StarStatus,
)
from scoring.models import Criterion, Source
from tables.message import N_, Message

STARS = """
    WITH locked AS MATERIALIZED (
    SELECT r.id, b.code, b.id, v.id AS review, v.status, v.revision, v.unlocked, v.due, s.status AS submission
    FROM evaluations_rosterentry r
    JOIN evaluations_submission s ON s.entry_id = r.id
    JOIN evaluations_starreview v ON v.entry_id = r.id AND v.star = %s
    JOIN branches_branch b ON b.id = r.branch_id
    WHERE r.round_id = %s AND r.county_id = %s AND b.code = ANY(%s)
    ORDER BY b.id
    FOR UPDATE OF s, v
    ) SELECT locked.*, clock_timestamp() FROM locked
"""
# All stars of a branch decided: it is the organization department's; one of them open again: it is not. What returns
# opened is kept together on the submission, where the edit of a value looks.
ADVANCE = """
    UPDATE evaluations_submission s SET
        status = CASE WHEN x.decided THEN 'reviewed' ELSE 'passed' END, unlocked = x.unlocked, answer_due = x.due,
        revision = s.revision + 1
    FROM (
        SELECT v.entry_id, bool_and(v.status IN ('recommended', 'not_recommended')) AS decided,
            coalesce(array_agg(c.code) FILTER (WHERE c.code IS NOT NULL), '{}') AS unlocked,
            max(v.due) FILTER (WHERE v.status = 'returned') AS due
        FROM evaluations_starreview v
        LEFT JOIN LATERAL unnest(v.unlocked) AS c (code) ON v.status = 'returned'
        WHERE v.entry_id = ANY(%s) GROUP BY 1
    ) x, evaluations_submission old
    WHERE s.entry_id = x.entry_id AND old.entry_id = s.entry_id AND s.status IN ('passed', 'reviewed')
        AND (s.status, s.unlocked, s.answer_due)
            IS DISTINCT FROM (CASE WHEN x.decided THEN 'reviewed' ELSE 'passed' END, x.unlocked, x.due)
    RETURNING s.entry_id, old.status, s.status
"""
WITHHOLDING = (StarStatus.NOT_RECOMMENDED,)
LOOKED_AT = (RECOMMEND.key, NOT_RECOMMEND.key, PASS_STAR.key)  # decisions on what the values say


@dataclass
class LockedStar:
    """One star of one branch as it stands under the lock."""

    entry_id: int
    branch: str
    branch_id: int
    review_id: int
    status: str
    revision: int
    unlocked: tuple[str, ...]
    due: datetime | None
    submission: str
    stamp: int = 0


class StarStep(Step):
    """One step with one star of some branches."""

    def __init__(self, county: RoundCounty, action: Action, by, asked: Asked, star: str):
        self.star = star
        super().__init__(county, action, by, asked)

    def lock(self, codes: Sequence[str]) -> dict[str, LockedStar]:
        with connection.cursor() as cursor:
            cursor.execute(STARS, [self.star, self.county.round_id, self.county.county_id, sorted(codes)])
            rows = cursor.fetchall()
        found = [LockedStar(*row[:6], tuple(row[6]), *row[7:-1]) for row in rows]
        self.at = max((row[-1] for row in rows), default=self.received)
        self.decisions = last_decisions([one.entry_id for one in found], self.star)
        evaluation = self.county.round
        known = stamps(evaluation.pk, evaluation.criteria_set_id, [one.branch_id for one in found], self.star)
        for one in found:
            one.stamp = known[one.branch_id]
        return {one.branch: one for one in found}

    def is_as_seen(self, one: LockedStar, wish: Wish) -> bool:
        if self.action.key in LOOKED_AT and wish.seen_stamp is None:
            return False
        return super().is_as_seen(one, wish)

    def stands(self, one: LockedStar) -> Message:
        """Where the star is instead, and who decided it."""
        words = {
            StarStatus.WAITING: N_("The township has not passed this branch on."),
            StarStatus.REVIEWING: N_("The department is still reviewing this star."),
            StarStatus.RETURNED: N_("Returned for correction: the answer is awaited."),
            StarStatus.CORRECTED: N_("Corrected: the township has to check it first."),
            StarStatus.RECOMMENDED: N_("Decided already: recommended by %(by)s."),
            StarStatus.NOT_RECOMMENDED: N_("Decided already: not recommended by %(by)s."),
        }
        last = self.decisions.get((one.entry_id, ""))
        return Message(words[StarStatus(one.status)], {"by": last.by if last else ""})

    # Guards --------------------------------------------------------------------------------------------------------
    def settles_dissent(self, one: LockedStar) -> Message | None:
        """A co-department that does not agree is answered with a reason, never passed over."""
        if one.entry_id in self.dissented and not self.asked.reason.strip():
            return Message(N_("A co-department does not agree: say why it is recommended all the same."))
        return None

    @cached_property
    def dissented(self) -> set[int]:
        rows = [row.pk for row in self.rows if row.star == self.star]
        return dissented([one.entry_id for one in self.found.values()], rows)

    def answer_overdue(self, one: LockedStar) -> Message | None:
        if one.due is not None and self.received <= one.due:
            return Message(N_("The time to answer is not over yet."))
        return None

    def answer_in_time(self, one: LockedStar) -> Message | None:
        if one.due is not None and self.received > one.due:
            return Message(N_("The time to answer is over; the department goes on without it."))
        return None

    def asked_of_township(self, one: LockedStar) -> Message | None:
        if self.sources_of(one) & {Source.TOWNSHIP}:
            return None
        return Message(N_("Only departments were asked to correct something here."))

    def asked_of_department(self, one: LockedStar) -> Message | None:
        if self.sources_of(one) & {Source.TOWNSHIP}:
            return Message(N_("The township sends the correction, with what departments corrected."))
        owners = {row.owner for row in self.rows if row.code in one.unlocked}
        grant = self.grant_at(one.branch)
        if grant.department is None or grant.department.name not in owners:
            return Message(N_("Another department was asked to correct something here."))
        return None

    def corrected_all(self, one: LockedStar) -> Message | None:
        open_ = untouched_since(self.county.round, one.branch_id, one.unlocked, self.returned_at(one))
        if open_:
            return Message(
                N_("Returned and not corrected yet: %(codes)s. What stands as it is needs a note that says so."),
                {"codes": ", ".join(open_)},
            )
        return None

    def returned_at(self, one: LockedStar) -> datetime:
        """When it was last returned."""
        moves = (self.decisions.get((one.entry_id, action.key)) for action in (RETURN_STAR, GIVE_BACK))
        return max(move.at for move in moves if move is not None)

    def sources_of(self, one: LockedStar) -> set[str]:
        return {row.source for row in self.rows if row.code in one.unlocked}

    @property
    def returnable(self) -> list[Criterion]:
        return [row for row in self.rows if row.star == self.star and row.takes_entry]

    # What is done --------------------------------------------------------------------------------------------------
    def take(self, passed: list[LockedStar], outcome: Outcome) -> None:
        if passed:
            Decision.objects.bulk_create([self.decision(one) for one in passed], batch_size=2000)
            self.move(passed)
            self.advance(passed)
            if self.action.target in WITHHOLDING or any(one.status in WITHHOLDING for one in passed):
                self.mark_due()
            outcome.moved = [one.branch for one in passed]
        self.note(passed, outcome)

    def move(self, passed: list[LockedStar]) -> None:
        returned = self.action.target == StarStatus.RETURNED
        StarReview.objects.filter(pk__in=[one.review_id for one in passed]).update(
            status=self.action.target, revision=F("revision") + 1, changed_at=self.at,
            unlocked=list(self.asked.criteria) if returned else [], due=self.asked.due if returned else None,
            decided_by=self.by.ledger_name if self.action.target in DECIDED else "",
        )  # fmt: skip
        if self.action in (RESUME, RECONSIDER):
            for one in (one for one in passed if one.status == StarStatus.RETURNED):
                take_back_unsent(self.county.round, one.branch_id, one.unlocked, self.returned_at(one))
        if self.action in (ANSWER, ANSWER_DATA):
            for one in passed:
                forget_checked(self.county.round, [one.branch_id], one.unlocked)

    def advance(self, passed: list[LockedStar]) -> None:
        """Move the branches whose last star this was, once each: their submissions are locked."""
        with connection.cursor() as cursor:
            cursor.execute(ADVANCE, [[one.entry_id for one in passed]])
            moved = [row for row in cursor.fetchall() if row[1] != row[2]]
        Decision.objects.bulk_create(
            [
                Decision(
                    submission_id=entry, action="advance" if target == "reviewed" else "reopen", source=source,
                    target=target, at=self.at, by=self.by.ledger_name,
                )
                for entry, source, target in moved
            ],
            batch_size=2000,
        )  # fmt: skip
        codes = {one.entry_id: one.branch for one in passed}
        if reviewed := sorted(codes[entry] for entry, _source, target in moved if target == "reviewed"):
            follow_up(self.county, REVIEWED, by=self.by, branches=reviewed)
