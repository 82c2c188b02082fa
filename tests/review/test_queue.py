"""A star's list and one branch's star on pages: filters, steps, corrections, several at once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.roles import Role
from evaluations.models import Countersign, Decision, StarLook, Value, VetoRecord
from evaluations.services.rating import rate_county
from evaluations.workflow import ANSWER, PASS_STAR, RETURN_STAR, Status
from scoring.models import Criterion
from tests import factories
from tests.entry.giving import GIVEN
from tests.review import world
from tests.review.world import COUNTY, STAR, ahead

pytestmark = pytest.mark.django_db


@pytest.fixture
def county():
    made = world.build()
    made.fill(*made.entry.mine)
    made.put(Status.PASSED, *made.entry.mine)
    return made


@pytest.fixture
def reviewer(client, county):
    return signed_in(client, county.reviewers[STAR])


def signed_in(client, user):
    client.force_login(user)
    client.cookies["django_language"] = "en"
    return user


def url(county, *parts: str) -> str:
    return "/".join([county.base, "review", STAR, *parts]).rstrip("/") + "/"


def queue(client, county, query=""):
    return client.get(url(county) + query).context["queue"]


def shown(client, county, show: str) -> list[str]:
    return [row.code for row in queue(client, county, f"?show={show}").rows]


def wish(county, branch=None):
    one = county.wish(branch, STAR)
    return f"{one.branch}:{one.seen_revision}:{one.seen_stamp}"


def step(client, county, branch=None, **form):
    branch = branch or county.branches[0]
    form = {"seen": wish(county, branch)} | form
    return client.post(url(county, branch.code), form, follow=True)


def words(response) -> str:
    return response.content.decode()


def test_the_list_has_what_waits_and_what_is_not_here_yet(client, county, reviewer):
    mine = [branch.code for branch in county.entry.mine]

    assert sorted(shown(client, county, "waiting")) == mine
    assert len(shown(client, county, "not_here")) == 2
    assert queue(client, county).figures == {"decided": 0, "waiting": 2, "back": 0, "not_here": 2}


def test_a_value_that_jumped_a_veto_and_a_dissent_are_filters(client, county, reviewer):
    first, second = county.entry.mine
    standard = county.entry.this.criteria_set.criteria
    Value.objects.create(
        round=county.entry.last, branch=first, criterion=standard.get(code="ST-07"), reported_number=10
    )
    VetoRecord.objects.create(
        round=county.entry.this, branch=second, criterion=standard.get(code="ST-V1"), document="1", finding="x"
    )
    Countersign.objects.create(
        entry=county.row(second), criterion=standard.get(code="ST-07"), department=county.farms.grants.get().department,
        value_revision=1, agrees=False, note="不符", by="farms",
    )  # fmt: skip

    found = {show: shown(client, county, show) for show in ("jump", "veto", "dissent")}

    assert found == {"jump": [first.code], "veto": [second.code], "dissent": [second.code]}


def test_near_the_line_is_less_than_three_points_either_side(client, county, reviewer):
    factories.give(county.entry.this, county.branches[2])
    rate_county(county.entry.this, COUNTY)
    row = queue(client, county, "?show=all").everything[0]

    near = [shift for shift in (-3, -2.99, 2.99, 3) if near_at(row, shift)]

    assert near == [-2.99, 2.99]


def near_at(row, shift) -> bool:
    from dataclasses import replace
    from decimal import Decimal

    return replace(row, score=row.line + Decimal(str(shift))).near


def test_changed_since_my_last_look_is_each_person_s_own(client, county, reviewer):
    first = county.entry.mine[0]
    step(client, county, action="later")
    before = shown(client, county, "changed")
    Value.objects.filter(branch=first, criterion__code="ST-07").update(revision=7)
    after = shown(client, county, "changed")
    signed_in(client, factories.person(Role.DEPARTMENT_REVIEWER, factories.county(), star=STAR))

    assert (before, after, shown(client, county, "changed")) == ([], [first.code], [])
    assert StarLook.objects.count() == 1


def test_a_star_returned_and_answered_counts_as_changed(client, county, reviewer):
    due = ahead().astimezone(timezone.get_current_timezone()).strftime("%Y-%m-%dT%H:%M")
    step(client, county, action=RETURN_STAR.key, reason="户数不符", criterion=["ST-07"], due=due)
    county.entry.enter("ST-07", "290", revision=1)
    county.act(ANSWER, by=county.clerk, star=STAR)
    county.act(PASS_STAR, by=county.head, star=STAR)

    assert shown(client, county, "changed") == [county.branches[0].code]


def test_search_and_township_narrow_the_list_and_its_counts(client, county, reviewer):
    first = county.entry.mine[0]

    by_name = [row.code for row in queue(client, county, f"?q={first.name}").rows]
    elsewhere = queue(client, county, f"?township={world.SIBLING_TOWN}")

    assert by_name == [first.code]
    assert elsewhere.rows == [] and elsewhere.chips[-1].count == 2


def test_submitting_opens_the_next_branch(client, county, reviewer):
    first, second = county.entry.mine

    response = step(client, county, first, action="recommend", next="1")

    assert county.star().status == "recommended"
    assert response.redirect_chain[-1][0] == url(county, second.code)


def test_what_is_typed_comes_back_where_the_step_is_refused(client, county, reviewer):
    response = step(client, county, action="return_star", reason="户数与台账不符")

    assert response.status_code == 422 and county.star().status == "reviewing"
    assert "户数与台账不符" in words(response) and "Name the criteria" in words(response)


def test_nothing_is_decided_on_what_has_changed_since_it_was_opened(client, county, reviewer):
    seen = wish(county)
    Value.objects.filter(branch=county.branches[0], criterion__code="ST-07").update(revision=7)

    stale = step(client, county, action="recommend", seen=seen)
    fresh = step(client, county, action="recommend")

    assert "Changed since you opened the page" in words(stale) and fresh.status_code == 200
    assert county.star().status == "recommended"


def test_a_dissent_is_answered_by_a_reason_when_recommending(client, county, reviewer):
    Countersign.objects.create(
        entry=county.row(), criterion=Criterion.objects.get(criteria_set=county.entry.this.criteria_set, code="ST-07"),
        department=county.farms.grants.get().department, value_revision=1, agrees=False, note="户数偏大", by="farms",
    )  # fmt: skip

    silent = step(client, county, action="recommend")
    answered = step(client, county, action="recommend", reason="已现场核对")

    assert "户数偏大" in words(silent) and "A co-department does not agree" in words(silent)
    assert answered.status_code == 200 and county.star().status == "recommended"


def test_every_rater_s_value_stands_beside_the_others(client, county, reviewer):
    Value.objects.filter(branch=county.branches[0], criterion__code="ST-07").update(department_number=250)

    page = client.get(url(county, county.branches[0].code)).context["page"]

    cells = next(one for one in page.shown if one.row.code == "ST-07").slots[0].cells
    assert [(cell.text[:3], cell.used) for cell in cells] == [("300", False), ("", False), ("250", True)]


def correct(client, county, **form):
    form = {
        "key": "ST-07.0",
        "criterion": "ST-07",
        "period": "0",
        "revision": "1",
        "text": "250",
        "reason": "现场",
    } | form
    return client.post(url(county, county.branches[0].code, "correct"), form, follow=True)


def test_a_value_is_corrected_on_the_page_and_the_correction_taken_back(client, county, reviewer):
    correct(client, county, document="示农〔2026〕9号")
    value = county.entry.value("ST-07")
    given = (value.reported_number, value.department_number, value.updated_by)
    shown_now = words(client.get(url(county, county.branches[0].code)))
    correct(client, county, text="", revision="2", reason="核对有误")

    assert given == (300, 250, county.clerk.username)
    assert "示农〔2026〕9号" in shown_now
    assert county.entry.value("ST-07").department_number is None


@pytest.mark.parametrize(
    ("form", "said"),
    [({"text": "很多"}, "must be"), ({"reason": " "}, "needs its reason"), ({"revision": "9"}, "has changed since"),
     ({"criterion": "WM-04"}, "no such value")],
)  # fmt: skip
def test_a_correction_refused_comes_back_filled(client, county, reviewer, form, said):
    response = correct(client, county, **form)

    assert response.status_code == 422 and said in words(response)
    assert county.entry.value("ST-07").department_number is None


def test_those_chosen_are_recommended_and_each_refusal_is_named(client, county, reviewer):
    first, second = county.entry.mine
    chosen = [wish(county, first), wish(county, second)]
    Value.objects.filter(branch=second, criterion__code="ST-07").update(revision=7)

    response = client.post(url(county, "several"), {"branch": chosen}, follow=True)

    assert (county.star().status, county.star(branch=second).status) == ("recommended", "reviewing")
    assert f"{second.name}: Changed since" in words(response)


def test_all_of_a_filter_are_recommended_and_taken_back_at_one_stroke(client, county, reviewer):
    listed = client.get(url(county, "several") + "?show=waiting").context["queue"].waiting

    client.post(url(county, "several"), {"branch": " ".join(row.wish for row in listed)})
    decided = shown(client, county, "decided")
    client.post(url(county, "undo"))

    assert len(decided) == 2 and shown(client, county, "decided") == []
    assert Decision.objects.filter(action="reconsider").count() == 2


def test_what_somebody_touched_since_is_not_taken_back(client, county, reviewer):
    chosen = [wish(county, branch) for branch in county.entry.mine]
    client.post(url(county, "several"), {"branch": chosen})
    type(county.star()).objects.filter(pk=county.star().pk).update(changed_at=timezone.now() + timedelta(seconds=5))

    assert queue(client, county).undo == []  # one alone is taken back on its page


@pytest.mark.parametrize("who", ["sibling star", "clerk", "head", "viewer"])
def test_a_star_s_list_is_missing_for_everybody_else(client, county, who):
    user = county.reviewers["civility"] if who == "sibling star" else getattr(county, who)
    signed_in(client, user)

    assert client.get(url(county)).status_code == 404
    assert client.get(url(county, county.branches[0].code)).status_code == 404
    assert client.post(url(county, "several")).status_code == 404


def test_the_organization_department_and_the_auditor_look_on(client, county):
    for user in (county.organization_reviewer, county.auditor):
        signed_in(client, user)

        assert client.get(url(county)).status_code == 200
        assert client.get(url(county, county.branches[0].code)).context["page"].corrects is False
        assert client.get(url(county, "several")).status_code == 404
        assert correct(client, county).status_code == 403


def test_the_sample_s_values_are_those_the_world_gave():
    assert GIVEN["ST-07"] == "300"
