"""Nothing that a person types into an address, a form or a header is a 500, a redirect away or an executed text."""

import random
from urllib.parse import urljoin

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from branches.models import Branch, Region
from tests.factories import PASSWORD
from tests.pages import routes
from tests.pages.walking import county_address
from tests.pages.world import COUNTY, NAMES, STATES

CITY = routes.CITY_ORGANIZATION
QUERIES = [
    "sort=__class__&level=9e9&page=-1&q=%00",
    "sort=-__class__&level=&page=0",
    "sort=branch__sort_key&level=None&page=99999999999999999999",
    "sort=points&level=%D9%A5&page=1e9",
    "sort=rank&sort=-index&level=3%2B&level=5&page=last",
    "sort=--rank&star=--ecology&page=NaN",
    "township=%00&star=%00&level=%00&sort=%00&page=%00&show=%00",
    "township=419901001000%27%20OR%201=1--&star=-",
    "township=%ED%A0%80&q=%ED%A0%80%FF%FE",
    "q=" + "%E6%9D%91" * 5000,
    "q=%27%29%3B%20DROP%20TABLE%20evaluations_rating%3B--&page=2",
    "q=%25_%5C%5C&page=%2B1",
    "q=%3Cscript%3Ealert(1)%3C%2Fscript%3E&show=all",
    "q=%7B%7B7*7%7D%7D%7B%25load%25%7D",
    "q=%F0%9F%98%80&sort=%F0%9F%98%80",
    "q=%E2%80%AE%E2%80%8B&township[]=1&q[]=2",
    "page=" + "9" * 5000,
    "star=all&level[$gt]=&page=1;sleep(9)",
    "star=ecology&star=-ecology#x",
    "&&&===&;;;%&%%%zz",
]


@pytest.mark.parametrize("query", QUERIES, ids=range(len(QUERIES)))
@pytest.mark.parametrize("who", [Role.ORGANIZATION_REVIEWER, Role.ENTRY_CLERK, Role.DEPARTMENT_REVIEWER])
def test_no_query_string_is_a_fault(client, world, who, query):
    client.force_login(world.people[who])

    for page, places in routes.COUNTY_PAGES.items():
        if who in places["own"][0]:
            response = client.get(f"{county_address(world, page, 'own')}?{query}")
            assert response.status_code == 200
            if response["Content-Type"].startswith("text/html"):
                assert "<script>alert" not in response.content.decode()
    assert client.get(f"/?{query}").status_code == 200


NAMES_ASKED = ["branch", "township", "criterion", "star", "at", "next", "part", "unit", "q", "show", "page", "for"]


@pytest.mark.parametrize("name", NAMES_ASKED)
@pytest.mark.parametrize("who", [Role.ENTRY_CLERK, Role.DEPARTMENT_CLERK, Role.TOWNSHIP_REVIEWER, CITY])
def test_no_text_the_database_refuses_is_a_fault_on_any_page(client, world, who, name):
    client.force_login(world.people[who])
    mine = [page for page, places in routes.COUNTY_PAGES.items() if who in places["own"][0]]

    answered = {page: client.get(county_address(world, page, "own"), {name: "419901001\0"}) for page in mine}

    assert {
        page: got.status_code for page, got in answered.items() if got.status_code not in (200, 302, 404, 405)
    } == {}


@pytest.mark.parametrize("query", QUERIES, ids=range(len(QUERIES)))
def test_no_query_string_is_a_fault_in_the_admin(client, world, query):
    client.force_login(world.people[Role.AUDITOR])

    for model, roles in routes.ADMIN.items():
        if Role.AUDITOR in roles:
            assert client.get(f"{reverse(f'admin:{model}_changelist')}?{query}").status_code in (200, 302, 400), model
    assert client.get(f"/admin/accounts/grant/?user__password__startswith=argon2&{query}").status_code in (302, 400)


def test_random_query_strings_are_no_fault(client, world):
    client.force_login(world.people[routes.CITY_ORGANIZATION])
    dice = random.Random(4199)
    names = ["q", "sort", "level", "star", "township", "page", "show", "next", "_", "q__in"]
    words = ["", "-", "rank", "ecology", "5", "3+", "村", "%", "\\", "'", '"', "\t", "\x7f", "9" * 30, "-1", "0x1", "é"]
    url = county_address(world, "ranking", "own")

    for _turn in range(60):
        asked = {dice.choice(names): "".join(dice.choices(words, k=dice.randint(0, 3))) for _ in range(4)}
        assert client.get(url, asked).status_code == 200, asked


ADDRESSES = [
    "/rounds/city-2026/000000000000/ranking/", "/rounds/city-2026/４１９９０１００００００/ranking/",
    "/rounds/../../etc/passwd", "/rounds/%00/419901000000/ranking/", "/rounds/city-2026/419901000000/branches/%00/",
    "/rounds/" + "a" * 3000 + "/419901000000/ranking/", "/runs/0/", "/runs/99999999999999999999999/", "/runs/-1/",
    "/runs/١/", "/rounds/city-2026/counties/../../", "/admin/scoring/criterion/99999999999999999999999/change/",
    "/admin/scoring/criterion/'; DROP TABLE x/change/", "/admin/nothing/", "/%ff%fe", "/static/../manage.py",
    "/static/%2e%2e/manage.py",
]  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_address_is_a_fault(client, world, address):
    client.force_login(world.people[Role.AUDITOR])

    response = client.get(address)

    assert response.status_code in (200, 302, 404)
    assert b"DATABASE_URL" not in response.content and b"root:" not in response.content


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("js", ["近水村"]),
        ("JSC", ["近水村"]),
        ("近水", ["近水村"]),
        ("邻禾", ["邻禾村"]),
        ("419901002201", ["邻禾村"]),
        ("村", ["近水村", "同里村", "邻禾村"]),
        ("  js  ", ["近水村"]),
        ("远山", []),
        ("jsjsjs", []),
        ("%", []),
        ("_", []),
        ("\\", []),
    ],
)
def test_a_branch_is_found_by_name_initials_or_code(client, world, text, names):
    client.force_login(world.people[routes.CITY_ORGANIZATION])

    response = client.get(county_address(world, "ranking", "own"), {"q": text})

    assert sorted(row.rating.branch.name for row in response.context["ranking"].rows) == sorted(names)
    assert ("没有符合条件的支部" in response.content.decode()) is (not names)


OUTSIDE = [
    "https://evil.example/", "//evil.example/", "///evil.example", "http:evil.example", "/\\evil.example",
    "\\\\evil.example", "https:/evil.example", "javascript:alert(1)", "data:text/html,x", "//evil.example@127.0.0.1/",
    "https://testserver@evil.example/", "http://testserver.evil.example/", "\thttps://evil.example", "/\t/evil.example",
    "https://evil.example\\@testserver", "ftp://testserver/", "//testserver:80@evil.example", "%2f%2fevil.example",
    "http://[::1]evil", "https://evil。example/",
]  # fmt: skip


def leads_away(response) -> bool:
    """Is the answer a redirect that a browser would follow to another host or scheme?"""
    as_browsers_read_it = "".join(response.headers["Location"].replace("\\", "/").split())
    return not urljoin("http://testserver/sign-in/", as_browsers_read_it).startswith("http://testserver/")


@pytest.mark.parametrize("target", OUTSIDE)
def test_signing_in_leads_nowhere_else(client, world, target):
    user = world.people[Role.VIEWER]

    signed = client.post("/sign-in/", {"username": user.username, "password": PASSWORD, "next": target})
    by_query = Client().post(f"/sign-in/?next={target}", {"username": user.username, "password": PASSWORD})
    again = client.get("/sign-in/", {"next": target})

    assert signed.status_code == by_query.status_code == again.status_code == 302
    assert not leads_away(signed) and not leads_away(by_query) and not leads_away(again)


@pytest.mark.parametrize("target", OUTSIDE)
def test_choosing_a_language_leads_nowhere_else(client, world, target):
    chosen = client.post("/language/", {"language": "en", "next": target})
    by_referer = client.post("/language/", {"language": "en"}, headers={"referer": target.strip()})

    assert chosen.status_code == by_referer.status_code == 302
    assert not leads_away(chosen) and not leads_away(by_referer)


def test_choosing_a_language_comes_back_to_the_page(client, world):
    page = f"/rounds/city-2026/{COUNTY}/ranking/?q=%E6%9D%91&sort=-name"

    assert client.post("/language/", {"language": "en", "next": page}).url == page
    assert client.post("/language/", {"language": "xx", "next": page}).url == page
    assert client.cookies["django_language"].value == "en"


@pytest.mark.parametrize("body", [{}, {"username": "\0", "password": "\0"}, {"username": "x" * 9999, "password": "y"}])
def test_no_sign_in_is_a_fault(client, world, body):
    response = client.post("/sign-in/", body)

    assert response.status_code in (200, 403, 429)


def test_five_wrong_passwords_close_the_account_for_a_while(client, world):
    user = world.people[Role.VIEWER]
    wrong = {"username": user.username, "password": "wrong"}

    said = [client.post("/sign-in/", wrong) for _try in range(4)]
    closed = client.post("/sign-in/", wrong)
    right = client.post("/sign-in/", {"username": user.username, "password": PASSWORD})

    for left, response in zip((4, 3, 2, 1), said, strict=True):
        assert response.status_code == 200 and f"还可以再试 {left} 次" in response.content.decode()
    assert closed.status_code == right.status_code == 429
    assert "15 分钟" in closed.content.decode() and "15 分钟" in right.content.decode()
    assert client.get("/").status_code == 302


def test_an_account_that_is_not_there_is_answered_like_one_that_is(client, world):
    known = client.post("/sign-in/", {"username": world.people[Role.VIEWER].username, "password": "wrong"})
    unknown = Client().post("/sign-in/", {"username": "nobody-at-all", "password": "wrong"})

    assert known.status_code == unknown.status_code
    assert known.context["form"].non_field_errors() == unknown.context["form"].non_field_errors()


def test_a_name_in_markup_is_shown_as_text_everywhere(client, world):
    evil = "<img src=x onerror=alert(1)>\"'村"
    User.objects.filter(pk=world.people[Role.AUDITOR].pk).update(label=evil)
    Branch.objects.filter(name=NAMES["own"]).update(name=evil)
    Region.objects.filter(pk=COUNTY).update(name=evil)
    world.set_state(STATES["confirmed"])
    client.force_login(world.people[Role.AUDITOR])

    read = {page for page, places in routes.COUNTY_PAGES.items() if Role.AUDITOR in places["own"][1]}
    for page in read - {"runs", "run"}:
        response = client.get(county_address(world, page, "own"))
        if not response["Content-Type"].startswith("text/html"):
            continue
        text = response.content.decode()
        assert "<img src=x" not in text and "&lt;img src=x" in text, page
    lists = [model for model, roles in routes.ADMIN.items() if Role.AUDITOR in roles]
    assert not [
        model for model in lists if "<img src=x" in client.get(reverse(f"admin:{model}_changelist")).content.decode()
    ]
