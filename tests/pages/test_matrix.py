"""Every address by role, place and state; an address that no table lists fails (A-01, A-02, A-03)."""

import pytest
from django.urls import reverse

from accounts.models import Grant, User
from accounts.roles import Role
from branches.models import Branch, Department, Region, SpecialDay, Succession
from evaluations.models import EvaluationRound, Rating, RatingRun, RoundCounty, SealedCounty, SealedRating, VetoRecord
from ledger.models import LedgerEntry
from scoring.models import CriteriaSet, Criterion
from tests.pages import routes
from tests.pages import world as worlds
from tests.pages.walking import county_address, every_route

PERSONS = [*Role, routes.CITY_VIEWER, routes.CITY_ORGANIZATION]
FIRST = {
    "scoring_criteriaset": CriteriaSet, "scoring_criterion": Criterion, "branches_region": Region,
    "branches_branch": Branch, "branches_department": Department, "evaluations_evaluationround": EvaluationRound,
    "evaluations_roundcounty": RoundCounty, "evaluations_rating": Rating, "evaluations_vetorecord": VetoRecord,
    "evaluations_ratingrun": RatingRun, "evaluations_sealedcounty": SealedCounty,
    "evaluations_sealedrating": SealedRating, "ledger_ledgerentry": LedgerEntry, "accounts_user": User,
    "accounts_grant": Grant, "branches_specialday": SpecialDay, "branches_succession": Succession,
}  # fmt: skip


def test_every_address_stands_in_a_table():
    listed = {
        *routes.COUNTY_PAGES,
        *routes.POSTED,
        *routes.SENT,
        *routes.EVIDENCE,
        *routes.OPEN_TO_ALL,
        *routes.ONCE_SEALED,
        *routes.SIGNED_IN,
        *routes.OF_ROLE,
        *routes.POSTED_OF_ROLE,
        *routes.POSTED_BY_OWNER,
    }
    listed |= {f"admin:{name}" for name in routes.ADMIN_FRAME}
    listed |= {f"admin:{model}_{verb}" for model in routes.ADMIN for verb in routes.ADMIN_VERBS}
    nameless = {"<path:object_id>/", "(?P<url>.*)$"}  # the admin's own: an old address of a change page, and its 404

    unlisted = {(name, path) for name, path in every_route() if name not in listed and path not in nameless}

    assert unlisted == set()
    assert listed - {name for name, _path in every_route()} == set()


@pytest.mark.parametrize("who", PERSONS)
def test_each_page_opens_for_its_roles_and_is_missing_for_others(client, stated_world, who):
    client.force_login(stated_world.people[who])
    found, expected = {}, {}

    for page, places in routes.COUNTY_PAGES.items():
        for place, allowed in places.items():
            found[page, place] = client.get(county_address(stated_world, page, place)).status_code
            expected[page, place] = 200 if who in allowed[stated_world.state == "confirmed"] else 404

    assert found == expected


@pytest.mark.parametrize("who", PERSONS)
def test_each_step_is_taken_by_its_roles_forbidden_to_who_looks_and_missing_for_others(client, world, who):
    client.force_login(world.people[who])
    found, expected = {}, {}

    for page, places in routes.POSTED.items():
        for place, (allowed, _confirmed) in places.items():
            found[page, place] = client.post(county_address(world, page, place)).status_code
            looking, _confirmed = routes.LOOKED_ON.get(page, {}).get(place, (set(), set()))
            expected[page, place] = routes.ANSWERED.get(page, 302) if who in allowed else 403 if who in looking else 404

    assert found == expected


@pytest.mark.parametrize("who", PERSONS)
def test_values_are_taken_from_who_enters_and_the_address_is_missing_for_others(client, stated_world, who):
    client.force_login(stated_world.people[who])
    found, expected = {}, {}

    for page, places in routes.SENT.items():
        for place, (allowed, _confirmed) in places.items():
            found[page, place] = client.post(county_address(stated_world, page, place)).status_code
            expected[page, place] = 400 if who in allowed else 404

    assert found == expected


def test_values_sent_without_a_session_are_told_so(client, world):
    for page in routes.SENT:
        assert client.post(county_address(world, page, "own")).status_code == 401


@pytest.mark.parametrize("who", PERSONS)
def test_what_is_hidden_is_answered_like_what_is_not_there(client, stated_world, who):
    client.force_login(stated_world.people[who])
    for page, places in routes.COUNTY_PAGES.items():
        missing = client.get(county_address(stated_world, page, "nowhere"))
        for place, allowed in places.items():
            if who in allowed[stated_world.state == "confirmed"]:
                continue
            hidden = client.get(county_address(stated_world, page, place))
            assert without_address(hidden) == without_address(missing), (page, place)
            assert hidden.headers.items() >= {"Cache-Control": missing.headers["Cache-Control"]}.items()


def without_address(response) -> tuple[int, str]:
    return response.status_code, response.content.decode().replace(response.request["PATH_INFO"], "")


@pytest.mark.parametrize("page", sorted({*routes.COUNTY_PAGES, *routes.POSTED, *routes.SIGNED_IN}))
@pytest.mark.parametrize("place", ["own", "nowhere"])
def test_whoever_is_not_signed_in_is_sent_to_sign_in(client, stated_world, page, place):
    url = reverse(page) if page in routes.SIGNED_IN else county_address(stated_world, page, place)
    only_posted = page in routes.POSTED and page not in routes.FORMS

    response = client.post(url) if only_posted else client.get(url)

    assert response.status_code == 302
    assert response.url == f"/sign-in/?next={url}"


@pytest.mark.parametrize("who", PERSONS)
def test_pages_of_one_s_own_open_for_everybody(client, world, who):
    client.force_login(world.people[who])

    assert {page: client.get(reverse(page)).status_code for page in sorted(routes.SIGNED_IN)} == {
        "absences": 200,
        "inbox": 200,
        "home": 200,
        "password": 200,
        "password_in_admin": 200,
        "start": 302,
    }
    assert client.get("/healthz").status_code == 200
    assert client.get("/sign-in/").status_code == 302
    assert client.post("/language/", {"language": "en"}).status_code == 302


@pytest.mark.parametrize("who", PERSONS)
def test_pages_of_a_role_open_for_it_and_are_missing_for_others(client, world, who):
    client.force_login(world.people[who])

    found = {page: client.get(reverse(page)).status_code for page in routes.OF_ROLE}

    assert found == {page: 200 if who in roles else 404 for page, roles in routes.OF_ROLE.items()}


@pytest.mark.parametrize("who", PERSONS)
def test_the_admin_opens_for_its_roles_only(client, world, who):
    user = world.people[who]
    client.force_login(user)
    found, expected = {}, {}

    for model, roles in routes.ADMIN.items():
        verbs = roles.get(who, "").split()
        for name, verb in routes.ADMIN_VERBS.items():
            row = first_of(model)
            if name not in ("changelist", "add") and row is None:
                continue
            args = [] if name in ("changelist", "add") else [row]
            found[model, name] = client.get(reverse(f"admin:{model}_{name}", args=args)).status_code
            expected[model, name] = status_in_admin(user, verb in verbs, model, name)

    assert found == expected


def first_of(model: str):
    """The key of an object of the county, where the two counties have one."""
    if model == "branches_region":
        return worlds.COUNTY
    row = FIRST[model].objects.order_by("pk").first() if model in FIRST else None
    return getattr(row, "pk", None)


def status_in_admin(user, allowed: bool, model: str, name: str) -> int:
    """302 to sign in for who isn't staff; a published standard is looked at and never deleted."""
    if not user.is_staff:
        return 302
    frozen = name == "delete" and model in ("scoring_criteriaset", "scoring_criterion")
    return 200 if allowed and not frozen else 403


@pytest.mark.parametrize("who", PERSONS)
def test_the_admin_writes_nothing_for_who_may_not(client, world, who):
    user = world.people[who]
    client.force_login(user)

    for model, roles in routes.ADMIN.items():
        if "add" not in roles.get(who, "").split():
            status = client.post(reverse(f"admin:{model}_add"), {}).status_code
            assert status == (403 if user.is_staff else 302), model


@pytest.mark.parametrize("model", ["branches_branch", "evaluations_roundcounty", "branches_region"])
def test_a_criteria_administrator_finds_no_object_of_another_county_in_the_admin(client, world, model):
    client.force_login(world.people[Role.CRITERIA_ADMINISTRATOR])
    keys = {
        "branches_branch": Branch.objects.get(code=worlds.CODES["other"]).pk,
        "evaluations_roundcounty": world.foreign.counties.get().pk,
        "branches_region": worlds.OTHER_COUNTY,
    }

    for verb in ("change", "history"):
        other = client.get(reverse(f"admin:{model}_{verb}", args=[keys[model]]))
        missing = client.get(reverse(f"admin:{model}_{verb}", args=["419909999000"]))
        assert (other.status_code, other.headers.get("Location")) == (missing.status_code, missing.headers["Location"])
