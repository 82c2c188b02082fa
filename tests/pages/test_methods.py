"""What looks changes nothing, what changes is posted with its token, and everything else is a 405 (A-14)."""

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.roles import Role
from evaluations.models import RatingRun
from tests.factories import PASSWORD
from tests.pages import routes
from tests.pages.walking import county_address

READ_ONLY = sorted(set(routes.COUNTY_PAGES) - routes.FORMS)
ONLY_POSTED = [*sorted(set(routes.POSTED) - routes.FORMS), *sorted(routes.SENT), "sign_out", "set_language"]


def address_of(world, page: str) -> str:
    of_county = {*routes.COUNTY_PAGES, *routes.POSTED, *routes.SENT}
    return county_address(world, page, "own") if page in of_county else reverse(page)


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "trace"])
@pytest.mark.parametrize("page", [*READ_ONLY, "home", "health"])
def test_a_page_that_shows_takes_no_other_method(client, world, page, method):
    client.force_login(world.people[routes.CITY_ORGANIZATION])

    response = getattr(client, method)(address_of(world, page))

    assert response.status_code == 405
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD"}


@pytest.mark.parametrize("method", ["get", "head", "put", "patch", "delete", "trace"])
@pytest.mark.parametrize("page", ONLY_POSTED)
def test_what_changes_something_is_only_posted(client, world, page, method):
    client.force_login(world.people[routes.CITY_ORGANIZATION])

    assert getattr(client, method)(address_of(world, page)).status_code == 405


@pytest.mark.parametrize("method", ["put", "patch", "delete", "trace"])
@pytest.mark.parametrize("page", [*sorted(routes.FORMS), "password", "sign_in"])
def test_a_page_with_a_form_is_looked_at_or_posted(client, world, page, method):
    if page != "sign_in":
        client.force_login(world.people[routes.CITY_ORGANIZATION])

    assert getattr(client, method)(address_of(world, page)).status_code == 405


@pytest.mark.parametrize("page", [*sorted(routes.FORMS), *ONLY_POSTED, "password", "sign_in"])
@pytest.mark.parametrize("headers", [{}, {"origin": "https://evil.example"}, {"origin": "null"}])
def test_nothing_is_taken_without_the_form_s_token(world, page, headers):
    client = Client(enforce_csrf_checks=True)
    if page != "sign_in":
        client.force_login(world.people[routes.CITY_ORGANIZATION])
    before = contents()

    response = client.post(address_of(world, page), {"language": "en"}, headers=headers)

    assert response.status_code == 403
    assert "没有保存" in response.content.decode() or "未保存" in response.content.decode()
    assert contents() == before


def test_a_form_with_its_token_is_taken(world):
    client = Client(enforce_csrf_checks=True)
    user = world.people[routes.CITY_ORGANIZATION]
    client.get("/sign-in/")
    form = {"username": user.username, "password": PASSWORD, "csrfmiddlewaretoken": client.cookies["csrf"].value}

    assert client.post("/sign-in/", form).status_code == 302

    token = {"csrfmiddlewaretoken": client.cookies["csrf"].value}
    assert client.post(address_of(world, "cancel_run"), token).status_code == 302
    assert RatingRun.objects.get(pk=world.run.pk).state == "cancelled"
    foreign = token | {"csrfmiddlewaretoken": "a" * 64}
    assert client.post(address_of(world, "resume_run"), foreign).status_code == 403
    assert client.post(address_of(world, "resume_run"), token, headers={"origin": "https://evil.x"}).status_code == 403
    assert RatingRun.objects.get(pk=world.run.pk).state == "cancelled"


def contents() -> dict[str, str]:
    """A digest of every table but the sessions."""
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor)) - {"django_session"}
        found = {}
        for table in tables:
            cursor.execute(f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {table} t")
            found[table] = cursor.fetchone()[0]
        return found


@pytest.mark.parametrize("who", [Role.ORGANIZATION_APPROVER, Role.AUDITOR, Role.ENTRY_CLERK])
def test_looking_at_everything_changes_nothing(client, world, who):
    client.force_login(world.people[who])
    before = contents()

    for page in [*routes.COUNTY_PAGES, *routes.POSTED, "home", "password", "set_language", "sign_out"]:
        client.get(address_of(world, page))
        client.head(address_of(world, page))

    assert contents() == before
