"""The points of one branch, from its values as they stand: not waiting for the county's next rating."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.roles import Role
from evaluations.models import Rating, VetoRecord
from evaluations.services.rating import rate_county
from tests import factories
from tests.entry import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def county():
    made = world.build()
    for branch in made.branches:
        factories.give(made.this, branch, {"WM-04": Decimal(250)})
    rate_county(made.this, world.COUNTY)
    return made


def points(client, county, branch=None, by=None):
    client.force_login(by or county.clerk)
    return client.get(f"{county.base}/entry/points/", {"branch": (branch or county.branches[0]).code})


def test_they_agree_with_the_rating_where_nothing_changed_since(client, county):
    rating = Rating.objects.get(round=county.this, branch=county.branches[0])

    said = points(client, county).json()

    assert {code: star["score"] for code, star in said["stars"].items()} == {
        code: f"{getattr(rating, code):.2f}" for code in said["stars"]
    }
    assert len(said["stars"]) == 5 and len(said["criteria"]) == 60


def test_a_value_just_saved_counts_before_the_county_is_rated_again(client, county):
    before = points(client, county).json()
    county.enter("WM-04", "400", revision=1)

    after = points(client, county).json()

    assert before["criteria"]["WM-04"] == {"points": "4", "full": "8"}
    assert after["criteria"]["WM-04"] == {"points": "8", "full": "8"}
    assert Decimal(after["stars"]["civility"]["gap"]) - Decimal(before["stars"]["civility"]["gap"]) == 4


def test_not_applicable_has_no_points(client, county):
    county.enter("WM-07", "", na=True, note="并入中心村养老院", revision=1)

    assert points(client, county).json()["criteria"]["WM-07"]["points"] is None


def test_a_veto_is_told_whatever_the_score(client, county):
    row = county.this.criteria_set.criteria.get(code="WM-V1")
    VetoRecord.objects.create(round=county.this, branch=county.branches[0], criterion=row, finding="查实")

    assert points(client, county).json()["stars"]["civility"]["state"] == "vetoed"


def test_before_the_first_rating_they_are_there_too(client):
    county = world.build()
    county.enter("WM-04", "250")

    said = points(client, county).json()

    assert said["criteria"]["WM-04"]["points"] == "4"


def test_a_department_s_clerk_sees_no_points(client, county):
    said = points(client, county, by=county.farms).json()

    assert said == {"branch": county.branches[0].code, "criteria": {}, "stars": {}}


def test_another_township_s_branch_is_not_there(client, county):
    reviewer = factories.person(Role.TOWNSHIP_REVIEWER, factories.township(world.TOWN))

    assert points(client, county).status_code == 200
    assert points(client, county, county.branches[-1]).status_code == 404
    assert points(client, county, by=reviewer).status_code == 404


def test_nobody_s_code_is_not_there(client, county):
    client.force_login(county.farms)

    found = [client.get(f"{county.base}/entry/points/", {"branch": code}).status_code for code in ("419901001999", "x")]

    assert found == [404, 404]


@pytest.mark.parametrize("count", [1, 60, 600])
def test_they_cost_the_same_however_many_branches(client, django_assert_num_queries, count):
    county = world.build(count)
    points(client, county)

    with django_assert_num_queries(9):
        client.get(f"{county.base}/entry/points/?branch={county.branches[0].code}")


@pytest.mark.parametrize("code", ["\0", "419901001\0", "419901001", "٤١٩٩٠١٠٠١٢٠٠"])
@pytest.mark.parametrize("who", ["clerk", "farms"])
def test_what_is_no_branch_s_code_is_not_there(client, county, who, code):
    client.force_login(getattr(county, who))

    assert client.get(f"{county.base}/entry/points/", {"branch": code}).status_code == 404
    assert client.post(f"{county.base}/entry/evidence/", offer(code)).status_code == 404
    assert client.get(f"{county.base}/entry/points/", {"branch": county.branches[0].code}).status_code == 200


def offer(code: str) -> dict:
    return {"branch": code, "criterion": "WM-04", "file": SimpleUploadedFile("a.txt", b"a")}
