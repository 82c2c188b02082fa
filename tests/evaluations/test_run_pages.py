"""A recompute is started, seen, stopped and resumed from its page, by the organization department only."""

import pytest

from accounts.roles import Role
from evaluations.models import RatingRun
from evaluations.models.job import RunState
from tests.evaluations.pages import results
from tests.factories import county, person, township

pytestmark = pytest.mark.django_db


@pytest.fixture
def made():
    return results(4)


@pytest.fixture
def organization(client):
    client.force_login(person(Role.ORGANIZATION_APPROVER, county()))
    return client


def started(client, made):
    client.post(f"/rounds/{made.slug}/runs/")
    return RatingRun.objects.get()


def test_starting_twice_is_one_run(organization, made):
    first = organization.post(f"/rounds/{made.slug}/runs/")
    second = organization.post(f"/rounds/{made.slug}/runs/")

    assert first.url == second.url
    assert RatingRun.objects.count() == 1


def test_a_run_is_stopped_and_resumed(organization, made):
    run = started(organization, made)

    organization.post(f"/runs/{run.pk}/cancel/")
    run.refresh_from_db()
    stopped = run.state
    organization.post(f"/runs/{run.pk}/resume/")
    run.refresh_from_db()

    assert (stopped, run.state) == (RunState.CANCELLED, RunState.RUNNING)


def test_the_page_and_its_poll_say_how_far_it_is(organization, made):
    run = started(organization, made)

    page = organization.get(f"/runs/{run.pk}/")
    poll = organization.get(f"/runs/{run.pk}/", headers={"hx-request": "true"})
    RatingRun.objects.update(state=RunState.DONE)
    last = organization.get(f"/runs/{run.pk}/", headers={"hx-request": "true"})

    assert "0 / 4 个支部" in page.content.decode()
    assert poll.status_code == 200 and "<html" not in poll.content.decode()
    assert last.status_code == 286


def test_nothing_happens_by_looking(organization, made):
    run = started(organization, made)

    assert organization.get(f"/runs/{run.pk}/cancel/").status_code == 405
    assert organization.get(f"/runs/{run.pk}/resume/").status_code == 405
    run.refresh_from_db()
    assert run.state == RunState.RUNNING


@pytest.mark.parametrize("role", [Role.VIEWER, Role.CRITERIA_ADMINISTRATOR, Role.ENTRY_CLERK])
def test_others_find_no_run(client, organization, made, role):
    run = started(organization, made)
    client.force_login(person(role, township() if role == Role.ENTRY_CLERK else county()))

    assert client.get(f"/rounds/{made.slug}/runs/").status_code == 404
    assert client.get(f"/runs/{run.pk}/").status_code == 404
    assert client.post(f"/runs/{run.pk}/cancel/").status_code == 404
