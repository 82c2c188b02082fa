"""What each role sees of a county, before and after confirmation (domain.md, Who uses it)."""

from contextlib import nullcontext

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.access import sight_of
from accounts.models import Grant
from accounts.roles import Role
from branches.models import Department
from tests.factories import BranchFactory, UserFactory, county, person, township

pytestmark = pytest.mark.django_db

OWN, SIBLING, OTHER = "419901001201", "419901002201", "419902001201"


@pytest.fixture
def places():
    made = {
        "own": township("419901001000", "示范镇"),
        "sibling": township("419901002000", "望禾镇"),
        "county": county("419901000000"),
        "other": county("419902000000", "另一县"),
    }
    made["city"] = type(made["county"]).objects.get(code="419900000000")
    made["branch"] = BranchFactory(code=OWN, township=made["own"])
    made["department"] = Department.objects.create(county=made["county"], name="县农业农村局")
    return made


def holder(role: Role, places: dict):
    """Somebody who holds the role in its usual place."""
    if role in (Role.ENTRY_CLERK, Role.TOWNSHIP_REVIEWER):
        return person(role, places["own"])
    if role == Role.DEPARTMENT_REVIEWER:
        return person(role, places["county"], star="ecology")
    if role == Role.DEPARTMENT_CLERK:
        return person(role, places["county"], department=places["department"])
    if role == Role.BRANCH_VIEWER:
        return person(role, branch=places["branch"])
    if role in (Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDITOR):
        return person(role)
    return person(role, places["county"])


# role: (county ranking, own branch's values, sibling township's values, one star of every branch) before confirmation
BEFORE = {
    Role.ENTRY_CLERK: (False, True, False, False),
    Role.TOWNSHIP_REVIEWER: (False, True, False, False),
    Role.DEPARTMENT_CLERK: (False, False, False, False),
    Role.DEPARTMENT_REVIEWER: (False, False, False, True),
    Role.ORGANIZATION_REVIEWER: (True, True, True, True),
    Role.ORGANIZATION_APPROVER: (True, True, True, True),
    Role.CRITERIA_ADMINISTRATOR: (False, False, False, False),
    Role.SYSTEM_ADMINISTRATOR: (False, False, False, False),
    Role.SECURITY_ADMINISTRATOR: (False, False, False, False),
    Role.AUDITOR: (True, True, True, True),
    Role.VIEWER: (False, False, False, False),
    Role.BRANCH_VIEWER: (False, True, False, False),
}
BLIND = (Role.CRITERIA_ADMINISTRATOR, Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR)


def test_every_role_is_in_the_table():
    assert set(BEFORE) == set(Role)


def seen(user, *, confirmed: bool, county_code: str = "419901000000") -> tuple[bool, ...]:
    sight = user.sight(county_code, confirmed=confirmed)
    return sight.ranking, sight.opens_branch(OWN), sight.opens_branch(SIBLING), sight.shows_star(SIBLING, "ecology")


@pytest.mark.parametrize("role", list(Role))
def test_before_confirmation_each_role_sees_its_own(role, places):
    assert seen(holder(role, places), confirmed=False) == BEFORE[role]


@pytest.mark.parametrize("role", list(Role))
def test_after_confirmation_levels_and_ranks_are_the_county_s_and_values_stay_one_s_own(role, places):
    assert seen(holder(role, places), confirmed=True) == (role not in BLIND, *BEFORE[role][1:])


@pytest.mark.parametrize("role", [role for role in Role if role != Role.AUDITOR])
def test_nobody_but_the_auditor_sees_anything_of_another_county(role, places):
    user = holder(role, places)

    assert not user.sight("419902000000", confirmed=True)
    assert not user.sight("419902000000", confirmed=False)


def test_a_city_viewer_sees_every_county_below_once_confirmed(places):
    viewer = person(Role.VIEWER, places["city"])

    assert viewer.sight("419901000000", confirmed=True).ranking
    assert viewer.sight("419902000000", confirmed=True).ranking
    assert not viewer.sight("419901000000", confirmed=False)


def test_a_department_reviewer_sees_the_one_star_only(places):
    reviewer = holder(Role.DEPARTMENT_REVIEWER, places)

    sight = reviewer.sight("419901000000", confirmed=False)

    assert sight.shows_star(SIBLING, "ecology") and not sight.shows_star(SIBLING, "industry")


def test_a_switched_off_account_sees_nothing(places):
    approver = holder(Role.ORGANIZATION_APPROVER, places)
    assert approver.sight("419901000000", confirmed=False)

    approver.is_active = False

    assert not approver.sight("419901000000", confirmed=False)


def test_roles_add_up(places):
    both = holder(Role.ENTRY_CLERK, places)
    Grant.objects.create(user=both, role=Role.DEPARTMENT_REVIEWER, region=places["county"], star="industry")

    sight = both.sight("419901000000", confirmed=False)

    assert sight.opens_branch(OWN) and sight.shows_star(SIBLING, "industry") and not sight.opens_branch(SIBLING)


def test_the_ledger_names_one_person_even_where_two_labels_are_the_same(places):
    first, second = holder(Role.VIEWER, places), holder(Role.VIEWER, places)

    assert str(first) == str(second) and first.ledger_name != second.ledger_name


def test_a_viewer_s_province_does_not_widen_what_is_edited_in_the_admin(places):
    user = holder(Role.CRITERIA_ADMINISTRATOR, places)
    Grant.objects.create(user=user, role=Role.VIEWER, region=places["city"])

    reached = type(places["county"]).objects.filter(user.scope("code"))

    assert places["county"] in reached and places["other"] not in reached


LEVELS = ("township", "county", "city", "province")
PLACED = {
    Role.ENTRY_CLERK: {"township"},
    Role.TOWNSHIP_REVIEWER: {"township"},
    Role.DEPARTMENT_CLERK: {"county"},
    Role.DEPARTMENT_REVIEWER: {"county"},
    Role.ORGANIZATION_REVIEWER: {"county", "city", "province"},
    Role.ORGANIZATION_APPROVER: {"county", "city", "province"},
    Role.CRITERIA_ADMINISTRATOR: {"county"},
    Role.VIEWER: {"county", "city", "province"},
}


def grant_at(role: Role, level: str, places: dict) -> Grant:
    regions = places | {"township": places["own"]}
    regions["province"] = type(places["county"]).objects.get(code="410000000000")
    extra = {"star": "ecology"} if role == Role.DEPARTMENT_REVIEWER else {}
    extra |= {"department": places["department"]} if role == Role.DEPARTMENT_CLERK else {}
    return Grant(user=UserFactory(), role=role, region=regions[level], **extra)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("role", PLACED)
def test_a_role_is_held_at_its_own_level_only(role, level, places):
    grant = grant_at(role, level, places)
    fits = level in PLACED[role]

    with nullcontext() if fits else pytest.raises(ValidationError, match="乡镇"):
        grant.full_clean()
    with nullcontext() if fits else pytest.raises(IntegrityError, match="grant_in_a_place_of_its_role"):
        with transaction.atomic():
            grant.save()
    sees = bool(sight_of([grant], "419901000000", confirmed=True))
    assert sees == (fits and role != Role.CRITERIA_ADMINISTRATOR)


def test_the_roles_read_in_one_plain_query_are_the_ones_held():
    """Field by field: they are built without the ORM, which would notice a column in the wrong place."""
    town = township()
    department = Department.objects.create(county_id="419901000000", name="县农业农村局")
    user = UserFactory()
    for fields in (
        {"role": Role.DEPARTMENT_REVIEWER, "region": county(), "star": "ecology"},
        {"role": Role.DEPARTMENT_CLERK, "region": county(), "department": department},
        {"role": Role.ENTRY_CLERK, "region": town},
        {"role": Role.BRANCH_VIEWER, "branch": BranchFactory(township=town)},
    ):
        Grant.objects.create(user=user, **fields)

    plain, orm = user.held_grants, list(user.grants.select_related("region", "department", "branch").order_by("pk"))

    for held, stored in zip(plain, orm, strict=True):
        for field in Grant._meta.concrete_fields:
            assert getattr(held, field.attname) == getattr(stored, field.attname), field.attname
        for name in ("region", "department", "branch"):
            ours, theirs = getattr(held, name), getattr(stored, name)
            assert (ours is None) == (theirs is None)
            for field in theirs._meta.concrete_fields if theirs else ():
                assert getattr(ours, field.attname) == getattr(theirs, field.attname), field.attname
