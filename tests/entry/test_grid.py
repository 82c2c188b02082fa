"""The entry grid: who sees which columns, in which state each cell is drawn, and what the page costs."""

import json
import re
from decimal import Decimal

import pytest
from django.utils import translation

from accounts.roles import Role
from branches.models import Department
from evaluations.models import RoundCounty, State, Submission, Value
from scoring.standard import published_standard
from tests import factories
from tests.entry import world

pytestmark = pytest.mark.django_db
TOWNSHIP_CODES = ["CY-05", "CY-06", "ST-07", "ST-09", "PA-06", "WM-01", "WM-02", "WM-04", "WM-05", "WM-07", "ZB-10"]


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def county():
    return world.build()


def visit(client, county, query="", by=None):
    client.force_login(by or county.clerk)
    client.cookies["django_language"] = "en"
    return client.get(f"{county.base}/entry/grid/{query}")


def data_of(response) -> dict:
    """What the page hands to its scripts."""
    text = re.search(r'<script id="grid-data" type="application/json">(.*?)</script>', response.content.decode(), re.S)
    return json.loads(text[1])


def cell_of(response, code, place=0) -> dict:
    data = data_of(response)
    return data["cells"][place][[column["code"] for column in data["columns"]].index(code)]


def td_of(response, code, place=0) -> str:
    """The HTML of one cell."""
    codes = [column["code"] for column in data_of(response)["columns"]]
    body = response.content.decode().split("<tbody>")[1]
    return re.findall(r"<td .*?</td>", re.findall(r"<tr.*?</tr>", body, re.S)[place], re.S)[codes.index(code)]


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


@pytest.mark.parametrize("count", [1, 30, 300])
def test_a_department_s_grid_costs_the_same_however_many_branches(client, django_assert_num_queries, count):
    county = world.build(count)
    published_standard(county.this.criteria_set_id)
    client.force_login(county.farms)

    with django_assert_num_queries(10):
        response = client.get(f"{county.base}/entry/grid/?criterion=CY-01")

    assert len(response.context["grid"].lines) == 2 * count


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


# -- the cells ---------------------------------------------------------------------------------------------------------


def test_a_value_comes_with_its_revision_and_what_stands_beside_it(client, county):
    county.enter("WM-04", "355", note="核对过", document="示文1号")

    cell = cell_of(visit(client, county, "?star=civility"), "WM-04")

    assert (cell["v"], cell["r"], cell["n"], cell["d"]) == ("355", 1, "核对过", "示文1号")


def test_a_choice_is_shown_with_what_it_stands_for(client, county):
    county.enter("WM-01", "B")

    response = visit(client, county, "?star=civility")

    assert "B 4项" in td_of(response, "WM-01") and cell_of(response, "WM-01")["v"] == "B"


def test_a_missing_value_says_so_in_a_word(client, county):
    td = td_of(visit(client, county, "?star=civility"), "WM-04")

    assert "is-missing" in td and 'data-missing="to be entered"' in td and "visually-hidden" in td


def test_not_applicable_shows_the_word_and_its_reason(client, county):
    county.enter("WM-07", "", na=True, note="并入中心村养老院")

    td = td_of(visit(client, county, "?star=civility"), "WM-07")

    assert "is-na" in td and "not applicable" in td and "并入中心村养老院" in td


def stable(county, code="WM-05"):
    """Make a criterion a stable fact; published sets are frozen, so in the process's copy."""
    row = next(row for row in published_standard(county.this.criteria_set_id).criteria if row.code == code)
    row.stable = True
    return row


def give_last_year(county, code, number, option=""):
    criterion = county.this.criteria_set.criteria.get(code=code)
    Value.objects.create(
        round=county.last, branch=county.branches[0], criterion=criterion, reported_number=Decimal(number),
        reported_option=option,
    )  # fmt: skip


def test_last_year_s_stable_fact_is_offered_until_this_year_s_is_there(client, county):
    give_last_year(county, "WM-05", 2, "B")
    stable(county)
    offered = visit(client, county, "?star=civility")
    county.enter("WM-05", "A")
    given = visit(client, county, "?star=civility")

    assert "is-prefilled" in td_of(offered, "WM-05") and cell_of(offered, "WM-05")["p"] == "B"
    assert offered.context["grid"].offered == 1
    assert "is-prefilled" not in td_of(given, "WM-05") and "p" not in cell_of(given, "WM-05")


def test_last_year_s_value_of_what_is_not_stable_is_only_shown(client, county):
    give_last_year(county, "WM-04", 355)

    cell = cell_of(visit(client, county, "?star=civility"), "WM-04")

    assert cell["l"] == "355 户" and "p" not in cell and cell["st"] == "missing"


def test_a_jump_against_last_year_asks_for_a_note_until_there_is_one(client):
    county = world.build(checks={"WM-04": '{"max_change_percent": 50}'})
    give_last_year(county, "WM-04", 100)
    county.enter("WM-04", "355")
    asked = visit(client, county, "?star=civility")
    county.enter("WM-04", "355", revision=1, note="新增")
    told = visit(client, county, "?star=civility")

    assert "is-warned" in td_of(asked, "WM-04") and "100 last year" in cell_of(asked, "WM-04")["w"]
    assert "is-warned" not in td_of(told, "WM-04")


def test_the_same_value_for_many_branches_asks_for_a_note(client):
    county = world.build(checks={"WM-04": '{"same_value_count": 2}'})
    for branch in county.mine:
        county.enter("WM-04", "355", branch)

    assert "is-warned" in td_of(visit(client, county, "?star=civility"), "WM-04")


def test_a_returned_criterion_is_marked_and_only_it_is_open(client, county):
    county.enter("WM-04", "355")
    Submission.objects.filter(entry__branch=county.branches[0], entry__round=county.this).update(unlocked=["WM-04"])

    response = visit(client, county, "?star=civility")

    assert "is-returned" in td_of(response, "WM-04") and "is-locked" not in td_of(response, "WM-04")
    assert "returned" in cell_of(response, "WM-07")["x"] and "is-locked" in td_of(response, "WM-07")


@pytest.mark.parametrize("state", [state for state in State if state != State.OPEN])
def test_where_the_county_is_not_open_every_cell_is_locked_with_the_reason(client, county, state):
    RoundCounty.objects.filter(round=county.this).update(state=state)

    response = visit(client, county, "?star=civility")

    assert cell_of(response, "WM-04")["x"] and "is-locked" in td_of(response, "WM-04")


def test_a_name_with_markup_is_shown_as_text(client, county):
    county.branches[0].name = '<img src="x">村'
    county.branches[0].save(update_fields=["name"])
    county.enter("WM-07", "", na=True, note="<script>alert(1)</script>")

    text = visit(client, county, "?star=civility").content.decode()

    assert "<img" not in text and "<script>alert" not in text


# -- the counts -------------------------------------------------------------------------------------------------------


def chips(response) -> dict[str, int]:
    return {chip.key: chip.missing for chip in response.context["grid"].chips}


def test_each_star_says_how_many_of_the_township_s_values_are_missing(client, county):
    county.enter("WM-04", "355")
    county.enter("WM-07", "", na=True, note="并入中心村养老院")

    assert chips(visit(client, county)) == {
        "industry": 4, "ecology": 4, "civility": 8, "governance": 2, "rule_of_law": 2, "all": 20,
    }  # fmt: skip


def test_a_value_taken_back_is_missing_again(client, county):
    county.enter("WM-04", "355")
    county.enter("WM-04", "", revision=1)

    assert chips(visit(client, county))["civility"] == 10


def test_each_criterion_of_a_department_says_how_many_values_are_missing(client, county):
    county.enter("CY-01", "23.6", by=county.farms)
    county.enter("ST-05", "0", by=county.farms, period=1)

    found = chips(visit(client, county, by=county.farms))

    assert (found["CY-01"], found["ST-05"], found["CY-B1"]) == (3, 15, 0)  # a bonus is given where there is one
