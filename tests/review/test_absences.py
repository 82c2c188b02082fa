"""Who acts for whom: asked, taken on, for some days, by the database's calendar, and never what duties forbid (S11)."""

from datetime import timedelta

import pytest

from accounts.models import Absence, Grant, User, grants_of
from accounts.roles import Role
from evaluations.models import Decision, InboxItem
from evaluations.services import absences
from evaluations.services.absences import AbsenceRefused, Days, ask_deputy, end, today
from evaluations.workflow import PASS, RETURN, Status
from ledger.models import LedgerEntry
from tests.factories import UserFactory, person, township
from tests.review import world
from tests.review.veto_steps import asked

pytestmark = pytest.mark.django_db


@pytest.fixture
def made():
    return world.build()


@pytest.fixture
def deputy():
    return UserFactory(label="deputy")


def days(first: int = 0, last: int = 3) -> Days:
    return Days(today() + timedelta(days=first), today() + timedelta(days=last))


def hand_over(holder: User, deputy: User, when: Days | None = None, **more) -> Absence:
    return ask_deputy(more.pop("grant", holder.grants.get()), deputy, when or days(), reason="住院", by=holder, **more)


def acting(holder: User, deputy: User, when: Days | None = None) -> Absence:
    return absences.accept(hand_over(holder, deputy, when), by=deputy)


def refused(step, *args, **kwargs) -> str:
    with pytest.raises(AbsenceRefused) as told:
        step(*args, **kwargs)
    return str(told.value)


def anew(user: User) -> User:
    """The same person at their next request."""
    return User.objects.get(pk=user.pk)


def test_a_deputy_acts_with_the_holder_s_role_and_both_names_are_kept(made, deputy):
    acting(made.head, deputy)
    made.fill()
    made.put(Status.SUBMITTED)

    outcome = made.act(PASS, by=anew(deputy))

    decision = Decision.objects.get(action="pass")
    assert outcome.moved and (decision.by, decision.acting_for) == (deputy.username, made.head.username)
    assert f'"acting_for":["{made.head.username}"]' in LedgerEntry.objects.get(action="submission.pass").detail


CASES = {
    "today": ({}, True, False, True), "not taken on": ({}, False, False, False), "ended": ({}, True, True, False),
    "tomorrow": ({"first": 1}, True, False, False), "its last day": ({"first": 0, "last": 0}, True, False, True),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_it_counts_from_its_first_day_to_its_last_once_taken_on(made, deputy, case):
    when, taken_on, ended, counts = CASES[case]
    one = hand_over(made.head, deputy, days(**when))
    if taken_on:
        absences.accept(one, by=deputy)
    if ended:
        end(one, by=made.head)

    assert [grant.acting_for for grant in grants_of(deputy)] == ([made.head.username] if counts else [])


def test_it_is_over_the_day_after_and_with_the_holder_s_account(made, deputy):
    one = acting(made.head, deputy)
    Absence.objects.update(first_day=today() - timedelta(days=3), last_day=today() - timedelta(days=1))
    over = grants_of(deputy)
    Absence.objects.filter(pk=one.pk).update(last_day=today())
    User.objects.filter(pk=made.head.pk).update(is_active=False)

    assert (over, grants_of(deputy)) == ([], [])


def test_an_own_role_comes_before_one_held_for_somebody(made):
    second = person(Role.TOWNSHIP_REVIEWER, township(world.TOWN))
    acting(made.head, second)
    made.fill()
    made.put(Status.SUBMITTED)

    made.act(PASS, by=anew(second))

    assert Decision.objects.get(action="pass").acting_for == ""


@pytest.mark.parametrize("role", ["clerk", "auditor", "criteria_administrator"])
def test_a_role_the_deputy_s_own_forbid_is_refused_when_asked_and_when_taken_on(made, role, deputy):
    barred = getattr(made, role)
    when_asked = refused(hand_over, made.head, barred)
    one = hand_over(made.head, deputy)
    place = {} if role == "auditor" else {"region": barred.grants.get().region}
    Grant.objects.create(user=deputy, role=barred.grants.get().role, **place)

    assert when_asked == refused(absences.accept, one, by=deputy)
    assert LedgerEntry.objects.filter(action="absence.refuse").count() == 2


def test_and_while_acting_when_the_deputy_came_to_hold_it_since(made, deputy):
    acting(made.head, deputy)
    before = [grant.role for grant in grants_of(deputy)]

    Grant.objects.create(user=deputy, role=Role.ENTRY_CLERK, region=township(world.TOWN))

    assert before == [Role.TOWNSHIP_REVIEWER]
    assert [(grant.role, grant.acting_for) for grant in grants_of(deputy)] == [(Role.ENTRY_CLERK, "")]


def test_and_under_another_account_of_the_same_person(made, deputy):
    User.objects.filter(pk__in=[deputy.pk, made.clerk.pk]).update(person="4199-0001")
    acting_for = refused(hand_over, made.head, anew(deputy))

    assert "two persons" in acting_for


def test_a_deputy_of_two_holders_never_holds_both_halves_of_a_duty(made, deputy):
    acting(made.organization_reviewer, deputy)
    acting(made.organization_approver, deputy)  # each by itself goes with what the deputy holds: nothing

    assert [grant.role for grant in grants_of(deputy)] == [Role.ORGANIZATION_REVIEWER]


def test_what_the_deputy_entered_bars_them_while_acting(made):
    deputy = made.clerk
    made.fill()
    made.put(Status.SUBMITTED)
    deputy.grants.all().delete()
    acting(made.head, deputy)

    outcome = made.act(PASS, by=anew(deputy))

    assert "You entered values" in str(next(iter(outcome.refused.values())))


def test_a_role_held_for_somebody_is_not_handed_on(made, deputy):
    acting(made.head, deputy)

    held = made.head.grants.get()
    told = refused(ask_deputy, held, UserFactory(), days(), reason="x", by=deputy)

    assert told == "Only a role of one's own is handed over."


WRONG = {
    "These days are over.": (-3, -1), "The last day must not be before the first.": (3, 1),
    "Nobody acts for somebody longer than 92 days.": (0, 93),
    "The first day lies more than a year ahead.": (400, 401),
}  # fmt: skip


@pytest.mark.parametrize("said", WRONG)
def test_days_that_make_no_sense_are_refused(made, deputy, said):
    assert refused(hand_over, made.head, deputy, days(*WRONG[said])) == said
    assert hand_over(made.head, deputy)


def test_the_same_asked_twice_is_one_and_another_for_the_same_days_is_refused(made, deputy):
    assert hand_over(made.head, deputy).pk == hand_over(made.head, deputy).pk

    assert "already" in refused(hand_over, made.head, UserFactory())
    assert LedgerEntry.objects.filter(action="absence.ask").count() == 1


def test_a_stranger_neither_takes_it_on_nor_ends_it(made, deputy, client):
    one = hand_over(made.head, deputy)
    client.force_login(made.clerk)

    found = [client.post(f"/absences/{one.pk}/{step}/").status_code for step in ("accept", "end")]

    assert found == [404, 404] and "Only the deputy" in refused(absences.accept, one, by=made.clerk)


def test_both_are_told_and_the_page_shows_both_names(made, deputy, client):
    client.force_login(made.head)
    first, last = days().first, days().last
    form = {
        "grant": made.head.grants.get().pk, "deputy": deputy.username, "first": first, "last": last, "reason": "住院",
    }  # fmt: skip

    wrong = client.post("/absences/", form | {"deputy": "nobody-here"})
    client.post("/absences/", form)
    client.force_login(deputy)
    client.post(f"/absences/{Absence.objects.get().pk}/accept/")
    page = client.get(f"{made.base}/ranking/", headers={"Accept-Language": "en"})

    assert wrong.status_code == 422 and "住院" in wrong.content.decode()
    assert list(InboxItem.objects.order_by("pk").values_list("user__username", "code")) == [
        (deputy.username, "absence_asked"), (made.head.username, "absence_accepted"),
    ]  # fmt: skip
    assert made.head.username in page.content.decode()


def test_a_deputy_is_told_what_the_holder_is_told(made, deputy):
    acting(made.organization_approver, deputy)

    asked(made)

    told = set(InboxItem.objects.filter(code="lift_asked").values_list("user__username", flat=True))
    assert told == {deputy.username, made.organization_approver.username}


def test_reading_the_roles_of_who_acts_for_nobody_costs_one_query(made, django_assert_num_queries, deputy):
    acting(made.head, deputy)

    with django_assert_num_queries(1):
        grants_of(made.clerk)
    with django_assert_num_queries(2):
        grants_of(deputy)


def test_a_reason_with_a_private_number_is_refused_and_kept_nowhere(made, deputy):
    told = refused(ask_deputy, made.head.grants.get(), deputy, days(), reason="请找 13812345678", by=made.head)

    assert "mobile number" in told
    assert not LedgerEntry.objects.filter(detail__contains="13812345678").exists()


def test_nor_is_one_kept_of_a_return_whatever_it_was_refused_for(made):
    made.fill()
    made.put(Status.SUBMITTED)
    asked_for = {"reason": "请联系王某 138，1234，5678", "criteria": ["ST-07"], "due": world.ahead()}

    outcome = made.act(RETURN, by=made.head, **asked_for)
    made.act(RETURN, by=made.clerk, **asked_for)

    assert "mobile number" in str(next(iter(outcome.refused.values())))
    assert LedgerEntry.objects.filter(action="submission.refuse").count() == 2
    assert not LedgerEntry.objects.filter(detail__contains="1234").exists()
    assert made.act(RETURN, by=made.head, **asked_for | {"reason": "请联系镇里"}).moved


def two_accounts() -> tuple[User, User]:
    return UserFactory(person="P"), UserFactory(person="P")


def test_nor_are_halves_of_a_duty_taken_on_under_two_accounts_of_one_person(made):
    one, other = two_accounts()
    hand_over(made.organization_reviewer, one)  # asked for is enough

    told = refused(hand_over, made.organization_approver, other)

    assert "two persons" in told
    assert hand_over(made.organization_approver, other, days(10, 12))  # of other days


def test_nor_used_where_they_came_to_be_all_the_same(made):
    one, other = two_accounts()
    acting(made.clerk, one)
    User.objects.filter(pk=other.pk).update(person="Q")
    acting(made.head, anew(other))
    apart = [grant.role for grant in grants_of(anew(other))]
    User.objects.filter(pk=other.pk).update(person="P")

    assert apart == [Role.TOWNSHIP_REVIEWER] and grants_of(anew(other)) == grants_of(anew(one)) == []


def test_a_role_of_one_s_own_stays_usable_beside_one_held_for_somebody_that_it_forbids(made):
    one, other = two_accounts()
    acting(made.head, other)
    Grant.objects.create(user=one, role=Role.ENTRY_CLERK, region=township(world.TOWN))

    assert grants_of(anew(other)) == [] and anew(one).entry_scope(world.COUNTY)
