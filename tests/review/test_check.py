"""The township's check on pages: what waits, one branch looked at, passed, returned, taken back."""

import pytest

from accounts.roles import Role
from evaluations.models import Decision, Value
from evaluations.services.road import act
from evaluations.workflow import ANSWER, RETURN, RETURN_STAR, SUBMIT, State, Status
from tests import factories
from tests.entry.giving import wishes
from tests.review import world
from tests.review.world import OTHER_COUNTY, STAR, ahead

pytestmark = pytest.mark.django_db


@pytest.fixture
def county():
    made = world.build()
    made.fill(*made.entry.mine)
    made.put(Status.SUBMITTED, *made.entry.mine)
    return made


def look(client, county, path="", user=None):
    signed_in(client, user or county.head)
    return client.get(f"{county.base}/check/{path}")


def signed_in(client, user):
    client.force_login(user)
    client.cookies["django_language"] = "en"


def wish(county, branch=None):
    one = county.wish(branch)
    return f"{one.branch}:{one.seen_revision}:{one.seen_stamp}"


def post(client, county, path="", user=None, **form):
    signed_in(client, user or county.head)
    return client.post(f"{county.base}/check/{path}", form, follow=True)


def words(response) -> str:
    return response.content.decode()


def test_the_list_says_what_each_branch_has(client, county):
    rows = look(client, county).context["page"].rows

    assert [(row.given, row.asked, row.lacking) for row in rows] == [(11, 11, 0)] * 2


def test_several_branches_are_passed_each_still_checked(client, county):
    first, second = county.entry.mine
    stale = wish(county, second)
    Value.objects.filter(branch=second, criterion__code="WM-04").update(revision=9)

    response = post(client, county, action="pass", branch=[wish(county, first), stale])

    assert (county.submission(first).status, county.submission(second).status) == (Status.PASSED, Status.SUBMITTED)
    assert f"{second.name}: Changed since you opened the page" in words(response)


def test_a_branch_is_shown_with_the_rule_the_options_and_last_year(client, county):
    factories.give(county.entry.last, county.branches[0], {"WM-04": 400})
    page = look(client, county, f"{county.branches[0].code}/").context["page"]

    line = next(one for one in page.lines if one.line.row.code == "WM-04")
    chosen = next(one for one in page.lines if one.line.row.code == "WM-02")
    assert line.line.last.short.startswith("400") and line.line.rule
    assert [option[3] for option in chosen.options].count(True) == 1 and chosen.options[0][1]


def test_a_branch_is_returned_with_its_reason_and_criteria(client, county):
    code = county.branches[0].code

    post(
        client, county, f"{code}/", seen=wish(county), action="return", reason="与台账不符", criterion=["WM-04"],
        due=ahead().strftime("%Y-%m-%dT%H:%M"),
    )  # fmt: skip

    assert county.submission().status == Status.DRAFT and county.submission().unlocked == ["WM-04"]


def test_a_reason_typed_without_a_criterion_ticked_comes_back_filled(client, county):
    code = county.branches[0].code

    response = post(client, county, f"{code}/", seen=wish(county), action="return", reason="与台账不符，须核对")

    assert response.status_code == 422 and county.submission().status == Status.SUBMITTED
    assert "与台账不符，须核对" in words(response) and "Name the criteria" in words(response)


def test_a_stale_link_gives_a_sentence(client, county):
    county.put(Status.PASSED)

    response = look(client, county, f"{county.branches[0].code}/")

    assert response.status_code == 200 and "Passed on by the township" in words(response)


def test_the_old_address_of_a_branch_leads_to_it(client, county):
    response = look(client, county, f"?branch={county.branches[0].code}")

    assert response.url == f"{county.base}/check/{county.branches[0].code}/"


@pytest.mark.parametrize("who", ["sibling", "other county", "clerk"])
def test_others_find_nothing(client, county, who):
    head = {
        "sibling": lambda: factories.person(Role.TOWNSHIP_REVIEWER, factories.township(world.SIBLING_TOWN)),
        "other county": lambda: factories.person(
            Role.TOWNSHIP_REVIEWER, factories.township(OTHER_COUNTY[:6] + "001000")
        ),
        "clerk": lambda: county.clerk,
    }[who]()

    assert look(client, county, f"{county.branches[0].code}/", user=head).status_code == 404
    assert look(client, county, f"{county.branches[0].code}/").status_code == 200


def test_a_branch_passed_is_taken_back_until_a_department_begins(client, county):
    first, second = county.entry.mine
    county.put(Status.PASSED, first, second)
    county.put_star("recommended", (STAR,), [county.row(second).pk])
    chosen = [f"{branch.code}:{county.submission(branch).revision}" for branch in (first, second)]

    response = post(client, county, action="retake", branch=chosen)

    assert (county.submission(first).status, county.submission(second).status) == (Status.SUBMITTED, Status.PASSED)
    assert "A department has begun" in words(response)


def test_when_it_comes_back_the_page_shows_exactly_what_changed(client, county):
    county.stand(State.OPEN)
    county.act(RETURN, by=county.head, reason="户数不符", criteria=["WM-04", "ST-07"])
    county.entry.enter("WM-04", "470", revision=1)
    county.entry.enter("ST-07", "300", revision=1, note="已逐户核对")
    assert act(county.county, SUBMIT, wishes(county.entry), by=county.clerk).moved

    page = look(client, county, f"{county.branches[0].code}/").context["page"]

    changes = [(one.row.code, one.what, one.before[:3], one.after[:5], one.by) for one in page.changes]
    assert changes == [
        ("ST-07", "note", "", "已逐户核对", str(county.clerk)),
        ("WM-04", "", "480", changes[1][3], str(county.clerk)),
    ]
    assert changes[1][3].startswith("470") and page.untouched == []


def test_a_corrected_star_is_shown_with_what_changed_and_passed(client, county):
    county.put(Status.PASSED)
    county.act(RETURN_STAR, by=county.reviewers[STAR], star=STAR, reason="户数不符", criteria=["ST-07"], due=ahead())
    county.entry.enter("ST-07", "290", revision=1)
    county.act(ANSWER, by=county.clerk, star=STAR)
    code = county.branches[0].code

    listed = look(client, county).context["page"].stars
    page = look(client, county, f"{code}/{STAR}/").context["page"]
    post(client, county, action="pass_star", branch=[listed[0].wish])

    assert [row.head.code for row in listed] == [STAR]
    assert [(one.row.code, one.before[:3], one.after[:3]) for one in page.changes] == [("ST-07", "300", "290")]
    assert county.star().status == "reviewing"
    assert Decision.objects.filter(action="pass_star").count() == 1


def test_a_correction_that_changed_after_the_list_was_opened_is_not_passed(client, county):
    county.put(Status.PASSED)
    county.put_star("corrected")
    stale = look(client, county).context["page"].stars[0].wish
    Value.objects.filter(branch=county.branches[0], criterion__code="ST-07").update(revision=9)

    refused = post(client, county, action="pass_star", branch=[stale])
    bare = post(client, county, action="pass_star", branch=[stale.replace(f":{stale.split(':')[2]}:", "::")])
    between = county.star().status
    fresh = look(client, county).context["page"].stars[0].wish
    post(client, county, action="pass_star", branch=[fresh])

    assert "Changed since you opened the page" in words(refused) and bare.status_code == 200
    assert (between, county.star().status) == ("corrected", "reviewing")
