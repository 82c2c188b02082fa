"""What entry asks of townships, counted from the values: right, cheap, and each township's for itself."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from accounts.roles import Role
from evaluations.models import RoundCounty, State, Value, Way
from evaluations.reading.burden import Burden, burdens_of
from evaluations.services.completeness import slots_of, township_rows
from tests import factories
from tests.entry import world

pytestmark = pytest.mark.django_db
COUNTY, TOWN, OTHER = world.COUNTY, world.TOWN, world.OTHER_TOWN
QUERIES = 7


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield


@pytest.fixture
def county():
    return world.build()


def slots(county) -> int:
    return sum(len(slots_of(row)) for row in township_rows(county.this.criteria_set_id))


def of_county(county, evaluation=None) -> dict[str, Burden]:
    return burdens_of(evaluation or county.this, COUNTY, [COUNTY[:6]])


def test_every_period_of_every_branch_is_asked_and_at_first_missing(county):
    found = of_county(county)

    assert set(found) == {TOWN, OTHER}
    assert found[TOWN] == Burden(branches=2, asked=2 * slots(county))
    assert found[TOWN].missing == 2 * slots(county) > 20


def test_values_are_counted_by_the_way_they_came_in(county):
    first, second = county.mine
    county.enter("WM-04", "355", first)
    county.enter("ZB-10", "400", first, way=Way.KEPT)
    county.enter("PA-06", "1", first, way=Way.IMPORTED)
    county.enter("WM-07", "", second, na=True, note="并入中心村")

    found = of_county(county)[TOWN]

    assert (found.typed, found.kept, found.imported) == (2, 1, 1)
    assert found.missing == found.asked - 4
    assert of_county(county)[OTHER].typed == 0


def test_what_was_taken_back_and_what_departments_enter_counts_nothing(county):
    county.enter("WM-04", "355")
    county.enter("WM-04", "", revision=1)
    county.enter("CY-01", "23.6", by=county.farms)

    found = of_county(county)[TOWN]

    assert (found.typed, found.missing) == (0, found.asked)


def test_a_value_corrected_is_one_value(county):
    county.enter("WM-04", "355")
    county.enter("WM-04", "356", revision=1)

    assert of_county(county)[TOWN].typed == 1


@pytest.mark.parametrize(("typed", "hours"), [(0, "0.0"), (180, "1.0"), (189, "1.1"), (9, "0.1"), (8, "0.0")])
def test_hours_are_typed_values_at_the_published_time(settings, typed, hours):
    settings.ENTRY_SECONDS_PER_VALUE = 20

    assert Burden(typed=typed).hours == Decimal(hours)


def people(county) -> dict:
    whole, town, other = factories.county(), factories.township(TOWN), factories.township(OTHER)
    return {
        "clerk": county.clerk,
        "reviewer": factories.person(Role.TOWNSHIP_REVIEWER, town),
        "other clerk": factories.person(Role.ENTRY_CLERK, other),
        "organization": factories.person(Role.ORGANIZATION_REVIEWER, whole),
        "auditor": factories.person(Role.AUDITOR),
        "department": county.farms,
        "star": factories.person(Role.DEPARTMENT_REVIEWER, whole, star="industry"),
        "viewer": factories.person(Role.VIEWER, whole),
        "branch": factories.person(Role.BRANCH_VIEWER, branch=county.branches[0]),
        "system": factories.person(Role.SYSTEM_ADMINISTRATOR),
    }


SEEN = {
    "clerk": {"示范镇"}, "reviewer": {"示范镇"}, "other clerk": {"望禾镇"},
    "organization": {"示范镇", "望禾镇"}, "auditor": {"示范镇", "望禾镇"},
}  # fmt: skip


@pytest.mark.parametrize("state", [State.OPEN, State.CONFIRMED])
def test_a_township_sees_its_own_row_and_the_organization_department_all(client, county, state):
    RoundCounty.objects.filter(round=county.this).update(state=state)
    found = {}

    for who, user in people(county).items():
        client.force_login(user)
        response = client.get(f"{county.base}/entry/burden/")
        if response.status_code == 200:
            page = response.context["page"]
            found[who] = {line.name for line in page.lines}
            shown = response.content.decode()
            assert {name for name in ("示范镇", "望禾镇") if f">{name}<" in shown} == found[who]

    assert found == SEEN


def test_no_account_and_no_time_of_work_stands_on_the_page(client, county):
    county.enter("WM-04", "355")
    client.force_login(factories.person(Role.ORGANIZATION_REVIEWER, factories.county()))

    page = client.get(f"{county.base}/entry/burden/").content.decode()

    assert county.clerk.username not in page and "entry_clerk" not in page
    assert "20 seconds" in page and "not measured" in page


def test_last_year_stands_beside_this_year(client, county):
    last = county.last.criteria_set.criteria.get(code="WM-04")
    for branch in county.mine:
        Value.objects.create(round=county.last, branch=branch, criterion=last, reported_number=1, way=Way.TYPED)
    county.enter("WM-04", "355")
    client.force_login(county.clerk)

    page = client.get(f"{county.base}/entry/burden/").context["page"]

    assert (page.total.now.typed, page.total.last.typed) == (1, 2)
    assert [row.name for row in page.chart.rows] == ["示范镇"]


def test_a_round_without_one_before_shows_its_own_numbers(client, county):
    county.this.previous = None
    county.this.save(update_fields=["previous"])
    client.force_login(county.clerk)

    response = client.get(f"{county.base}/entry/burden/")

    assert response.status_code == 200 and response.context["page"].total.last is None


@pytest.mark.parametrize("count", [1, 60, 600])
def test_the_page_costs_the_same_however_many_branches(client, count):
    towns = [factories.township(f"419901{place:03d}000", f"第{place}镇") for place in range(1, 1 + max(1, count // 60))]
    branches = [one for town in towns for one in factories.branches(min(count, 60), town=town)]
    standard = factories.criteria_set()
    last = factories.round_of(branches, slug="r2025", year=2025, criteria_set=standard)
    made = factories.round_of(branches, slug="r2026", criteria_set=standard, previous=last)
    client.force_login(factories.person(Role.ORGANIZATION_REVIEWER, factories.county()))
    client.get(f"/rounds/{made.slug}/{COUNTY}/entry/burden/")  # a process reads the standard once

    with CaptureQueriesContext(connection) as asked:
        response = client.get(f"/rounds/{made.slug}/{COUNTY}/entry/burden/")

    assert response.status_code == 200 and len(response.context["page"].lines) == len(towns)
    assert len(asked) == QUERIES
