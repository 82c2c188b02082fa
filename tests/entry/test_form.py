"""The form of a branch: what it asks of whom, what it shows, and that it works posted whole."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.roles import Role
from branches.models import Department
from evaluations.models import Decision, Submission
from evaluations.workflow import Status
from tests import factories
from tests.entry.form_posts import address, fields, opened, post
from tests.entry.world import COUNTY, OTHER_TOWN, TOWN, World, build

pytestmark = pytest.mark.django_db
QUERIES = 13


@pytest.fixture
def world() -> World:
    return build(checks={"WM-04": '{"max_change_percent": 50}'})


# What is asked of whom ----
def test_a_township_is_asked_for_its_own_values_and_sees_the_departments(client, world):
    world.enter("WM-06", "93.5", by=clerk_of("县医疗保障局"))
    client.force_login(world.clerk)

    page = client.get(address(world)).context["page"]

    assert [question.row.code for question in page.own] == ["WM-01", "WM-02", "WM-04", "WM-05", "WM-07"]
    assert next(one for one in page.others if one.row.code == "WM-06").line.given.text == "93.5%"


def test_a_value_that_a_department_has_not_given_is_said_to_be_no_ones_to_enter(client, world):
    client.force_login(world.clerk)
    client.cookies["django_language"] = "en"

    html = client.get(address(world)).content.decode()

    assert "Department data not in; not yours to enter." in html
    assert "WM-06.0-text" not in html


def test_a_department_is_asked_for_its_own_values_and_sees_no_others(client, world):
    client.force_login(world.farms)

    page = client.get(address(world, "ecology")).context["page"]

    assert {question.row.code for question in page.questions} == {"ST-01", "ST-02", "ST-05", "ST-06", "ST-B1"}
    assert page.others == [] and page.mark is None


def test_a_quarterly_criterion_has_four_inputs(client, world):
    names = opened(client, world, "ecology", world.farms)

    assert [f"ST-05.{period}-text" in names for period in range(5)] == [False, True, True, True, True]


@pytest.mark.parametrize(
    ("code", "star", "shape"),
    [
        ("WM-04", "civility", r'type="text"[^>]*inputmode="numeric"'),
        ("CY-01", "industry", r'type="text"[^>]*inputmode="decimal"'),
        ("CY-02", "industry", r'type="text"[^>]*inputmode="decimal"'),
        ("WM-05", "civility", r'type="radio"[^>]*value="A"|value="A"'),
        ("ZB-01", "governance", r'value="true"'),
    ],
)
def test_each_type_has_its_input(client, world, code, star, shape):
    owner = {"CY-01": world.farms, "CY-02": world.farms, "ZB-01": clerk_of("县委组织部")}
    client.force_login(owner.get(code, world.clerk))

    html = client.get(address(world, star)).content.decode()

    inputs = re.findall(rf'<input[^>]*name="{code}\.0-text"[^>]*>', html)
    assert inputs and any(re.search(shape, tag) for tag in inputs)


def test_another_townships_branch_is_not_found(client, world):
    client.force_login(world.clerk)

    assert client.get(address(world, branch=world.branches[-1])).status_code == 404
    assert client.post(address(world, branch=world.branches[-1]), {}).status_code == 404


# What is shut ----
def submission(world: World) -> Submission:
    return Submission.objects.get(entry__round=world.this, entry__branch=world.branches[0])


def test_before_opening_nothing_can_be_typed_and_it_is_said_why(client, world):
    world.this.counties.update(state="draft")
    client.force_login(world.clerk)
    client.cookies["django_language"] = "en"

    response = client.get(address(world))

    assert "Entry has not opened yet." in response.content.decode()
    assert fields(response.content.decode()) == {} and response.context["page"].open_places == []


def test_after_the_deadline_nothing_can_be_typed_and_a_post_changes_nothing(client, world):
    form = opened(client, world)
    world.this.counties.update(entry_due=timezone.now() - timezone.timedelta(hours=1))

    post(client, world, form, **{"WM-04.0-text": "350"})

    assert world.value("WM-04") is None
    assert client.get(address(world)).context["page"].past


def test_a_submitted_branch_is_read_only_with_its_receipt(client, world):
    row = submission(world)
    Submission.objects.filter(pk=row.pk).update(
        status=Status.SUBMITTED, receipt="SB-2026-0001", submitted_at=timezone.now(), revision=1
    )
    client.force_login(world.clerk)

    html = client.get(address(world)).content.decode()

    assert "SB-2026-0001" in html and fields(html) == {}


def test_a_returned_branch_shows_the_reason_and_opens_only_what_was_returned(client, world):
    row = submission(world)
    Submission.objects.filter(pk=row.pk).update(unlocked=["WM-04"], revision=2)
    Decision.objects.create(
        submission=row, action="return", source=Status.SUBMITTED, target=Status.DRAFT, by="check",
        reason="户数与台账不符", criteria=["WM-04"],
    )  # fmt: skip
    client.force_login(world.clerk)

    response = client.get(address(world))

    page = response.context["page"]
    assert "户数与台账不符" in response.content.decode()
    assert [question.row.code for question in page.asking] == ["WM-04"] and page.asking[0].returned


# Where to next ----
def test_next_leads_to_the_first_missing_value_of_the_star_then_of_any(client, world):
    client.force_login(world.clerk)
    for code in ("WM-01", "WM-02", "WM-05", "WM-07"):
        world.enter(code, "A")

    here = client.get(address(world, next=1)).headers["Location"]
    world.enter("WM-04", "300")
    elsewhere = client.get(address(world, next=1)).headers["Location"]

    assert here.endswith("?star=civility#WM-04") and elsewhere.endswith("?star=industry#CY-05")


def test_the_tabs_count_what_is_missing(client, world):
    world.enter("WM-04", "300")
    client.force_login(world.clerk)

    tabs = client.get(address(world)).context["page"].tabs

    assert {tab.head.code: tab.missing for tab in tabs} == {
        "industry": 2, "ecology": 2, "civility": 4, "governance": 1, "rule_of_law": 1,
    }  # fmt: skip


def test_points_follow_the_values_as_they_stand(client, world):
    world.enter("WM-07", "B")
    client.force_login(world.clerk)

    live = client.get(address(world, part="live")).content.decode()

    assert re.search(r'id="points-WM-07"[^>]*><b>7</b> / 12', live)


def test_the_branches_before_and_after_are_the_clerks_own(client, world):
    client.force_login(world.clerk)

    page = client.get(address(world, branch=world.mine[-1])).context["page"]

    assert (page.before.branch, page.after) == (world.mine[-2], None)
    assert {one.township_id for one in world.branches} == {TOWN, OTHER_TOWN}


@pytest.mark.parametrize("count", [1, 60, 600])
def test_the_page_costs_the_same_however_many_branches(client, count):
    world = build(count)
    factories.give(world.last, world.branches[0])
    client.force_login(world.clerk)
    client.get(address(world))

    with CaptureQueriesContext(connection) as asked:
        assert client.get(address(world)).status_code == 200

    assert len(asked) == QUERIES, [query["sql"][:90] for query in asked]


def clerk_of(name: str):
    """Somebody who enters for this department."""
    made, _new = Department.objects.get_or_create(county_id=COUNTY, name=name)
    return factories.person(Role.DEPARTMENT_CLERK, factories.county(), department=made)
