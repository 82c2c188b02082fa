"""Every answer carries the headers that keep a browser from doing what a page does not say (A-15 to A-18)."""

import pytest
from django.conf import settings
from django.test import Client, override_settings

from accounts.roles import Role
from tests.factories import PASSWORD
from tests.pages import routes
from tests.pages.walking import county_address

POLICY = {
    "default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "img-src": "'self' data:",
    "font-src": "'self'", "connect-src": "'self'", "form-action": "'self'", "frame-ancestors": "'none'",
    "base-uri": "'none'",
}  # fmt: skip
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


def policy_of(response) -> dict[str, str]:
    parts = response.headers["Content-Security-Policy"].split(";")
    return dict(part.strip().split(" ", 1) for part in parts if part.strip())


def assert_guarded(response):
    assert policy_of(response) == POLICY
    assert {name: response.headers.get(name) for name in ALWAYS} == ALWAYS


def unstored(response) -> bool:
    return "no-store" in response.headers.get("Cache-Control", "")


@pytest.mark.parametrize("who", [Role.AUDITOR, Role.ORGANIZATION_REVIEWER, Role.ENTRY_CLERK])
def test_every_answer_to_a_signed_in_person_is_guarded_and_not_stored(client, world, who):
    client.force_login(world.people[who])
    client.raise_request_exception = False
    asked = [county_address(world, page, place) for page, places in routes.COUNTY_PAGES.items() for place in places]

    for url in [*asked, "/", "/password/", "/nothing/", "/admin/", "/admin/scoring/criterion/", "/admin/jsi18n/"]:
        for response in (client.get(url), client.post(url), client.options(url)):
            assert_guarded(response)
            assert unstored(response), (url, response.status_code)


def test_answers_to_a_stranger_are_guarded(client, world):
    for url in ("/", "/sign-in/", "/nothing/", "/healthz", "/admin/", "/admin/login/", "/rounds/x/counties/"):
        assert_guarded(client.get(url))
        assert_guarded(client.post(url))
    assert unstored(client.get("/sign-in/"))


def test_refusals_are_guarded(world):
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.people[Role.SYSTEM_ADMINISTRATOR])
    refused = {
        403: client.get("/admin/scoring/criterion/"),
        405: client.post("/", headers={"x-csrftoken": "x"}) and client.delete("/healthz"),
        400: client.get("/", headers={"host": "evil.example"}),
        404: client.get("/nothing/"),
    }
    forged = client.post("/language/", {"language": "en"})

    for response in (*refused.values(), forged):
        assert_guarded(response)
        assert "evil.example" not in response.content.decode()
    assert refused[403].status_code == forged.status_code == 403
    assert refused[400].status_code == 400 and refused[404].status_code == 404


def test_a_fault_is_guarded_and_says_nothing_of_itself(client, world, monkeypatch):
    client.force_login(world.people[routes.CITY_ORGANIZATION])
    client.raise_request_exception = False
    monkeypatch.setattr("evaluations.views.home.Glance", "no class")

    response = client.get("/")

    assert response.status_code == 500
    assert_guarded(response)
    assert unstored(response)
    assert "Traceback" not in response.content.decode() and "no class" not in response.content.decode()


def test_a_lock_out_is_guarded(client, world):
    wrong = {"username": world.people[Role.VIEWER].username, "password": "wrong"}

    *_tries, locked = [client.post("/sign-in/", wrong) for _try in range(5)]

    assert locked.status_code == 429
    assert_guarded(locked)
    assert unstored(locked)


@pytest.mark.parametrize("name", ["css/site.css", "js/fold.js", "icon.svg", "vendor/htmx/htmx.min.js", "nothing.css"])
def test_static_files_are_guarded(client, name):
    response = client.get(f"/static/{name}")

    assert response.status_code == (404 if name == "nothing.css" else 200)
    assert_guarded(response)


@override_settings(
    SECURE_SSL_REDIRECT=True, SECURE_HSTS_SECONDS=31_536_000, SECURE_HSTS_INCLUDE_SUBDOMAINS=True,
    SESSION_COOKIE_SECURE=True, CSRF_COOKIE_SECURE=True,
)  # fmt: skip
def test_over_https_the_way_back_is_closed(world):
    client = Client()
    plain = client.get("/sign-in/")
    secure = client.get("/sign-in/", secure=True)

    assert plain.status_code == 301 and plain.url.startswith("https://")
    assert secure.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_cookies_are_no_business_of_scripts(client, world):
    user = world.people[Role.VIEWER]
    client.get("/sign-in/")
    client.post("/sign-in/", {"username": user.username, "password": PASSWORD})
    client.post("/language/", {"language": "en"})

    assert set(client.cookies) == {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, "django_language"}
    for cookie in client.cookies.values():
        assert cookie["httponly"] and cookie["samesite"] in ("Lax", "Strict"), cookie
    assert client.cookies[settings.SESSION_COOKIE_NAME]["max-age"] == 8 * 3600
