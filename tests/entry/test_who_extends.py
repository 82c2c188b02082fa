"""Who sets a deadline, asks for more time and grants it: judged by the service itself, whatever a page has shown."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone, translation

from accounts.models import Grant, User
from accounts.roles import Role
from evaluations.models import Extension
from evaluations.services import deadlines
from evaluations.services.absences import Days, accept, ask_deputy
from evaluations.services.deadlines import DeadlineRefused, ask_extension, decide_extension, set_due
from ledger.models import LedgerEntry
from tests import factories
from tests.entry import world
from tests.entry.giving import due
from tests.entry.world import COUNTY, OTHER_TOWN, TOWN

pytestmark = pytest.mark.django_db
SOON = timezone.now() + timedelta(days=3)


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def county():
    """The deadline is an hour away, and the first township waits for more time."""
    made = world.build()
    due(made, hours=1)
    made.asked = ask_extension(made.county, township=factories.township(TOWN), until=SOON, reason="停电", by=made.clerk)
    return made


def change(county, by, reason="停电"):
    return set_due(county.county, SOON, by=by, reason=reason)


def ask(county, by, reason="停电"):
    return ask_extension(county.county, township=factories.township(OTHER_TOWN), until=SOON, reason=reason, by=by)


def refuse(county, by, answer="时间已够"):
    return decide_extension(county.asked, granted=False, answer=answer, by=by)


STEPS = {
    change: (Role.ORGANIZATION_APPROVER, COUNTY, Role.ORGANIZATION_REVIEWER),
    ask: (Role.ENTRY_CLERK, OTHER_TOWN, Role.TOWNSHIP_REVIEWER),
    refuse: (Role.ORGANIZATION_APPROVER, COUNTY, Role.ORGANIZATION_REVIEWER),
}
each_step = pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)


def holder(role: Role, place: str = COUNTY) -> User:
    where = factories.county(place) if place.endswith("000000") else factories.township(place)
    return factories.person(role, where)


def again(user: User) -> User:
    """The same account with the roles as they are now."""
    return User.objects.get(pk=user.pk)


def last_entry() -> dict:
    return json.loads(LedgerEntry.objects.last().detail)


@each_step
def test_only_whose_step_it_is_takes_it_and_the_refusal_is_kept(county, step):
    role, place, _beside = STEPS[step]
    elsewhere = holder(role, TOWN if place == OTHER_TOWN else "419902000000")
    gone = holder(role, place)
    User.objects.filter(pk=gone.pk).update(is_active=False)

    for person in (elsewhere, holder(Role.ORGANIZATION_REVIEWER), holder(Role.VIEWER), again(gone)):
        with pytest.raises(DeadlineRefused, match="not yours"):
            step(county, person)
    refused = last_entry()

    assert (refused["refused"], refused["role"]) == ("This step is not yours to take.", "")
    assert step(county, holder(role, place)) and last_entry()["role"] == role


@each_step
def test_control_without_its_guard_anybody_would_take_it(county, monkeypatch, step):
    monkeypatch.setattr(deadlines, "usable", lambda by, grant: Grant(role=Role.VIEWER))

    assert step(county, holder(Role.VIEWER))


@each_step
def test_who_holds_a_role_that_never_meets_it_takes_no_such_step(county, step):
    role, place, beside = STEPS[step]
    both = holder(role, place)
    mixed = Grant.objects.create(user=both, role=beside, region_id=place)

    with pytest.raises(DeadlineRefused, match="two persons"):
        step(county, again(both))
    assert last_entry()["role"] == role  # by which it was tried
    mixed.delete()

    assert step(county, again(both))


@each_step
def test_a_deputy_acts_and_the_ledger_says_for_whom(county, step):
    role, place, _beside = STEPS[step]
    absent, deputy, today = holder(role, place), holder(Role.VIEWER), timezone.localdate()
    accept(ask_deputy(absent.grants.get(), deputy, Days(today, today), reason="培训", by=absent), by=deputy)

    assert step(county, again(deputy))

    told = last_entry()
    assert (told["role"], told["acting_for"]) == (role, absent.username)


@each_step
@pytest.mark.parametrize("number", ["13800001111", "410101199001011234"])
def test_no_private_number_is_kept_of_a_reason_or_an_answer(county, step, number):
    role, place, _beside = STEPS[step]
    person = holder(role, place)

    with pytest.raises(DeadlineRefused, match="Take it out"):
        step(county, person, f"停电，{number}")

    assert not LedgerEntry.objects.filter(detail__contains=number).exists()
    assert not Extension.objects.exclude(answer="", reason="停电").exists()
    assert step(county, person, "停电")
