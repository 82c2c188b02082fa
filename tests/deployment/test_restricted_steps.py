"""Every step of the table as the role that owns nothing: what it locks and writes lies within its rights."""

import pytest
from django.db import transaction
from django.db.utils import ProgrammingError

from evaluations.models import SealedRating, StarChange
from evaluations.services.cases import SealedCase
from evaluations.services.revoking import revoke
from evaluations.workflow import ACTIONS, Subject
from tests.deployment.conftest import acting_as
from tests.review import county_year as year
from tests.review import noticed, test_table, test_table_cases, test_table_county
from tests.review.people import somebody
from tests.review.placed import PLACED
from tests.review.test_table import county as branches  # the fixture: one branch per status
from tests.review.world import STAR

pytestmark = pytest.mark.django_db(transaction=True)

__all__ = ["branches"]

ON_THE_ROAD = {action.key for action in test_table.MOVING}
WHOLE = {action.key for action in test_table_county.WHOLE}


def taken_beside(role: str, subject: Subject) -> set[str]:
    """The steps with a veto, an objection, an appeal or a confirmed star that were taken as that role."""
    placed, done = PLACED[subject](), set()
    for action in test_table_cases.OF_SUBJECT[subject]:
        person, status = somebody(action.roles[0], "own"), test_table_cases.begin(action)
        with acting_as(role):
            done |= {action.key} if test_table_cases.attempt(placed, action, status, person) else set()
    return done


@pytest.mark.parametrize("subject", PLACED, ids=str)
def test_cases_move_as_the_role(role, subject):
    assert taken_beside(role, subject) == {one.key for one in test_table_cases.OF_SUBJECT[subject]}


def test_control_locking_the_sealed_row_itself_is_beyond_the_role(role, monkeypatch):
    def lock(case):
        SealedRating.objects.select_for_update().filter(branch__code=case.branch).first()

    monkeypatch.setattr(SealedCase, "lock_branch", lock)

    with pytest.raises(ProgrammingError, match="permission denied"):
        taken_beside(role, Subject.RESULT)


def test_branches_and_stars_move_as_the_role(role, branches):
    done = set()
    for action in test_table.MOVING:
        with transaction.atomic():
            placed, person = test_table.arrange(branches, action), somebody(action.roles[0], "own")
            with acting_as(role):
                done |= {action.key} if test_table.take(branches, action, placed, person).moved else set()
            transaction.set_rollback(True)

    assert done == ON_THE_ROAD


def test_counties_and_lists_move_as_the_role(role):
    county, done = year.reviewed(1), set()
    for action in test_table_county.WHOLE:
        with transaction.atomic():
            test_table_county.arrange(county, action)
            test_table_county.stand(county, action, action.sources[0])
            with acting_as(role):
                moved = test_table_county.take(county, action, somebody(action.roles[0], "own")).moved
            done |= {action.key} if moved else set()
            transaction.set_rollback(True)

    assert done == WHOLE


def test_a_year_is_sealed_and_changed_after_the_seal_as_the_role(role):
    """Not inside the test's transaction: each step in its own, as the portal's requests are."""
    county = year.reviewed(1)
    approver = county.organization_approver
    one = {"branch": county.branches[0].code, "star": STAR, "by": approver}

    with acting_as(role):
        assert year.confirm(county).moved
        taken = {"on": noticed.day(), "document": noticed.DOCUMENT, "reason": "发生安全事故"}
        answer = revoke(county.county, seen_revision=0, **one, **taken)

    assert answer.refused is None and StarChange.objects.get().star == STAR


def test_every_step_of_the_table_is_played():
    beside = {one.key for actions in test_table_cases.OF_SUBJECT.values() for one in actions}

    assert beside | ON_THE_ROAD | WHOLE == set(ACTIONS)
