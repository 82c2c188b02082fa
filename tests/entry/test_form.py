"""The form of a branch: what it asks of whom, what it shows, and that it works posted whole."""

import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.roles import Role
from branches.models import Department
from evaluations.models import Decision, Submission, Value
from evaluations.workflow import Status
from ledger.models import LedgerEntry
from tests import factories
from tests.entry.world import COUNTY, OTHER_TOWN, TOWN, World, build

pytestmark = pytest.mark.django_db
QUERIES = 13


@pytest.fixture
def world() -> World:
    return build(checks={"WM-04": '{"max_change_percent": 50}'})


def address(world: World, star: str = "civility", branch=None, **query) -> str:
    tail = "".join(f"&{name}={value}" for name, value in query.items())
    return f"{world.base}/entry/branches/{(branch or world.branches[0]).code}/?star={star}{tail}"


def fields(html: str) -> dict[str, str]:
    """What a browser would post of the page as it came: hidden and typed inputs, radios and boxes that are checked."""
    found = {}
    for tag in re.findall(r"<input\b[^>]*\bform=\"entry\"[^>]*>", html):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if attributes.get("type") in ("radio", "checkbox") and "checked" not in tag.split('"')[-1]:
            continue
        found[attributes["name"]] = unescaped(attributes.get("value", ""))
    return found


def unescaped(text: str) -> str:
    return text.replace("&quot;", '"').replace("&amp;", "&")


def opened(client, world: World, star: str = "civility", user=None) -> dict[str, str]:
    client.force_login(user or world.clerk)
    return fields(client.get(address(world, star)).content.decode())


def post(client, world: World, form: dict, star: str = "civility", **changes):
    return client.post(address(world, star), form | changes)


def give_last_year(world: World) -> None:
    for branch in world.branches:
        factories.give(world.last, branch)


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


# Posted whole ----
def test_what_was_typed_is_saved_and_the_rest_left_alone(client, world):
    form = opened(client, world)

    response = post(client, world, form, **{"WM-04.0-text": "350", "WM-05.0-text": "B", "WM-05.0-note": "新建"})

    assert response.status_code == 302
    kept = {value.criterion.code: value for value in Value.objects.filter(round=world.this).select_related("criterion")}
    assert set(kept) == {"WM-04", "WM-05"}
    assert (kept["WM-04"].reported_number, kept["WM-05"].reported_option, kept["WM-05"].note) == (350, "B", "新建")
    assert (kept["WM-04"].way, kept["WM-04"].updated_by) == ("typed", world.clerk.username)


def test_a_refused_value_comes_back_as_typed_with_the_reason_and_the_others_are_saved(client, world):
    form = opened(client, world)

    response = post(client, world, form, **{"WM-04.0-text": "3O5", "WM-05.0-text": "B"})

    html = response.content.decode()
    assert response.status_code == 422
    assert 'value="3O5"' in html and "is-refused" in html
    assert world.value("WM-05").reported_option == "B" and world.value("WM-04") is None


def test_a_note_that_is_too_long_comes_back_as_typed(client, world):
    form = opened(client, world)

    response = post(client, world, form, **{"WM-04.0-text": "350", "WM-04.0-note": "长" * 301})

    assert response.status_code == 422 and "长" * 301 in response.content.decode()
    assert world.value("WM-04") is None


def test_the_same_form_posted_twice_has_one_effect(client, world):
    form = opened(client, world) | {"WM-04.0-text": "350"}

    first, second = post(client, world, form), post(client, world, form)

    assert (first.status_code, second.status_code) == (302, 302)
    assert world.value("WM-04").revision == 1


def test_two_people_on_different_values_of_one_branch_both_keep_theirs(client, world):
    form = opened(client, world)
    world.enter("WM-05", "C")

    response = post(client, world, form, **{"WM-04.0-text": "350"})

    assert response.status_code == 302
    assert (world.value("WM-04").reported_number, world.value("WM-05").reported_option) == (350, "C")


def test_two_people_on_one_value_see_both_versions_and_saving_again_keeps_mine(client, world):
    form = opened(client, world)
    world.enter("WM-04", "300")

    met = post(client, world, form, **{"WM-04.0-text": "350"})

    html = met.content.decode()
    assert met.status_code == 422 and "place__two" in html and "300" in html and 'value="350"' in html
    assert world.value("WM-04").reported_number == 300
    assert post(client, world, fields(html)).status_code == 302
    assert world.value("WM-04").reported_number == 350


def test_not_applicable_needs_its_reason(client, world):
    form = opened(client, world)

    without = post(client, world, form, **{"WM-04.0-na": "on"})
    refused = world.value("WM-04")
    given = post(client, world, form, **{"WM-04.0-na": "on", "WM-04.0-note": "新设支部"})

    assert (without.status_code, refused) == (422, None)
    assert given.status_code == 302 and world.value("WM-04").reported_na


def test_a_value_is_taken_back_by_emptying_it(client, world):
    world.enter("WM-04", "300")
    form = opened(client, world)

    post(client, world, form, **{"WM-04.0-text": ""})

    assert world.value("WM-04").reported_number is None


def test_a_jump_against_last_year_keeps_the_value_and_opens_the_note(client, world):
    give_last_year(world)
    form = opened(client, world)

    post(client, world, form, **{"WM-04.0-text": "100"})

    html = client.get(address(world)).content.decode()
    box = html[html.index('id="place-WM-04.0"') - 200 :]
    assert world.value("WM-04").reported_number == 100
    assert "is-warned" in box[:300] and re.search(r"<details[^>]* open>", box[: box.index("</details>")])


# Last year's facts ----
def test_one_button_keeps_all_stable_facts_of_last_year(client, world):
    give_last_year(world)
    form = opened(client, world)

    post(client, world, form, keep="all")

    kept = Value.objects.filter(round=world.this).values_list("criterion__code", "reported_option", "way")
    assert sorted(kept) == [("WM-01", "A", "kept"), ("WM-02", "A", "kept"), ("WM-05", "A", "kept")]


def test_one_fact_is_kept_with_its_button_and_what_was_typed_beside_it_is_saved_as_typed(client, world):
    give_last_year(world)
    form = opened(client, world)

    post(client, world, form, keep="WM-01.0", **{"WM-02.0-text": "B"})

    kept = Value.objects.filter(round=world.this).values_list("criterion__code", "reported_option", "way")
    assert sorted(kept) == [("WM-01", "A", "kept"), ("WM-02", "B", "typed")]


def test_nothing_is_offered_where_this_year_has_a_value_or_last_year_none(client, world):
    give_last_year(world)
    Value.objects.filter(round=world.last, criterion__code="WM-01").delete()
    world.enter("WM-02", "C")
    client.force_login(world.clerk)

    page = client.get(address(world)).context["page"]

    assert [place.row.code for place in page.offers] == ["WM-05"]


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


# Nothing else is taken ----
def test_posting_other_fields_changes_nothing(client, world):
    """B-07: every column of a value, of another criterion, branch and round, beside one honest value."""
    form = opened(client, world)
    names = [field.name for field in Value._meta.get_fields()] + ["final_number", "department_na", "round_id", "by"]
    extra = {name: "999" for name in names} | {f"WM-04.0-{name}": "999" for name in names if name != "note"}
    extra |= {f"{code}.0-text": "1" for code in ("WM-06", "CY-01", "WM-03")} | {"WM-04.1-text": "5", "csrf": "x"}
    extra |= {"WM-04.0-document": "", "WM-04.0-source": "999", "WM-04.0-as_of": "2026-01-01", "WM-04.0-revision": "0"}

    post(client, world, form | extra, **{"WM-04.0-text": "350"})

    value = Value.objects.get(round=world.this)
    assert (value.criterion.code, value.reported_number, value.revision) == ("WM-04", 350, 1)
    others = (value.final_number, value.department_na, value.source, value.as_of, value.branch, value.way)
    assert others == (None, False, "", None, world.branches[0], "typed")
    assert not LedgerEntry.objects.exists()  # single values are kept by row history


@pytest.mark.parametrize("name", ["key", "revision", "was", "as_of", "na"])
def test_a_hidden_field_that_was_tampered_with_is_no_fault(client, world, name):
    form = opened(client, world) | {"WM-04.0-text": "350", f"WM-04.0-{name}": "\u202e\x00" + str(uuid4())}

    assert post(client, world, form).status_code in (302, 422)


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
