"""A county of the review's world from its proposal on: reviewed, rated, and each step taken by the one it is for."""

from __future__ import annotations

from datetime import timedelta

from accounts.models import User
from branches.working_days import today
from evaluations.models import Proposal, PublicNotice, RoundCounty
from evaluations.services.proposing import current_proposal
from evaluations.services.road.counties import move_county
from evaluations.services.road.proposals import move_proposal
from evaluations.services.road.steps import Outcome
from evaluations.workflow import (
    APPROVE,
    CONFIRM,
    PROPOSE,
    PUBLISH,
    Action,
    StarStatus,
    Status,
    Subject,
)
from tests import factories
from tests.review import world
from tests.review.world import Review

MINUTES = "示组纪〔2026〕21号"
CONTACT = "县委组织部组织二股 0398-0000000"


def reviewed(count: int = 2, **fields) -> Review:
    """Every branch with its best values, every star recommended."""
    county = world.build(count, others=0, **fields)
    for branch in county.branches:
        factories.give(county.entry.this, branch)
    county.put(Status.REVIEWED, *county.branches, stars=StarStatus.RECOMMENDED)
    RoundCounty.objects.filter(pk=county.county.pk).update(contact=CONTACT)
    return county


def step(county: Review, action: Action, *, by: User | None = None, **asked) -> Outcome:
    """A step as somebody takes it who has just looked; by whom it is for, unless said otherwise."""
    by = by or (county.organization_reviewer if action.roles[0].endswith("reviewer") else county.organization_approver)
    if action.subject == Subject.PROPOSAL:
        row = proposal(county)
        return move_proposal(row, action, by=by, **{"seen_revision": row.revision} | asked)
    row = county.county
    return move_county(row, action, by=by, **{"seen_revision": row.revision} | asked)


def proposal(county: Review) -> Proposal:
    return current_proposal(county.county) or Proposal.objects.filter(county=county.county).last()


def propose(county: Review) -> Proposal:
    assert step(county, PROPOSE).moved
    return proposal(county)


def approve(county: Review) -> Proposal:
    propose(county)
    assert step(county, APPROVE, document=MINUTES).moved
    return proposal(county)


def publish(county: Review) -> PublicNotice:
    approve(county)
    assert step(county, PUBLISH).moved
    return PublicNotice.objects.get(county=county.county, withdrawn_at=None)


def let_pass(county: Review) -> None:
    """The notice's last day was yesterday."""
    long_ago = today() - timedelta(days=20)
    PublicNotice.objects.filter(county=county.county).update(first_day=long_ago, last_day=long_ago + timedelta(days=10))


def confirm(county: Review) -> Outcome:
    publish(county)
    let_pass(county)
    return step(county, CONFIRM)
