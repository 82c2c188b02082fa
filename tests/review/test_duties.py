"""Duties that never meet in one person, at grant and at act, by person and not by account (reliability.md 4.3)."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts import duties
from accounts.checks import no_superuser
from accounts.models import ConflictOfInterest, Grant, User
from accounts.roles import SEPARATED, Role
from accounts.services import refuse_mixed_duties
from branches.models import Department
from evaluations.workflow import APPROVE, PASS, RECOMMEND, WITHDRAW_NOTICE, State, Status
from ledger.models import LedgerEntry
from ledger.services import append
from tests.accounts.test_admin import staff
from tests.factories import BranchFactory, UserFactory, county, person, township
from tests.review import county_year, world
from tests.review.world import STAR

pytestmark = pytest.mark.django_db
TOWN = "419901001000"


def place_of(role: Role, star: str = STAR) -> dict:
    """Where a role is usually held."""
    if role in (Role.ENTRY_CLERK, Role.TOWNSHIP_REVIEWER):
        return {"region": township(TOWN)}
    if role == Role.DEPARTMENT_REVIEWER:
        return {"region": county(), "star": star}
    if role == Role.DEPARTMENT_CLERK:
        return {"region": county(), "department": Department.objects.get_or_create(county=county(), name="县民政局")[0]}
    if role == Role.BRANCH_VIEWER:
        return {"branch": BranchFactory(township=township(TOWN))}
    return {} if role in SEPARATED else {"region": county()}


def given(user: User, role: Role, **place) -> Grant:
    grant = Grant(user=user, role=role, **place_of(role) | place)
    refuse_mixed_duties(grant)
    grant.save()
    return grant


FORBIDDEN = [
    (Role.AUDITOR, Role.ENTRY_CLERK), (Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR),
    (Role.SECURITY_ADMINISTRATOR, Role.AUDITOR), (Role.SYSTEM_ADMINISTRATOR, Role.VIEWER),
    (Role.ENTRY_CLERK, Role.TOWNSHIP_REVIEWER), (Role.BRANCH_VIEWER, Role.TOWNSHIP_REVIEWER),
    (Role.DEPARTMENT_REVIEWER, Role.ENTRY_CLERK), (Role.DEPARTMENT_REVIEWER, Role.TOWNSHIP_REVIEWER),
    (Role.ORGANIZATION_REVIEWER, Role.ORGANIZATION_APPROVER), (Role.CRITERIA_ADMINISTRATOR, Role.ENTRY_CLERK),
    (Role.CRITERIA_ADMINISTRATOR, Role.ORGANIZATION_APPROVER),
]  # fmt: skip


@pytest.mark.parametrize("second_account", [False, True], ids=["one account", "two accounts"])
@pytest.mark.parametrize(("one", "other"), [*FORBIDDEN, *[(b, a) for a, b in FORBIDDEN]], ids=str)
def test_roles_that_never_meet_are_refused_to_one_person(one, other, second_account):
    first = UserFactory(person="4199-0001")
    given(first, one)
    second = UserFactory(person="4199-0001") if second_account else first

    with pytest.raises(ValidationError):
        given(second, other)

    assert given(UserFactory(), other)  # to somebody else


def test_roles_that_may_meet_are_given():
    user = UserFactory()
    given(user, Role.ENTRY_CLERK)

    assert given(user, Role.TOWNSHIP_REVIEWER, region=township("419901002000"))  # of another township
    assert given(user, Role.VIEWER)


def test_each_star_has_a_reviewer_of_its_own_unless_the_installation_says_otherwise(settings):
    user = UserFactory()
    given(user, Role.DEPARTMENT_REVIEWER)

    with pytest.raises(ValidationError):
        given(user, Role.DEPARTMENT_REVIEWER, star="civility")
    settings.ONE_REVIEWER_FOR_STARS = True

    assert given(user, Role.DEPARTMENT_REVIEWER, star="civility")


def test_an_account_switched_off_bars_nothing():
    given(UserFactory(person="4199-0001", is_active=False), Role.ENTRY_CLERK)

    assert given(UserFactory(person="4199-0001"), Role.TOWNSHIP_REVIEWER)


def test_control_without_the_table_everything_is_given(monkeypatch):
    monkeypatch.setattr(duties, "DUTIES", {})
    user = UserFactory()
    given(user, Role.ENTRY_CLERK)

    assert given(user, Role.TOWNSHIP_REVIEWER)


def account_form(user: User, **changes) -> dict:
    form = {"username": user.username, "label": user.label, "email": "", "is_active": "on", "person": user.person}
    return form | {"date_joined_0": user.date_joined.date(), "date_joined_1": user.date_joined.time()} | changes


def edit(client, user: User, **changes):
    return client.post(reverse("admin:accounts_user_change", args=[user.pk]), account_form(user, **changes))


def test_a_staff_number_that_makes_two_accounts_one_person_is_looked_at_again(client):
    clerk, head = person(Role.ENTRY_CLERK, township(TOWN)), person(Role.TOWNSHIP_REVIEWER, township(TOWN))
    User.objects.filter(pk=clerk.pk).update(person="4199-0001")
    client.force_login(staff(Role.SYSTEM_ADMINISTRATOR))

    refused = edit(client, head, person="4199-0001")
    taken = edit(client, head, person="4199-0002")

    assert (refused.status_code, taken.status_code) == (200, 302)
    assert '"person":"4199-0002"' in LedgerEntry.objects.get(subject=head.username).detail


def test_nobody_gives_a_role_to_another_account_of_theirs(client):
    security = staff(Role.SECURITY_ADMINISTRATOR)
    second = UserFactory(person="4199-0001")
    User.objects.filter(pk=security.pk).update(person="4199-0001")
    client.force_login(security)

    form = {"user": second.pk, "role": Role.VIEWER, "region": county().code}
    refused = client.post(reverse("admin:accounts_grant_add"), form)

    assert refused.status_code == 200 and not second.grants.exists()


def test_of_an_administrator_who_came_to_hold_another_role_only_the_administrator_s_counts():
    user = person(Role.AUDITOR)
    Grant.objects.create(user=user, role=Role.ORGANIZATION_APPROVER, region=county())  # as no service would

    assert [grant.role for grant in user.held_grants] == [Role.AUDITOR]


def test_a_mixed_role_that_came_to_be_all_the_same_is_refused_at_act():
    made = world.build()
    made.fill()
    made.put(Status.SUBMITTED)
    made.put(Status.PASSED, made.branches[1])
    head = made.head
    Grant.objects.create(user=head, role=Role.DEPARTMENT_REVIEWER, region=county(), star=STAR)

    passed = made.act(PASS, by=head)
    recommended = made.act(RECOMMEND, made.branches[1], by=head, star=STAR)

    said = str(next(iter(passed.refused.values())))
    assert said == "A department reviewer holds no role in a township." and recommended.refused


def test_who_has_a_conflict_of_interest_does_not_review_that_branch_and_reviews_the_others(client):
    made = world.build()
    made.put(Status.PASSED, *made.branches[:2])
    reviewer = made.reviewers[STAR]
    client.force_login(staff(Role.SECURITY_ADMINISTRATOR))
    form = {"user": reviewer.pk, "branch": made.branches[0].pk}

    declared = client.post(reverse("admin:accounts_conflictofinterest_add"), form)
    outcome = made.act(RECOMMEND, *made.branches[:2], by=reviewer, star=STAR)

    assert declared.status_code == 302 and LedgerEntry.objects.filter(action="conflict.declare").exists()
    assert outcome.moved == [made.branches[1].code] and "conflict of interest" in str(outcome.refused)
    ConflictOfInterest.objects.all().delete()  # the control: off the list, the same reviewer may
    assert made.act(RECOMMEND, made.branches[0], by=User.objects.get(pk=reviewer.pk), star=STAR).moved


def test_the_deploy_check_warns_of_a_superuser_flag():
    user = UserFactory()
    before = no_superuser(None)

    User.objects.filter(pk=user.pk).update(is_superuser=True)

    assert before == [] and [one.id for one in no_superuser(None)] == ["accounts.W001"]


def test_a_mixed_duty_that_exists_all_the_same_approves_no_list():
    made = county_year.reviewed(1)
    county_year.propose(made)
    approver = made.organization_approver
    other = UserFactory(person="工号-9")
    User.objects.filter(pk=approver.pk).update(person="工号-9")
    alone = county_year.step(made, WITHDRAW_NOTICE, by=User.objects.get(pk=approver.pk), reason="x")
    Grant.objects.create(user=other, role=Role.ORGANIZATION_REVIEWER, region=county())

    outcome = county_year.step(made, APPROVE, by=User.objects.get(pk=approver.pk), document=county_year.MINUTES)

    assert "two persons" in str(*outcome.refused.values()) and "two persons" not in str(*alone.refused.values())


def add_account(client, username: str, **fields):
    form = {"username": username, "label": "", "usable_password": "true"} | fields
    password = {"password1": "Qw!e7rtyuiop99", "password2": "Qw!e7rtyuiop99"}
    return client.post(reverse("admin:accounts_user_add"), form | password)


def test_an_account_keeps_its_name_so_that_what_it_did_stays_its_own(client):
    made = world.build()
    made.fill()
    made.put(Status.SUBMITTED)
    clerk = made.clerk
    client.force_login(staff(Role.SYSTEM_ADMINISTRATOR))

    edit(client, clerk, username="renamed", label="某镇")
    Grant.objects.filter(user=clerk).delete()
    Grant.objects.create(user=clerk, role=Role.TOWNSHIP_REVIEWER, region=township(world.TOWN))

    clerk = User.objects.get(pk=clerk.pk)
    assert (clerk.username, clerk.label) == (made.clerk.username, "某镇")
    assert "You entered values" in str(made.act(PASS, by=clerk).refused)


def test_a_name_that_stands_in_the_ledger_is_nobody_else_s(client):
    client.force_login(staff(Role.SYSTEM_ADMINISTRATOR))
    append(chain="system", actor="formerly", action="account.sign_in", subject="formerly", detail={})
    append(chain="system", actor="x", action="account.save", subject="once", detail={})

    tried = [add_account(client, name).status_code for name in ("formerly", "once", "never")]

    assert tried == [200, 200, 302] and User.objects.filter(username="never").exists()


@pytest.mark.parametrize("typed", ["a-01", " A-01 ", "Ａ－０１", "a - 01"])
def test_a_staff_number_is_written_one_way_however_it_was_typed(client, typed):
    client.force_login(staff(Role.SYSTEM_ADMINISTRATOR))
    given(UserFactory(person="A-01"), Role.ENTRY_CLERK)

    added = add_account(client, "second", person=typed)

    second = User.objects.get(username="second")
    assert added.status_code == 302 and second.person == UserFactory(person=typed).person == "A-01"
    with pytest.raises(ValidationError):
        given(second, Role.TOWNSHIP_REVIEWER)


@pytest.mark.parametrize("stored", ["a-01", "A 01", "Ａ01", "A–01"])
def test_the_database_takes_no_staff_number_written_another_way(stored):
    user = UserFactory(person="A-01")

    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=user.pk).update(person=stored)


@pytest.mark.parametrize("typed", ["", "4199-0002"])
def test_the_staff_number_of_an_account_that_acted_is_neither_cleared_nor_changed(client, typed):
    user = UserFactory(person="4199-0001")
    client.force_login(staff(Role.SYSTEM_ADMINISTRATOR))
    for action in ("account.sign_in", "account.sign_out", "account.password"):
        append(chain="system", actor=user.username, action=action, subject=user.username, detail={})
    idle = edit(client, user, person="4199-0003")
    append(chain=county().code, actor=user.username, action="submission.submit", subject="x", detail={})

    refused = edit(client, user, person=typed)

    assert (idle.status_code, refused.status_code) == (302, 200)
    assert User.objects.get(pk=user.pk).person == "4199-0003"
    kept = LedgerEntry.objects.get(action="account.save", subject=user.username).detail
    assert '"before":"4199-0001"' in kept and '"person":"4199-0003"' in kept


def test_nobody_says_who_they_themselves_are(client):
    administrator = staff(Role.SYSTEM_ADMINISTRATOR)
    client.force_login(administrator)

    edit(client, administrator, person="Z", label="另一人", email="a@example.org")

    kept = User.objects.get(pk=administrator.pk)
    assert (kept.person, kept.label, kept.email) == ("", administrator.label, "a@example.org")


def test_who_holds_duties_that_never_meet_enters_nothing():
    made = world.build(state=State.OPEN)
    before = made.clerk.entry_scope(world.COUNTY)
    Grant.objects.create(user=made.clerk, role=Role.TOWNSHIP_REVIEWER, region=township(world.TOWN))
    second = person(Role.TOWNSHIP_REVIEWER, township(world.TOWN))
    other = person(Role.ENTRY_CLERK, township(world.TOWN))
    alone = User.objects.get(pk=other.pk).entry_scope(world.COUNTY)
    User.objects.filter(pk__in=[second.pk, other.pk]).update(person="4199-0001")

    mixed = [User.objects.get(pk=one.pk).entry_scope(world.COUNTY) for one in (made.clerk, other)]

    assert before and alone and not any(mixed)


def test_looking_for_mixed_duties_costs_who_holds_one_role_nothing(django_assert_num_queries):
    clerk = User.objects.get(pk=person(Role.ENTRY_CLERK, township(TOWN)).pk)

    with django_assert_num_queries(1):
        clerk.entry_scope(world.COUNTY)


def test_nor_is_that_of_an_unused_account_of_somebody_who_acted_under_another(client):
    unused, used = UserFactory(person="4199-0001"), UserFactory(person="4199-0001")
    append(chain=county().code, actor=used.username, action="submission.submit", subject="x", detail={})
    client.force_login(staff(Role.SYSTEM_ADMINISTRATOR))

    assert edit(client, unused, person="4199-0002").status_code == 200
    assert User.objects.get(pk=unused.pk).person == "4199-0001"
