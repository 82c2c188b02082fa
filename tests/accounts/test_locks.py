"""Wrong passwords lock an account at an address, and at last the address; nobody else's, and no forged header helps."""

import pytest
from django.core.checks import Tags, run_checks
from django.test import RequestFactory
from django.urls import reverse

from accounts.addresses import client_address
from tests.factories import PASSWORD, UserFactory

CLIENT, FORGED, PROXY = "203.0.113.7", "198.51.100.9", "10.0.0.1"


@pytest.mark.parametrize(
    ("proxies", "header", "address"),
    [
        (0, None, PROXY),
        (0, FORGED, PROXY),
        (1, CLIENT, CLIENT),
        (1, f"{FORGED}, {CLIENT}", CLIENT),
        (1, f"{FORGED},{FORGED} , {CLIENT} ", CLIENT),
        (2, f"{FORGED}, {CLIENT}, 10.0.0.2", CLIENT),
        (2, CLIENT, PROXY),
        (1, None, PROXY),
        (1, "", PROXY),
        (1, f"{FORGED}, unknown", PROXY),
        (1, "2001:db8::7", "2001:db8::7"),
        (1, "fe80::1%eth0", PROXY),
    ],
)
def test_the_address_is_the_one_that_the_outermost_proxy_wrote(settings, proxies, header, address):
    settings.PROXY_COUNT = proxies
    headers = {} if header is None else {"x-forwarded-for": header}

    assert client_address(RequestFactory().get("/", headers=headers, REMOTE_ADDR=PROXY)) == address


@pytest.mark.parametrize(("proxies", "warned"), [(0, True), (1, False), (2, False)])
def test_deploying_warns_where_no_proxy_is_counted(settings, db, proxies, warned):
    settings.PROXY_COUNT = proxies

    found = run_checks(tags=[Tags.security], include_deployment_checks=True)

    assert ("accounts.W002" in [one.id for one in found]) is warned


def try_signing_in(client, username: str, password: str, *, address: str, forged: str = FORGED) -> int:
    """The answer's status to a try that comes through one proxy."""
    form = {"username": username, "password": password}
    headers = {"x-forwarded-for": f"{forged}, {address}"}
    return client.post(reverse("sign_in"), form, headers=headers, REMOTE_ADDR=PROXY).status_code


@pytest.fixture
def one_proxy(settings, db):
    settings.PROXY_COUNT = 1


def test_five_wrong_tries_lock_the_account_at_that_address_only(client, one_proxy):
    clerk, other = UserFactory(), UserFactory()

    tries = [
        try_signing_in(client, clerk.username, "wrong", address=CLIENT, forged=f"198.51.100.{n}") for n in range(5)
    ]

    assert tries == [200, 200, 200, 200, 429]
    assert try_signing_in(client, clerk.username, PASSWORD, address=CLIENT) == 429
    assert try_signing_in(client, other.username, PASSWORD, address=CLIENT) == 302
    client.logout()
    assert try_signing_in(client, clerk.username, PASSWORD, address="203.0.113.8") == 302


def test_one_address_may_not_try_many_accounts(client, settings, one_proxy):
    settings.ADDRESS_FAILURE_LIMIT = 6
    clerk = UserFactory()

    tries = [try_signing_in(client, f"guess{n}", "wrong", address=CLIENT) for n in range(6)]

    assert tries == [200, 200, 200, 200, 200, 429]
    assert try_signing_in(client, clerk.username, PASSWORD, address=CLIENT) == 429
    assert try_signing_in(client, clerk.username, PASSWORD, address="203.0.113.8") == 302


def test_a_right_password_of_one_account_doesn_t_wash_the_address(client, settings, one_proxy):
    settings.ADDRESS_FAILURE_LIMIT = 6
    own = UserFactory()
    for place in range(5):
        try_signing_in(client, f"guess{place}", "wrong", address=CLIENT)

    assert try_signing_in(client, own.username, PASSWORD, address=CLIENT) == 302
    client.logout()

    assert try_signing_in(client, "guess6", "wrong", address=CLIENT) == 429


def test_fifty_is_what_an_office_behind_one_address_may_get_wrong(settings):
    assert (settings.AXES_FAILURE_LIMIT, settings.ADDRESS_FAILURE_LIMIT, settings.AXES_COOLOFF_TIME) == (5, 50, 0.25)
