"""Nothing of a place, star or department that a role does not see is in any answer the role gets (A-04, A-06)."""

import csv
import io
import re
from collections.abc import Iterator

import openpyxl
import pytest
from django.urls import reverse

from accounts.roles import Role
from evaluations.models import Rating
from scoring.models import STAR_CODES
from tests.pages import routes
from tests.pages import world as worlds
from tests.pages.walking import county_address
from tests.pages.world import DEPARTMENT, NAMES, STAR

PERSONS = [*Role, routes.CITY_VIEWER, routes.CITY_ORGANIZATION]
KEY = re.compile(r"KEY\.(\w+)\.(\w+)\.(\w+)")
COUNTY_PLACES = ("own", "mate", "sibling")
EVERY_PLACE = (*COUNTY_PLACES, "other")
TOWNSHIP_PLACES = ("own", "mate")

# role: places whose branches are named in pages (provisional, confirmed), places whose values are shown
SEEN = {
    **dict.fromkeys(routes.TOWNSHIP, (TOWNSHIP_PLACES, COUNTY_PLACES, TOWNSHIP_PLACES)),
    **dict.fromkeys(routes.ORGANIZATION, (COUNTY_PLACES, COUNTY_PLACES, COUNTY_PLACES)),
    **dict.fromkeys(routes.DEPARTMENTS, (COUNTY_PLACES, COUNTY_PLACES, COUNTY_PLACES)),
    **dict.fromkeys(routes.BLIND, ((), (), ())),
    **dict.fromkeys(routes.WHOLE_CITY, (EVERY_PLACE, EVERY_PLACE, EVERY_PLACE)),
    Role.VIEWER: ((), COUNTY_PLACES, ()),
    routes.CITY_VIEWER: ((), COUNTY_PLACES, ()),
    Role.BRANCH_VIEWER: (("own",), COUNTY_PLACES, ("own",)),
}
SEARCHES = ["", "村", "lhc", "ysc", "邻禾", *worlds.CODES.values()]


def answers(client, world) -> Iterator[tuple[str, str]]:
    """(address, text) of everything a person gets from the portal's pages, files and searches."""
    addresses = {"/"}
    for page, places in routes.COUNTY_PAGES.items():
        addresses |= {county_address(world, page, place) for place in places}
    lists = [county_address(world, "ranking", place) for place in ("own", "other")]
    addresses |= {f"{url}?q={text}&level={level}" for url in lists for text in SEARCHES for level in ("", "3%2B")}
    addresses |= {f"{url}?sort={order}&show=all" for url in lists for order in ("-rank", "move", "-ecology")}
    addresses |= {f"{county_address(world, 'branch', place)}?star=all" for place in NAMES}
    for url in sorted(addresses):
        response = client.get(url)
        yield url, text_of(response)


def text_of(response) -> str:
    if response.headers["Content-Type"].startswith("application/vnd"):
        return "\n".join(str(cell.value) for row in sheet_of(response) for cell in row)
    return response.content.decode()


def sheet_of(response):
    return openpyxl.load_workbook(io.BytesIO(response.content)).active


@pytest.mark.parametrize("who", PERSONS)
def test_only_the_places_a_role_sees_are_named_and_only_its_values_are_shown(client, stated_world, who):
    client.force_login(stated_world.people[who])
    provisional, confirmed, values = SEEN[who]

    text = "\n".join(page for _url, page in answers(client, stated_world))

    named = {place for place, name in NAMES.items() if name in text}
    assert named == set(confirmed if stated_world.state == "confirmed" else provisional)
    assert {place for place, _star, _owner in KEY.findall(text)} == set(values)


def test_a_star_reviewer_sees_the_values_of_that_star_and_no_other(client, stated_world):
    client.force_login(stated_world.people[Role.DEPARTMENT_REVIEWER])

    found = {star for _url, page in answers(client, stated_world) for _place, star, _owner in KEY.findall(page)}

    assert found == {STAR}


def test_a_department_sees_the_values_it_owns_and_no_other(client, stated_world):
    client.force_login(stated_world.people[Role.DEPARTMENT_CLERK])

    found = {(star, owner) for _url, page in answers(client, stated_world) for _p, star, owner in KEY.findall(page)}

    assert found == {("industry", "farms"), ("ecology", "farms")}, DEPARTMENT


def rows_of(client, world, place="own"):
    text = client.get(county_address(world, "ranking_csv", place)).content.decode("utf-8-sig")
    return {row["name"]: row for row in csv.DictReader(io.StringIO(text))}


LEVELS = {"level", "index", "township_rank"}
SCORES = set(STAR_CODES)
# role: columns filled for (own branch, sibling township's branch) before confirmation; None: no such row
FILLED = {
    **dict.fromkeys(routes.TOWNSHIP, (LEVELS | SCORES, None)),
    **dict.fromkeys(routes.WHOLE_COUNTY, ({"county_rank"} | LEVELS | SCORES,) * 2),
    Role.DEPARTMENT_CLERK: (set(), set()),
    Role.DEPARTMENT_REVIEWER: ({STAR}, {STAR}),
    Role.BRANCH_VIEWER: (LEVELS | SCORES, None),
}


@pytest.mark.parametrize("who", [role for role in PERSONS if role not in routes.BLIND])
def test_the_files_fill_only_the_columns_that_a_role_sees(client, stated_world, who):
    client.force_login(stated_world.people[who])
    confirmed = stated_world.state == "confirmed"
    if not confirmed and who not in FILLED:
        assert client.get(county_address(stated_world, "ranking_csv", "own")).status_code == 404
        return
    expected = [filled if not confirmed else (filled or set()) | {"county_rank"} | LEVELS for filled in
                FILLED.get(who, (None, None))]  # fmt: skip

    rows = rows_of(client, stated_world)

    found = [filled_columns(rows.get(NAMES[place])) for place in ("own", "sibling")]
    assert found == expected
    assert book_of(client, stated_world) == [[*row.values()] for row in rows.values()]


RANKED = {"own": 3, "mate": 2, "sibling": 1}  # the other way round than the codes


@pytest.mark.parametrize("who", [role for role in PERSONS if role not in routes.BLIND])
def test_the_order_of_a_list_tells_no_rank_that_a_role_does_not_see(client, stated_world, who):
    client.force_login(stated_world.people[who])
    for place, rank in RANKED.items():
        Rating.objects.filter(round=stated_world.round, branch__code=worlds.CODES[place]).update(county_rank=rank)
    confirmed = stated_world.state == "confirmed"
    shown = SEEN[who][confirmed]
    by_rank = [NAMES[place] for place in reversed(RANKED) if place in shown]
    by_code = [NAMES[place] for place in RANKED if place in shown]
    sees_ranks = confirmed or who in routes.WHOLE_COUNTY
    if not shown:
        assert client.get(county_address(stated_world, "ranking", "own")).status_code == 404
        return

    assert list(rows_of(client, stated_world)) == (by_rank if sees_ranks else by_code)
    for query in ({}, {"q": "村"}, {"sort": "rank"}):
        rows = client.get(county_address(stated_world, "ranking", "own"), query).context["ranking"].rows
        own_rank = who in routes.TOWNSHIP  # in its own township
        assert [row.rating.branch.name for row in rows] == (by_rank if sees_ranks or own_rank else by_code)


def filled_columns(row) -> set | None:
    if row is None:
        return None
    return {name for name in ("county_rank", *sorted(LEVELS | SCORES)) if row[name]}


def book_of(client, world) -> list[list[str]]:
    """The workbook's cells as the CSV writes them."""
    sheet = sheet_of(client.get(county_address(world, "ranking_xlsx", "own")))
    head = [cell.value for cell in sheet[1]]
    places = {name for name in head if name in SCORES or name == "index"}
    return [
        ["" if cell is None else f"{cell:.2f}" if name in places else str(cell)
         for name, cell in zip(head, row, strict=True)]
        for row in sheet.iter_rows(min_row=2, values_only=True)
    ]  # fmt: skip


@pytest.mark.parametrize("who", [Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR])
def test_the_admin_shows_no_branch_and_no_value_to_who_keeps_accounts(client, world, who):
    client.force_login(world.people[who])

    text = {url: client.get(url).content.decode() for url in admin_lists(who)}

    told = {(place, url.split("?")[0]) for url in text for place, name in NAMES.items() if name in text[url]}
    assert told <= {("own", reverse("admin:accounts_grant_changelist"))}  # where a branch viewer holds the role
    assert not KEY.search("".join(text.values()))


def test_the_admin_shows_a_criteria_administrator_the_branches_of_the_county_and_no_result(client, world):
    client.force_login(world.people[Role.CRITERIA_ADMINISTRATOR])

    text = "".join(client.get(url).content.decode() for url in admin_lists(Role.CRITERIA_ADMINISTRATOR))

    assert {place for place, name in NAMES.items() if name in text} == set(COUNTY_PLACES)
    assert not KEY.search(text)
    assert not [rating for rating in Rating.objects.filter(round=world.round) if str(rating.index) in text]


def admin_lists(who) -> list[str]:
    """The lists of the admin that a role opens, with a search that would match every branch."""
    models = [model for model, roles in routes.ADMIN.items() if "view" in roles.get(who, "")]
    return [f"{reverse(f'admin:{model}_changelist')}{query}" for model in models for query in ("", "?q=村", "?q=4199")]


def test_one_county_s_people_find_no_run_over_several_and_no_way_to_it(client, world):
    client.force_login(world.people[Role.ORGANIZATION_REVIEWER])

    assert client.get(county_address(world, "run", "own")).status_code == 404
    assert client.post(county_address(world, "runs", "own")).status_code == 404
    assert "/runs/" not in client.get("/").content.decode()


def test_the_city_s_people_find_the_way_to_its_runs(client, world):
    client.force_login(world.people[routes.CITY_ORGANIZATION])

    assert county_address(world, "runs", "own") in client.get("/").content.decode()


RESIDENTS = "2,000"  # of every branch


def test_residents_and_households_are_shown_only_where_all_values_are(client, stated_world):
    opened = {}

    for who in (Role.VIEWER, Role.DEPARTMENT_REVIEWER, Role.DEPARTMENT_CLERK, Role.ENTRY_CLERK, Role.AUDITOR):
        client.force_login(stated_world.people[who])
        opened[who] = RESIDENTS in client.get(county_address(stated_world, "branch", "own")).content.decode()

    assert {who for who, shown in opened.items() if shown} == {Role.ENTRY_CLERK, Role.AUDITOR}


def city_ranks(client, world, who) -> dict[str, int]:
    client.force_login(world.people[who])
    response = client.get(county_address(world, "counties", "own"))
    return {row.seen.row.county_id: row.rank for city in response.context["cities"] for row in city.rows}


def test_a_county_learns_no_rank_among_its_neighbours(client, world):
    lines = {worlds.COUNTY: 3, worlds.OTHER_COUNTY: 1}
    for code, three_plus in lines.items():
        world.round.counties.filter(county_id=code).update(rated=4, three_plus=three_plus, index_mean="80.00")

    assert city_ranks(client, world, Role.AUDITOR) == {worlds.COUNTY: 1, worlds.OTHER_COUNTY: 2}
    assert city_ranks(client, world, Role.ORGANIZATION_REVIEWER) == {worlds.COUNTY: 0}
    assert city_ranks(client, world, routes.CITY_ORGANIZATION) == {worlds.COUNTY: 0, worlds.OTHER_COUNTY: 0}

    world.set_state("confirmed")
    assert city_ranks(client, world, Role.ORGANIZATION_REVIEWER) == {worlds.COUNTY: 0}
    assert city_ranks(client, world, routes.CITY_ORGANIZATION) == {worlds.COUNTY: 1, worlds.OTHER_COUNTY: 0}


def test_a_county_s_rank_follows_its_last_rating_without_a_run(client, world):
    figures = world.round.counties.filter(county_id=worlds.OTHER_COUNTY)
    world.round.counties.update(rated=4, three_plus=2, index_mean="80.00")

    before = city_ranks(client, world, Role.AUDITOR)
    figures.update(three_plus=3)

    assert before == {worlds.COUNTY: 1, worlds.OTHER_COUNTY: 1}
    assert city_ranks(client, world, Role.AUDITOR) == {worlds.COUNTY: 2, worlds.OTHER_COUNTY: 1}
