"""Steps as pages post them: twice, too late, by who only looks, with a reason that no field asked for."""

import json

import pytest

from accounts.roles import Role
from evaluations.models import Decision
from evaluations.services.road import steps
from evaluations.workflow import PASS, RECOMMEND, Status
from ledger.models import LedgerEntry
from tests import factories
from tests.review import world
from tests.review.world import COUNTY, STAR

pytestmark = pytest.mark.django_db
MOBILE = "联系人电话13812345678"


@pytest.fixture
def county():
    made = world.build()
    made.fill(*made.entry.mine)
    made.put(Status.PASSED, *made.entry.mine)
    return made


@pytest.fixture
def submitted(county):
    county.put(Status.SUBMITTED, *county.entry.mine)
    return county


def wish(county, star="") -> str:
    one = county.wish(star=star)
    return f"{one.branch}:{one.seen_revision}:{one.seen_stamp}"


def post(client, county, path: str, by, **form):
    client.force_login(by)
    client.cookies["django_language"] = "en"
    return client.post(f"{county.base}/{path}", form, follow=True)


def star_page(county) -> str:
    return f"review/{STAR}/{county.branches[0].code}/"


def words(response) -> str:
    return response.content.decode()


def kept() -> list[str]:
    return list(LedgerEntry.objects.filter(chain=COUNTY).order_by("sequence").values_list("action", flat=True))


# Twice and too late -------------------------------------------------------------------------------------------------
def test_recommend_pressed_twice_is_one_decision_and_no_error(client, county):
    form = {"action": "recommend", "seen": wish(county, STAR)}
    twice = [post(client, county, star_page(county), county.reviewers[STAR], **form) for _ in range(2)]

    assert [response.status_code for response in twice] == [200, 200] and "done (Recommend)" in words(twice[1])
    assert Decision.objects.filter(action="recommend").count() == 1 and kept().count("star.recommend") == 1


def test_pass_pressed_twice_is_one_decision_and_no_error(client, submitted):
    form = {"action": "pass", "seen": wish(submitted)}
    path = f"check/{submitted.branches[0].code}/"

    twice = [post(client, submitted, path, submitted.head, **form) for _ in range(2)]

    assert [response.status_code for response in twice] == [200, 200] and "done (Pass)" in words(twice[1])
    assert Decision.objects.filter(action="pass").count() == 1


def test_of_two_reviewers_the_later_one_s_page_names_who_decided(client, county):
    second = factories.person(Role.DEPARTMENT_REVIEWER, factories.county(), star=STAR)
    first = county.reviewers[STAR]
    type(first).objects.filter(pk=first.pk).update(label="县农业农村局 王建国")
    seen = wish(county, STAR)
    post(client, county, star_page(county), first, action="recommend", seen=seen)

    late = post(client, county, star_page(county), second, action="not_recommend", seen=seen, reason="与现场不符")

    assert late.status_code == 422 and "recommended by 县农业农村局 王建国" in words(late)
    assert "与现场不符" in words(late) and kept()[-1] == "star.refuse" and county.star().status == "recommended"


@pytest.mark.parametrize("action", ["", "approve", "no such step"])
def test_what_is_no_step_of_a_star_is_chosen_anew(client, county, action):
    response = post(client, county, star_page(county), county.reviewers[STAR], action=action, seen=wish(county, STAR))

    assert response.status_code == 422 and "Choose what to do" in words(response) and not kept()


# By who only looks --------------------------------------------------------------------------------------------------
LOOKING = {
    "recommend": (star_page, {"action": "recommend"}, "star.refuse"),
    "several": (lambda county: f"review/{STAR}/several/", {}, "star.refuse"),
    "undo": (lambda county: f"review/{STAR}/undo/", {}, "star.refuse"),
    "correct": (lambda county: f"{star_page(county)}correct/", {"criterion": "ST-07"}, "value.refuse_step"),
    "draw": (lambda county: f"review/{STAR}/visits/", {"size": 1}, "sample.refuse_step"),
    "send back": (lambda county: f"road/branches/{county.branches[0].code}/", {"star": STAR}, "star.refuse"),
    "absent": (lambda county: "road/absent/", {}, "submission.refuse"),
    "county": (lambda county: "road/steps/publish/", {}, "county.refuse"),
    "calendar": (lambda county: "road/calendar/", {}, "calendar.refuse_step"),
}


@pytest.mark.parametrize("what", LOOKING)
def test_a_step_posted_by_who_may_only_look_is_forbidden_and_kept(client, county, what):
    path, form, action = LOOKING[what]
    form = {"seen": wish(county, STAR), "branch": wish(county, STAR)} | form

    response = post(client, county, path(county), county.auditor, **form)

    entry = LedgerEntry.objects.filter(chain=COUNTY).get()
    assert response.status_code == 403 and "This step is not yours to take" in words(response)
    assert (entry.action, entry.actor) == (action, county.auditor.username) and "not yours" in entry.detail
    assert not Decision.objects.exists()


@pytest.mark.parametrize("what", LOOKING)
def test_a_stranger_finds_nothing_and_leaves_nothing(client, county, what):
    path, form, _action = LOOKING[what]

    assert post(client, county, path(county), county.clerk, **form).status_code == 404 and not kept()


# Reasons that no field asked for ------------------------------------------------------------------------------------
UNFIT = {"long": ("长" * 301, "at most 300"), "control": ("好\0", "control character"), "mobile": (MOBILE, "a mobile")}


def recommend(county, reason: str):
    return county.act(RECOMMEND, by=county.reviewers[STAR], star=STAR, reason=reason)


def pass_on(county, reason: str):
    county.put(Status.SUBMITTED)
    return county.act(PASS, by=county.head, reason=reason)


@pytest.mark.parametrize("step", [recommend, pass_on], ids=lambda step: step.__name__)
@pytest.mark.parametrize("what", UNFIT)
def test_a_reason_nobody_asked_for_is_read_like_any_other(county, step, what):
    reason, sentence = UNFIT[what]

    refused = step(county, reason)
    detail = json.loads(LedgerEntry.objects.filter(chain=COUNTY).last().detail)

    assert sentence in str(*refused.refused.values()) and detail["reason"] in ("", "长" * 300)
    assert step(county, "已到现场核对").moved
    assert Decision.objects.filter(action=detail["step"]).get().reason == "已到现场核对"


def test_control_without_the_reading_of_reasons_a_mobile_number_is_kept(county, monkeypatch):
    monkeypatch.setattr(steps.Step, "unfit_reason", lambda self: None)

    assert recommend(county, MOBILE).moved and Decision.objects.get(action="recommend").reason == MOBILE


@pytest.mark.parametrize("what", UNFIT)
def test_several_are_not_recommended_with_such_a_reason(client, county, what):
    reason, sentence = UNFIT[what]
    form = {"branch": wish(county, STAR), "reason": reason}

    refused = post(client, county, f"review/{STAR}/several/", county.reviewers[STAR], **form)
    before = county.star().status
    post(client, county, f"review/{STAR}/several/", county.reviewers[STAR], **form | {"reason": ""})

    assert refused.status_code == 200 and sentence in words(refused)
    assert (before, county.star().status) == ("reviewing", "recommended")
