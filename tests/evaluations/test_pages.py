"""What each page shows, and to whom (domain.md, Who uses it)."""

import csv
import io

import openpyxl
import pytest
from django.conf import settings

from accounts.roles import Role
from branches.models import Branch, Department
from evaluations.models import Rating
from tests.evaluations.pages import COUNTY, TOWNS, address, results
from tests.factories import county, person, township

pytestmark = pytest.mark.django_db

OWN, OTHER = "419901001000", "419901002000"  # the first branch of each township


@pytest.fixture
def made():
    return results(10)


def signed_in(client, role, region=None, **grant):
    client.force_login(person(role, region, **grant))
    return client


def clerk(client):
    return signed_in(client, Role.ENTRY_CLERK, township(TOWNS[0]))


def organization(client):
    return signed_in(client, Role.ORGANIZATION_REVIEWER, county())


def names(response):
    return [row.rating.branch.name for row in response.context["ranking"].rows]


def test_the_organization_sees_every_branch_with_its_rank(client, made):
    response = organization(client).get(address("ranking", made))

    assert names(response) == [f"第{place}村" for place in range(10)]
    assert "并列" in response.content.decode()
    assert "先比星级，再比综合指数" in response.content.decode()


def test_a_township_sees_its_own_branches_without_county_ranks(client, made):
    response = clerk(client).get(address("ranking", made))

    assert names(response) == [f"第{place}村" for place in range(0, 10, 2)]
    assert not any(row.shows_rank for row in response.context["ranking"].rows)
    assert "镇内" in response.content.decode()


def test_a_township_finds_no_branch_of_another_township(client, made):
    clerk(client)

    assert client.get(address("branch", made, OWN)).status_code == 200
    assert client.get(address("branch", made, OTHER)).status_code == 404
    assert client.get(address("townships", made)).status_code == 404


def test_a_star_reviewer_sees_that_star_of_every_branch_and_nothing_else(client, made):
    signed_in(client, Role.DEPARTMENT_REVIEWER, county(), star="civility")

    response = client.get(address("ranking", made))

    rows = response.context["ranking"].rows
    assert len(rows) == 10
    assert [mark.code for mark in rows[0].marks] == ["civility"]
    assert not any(row.level_word or row.index or row.shows_rank for row in rows)


@pytest.mark.parametrize("order", ["rank", "-index", "level", "move", "industry"])
def test_a_list_is_never_ordered_by_what_its_reader_may_not_see(client, made, order):
    signed_in(client, Role.DEPARTMENT_REVIEWER, county(), star="civility")

    response = client.get(address("ranking", made), {"sort": order, "level": "5", "star": "industry"})

    assert response.context["ranking"].order == "name"
    assert len(names(response)) == 10


def test_a_department_sees_its_own_criteria_without_points(client, made):
    department = Department.objects.create(county=county(), name="县农业农村局")
    signed_in(client, Role.DEPARTMENT_CLERK, county(), department=department)

    page = client.get(address("branch", made, OWN)).context["page"]

    assert {"CY-01", "CY-10"} <= {line.row.code for line in page.lines}
    assert not any("组织部" in line.row.department.split("、")[0] for line in page.lines)
    assert not page.marks
    assert all(line.points is None for line in page.lines)


def test_before_confirmation_a_viewer_finds_no_page(client, made):
    signed_in(client, Role.VIEWER, county())

    assert client.get(address("ranking", made)).status_code == 404
    assert client.get(address("branch", made, OWN)).status_code == 404
    assert client.get("/").status_code == 200


def test_after_confirmation_a_viewer_sees_levels_and_ranks_but_no_scores(client):
    made = results(10, state="confirmed")
    signed_in(client, Role.VIEWER, county())

    rows = client.get(address("ranking", made)).context["ranking"].rows
    page = client.get(address("branch", made, OWN)).context["page"]

    assert rows[0].level_word and rows[0].shows_rank
    assert {mark.score for row in rows for mark in row.marks} == {""}
    assert page.level_word and not page.lines and not page.star_lines


def test_a_stranger_finds_nothing(client, made):
    stranger = county("419902000000", "另一县")
    signed_in(client, Role.ORGANIZATION_REVIEWER, stranger)

    for page, args in (("ranking", []), ("townships", []), ("standard", []), ("branch", [OWN]), ("ranking_csv", [])):
        assert client.get(address(page, made, *args)).status_code == 404
    assert client.get(f"/rounds/{made.slug}/counties/").status_code == 404
    assert client.post(f"/rounds/{made.slug}/runs/").status_code == 404


def test_nobody_sees_a_page_without_signing_in(client, made):
    response = client.get(address("ranking", made))

    assert response.status_code == 302
    assert response.url.startswith("/sign-in/?next=")


@pytest.mark.parametrize(
    ("asked", "places"),
    [
        ({"township": TOWNS[1]}, [1, 3, 5, 7, 9]),
        ({"level": "5"}, [0, 1, 2, 3]),
        ({"level": "3+"}, list(range(10))),
        ({"star": "-rule_of_law"}, [4, 5, 6, 7, 8, 9]),
        ({"star": "rule_of_law", "q": "第2"}, [2]),
        ({"q": "d7"}, [7]),
        ({"q": OTHER}, [1]),
        ({"q": "%"}, []),
        ({"q": "\x00'\"<script>"}, []),
        ({"sort": "-name"}, list(range(9, -1, -1))),
        ({"level": "nonsense", "star": "x", "sort": "y", "page": "999", "township": ""}, list(range(10))),
    ],
)
def test_filters_and_order(client, made, asked, places):
    response = organization(client).get(address("ranking", made), asked)

    assert names(response) == [f"第{place}村" for place in places]
    assert "<script>" not in response.content.decode().replace("<script src=", "")


def test_a_parked_branch_comes_last_with_its_reason(client, made):
    Rating.objects.filter(branch__code=OWN).update(
        parked="CY-06: 1.5 is not a whole number of 0 or more", level=None, county_rank=None, township_rank=None
    )

    listed = organization(client).get(address("ranking", made))
    page = client.get(address("branch", made, OWN))

    assert names(listed)[-1] == "第0村"
    assert "CY-06：1.5 不是 0 或正整数" in listed.content.decode()
    assert "CY-06：1.5 不是 0 或正整数" in page.content.decode()


def test_a_branch_not_rated_yet_says_so(client, made):
    Rating.objects.all().delete()

    page = organization(client).get(address("branch", made, OWN))
    listed = client.get(address("ranking", made))

    assert "尚未计算" in page.content.decode()
    assert "尚无计算结果" in listed.content.decode()


def test_the_files_hold_what_the_page_shows(client, made):
    organization(client)

    rows = list(csv.reader(io.StringIO(client.get(address("ranking_csv", made)).content.decode("utf-8-sig"))))
    book = openpyxl.load_workbook(io.BytesIO(client.get(address("ranking_xlsx", made)).content))

    assert len(rows) == 11
    assert rows[1][:5] == ["1", "1", "419901001000", "第0村", "示范镇"]
    assert [cell.value for cell in book.active[2]][:3] == [1, 1, "419901001000"]


def test_a_townships_file_holds_only_its_own(client, made):
    clerk(client)

    rows = list(csv.DictReader(io.StringIO(client.get(address("ranking_csv", made)).content.decode("utf-8-sig"))))

    assert {row["township"] for row in rows} == {"示范镇"}
    assert {row["county_rank"] for row in rows} == {""}
    assert all(row["industry"] for row in rows)


def test_a_star_reviewers_file_holds_only_that_star(client, made):
    signed_in(client, Role.DEPARTMENT_REVIEWER, county(), star="civility")

    rows = list(csv.DictReader(io.StringIO(client.get(address("ranking_csv", made)).content.decode("utf-8-sig"))))

    hidden = ("county_rank", "township_rank", "level", "index", "industry", "ecology", "governance", "rule_of_law")
    assert len(rows) == 10
    assert {row[name] for row in rows for name in hidden} == {""}
    assert {row["earned"] for row in rows} <= {"", "civility"}


def test_the_portal_speaks_chinese_until_english_is_chosen(client, made):
    organization(client)
    before = client.get(address("ranking", made), headers={"accept-language": "en"})

    client.post("/language/", {"language": "en", "next": "/"})
    after = client.get(address("ranking", made), headers={"accept-language": "zh"})

    assert 'lang="zh-hans"' in before.content.decode() and "全县支部排名" in before.content.decode()
    assert 'lang="en"' in after.content.decode() and "County ranking" in after.content.decode()


def test_every_answer_carries_the_strict_policy(client, made):
    organization(client)

    for url in ("/", address("ranking", made), "/nothing/", "/sign-in/"):
        policy = client.get(url, follow=True).headers["Content-Security-Policy"]
        assert "script-src 'self'" in policy and "unsafe" not in policy


@pytest.mark.parametrize("url", ["/nothing/", "/rounds/r2026/419901000000/branches/419901001999/"])
def test_an_unknown_address_says_so_in_chinese(client, made, url):
    response = organization(client).get(url)

    assert response.status_code == 404
    assert "没有这个页面" in response.content.decode()


def test_a_fault_is_answered_without_the_database(client, made, monkeypatch):
    organization(client)
    client.raise_request_exception = False
    monkeypatch.setattr("evaluations.views.home.Glance", None)

    response = client.get("/")

    assert response.status_code == 500
    assert "系统暂时不能应答" in response.content.decode()


def test_a_wrong_password_says_how_many_tries_are_left(client, made):
    user = person(Role.VIEWER, county())

    response = client.post("/sign-in/", {"username": user.username, "password": "wrong"})

    assert f"还可以再试 {settings.AXES_FAILURE_LIMIT - 1} 次" in response.content.decode()


def test_names_are_shown_as_text(client, made):
    Branch.objects.filter(code=OWN).update(name="<b onclick=x>村</b>")

    response = organization(client).get(address("ranking", made))

    assert "<b onclick" not in response.content.decode()
    assert COUNTY in response.content.decode()
