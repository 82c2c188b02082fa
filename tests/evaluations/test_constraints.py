"""Named constraints of a round's rows; each is also dropped, and then the same write passes."""

import pytest
from django.db import connection
from django.utils import timezone

from branches.models import Branch
from evaluations.models import RosterEntry, RoundCounty, State, Value, VetoRecord
from tests import factories
from tests.evaluations.refusing import assert_refused, drop, undone
from tests.evaluations.rounds import give

pytestmark = pytest.mark.django_db


@pytest.fixture
def rated():
    """A round and its one branch, with a value and a veto."""
    branch = factories.branches(1)[0]
    evaluation = factories.round_of([branch])
    give(evaluation, branch, "CY-01", 5)
    VetoRecord.objects.create(round=evaluation, branch=branch, criterion=criterion(evaluation, "CY-V1"))
    return evaluation, branch


def criterion(evaluation, code):
    return evaluation.criteria_set.criteria.get(code=code)


@pytest.mark.parametrize("state", [state for state in State if state != State.DRAFT])
def test_a_county_leaves_the_draft_only_with_a_document(state):
    evaluation = factories.round_of(factories.branches(1), state=State.DRAFT)
    county = RoundCounty.objects.get(round=evaluation)
    RoundCounty.objects.update(document="")

    def leave():
        RoundCounty.objects.filter(pk=county.pk).update(state=state)

    assert_refused(leave, "open_county_has_document")

    with undone():
        drop("evaluations_roundcounty", "open_county_has_document")
        leave()
    with undone():
        RoundCounty.objects.update(document="示组通〔2026〕6号")
        leave()


def enrol_again(evaluation, branch) -> None:
    with factories.still_draft(evaluation):
        RosterEntry.objects.create(
            round=evaluation, branch=branch, county_id=branch.county_code, township_id=branch.township_id
        )


CONSTRAINTS = {
    "value_once": lambda e, b: Value.objects.bulk_create(
        [Value(round=e, branch=b, criterion=criterion(e, "CY-02")) for _ in range(2)]
    ),
    "branch_once_in_round": enrol_again,
    "value_period_0_to_4": lambda e, b: Value.objects.create(
        round=e, branch=b, criterion=criterion(e, "ST-05"), period=5
    ),
    "veto_lifted_with_reason": lambda e, b: VetoRecord.objects.filter(branch=b).update(
        lifted_at=timezone.now(), imported=True
    ),
    "branch_lies_in_its_township": lambda e, b: Branch.objects.filter(pk=b.pk).update(code="419903001200"),
}  # fmt: skip


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_a_named_constraint_refuses_what_may_not_be(rated, name):
    with connection.cursor() as cursor:
        cursor.execute("SELECT conrelid::regclass::text FROM pg_constraint WHERE conname = %s", [name])
        table = cursor.fetchone()[0]

    assert_refused(lambda: CONSTRAINTS[name](*rated), name)

    with undone():
        drop(table, name)
        CONSTRAINTS[name](*rated)
