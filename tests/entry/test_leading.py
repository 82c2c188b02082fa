"""Where the pages of entry lead on to: the next branch, the values held back, the branches behind a number."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from accounts.roles import Role
from evaluations.models import Extension, Value
from evaluations.workflow import SUBMIT
from tests import factories
from tests.entry import world
from tests.entry.form_posts import address
from tests.entry.giving import due, fill, move

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english(client):
    client.cookies["django_language"] = "en"
    with translation.override("en"):
        yield


@pytest.fixture
def county():
    return world.build()


@pytest.fixture
def approver():
    return factories.person(Role.ORGANIZATION_APPROVER, factories.county())


# The next open value ---
def test_a_complete_branch_leads_to_the_next_one_that_lacks_a_value(client, county):
    fill(county, county.mine[0])
    client.force_login(county.clerk)

    found = client.get(address(county, next=1)).url

    assert found == f"{county.base}/entry/branches/{county.mine[1].code}/?star=industry&next=1"


def test_where_no_value_is_open_any_more_it_is_said(client, county):
    fill(county, *county.mine)
    client.force_login(county.clerk)

    text = client.get(address(county, next=1), follow=True).content.decode()

    assert "No open value is left, in no branch of yours." in text


def test_a_department_is_led_through_the_branches_of_the_county(client, county):
    asked = [row for row in county.this.criteria_set.criteria.all() if county.scope(county.farms).enters("", row)]
    for row in asked:
        for period in range(1, 5) if row.periods == "quarters" else (0,):
            Value.objects.create(
                round=county.this, branch=county.mine[0], criterion=row, period=period, reported_na=True
            )
    client.force_login(county.farms)

    found = client.get(address(county, "ecology", next=1)).url

    assert found == f"{county.base}/entry/branches/{county.mine[1].code}/?next=1"


# Held values ---
def test_branches_of_held_values_are_named_to_who_enters_them_only(client, county):
    client.force_login(county.clerk)
    far = county.branches[-1]

    told = client.get(f"{address(county, part='held')}&of={county.mine[1].code}&of={far.code}&of=x").json()

    assert told == {"names": {county.mine[1].code: county.mine[1].shown_name}}


# A later rater's value ---
def test_a_verified_value_that_differs_is_said_beside_the_field_and_the_points(client, county):
    county.enter("WM-04", "30")
    Value.objects.filter(criterion__code="WM-04", round=county.this).update(township_number=490)
    client.force_login(county.clerk)

    text = client.get(address(county)).content.decode()

    assert "You entered 30 户; township check: 490 户, which counts." in text
    assert re.search(r'id="points-WM-04"[^>]*>.*by the township check: 490 户', text)


def test_a_verified_value_that_is_the_same_says_nothing(client, county):
    county.enter("WM-04", "30")
    Value.objects.filter(criterion__code="WM-04", round=county.this).update(township_number=30)
    client.force_login(county.clerk)

    assert "which counts" not in client.get(address(county)).content.decode()


# Persons ---
def test_persons_are_named_by_their_label_and_never_by_what_they_sign_in_with(client, county, approver):
    due(county, minutes=-1)
    county.clerk.label, county.clerk.username = "示范镇 王芳", "x7q9z"
    county.clerk.save()
    client.force_login(county.clerk)
    form = {"unit": world.TOWN, "until": "2026-12-30T18:00", "reason": "停电"}
    client.post(f"{county.base}/entry/extensions/", form)
    client.force_login(approver)

    text = client.get(f"{county.base}/entry/overview/").content.decode()

    assert "示范镇 王芳" in text and "x7q9z" not in text


def test_a_conflict_names_the_other_person_or_oneself_in_another_window(client, county):
    county.clerk.label = "示范镇 王芳"
    county.clerk.save()
    county.enter("WM-04", "30")
    body = {"edits": [{"key": "7c1ba0f4-8f24-4f0c-9c55-6b6a3f1d7b11", "branch": county.mine[0].code,
                       "criterion": "WM-04", "period": 0, "text": "31", "revision": 0}]}  # fmt: skip
    client.force_login(county.clerk)

    mine = client.post(f"{county.base}/values/", body, content_type="application/json").json()["answers"][0]["theirs"]

    assert (mine["by"], mine["mine"]) == ("示范镇 王芳", True)


# The overview ---
def extension(county, **more) -> Extension:
    return Extension.objects.create(
        county=county.county, township_id=world.TOWN, until=timezone.now() + timezone.timedelta(days=3), reason="停电",
        asked_by=county.clerk.username, **more,
    )  # fmt: skip


def test_past_the_deadline_what_is_not_submitted_is_overdue(client, county, approver):
    fill(county)
    move(county, SUBMIT)
    due(county, minutes=-1)
    client.force_login(approver)

    lines = client.get(f"{county.base}/entry/overview/").context["page"].townships

    assert [line.overdue for line in lines] == [1, 2]


def test_under_an_extension_nothing_is_overdue_and_before_the_deadline_neither(client, county, approver):
    due(county, minutes=-1)
    extension(county, granted=True, decided_by="b", decided_at=timezone.now())
    client.force_login(approver)

    lines = client.get(f"{county.base}/entry/overview/").context["page"].townships

    assert [line.overdue for line in lines] == [0, 2]


def test_every_number_of_the_overview_leads_to_as_many_branches(client, county, approver):
    fill(county)
    move(county, SUBMIT)
    due(county, minutes=-1)
    client.force_login(approver)
    text = client.get(f"{county.base}/entry/overview/").content.decode()

    links = re.findall(r'href="([^"]*/overview/branches/[^"]*)">(\d+)</a>', text)

    counted = [(url, n) for url, n in links if "state=missing" not in url]
    assert len(counted) >= 8
    for url, number in counted:
        assert len(client.get(url.replace("&amp;", "&")).context["list"].lines) == int(number), url


@pytest.mark.parametrize("query", ["?township=x", "?state=__class__", "?department=无", "?township=%00&state=%00"])
def test_a_filter_that_is_not_known_leaves_all(client, county, approver, query):
    client.force_login(approver)

    assert len(client.get(f"{county.base}/entry/overview/branches/{query}").context["list"].lines) == 4


def test_granting_names_the_new_deadline(client, county, approver):
    due(county, minutes=-1)
    asked = extension(county)
    client.force_login(approver)

    told = client.post(f"{county.base}/entry/extensions/{asked.pk}/", {"granted": "yes"}, follow=True)

    until = timezone.localtime(asked.until).strftime("%Y-%m-%d %H:%M")
    assert f"Granted: the deadline of 示范镇 is now {until}." in told.content.decode()


def test_extensions_that_wait_are_said_on_the_organization_departments_home(client, county, approver):
    due(county, minutes=-1)
    extension(county)
    client.force_login(approver)
    seen = client.get("/").content.decode()
    client.force_login(county.clerk)

    assert "1 extension waits for a decision." in seen
    assert "waits for a decision" not in client.get("/").content.decode()


@pytest.mark.parametrize("count", [1, 60, 600])
def test_these_pages_cost_the_same_however_many_branches(client, count):
    county = world.build(count)
    fill(county)
    approver = factories.person(Role.ORGANIZATION_APPROVER, factories.county())
    costs = {}
    pages = {
        "branches": (approver, f"{county.base}/entry/overview/branches/?state=missing"),
        "next": (county.clerk, address(county, next=1)),
        "print": (county.clerk, address(county, part="print")),
    }
    for name, (person, url) in pages.items():
        client.force_login(person)
        client.get(url)
        with CaptureQueriesContext(connection) as asked:
            client.get(url)
        costs[name] = len(asked)

    assert costs == {"branches": 10, "next": 16, "print": 13}
