"""My work: what waits, how complete each branch is, what came back and why, and one step to the next value."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from accounts.roles import Role
from evaluations.models import Extension, RoundCounty, State, Submission
from evaluations.workflow import RETURN, SUBMIT
from tests import factories
from tests.entry import world
from tests.entry.giving import due, fill, move, reviewer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english(client):
    client.cookies["django_language"] = "en"
    with translation.override("en"):
        yield


@pytest.fixture
def county():
    return world.build()


def page(client, county, by=None, **query):
    client.force_login(by or county.clerk)
    return client.get(f"{county.base}/entry/", query)


def test_signing_in_leads_a_clerk_to_the_work_that_waits(client, county):
    client.force_login(county.clerk)

    assert client.get("/start/").url == f"{county.base}/entry/"


def test_whoever_enters_nothing_or_has_no_open_county_begins_at_home(client, county):
    client.force_login(factories.person(Role.ORGANIZATION_REVIEWER, factories.county()))
    other = client.get("/start/").url
    RoundCounty.objects.update(state=State.CLOSED_FOR_ENTRY)
    client.force_login(county.clerk)

    assert (other, client.get("/start/").url) == ("/", "/")


def test_signing_in_leads_to_what_came_back_after_entry_closed_and_not_without_a_time_to_answer(client, county):
    move(county, SUBMIT, *filled(county))
    move(county, RETURN, county.mine[0], by=reviewer(county), criteria=["WM-04"], reason="与台账不符", due=ahead(2))
    RoundCounty.objects.update(state=State.CLOSED_FOR_ENTRY)
    client.force_login(county.clerk)

    back = client.get("/start/").url
    Submission.objects.update(answer_due=None)

    assert (back, client.get("/start/").url) == (f"{county.base}/entry/", "/")


def filled(county):
    fill(county, *county.mine)
    return county.mine


def ahead(days: int):
    return timezone.now() + timedelta(days=days)


@pytest.mark.parametrize(
    ("this", "last", "begins"),
    [(3, 2, "last"), (2, 3, "this"), (3, -1, "this"), (None, 5, "last"), (None, -5, "this"), (-5, -3, "last")],
)
def test_of_two_open_rounds_signing_in_leads_to_the_one_due_first(client, county, this, last, begins):
    for one, days in ((county.this, this), (county.last, last)):
        RoundCounty.objects.filter(round=one).update(state=State.OPEN, entry_due=days and ahead(days))
    client.force_login(county.clerk)

    slug = getattr(county, begins).slug

    assert client.get("/start/").url == f"/rounds/{slug}/{world.COUNTY}/entry/"


def test_the_page_says_how_many_values_are_missing_of_every_star(client, county):
    fill(county, leave=["WM-04", "WM-07"])

    found = page(client, county)

    first, second = found.context["work"].rows
    stars = {star.head.code: (star.given, star.asked) for star in first.stars}
    assert stars == {
        "industry": (2, 2), "ecology": (2, 2), "civility": (3, 5), "governance": (1, 1), "rule_of_law": (1, 1),
    }  # fmt: skip
    assert (len(first.progress.missing), len(second.progress.missing)) == (2, 11)
    assert "Check and submit (13 missing)" in found.content.decode()


def test_the_next_open_value_is_one_click_away(client, county):
    fill(county, leave=["WM-07"])

    work = page(client, county).context["work"]

    assert work.next_url == f"{county.base}/entry/branches/{county.branches[0].code}/?star=civility&next=1"


def test_only_the_township_s_own_branches_wait(client, county):
    codes = {row.entry.branch.code for row in page(client, county).context["work"].rows}

    assert codes == {branch.code for branch in county.mine}


@pytest.mark.django_db(transaction=True)
def test_what_was_returned_is_said_with_its_reason_until_it_is_corrected(client, county):
    fill(county)
    move(county, SUBMIT)
    move(county, RETURN, by=reviewer(county), criteria=["WM-04"], reason="与台账不符")

    found = page(client, county)

    assert "与台账不符" in found.content.decode()
    assert [row.entry.branch.code for row in found.context["work"].back] == [county.branches[0].code]
    assert found.context["work"].next_url == (
        f"{county.base}/entry/branches/{county.branches[0].code}/?star=civility#WM-04"
    )


def test_what_is_submitted_waits_no_more_and_shows_its_receipt(client, county):
    fill(county, *county.mine)
    receipt = move(county, SUBMIT, *county.mine).receipt

    text = page(client, county).content.decode()

    assert "Nothing is waiting for you." in text
    assert receipt in text and "Check and submit" not in text


def test_days_left_are_counted_by_the_database_s_clock(client, county):
    due(county, days=12)

    assert "12 days left" in page(client, county).content.decode()


def test_after_the_deadline_the_page_offers_to_ask_for_more_time(client, county):
    due(county, minutes=-1)

    text = page(client, county).content.decode()

    assert "After the deadline, not accepted. Ask for an extension." in text
    assert f"{county.base}/entry/extensions/" in text and "Check and submit" not in text


def test_a_granted_extension_is_the_deadline_that_counts(client, county):
    due(county, minutes=-1)
    Extension.objects.create(
        county=county.county, township_id=world.TOWN, until=timezone.now() + timedelta(days=3), reason="停电",
        asked_by="a", decided_by="b", decided_at=timezone.now(), granted=True,
    )  # fmt: skip

    text = page(client, county).content.decode()

    assert "3 days left" in text and "extended" in text and "Check and submit" in text


@pytest.mark.parametrize(
    ("state", "words"), [(State.DRAFT, "Entry has not opened yet."), (State.UNDER_REVIEW, "Entry is closed")]
)
def test_a_county_that_is_not_open_says_so(client, county, state, words):
    RoundCounty.objects.filter(round=county.this).update(state=state)

    text = page(client, county).content.decode()

    assert words in text and "Check and submit" not in text


def test_a_department_sees_per_criterion_and_quarter_how_many_branches_have_a_value(client, county):
    county.enter("CY-01", "23.6", by=county.farms)
    quarterly = next(row for row in county.this.criteria_set.criteria.all() if is_quarterly_of(row, world.FARMS))
    county.enter(quarterly.code, "1", by=county.farms, period=2)

    lines = {line.row.code: line for line in page(client, county, by=county.farms).context["lines"]}

    assert [(one.given, one.asked) for one in lines["CY-01"].periods] == [(1, 4)]
    assert [one.given for one in lines[quarterly.code].periods] == [0, 1, 0, 0]
    assert [(gap.name, gap.left) for gap in lines["CY-01"].gaps] == [("示范镇", 1), ("望禾镇", 2)]
    assert {line.row.owner for line in lines.values()} == {world.FARMS}


def is_quarterly_of(row, department) -> bool:
    return row.periods == "quarters" and row.owner == department and row.value_type in ("number", "count", "percent")


def test_a_name_or_initials_jump_to_the_branch(client, county):
    county.branches[0].name, county.branches[0].initials = "解家村", "xjc"
    county.branches[0].save()

    named = page(client, county, find="解家")
    initials = page(client, county, find="XJ")

    assert named.url == initials.url == f"{county.base}/entry/branches/{county.branches[0].code}/"


def test_several_found_are_listed_and_strangers_branches_never(client, county):
    several = page(client, county, find="村")
    nothing = page(client, county, find=county.branches[-1].code)

    assert len(several.context["work"].shown) == 2
    assert nothing.context["work"].shown == [] and "No branch matches." in nothing.content.decode()


COSTS = {"clerk": 11, "farms": 10}


@pytest.mark.parametrize("count", [1, 60, 600])
def test_the_page_costs_the_same_however_many_branches(client, count):
    county = world.build(count)
    found = {}
    page(client, county)

    for who in COSTS:
        client.force_login(getattr(county, who))
        with CaptureQueriesContext(connection) as asked:
            assert client.get(f"{county.base}/entry/").status_code == 200
        found[who] = len(asked)

    assert found == COSTS


@pytest.mark.parametrize("who", ["clerk", "farms"])
def test_every_link_of_the_page_leads_somewhere(client, county, who):
    fill(county, leave=["WM-04"])
    text = page(client, county, by=getattr(county, who)).content.decode()
    links = {link.split("#")[0].replace("&amp;", "&") for link in re.findall(r'href="(/rounds[^"]*)"', text)}

    answers = {link: client.get(link, follow=True).status_code for link in links}

    assert len(links) > 8 and set(answers.values()) == {200}
