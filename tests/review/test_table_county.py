"""Every role × action × state × scope of the county's own road and its list, judged by the road and by the table."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from evaluations.models import Proposal, RoundCounty
from evaluations.services.road.counties import move_county
from evaluations.services.road.proposals import move_proposal
from evaluations.services.road.steps import Outcome
from evaluations.workflow import (
    ACTIONS,
    CLOSE,
    CLOSE_ENTRY,
    CONFIRM,
    OPEN_ENTRY,
    PUBLISH,
    STATUSES,
    WITHDRAW_NOTICE,
    Action,
    Need,
    ProposalStatus,
    State,
    Subject,
)
from tests.review import county_year as year
from tests.review import world
from tests.review.people import SCOPES, somebody

pytestmark = pytest.mark.django_db

WHOLE = [action for action in ACTIONS.values() if action.subject in (Subject.COUNTY, Subject.PROPOSAL)]
ASKED = {Need.REASON: "须说明的理由", Need.DOCUMENT: "示组纪〔2026〕9号", Need.DUE: timezone.now() + timedelta(days=3)}
CASES = [
    (action.key, role, scope, status)
    for action, role, scope in product(WHOLE, Role, SCOPES)
    for status in STATUSES[action.subject]
]


@pytest.fixture
def county():
    return year.reviewed(1)


def arrange(county, action: Action) -> None:
    """Everything a guard of this action asks for, and the county where it begins."""
    begun = {PUBLISH: year.approve, WITHDRAW_NOTICE: year.publish, CONFIRM: year.publish, CLOSE: year.confirm}
    if action in begun:
        begun[action](county)
    elif action.subject == Subject.PROPOSAL:
        year.propose(county)
    if action == CONFIRM:
        year.let_pass(county)
    RoundCounty.objects.filter(pk=county.county.pk).update(**times(action))


def times(action: Action) -> dict:
    """The calendar as the action needs it."""
    if action == OPEN_ENTRY:
        days = zip(("entry_due", "township_due", "department_due"), (3, 5, 9), strict=True)
        return {"prepared_by": "another"} | {name: world.ahead(days=count) for name, count in days}
    if action == CLOSE_ENTRY:
        return {"entry_due": world.now() - timedelta(minutes=1)}
    return {"confirmed_at": world.now() - timedelta(days=60)} if action == CLOSE else {}


def stand(county, action: Action, status: str) -> None:
    if action.subject == Subject.COUNTY:
        county.stand(status)
        return
    told = {"minutes": "纪要", "approved_by": "another", "returned_reason": "须重核"}
    Proposal.objects.update(status=status, **told)


def take(county, action: Action, person: User) -> Outcome:
    given = {str(need): ASKED[need] for need in action.needs}
    if action.subject == Subject.COUNTY:
        return move_county(county.county, action, by=person, seen_revision=county.county.revision, **given)
    made = Proposal.objects.get()
    return move_proposal(made, action, by=person, seen_revision=made.revision, **given)


def test_counties_and_lists_move_exactly_as_the_table_says(county):
    people = {(role, scope): somebody(role, scope) for role, scope in product(Role, SCOPES)}
    judged, wrong = 0, []
    for action in WHOLE:
        with transaction.atomic():
            arrange(county, action)
            for ((role, scope), person), status in product(people.items(), STATUSES[action.subject]):
                with transaction.atomic():
                    stand(county, action, status)
                    moved = bool(take(county, action, person).moved)
                    transaction.set_rollback(True)
                judged += 1
                if moved != (role in action.roles and scope == "own" and status in action.sources):
                    wrong.append((action.key, role, scope, status))
            transaction.set_rollback(True)

    assert not wrong, f"{len(wrong)}: {wrong[:10]}"
    assert judged == len(CASES)


def test_a_list_moves_only_while_its_county_is_proposed(county):
    found = set()
    for action, state in product([one for one in WHOLE if one.subject == Subject.PROPOSAL], State):
        with transaction.atomic():
            arrange(county, action)
            county.stand(state)
            if take(county, action, somebody(action.roles[0], "own")).moved:
                found.add((action.key, state))
            transaction.set_rollback(True)

    assert found == {("approve", State.PROPOSED), ("return_list", State.PROPOSED)}
    assert set(ProposalStatus) >= {"listed", "approved", "returned"}
