"""The entry grid: who sees which columns, what is counted, and what the page costs."""

import re

import pytest
from django.utils import translation

from accounts.roles import Role
from branches.models import Department
from evaluations.models import RoundCounty, State
from scoring.standard import published_standard
from tests import factories
from tests.entry import world
from tests.entry.grid_views import data_of, td_of, visit

pytestmark = pytest.mark.django_db
TOWNSHIP_CODES = ["CY-05", "CY-06", "ST-07", "ST-09", "PA-06", "WM-01", "WM-02", "WM-04", "WM-05", "WM-07", "ZB-10"]


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def county():
    return world.build()


# -- what it costs ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 60, 600])
def test_a_township_s_grid_costs_the_same_however_many_branches(client, django_assert_num_queries, count):
    county = world.build(count)
    published_standard(county.this.criteria_set_id)
    client.force_login(county.clerk)

    with django_assert_num_queries(12):
        one = client.get(f"{county.base}/entry/grid/?star=civility")
    with django_assert_num_queries(12):
        every = client.get(f"{county.base}/entry/grid/?star=all")

    assert len(one.context["grid"].lines) == len(every.context["grid"].lines) == count


@pytest.mark.parametrize(("count", "others"), [(1, 0), (30, 30), (300, 300)])
def test_a_department_s_grid_costs_the_same_however_many_branches(client, django_assert_num_queries, count, others):
    county = world.build(count, others)
    published_standard(county.this.criteria_set_id)
    client.force_login(county.farms)

    with django_assert_num_queries(10):
        response = client.get(f"{county.base}/entry/grid/?criterion=CY-01")

    assert len(response.context["grid"].lines) == count + others


# -- who sees what ----------------------------------------------------------------------------------------------------


def test_a_township_s_clerk_enters_its_own_columns_and_reads_the_others(client, county):
    data = data_of(visit(client, county, "?star=all"))

    assert [column["code"] for column in data["columns"] if column["mine"]] == TOWNSHIP_CODES
    assert {"CY-01", "WM-03", "WM-08", "ZB-01"} <= {column["code"] for column in data["columns"] if not column["mine"]}
    assert [row["code"] for row in data["rows"]] == [branch.code for branch in county.mine]


def test_what_nobody_types_has_no_column(client, county):
    codes = {column["code"] for column in data_of(visit(client, county, "?star=all"))["columns"]}

    assert codes.isdisjoint({"CY-03", "CY-V1", "ALL-V1"})  # growth is computed, veto records are counted


def test_own_columns_come_before_those_that_are_only_read(client, county):
    mine = [column["mine"] for column in data_of(visit(client, county, "?star=civility"))["columns"]]

    assert mine == sorted(mine, reverse=True) and {True, False} == set(mine)


def test_a_department_s_value_is_shown_locked(client, county):
    county.enter("CY-01", "23.6", by=county.farms)

    response = visit(client, county, "?star=industry")

    assert "23.6" in td_of(response, "CY-01") and "is-locked" in td_of(response, "CY-01")
    assert 'aria-readonly="true"' in td_of(response, "CY-01")
    assert "not in yet" in td_of(response, "CY-01", place=1)


def test_a_department_enters_its_criteria_of_every_branch_of_the_county(client, county):
    data = data_of(visit(client, county, "?criterion=CY-01", by=county.farms))

    assert [(column["code"], column["mine"], column["source"]) for column in data["columns"]] == [
        ("CY-01", True, world.FARMS)
    ]
    assert [row["code"] for row in data["rows"]] == [branch.code for branch in county.branches]


def test_the_four_quarters_are_four_columns(client, county):
    county.enter("ST-05", "3", by=county.farms, period=2)

    response = visit(client, county, "?criterion=ST-05", by=county.farms)

    assert [column["period"] for column in data_of(response)["columns"]] == [1, 2, 3, 4]
    assert data_of(response)["cells"][0][1]["v"] == "3"


def test_a_department_s_grid_can_be_of_one_township(client, county):
    query = f"?criterion=CY-01&township={world.OTHER_TOWN}"

    assert len(data_of(visit(client, county, query, by=county.farms))["rows"]) == 2


def test_a_county_s_grid_names_each_township_once_and_lets_one_choose(client, county):
    every = visit(client, county, "?criterion=CY-01", by=county.farms)
    one = visit(client, county, f"?criterion=CY-01&township={world.OTHER_TOWN}", by=county.farms)

    headings = r'scope="rowgroup"[^>]*><span>(\S+) '
    assert re.findall(headings, every.content.decode()) == ["示范镇", "望禾镇"]
    assert [row["town"] for row in data_of(every)["rows"]] == ["示范镇"] * 2 + ["望禾镇"] * 2
    assert f'<option value="{world.OTHER_TOWN}" selected>望禾镇' in one.content.decode()
    assert re.findall(headings, one.content.decode()) == []


def test_a_clerk_of_one_township_is_asked_for_none(client, county):
    text = visit(client, county, "?star=civility").content.decode()

    assert "grid-township" not in text and 'scope="rowgroup"' not in text


def test_the_printed_grid_names_the_place_and_the_star_and_how_final_it_is(client, county):
    text = visit(client, county, "?star=civility").content.decode()
    head = text[text.index('class="print-head"') :][:600]

    assert "Entry of 示范镇 · Civility and Well-being" in head and "Provisional" in head


@pytest.mark.parametrize("town", ["%00", "419901", "%D9%A1" * 12, "' OR 1=1--"])
def test_what_is_no_township_s_code_limits_nothing(client, county, town):
    response = visit(client, county, f"?criterion=CY-01&township={town}", by=county.farms)

    assert response.status_code == 200 and len(data_of(response)["rows"]) == len(county.branches)


@pytest.mark.parametrize("query", ["?criterion=CY-01", "?criterion=WM-04", "?criterion=none"])
def test_a_criterion_of_somebody_else_is_not_there(client, county, query):
    assert visit(client, county, query).status_code == 404
    assert visit(client, county, "?criterion=CY-08", by=county.farms).status_code == 404


def test_a_star_that_is_not_there_gives_the_first_that_lacks_something(client, county):
    grid = visit(client, county, "?star=moon").context["grid"]

    assert grid.star == "industry"


def test_whoever_enters_nothing_finds_no_grid(client, county):
    reviewer = factories.person(Role.TOWNSHIP_REVIEWER, factories.township(world.TOWN))

    assert visit(client, county, by=reviewer).status_code == 404


def test_a_clerk_of_both_kinds_has_both_grids(client, county):
    department = Department.objects.get(name=world.FARMS)
    factories.Grant.objects.create(
        user=county.clerk, role=Role.DEPARTMENT_CLERK, region=factories.county(), department=department
    )

    assert visit(client, county).context["grid"].kind == "star"
    assert visit(client, county, "?criterion=CY-01").context["grid"].kind == "criterion"


# -- the counts -------------------------------------------------------------------------------------------------------


def chips(response) -> dict[str, int]:
    return {chip.key: chip.missing for chip in response.context["grid"].chips}


def test_each_star_says_how_many_of_the_township_s_values_are_missing(client, county):
    county.enter("WM-04", "355")
    county.enter("WM-07", "", na=True, note="并入中心村养老院")

    assert chips(visit(client, county)) == {
        "industry": 4, "ecology": 4, "civility": 8, "governance": 2, "rule_of_law": 2, "all": 20,
    }  # fmt: skip


@pytest.mark.parametrize("state", [State.OPEN, State.CLOSED_FOR_ENTRY])
def test_rows_and_chips_count_the_same_whether_the_county_is_open_or_not(client, county, state):
    county.enter("WM-04", "355")
    RoundCounty.objects.filter(round=county.this).update(state=state)

    response = visit(client, county, "?star=civility")

    assert sum(line.missing for line in response.context["grid"].lines) == chips(response)["civility"] == 9
    assert data_of(response)["lacking"] == chips(response)


def test_a_value_taken_back_is_missing_again(client, county):
    county.enter("WM-04", "355")
    county.enter("WM-04", "", revision=1)

    assert chips(visit(client, county))["civility"] == 10


def test_each_criterion_of_a_department_says_how_many_values_are_missing(client, county):
    county.enter("CY-01", "23.6", by=county.farms)
    county.enter("ST-05", "0", by=county.farms, period=1)

    found = chips(visit(client, county, by=county.farms))

    assert (found["CY-01"], found["ST-05"], found["CY-B1"]) == (3, 15, 0)  # a bonus is given where there is one
