"""Evidence while somebody else writes: a sentence and nothing changed, never an error page."""

import pytest
from django.db import connection, transaction

from evaluations.models import Evidence
from tests.entry import world
from tests.entry.offering import address, offer, send
from tests.threads import beside

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def county():
    return world.build()


@pytest.fixture
def offering(client, county):
    client.force_login(county.clerk)
    return client


def impatiently(work):
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '200ms'")
    return work()


def while_locked(work):
    """The answer to a request that meets a locked table."""
    with beside() as threads, transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE evaluations_evidence IN SHARE MODE")
        return threads.do(impatiently, work)


@pytest.mark.parametrize("fetched", [True, False])
def test_a_file_offered_while_others_write_is_answered_in_words(offering, county, fetched):
    answer = while_locked(lambda: send(offering, county, fetched=fetched))
    again = send(offering, county)

    assert answer.status_code == (503 if fetched else 302)
    assert not fetched or answer.json()["message"].startswith("没有写入")
    assert again.status_code == 200 and Evidence.objects.count() == 1


def test_a_file_taken_back_while_others_write_stays(offering, county):
    pk = offer(county).pk
    headers = {"X-Requested-With": "evidence.js"}

    answer = while_locked(lambda: offering.post(address(county, "remove", pk), headers=headers))

    assert answer.status_code == 503
    assert Evidence.objects.get(pk=pk).removed_at is None
