"""Three counties, a worker and beat to rate them, and a broker to take away."""

import pytest
from celery import current_app

from embedded.choices import kept_choices
from tests import factories
from tests.evaluations.random_values import fill
from tests.faults.stack import Broker, Workers, send_through

COUNTIES = ("419901000000", "419902000000", "419903000000")


@pytest.fixture(scope="session")
def broker_process(tmp_path_factory):
    var = tmp_path_factory.mktemp("broker")
    broker = Broker(var, kept_choices(var))
    yield broker
    broker.die()


@pytest.fixture
def broker(broker_process):
    """The broker, empty and awake, which this process publishes to as well."""
    usual = current_app.conf.broker_url
    broker_process.thaw()
    broker_process.client.flushall()
    send_through(broker_process.url)
    yield broker_process
    broker_process.thaw()
    send_through(usual)


@pytest.fixture
def workers(transactional_db, broker, tmp_path):
    """Not started yet; gone before the tables are emptied."""
    workers = Workers(broker, tmp_path)
    yield workers
    workers.end()


@pytest.fixture
def evaluation(transactional_db):
    """A round over three counties of two branches each, all of them marked by their values."""
    towns = [factories.township(code[:6] + "001000") for code in COUNTIES]
    rated = [branch for town in towns for branch in factories.branches(2, town=town)]
    made = factories.round_of(rated, region=towns[0].__class__.objects.get(code="419900000000"))
    fill(made, rated, 5)
    return made
