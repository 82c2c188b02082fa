"""Every role × action × status × scope of the road's branches and stars, judged by the road and by the table.

A case is one branch in one status and one person: all branches of an action and a person go through the road in one
request, each judged by itself, and nothing but the table says what should come of it.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from evaluations.models import Decision, StarReview, Value
from evaluations.services.road import act
from evaluations.workflow import (
    ACTIONS,
    ANSWER_DATA,
    RESUME,
    STATUSES,
    Action,
    Need,
    StarStatus,
    State,
    Status,
    Subject,
)
from ledger.models import LedgerEntry
from scoring.models import Criterion
from tests.review import world
from tests.review.people import SCOPES, somebody
from tests.review.world import COUNTY, STAR

pytestmark = pytest.mark.django_db

MOVING = [action for action in ACTIONS.values() if action.subject in (Subject.SUBMISSION, Subject.STAR)]
CASES = [
    (action.key, role, scope, status)
    for action, role, scope in product(MOVING, Role, SCOPES)
    for status in STATUSES[action.subject]
]


@pytest.fixture
def county():
    """One branch per status, whatever a guard asks for in order: complete, answered, in time."""
    made = world.build(count=max(map(len, (Status, StarStatus))))
    made.fill(*made.entry.mine)
    corrected = Criterion.objects.get(criteria_set=made.entry.this.criteria_set, code="ST-05")
    Value.objects.bulk_create(
        [
            Value(round=made.entry.this, branch=one, criterion=corrected, period=1, updated_by="x")
            for one in made.entry.mine
        ]
    )
    return made


@pytest.fixture
def people(county) -> dict[tuple[Role, str], User]:
    """A person for each role held in the place itself, beside it, in another county, and nowhere."""
    return {(role, scope): somebody(role, scope) for role, scope in product(Role, SCOPES)}


def test_the_road_moves_exactly_what_the_table_says(county, people):
    judged, wrong = 0, []
    for action in MOVING:
        placed = arrange(county, action)
        for (role, scope), person in people.items():
            with transaction.atomic():
                outcome = take(county, action, placed, person)
                transaction.set_rollback(True)
            for status, branch in placed.items():
                expected = role in action.roles and scope == "own" and status in action.sources
                judged += 1
                if (branch.code in outcome.moved) != expected:
                    wrong.append((action.key, role, scope, status, str(outcome.refused.get(branch.code, "moved"))))

    assert not wrong, f"{len(wrong)}: {wrong[:10]}"
    assert judged == len(CASES) >= 3000


def test_the_road_moves_only_while_the_county_stands_where_the_table_says(county):
    found = {}
    for action in MOVING:
        placed, person = arrange(county, action), somebody(action.roles[0], "own")
        found[action.key] = set()
        for state in State:
            with transaction.atomic():
                county.stand(state)
                outcome = take(county, action, placed, person, ask(action) | {"due": world.ahead()})
                transaction.set_rollback(True)
            found[action.key] |= {state} if outcome.moved else set()

    assert found == {action.key: set(action.counties) for action in MOVING}


@pytest.mark.parametrize("action", [one for one in MOVING if one.needs], ids=lambda action: action.key)
def test_what_an_action_asks_for_is_asked_for(county, action):
    placed, person = arrange(county, action), somebody(action.roles[0], "own")
    whole = ask(action)

    without = {need: take(county, action, placed, person, {**whole, need: None}).moved for need in whole}

    assert not any(without.values()), without
    assert take(county, action, placed, person, whole).moved


def test_a_refusal_is_kept_in_the_ledger_and_changes_nothing_else(county):
    action = ACTIONS["recommend"]
    placed = arrange(county, action)
    before = list(StarReview.objects.order_by("pk").values())

    take(county, action, placed, somebody(Role.DEPARTMENT_REVIEWER, "sibling"))

    assert list(StarReview.objects.order_by("pk").values()) == before
    assert LedgerEntry.objects.filter(chain=COUNTY).last().action == "star.refuse"


def take(county, action: Action, placed: dict, person: User, asked: dict | None = None):
    star = STAR if action.subject == Subject.STAR else ""
    given = {name: value for name, value in (ask(action) if asked is None else asked).items() if value}
    wishes = [county.wish(branch, star) for branch in placed.values()]
    return act(county.county, action, wishes, by=person, star=star, **given)


def ask(action: Action) -> dict:
    """What the form of this action gives, all of it in order."""
    given = {Need.REASON: "须说明的理由", Need.CRITERIA: ["ST-07"], Need.DUE: world.ahead()}
    return {str(need): given[need] for need in action.needs}


def arrange(county, action: Action) -> dict:
    """Put one branch into each status of the action's subject; return status → branch."""
    county.stand(action.counties[0])
    placed = dict(zip(map(str, STATUSES[action.subject]), county.entry.mine, strict=False))
    for status, branch in placed.items():
        if action.subject == Subject.SUBMISSION:
            county.put(status, branch, answer_due=world.ahead(), stars=StarStatus.WAITING)
        else:
            county.put(Status.PASSED, branch)
            put_star(county, action, branch, status)
    return placed


def put_star(county, action: Action, branch, status: str) -> None:
    entry = county.row(branch)
    county.put_star(status, (STAR,), [entry.pk])
    returned = StarReview.objects.filter(entry=entry, star=STAR, status=StarStatus.RETURNED)
    if action == ANSWER_DATA:
        returned.update(unlocked=["ST-05"])
    if action == RESUME:
        returned.update(due=timezone.now() - timedelta(minutes=1))
    Decision.objects.create(
        submission_id=entry.pk, star=STAR, action="return_star", source="reviewing", target="returned",
        at=timezone.now() - timedelta(days=9), by="somebody",
    )  # fmt: skip
