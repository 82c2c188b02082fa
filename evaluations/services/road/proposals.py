"""The steps of a proposed list: approved as it was made and as everything behind it still stands, or returned."""

from __future__ import annotations

from functools import cached_property

from django.db import transaction
from django.db.models import F

from accounts.models import User
from evaluations.models import Proposal
from evaluations.services.rating import in_snapshot
from evaluations.services.road.counties import give_back_list
from evaluations.services.road.steps import Outcome
from evaluations.services.road.whole import Given, WholeStep
from evaluations.services.seal import hold_off_edits
from evaluations.workflow import APPROVE, Action, ProposalStatus, State
from tables.message import N_, Message


def move_proposal(
    proposal: Proposal, action: Action, *, by: User, seen_revision: int, reason: str = "", document: str = ""
) -> Outcome:
    """Take one step with a proposed list; `seen_revision` is the list's as the person's page had it."""
    county = proposal.county

    def work() -> Outcome:
        return ProposalStep(proposal, action, by, Given(seen_revision, reason, document)).run()

    if action == APPROVE:
        return in_snapshot(county.round_id, county.county_id, work, first=hold_off_edits)
    with transaction.atomic():
        return work()


class ProposalStep(WholeStep):
    """One step of a list, under its county's lock and its own."""

    def __init__(self, proposal: Proposal, action: Action, by: User, given: Given):
        super().__init__(proposal.county, action, by, given)
        self.pk = proposal.pk

    def lock(self) -> None:
        super().lock()
        self.__dict__["proposal"] = Proposal.objects.select_for_update().get(pk=self.pk)

    @cached_property
    def proposal(self) -> Proposal:
        return Proposal.objects.get(pk=self.pk)

    @property
    def status(self) -> str:
        return self.proposal.status

    @property
    def revision(self) -> int:
        return self.proposal.revision

    def stands(self) -> Message:
        if self.proposal.status == ProposalStatus.RETURNED:
            return Message(N_("Returned already by %(by)s."), {"by": self.proposal.returned_by})
        if self.proposal.status == ProposalStatus.APPROVED and self.row.state == State.PROPOSED:
            return Message(N_("Approved already by %(by)s."), {"by": self.proposal.approved_by})
        return super().stands()

    def take(self) -> None:
        if self.action == APPROVE:
            Proposal.objects.filter(pk=self.pk).update(
                status=ProposalStatus.APPROVED, revision=F("revision") + 1, minutes=self.given.document,
                approved_by=self.actor, approved_at=self.at,
            )  # fmt: skip
            self.move_county(self.row.state)
        else:
            give_back_list(self.proposal, self)
            self.move_county(State.UNDER_REVIEW)
        self.decide()

    def detail(self) -> dict[str, object]:
        return super().detail() | {"proposal": self.proposal.number, "digest": self.proposal.digest}
