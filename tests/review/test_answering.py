"""What a department returned on the clerk's pages: why, until when, and how the correction is sent."""

import pytest
from django.db import transaction

from evaluations.models import RoundCounty, Value
from evaluations.services.correcting import Fix, correct
from evaluations.services.road import act
from evaluations.workflow import RECOMMEND, RETURN_STAR, State, Status
from scoring.models import Criterion
from tests.review import world
from tests.review.world import STAR, ahead
from tests.threads import beside, wait_until_a_lock_is_waited_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def county():
    made = world.build()
    made.fill(*made.entry.mine)
    made.put(Status.PASSED, *made.entry.mine)
    return made


def give_back(county, *codes: str):
    asked = {"reason": "户数不符", "criteria": codes, "due": ahead()}
    assert county.act(RETURN_STAR, by=county.reviewers[STAR], star=STAR, **asked).moved


def page(client, county, path="", user=None):
    client.force_login(user or county.clerk)
    client.cookies["django_language"] = "en"
    return client.get(f"{county.base}/entry/{path}")


def answer(client, county, action="answer", user=None, **form):
    client.force_login(user or county.clerk)
    client.cookies["django_language"] = "en"
    form = {"branch": f"{county.branches[0].code}:{county.star().revision}", "star": STAR, "action": action} | form
    return client.post(f"{county.base}/entry/answer/", form, follow=True)


def test_my_work_names_what_a_department_returned_its_reason_and_its_due(client, county):
    give_back(county, "ST-07")

    response = page(client, county)

    (one,) = response.context["stars"]
    assert (one.reason, [row.code for row in one.mine], one.step.key) == ("户数不符", ["ST-07"], "answer")
    assert one.due == county.star().due and "户数不符" in response.content.decode()


def test_signing_in_leads_whoever_corrects_a_returned_star_to_it_and_nobody_else(client, county):
    RoundCounty.objects.filter(round=county.entry.last).update(state=State.CLOSED_FOR_ENTRY)
    begins = {}
    for when in ("before", "after"):
        for user in (county.clerk, county.entry.farms):
            client.force_login(user)
            begins[when, user] = client.get("/start/").url
        if when == "before":
            give_back(county, "ST-07")

    assert begins["after", county.clerk] == f"{county.base}/entry/"
    assert {url for key, url in begins.items() if key != ("after", county.clerk)} == {"/"}


def test_the_form_opens_what_was_returned_and_nothing_else(client, county):
    give_back(county, "ST-07")

    form = page(client, county, f"branches/{county.branches[0].code}/?star={STAR}").context["page"]

    assert [place.row.code for place in form.open_places] == ["ST-07"]
    assert form.places["ST-07"][0].returned and form.shut == ""


@pytest.mark.parametrize("returned", [True, False])
def test_a_part_is_judged_beside_the_whole_as_reported_where_that_is_returned_too(returned):
    county = world.build(checks={"PA-06": '{"part_of": "ST-07"}'})
    county.fill(county.branches[0])
    county.put(Status.PASSED)
    Value.objects.filter(branch=county.branches[0], criterion__code="ST-07").update(department_number=5)
    if returned:
        give_back(county, "ST-07")
    asked = {"reason": "不符", "criteria": ["PA-06"], "due": ahead()}
    assert county.act(RETURN_STAR, by=county.reviewers["rule_of_law"], star="rule_of_law", **asked).moved

    answer = county.entry.enter("PA-06", "10", revision=1)

    assert answer.status == ("saved" if returned else "refused")


def test_a_correction_is_sent_once_everything_is_corrected(client, county):
    give_back(county, "ST-07")

    early = answer(client, county)
    county.entry.enter("ST-07", "290", revision=1)
    answer(client, county)

    assert "not corrected yet" in early.content.decode()
    assert county.star().status == "corrected" and not page(client, county).context["stars"]


def test_a_department_sends_its_own_correction_straight_to_the_reviewer(client, county):
    row = Criterion.objects.get(criteria_set=county.entry.this.criteria_set, code="ST-02")
    Value.objects.create(round=county.entry.this, branch=county.branches[0], criterion=row, reported_number=1)
    give_back(county, "ST-02")

    (one,) = page(client, county, user=county.data).context["stars"]
    county.entry.enter("ST-02", "2", by=county.data, revision=1)
    answer(client, county, "answer_data", user=county.data)

    assert one.step.key == "answer_data" and county.star().status == "reviewing"


def test_where_the_township_was_asked_too_a_department_sees_that_it_sends(client, county):
    give_back(county, "ST-07", "ST-02")

    (one,) = page(client, county, user=county.data).context["stars"]

    assert one.step is None and [row.code for row in one.mine] == ["ST-02"]


@pytest.mark.parametrize("form", [{"star": "none"}, {"star": "\0"}, {"branch": "x"}, {"branch": "419901002200:0"}])
def test_what_is_not_there_is_refused_in_a_sentence(client, county, form):
    give_back(county, "ST-07")

    assert answer(client, county, **form).status_code == 200
    assert county.star().status == "returned"


def test_nothing_is_read_of_stars_before_the_review(client, county):
    give_back(county, "ST-07")
    county.stand(State.OPEN)

    assert page(client, county).context["stars"] == []


@pytest.mark.django_db(transaction=True)
def test_a_correction_under_way_keeps_a_recommendation_on_the_old_value_out():
    """The reviewer's own second window: who recommends after the correction has to see it first."""
    county = world.build()
    county.fill()
    county.put(Status.PASSED)
    seen, reviewer = county.wish(star=STAR), county.reviewers[STAR]
    fix = Fix(county.branches[0].code, "ST-07", 0, "280", "现场核对", seen_revision=1)

    with beside() as threads:
        with transaction.atomic():
            assert correct(county.county, fix, star=STAR, by=reviewer).moved
            future = threads.start(lambda: act(county.county, RECOMMEND, [seen], by=reviewer, star=STAR))
            wait_until_a_lock_is_waited_for()
        outcome = future.result(30)

    assert not outcome.moved and county.star().status == "reviewing"
