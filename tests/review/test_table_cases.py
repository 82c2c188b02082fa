"""Every role × action × status × scope of vetoes, objections, appeals and confirmed stars, by service and table.

A case is one attempt in a savepoint, taken back: what the database holds after it is what the table alone allows.
"""

from __future__ import annotations

from itertools import product

import pytest
from django.db import transaction

from accounts.roles import Role
from evaluations.services.cases import Case
from evaluations.workflow import ACTIONS, STATUSES, Action, State, Subject
from tests.review import test_table, test_table_county
from tests.review.people import SCOPES, somebody
from tests.review.placed import PLACED, Placed

pytestmark = pytest.mark.django_db

BESIDE = [action for action in ACTIONS.values() if action.subject in PLACED]
OF_SUBJECT = {subject: [action for action in BESIDE if action.subject == subject] for subject in PLACED}
CASES = [
    (action.key, role, scope, status)
    for action, role, scope in product(BESIDE, Role, SCOPES)
    for status in STATUSES[action.subject]
]
each_subject = pytest.mark.parametrize("subject", PLACED, ids=str)


def attempt(placed: Placed, action: Action, status: str, person, *, state: State | None = None, **given) -> set:
    """What an attempt changed, as (which, where to); it is taken back."""
    with transaction.atomic():
        if state is not None:
            placed.county.stand(state)
        placed.take(action, placed.cases[status], person, **placed.asked(action) | given)
        changed = set(placed.standing().items()) - placed.before
        transaction.set_rollback(True)
    return changed


def judged(placed: Placed, actions: list[Action]) -> tuple[int, list]:
    """How many cases were tried, and those in which the service and the table disagree."""
    people = {(role, scope): somebody(role, scope) for role, scope in product(Role, SCOPES)}
    tried, wrong = 0, []
    for action, status in product(actions, placed.cases):
        for (role, scope), person in people.items():
            changed = attempt(placed, action, status, person)
            right = role in action.roles and scope == "own" and (not action.sources or status in action.sources)
            tried += 1
            if [to for _which, to in changed] != [action.target] * right:
                wrong.append((action.key, role, scope, status, changed))
    return tried, wrong


@each_subject
def test_a_case_moves_exactly_as_the_table_says(subject):
    tried, wrong = judged(PLACED[subject](), OF_SUBJECT[subject])

    assert not wrong, f"{len(wrong)}: {wrong[:10]}"
    assert tried == sum(ACTIONS[key].subject == subject for key, *_rest in CASES)


@each_subject
def test_a_case_moves_only_while_the_county_stands_where_the_table_says(subject):
    placed = PLACED[subject]()
    found = {}
    for action in OF_SUBJECT[subject]:
        person, status = somebody(action.roles[0], "own"), begin(action)
        found[action.key] = {state for state in State if attempt(placed, action, status, person, state=state)}

    assert found == {action.key: set(action.counties) for action in OF_SUBJECT[subject]}


@each_subject
def test_what_an_action_asks_for_is_asked_for(subject):
    placed = PLACED[subject]()
    for action in OF_SUBJECT[subject]:
        person, status = somebody(action.roles[0], "own"), begin(action)
        without = {
            need: attempt(placed, action, status, person, **{need: "  " if isinstance(given, str) else None})
            for need, given in placed.asked(action).items()
        }

        assert not any(without.values()), (action.key, without)
        assert attempt(placed, action, status, person), action.key


def begin(action: Action) -> str:
    """Where the action begins; what begins with it has no status yet, and any other one may stand there."""
    return str(action.sources[0] if action.sources else next(iter(STATUSES[action.subject])))


def test_control_with_a_role_granted_to_everybody_the_judge_notices(monkeypatch):
    monkeypatch.setattr(Case, "granted", lambda case: next(iter(case.by.held_grants), None))

    _tried, wrong = judged(PLACED[Subject.RESULT](), OF_SUBJECT[Subject.RESULT])

    assert {role for _key, role, *_rest in wrong} >= {Role.ENTRY_CLERK, Role.DEPARTMENT_REVIEWER}


def test_every_action_of_the_table_is_judged_in_one_of_the_three_files():
    files = [*BESIDE, *test_table.MOVING, *test_table_county.WHOLE]

    assert sorted(action.key for action in files) == sorted(ACTIONS)
