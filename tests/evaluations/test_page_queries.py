"""A page costs the same however many branches a county has (P6)."""

import pytest

from accounts.roles import Role
from scoring.standard import published_standard
from tests.evaluations.pages import address, results, sealed_before
from tests.factories import county, person

pytestmark = pytest.mark.django_db

PAGES = {
    "home": 10,
    "ranking": 10,
    "townships": 8,
    "branch": 12,
    "standard": 5,
}


@pytest.mark.parametrize("count", [10, 600, pytest.param(6000, marks=pytest.mark.slow)])
@pytest.mark.parametrize(("page", "queries"), PAGES.items())
def test_a_page_costs_the_same_however_many_branches(client, django_assert_num_queries, count, page, queries):
    made = results(count, previous=sealed_before(count))
    published_standard(made.criteria_set_id)  # a process reads it once
    client.force_login(person(Role.ORGANIZATION_REVIEWER, county()))
    args = ["419901001000"] if page == "branch" else []
    url = "/" if page == "home" else address(page, made, *args)

    with django_assert_num_queries(queries):
        response = client.get(url)

    assert response.status_code == 200
