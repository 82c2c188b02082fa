"""The two counties are made once for all tests of a file; each test's own writes are rolled back."""

import pytest
from django.db import transaction

from tests.pages import world as worlds


@pytest.fixture(scope="module")
def standing_world(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        yield worlds.build()
        transaction.set_rollback(True)


@pytest.fixture
def world(standing_world, db):
    """The two counties, provisional."""
    return standing_world


@pytest.fixture(params=list(worlds.STATES))
def stated_world(request, world):
    """The two counties, once provisional and once confirmed."""
    world.set_state(worlds.STATES[request.param])
    world.state = request.param
    return world
