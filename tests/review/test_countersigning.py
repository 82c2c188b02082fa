"""Co-departments countersign the values of a criterion, or dissent with a note that has to be answered."""

import json

import pytest
from django.db import IntegrityError

from accounts.models import ConflictOfInterest
from accounts.roles import Role
from branches.models import Department
from evaluations.models import Countersign, Value
from evaluations.reading import review_signs
from evaluations.services.correcting import Fix, correct
from evaluations.services.countersigning import SigningStep, Word, co_departments, countersign
from evaluations.services.road import Wish
from evaluations.services.road.stars import StarStep
from evaluations.workflow import RECOMMEND, StarStatus, State, Status
from ledger.models import LedgerEntry
from scoring.models import Criterion
from tests import factories
from tests.entry.world import FARMS
from tests.review import world
from tests.review.world import COUNTY, STAR

pytestmark = pytest.mark.django_db
CODE = "ST-07"  # 县妇联、县农业农村局


@pytest.fixture
def county():
    made = world.build()
    made.fill(*made.entry.mine)
    made.put(Status.PASSED, *made.entry.mine)
    return made


def criterion(county, code=CODE) -> Criterion:
    return Criterion.objects.get(criteria_set=county.entry.this.criteria_set, code=code)


def sign(county, *branches, agrees=True, note="", by=None, code=CODE, department=FARMS, revision=1):
    wishes = [Wish(branch.code, revision) for branch in branches or county.entry.mine]
    return countersign(
        county.county, criterion(county, code), wishes, Word(agrees, note), department=department, by=by or county.data
    )


def signed_in(client, user):
    client.force_login(user)
    client.cookies["django_language"] = "en"


def refused(outcome) -> str:
    return str(next(iter(outcome.refused.values())))


@pytest.mark.parametrize(
    ("code", "names"),
    [("ST-07", ("县农业农村局",)), ("ST-05", ()), ("PA-05", ("县司法局", "县公安局")), ("WM-04", ("县妇联",)),
     ("CY-V1", ()), ("WM-03", ("县民政局",))],
)  # fmt: skip
def test_the_departments_named_after_the_first_countersign_what_has_values(county, code, names):
    assert co_departments(criterion(county, code)) == names


def test_signing_is_for_the_value_seen_and_leaves_the_star_as_it_is(county):
    before = county.star().revision

    outcome = sign(county)

    assert len(outcome.moved) == 2 and county.star().revision == before
    assert set(Countersign.objects.values_list("agrees", "value_revision")) == {(True, 1)}
    entry = LedgerEntry.objects.filter(chain=COUNTY).last()
    assert entry.action == "criterion.countersign" and json.loads(entry.detail)["branches"] == sorted(outcome.moved)


def test_a_dissent_makes_whoever_is_about_to_recommend_look_again(county):
    opened = county.wish(star=STAR)

    sign(county, county.branches[0], agrees=False, note="户数偏大")
    stale = world.act(county.county, RECOMMEND, [opened], by=county.reviewers[STAR], star=STAR)
    silent = county.act(RECOMMEND, by=county.reviewers[STAR], star=STAR)
    answered = county.act(RECOMMEND, by=county.reviewers[STAR], star=STAR, reason="已现场核对")

    assert "Changed since" in refused(stale) and "A co-department does not agree" in refused(silent)
    assert answered.moved


def test_control_without_its_guard_a_dissent_would_be_passed_over(county, monkeypatch):
    sign(county, county.branches[0], agrees=False, note="户数偏大")

    monkeypatch.setattr(StarStep, "settles_dissent", lambda step, one: None)

    assert county.act(RECOMMEND, by=county.reviewers[STAR], star=STAR).moved


def test_the_last_word_counts(county):
    sign(county, county.branches[0], agrees=False, note="户数偏大")
    sign(county, county.branches[0])

    assert county.act(RECOMMEND, by=county.reviewers[STAR], star=STAR).moved


def test_a_dissent_stands_when_the_value_is_corrected_until_its_department_signs(county):
    sign(county, county.branches[0], agrees=False, note="户数偏大")
    fix = Fix(county.branches[0].code, CODE, 0, "280", "现场核对", seen_revision=1)
    correct(county.county, fix, star=STAR, by=county.reviewers[STAR])

    assert "does not agree" in refused(county.act(RECOMMEND, by=county.reviewers[STAR], star=STAR))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"agrees": False}, "Say in the note"), ({"agrees": False, "note": " "}, "Say in the note"),
        ({"note": "长" * 301}, "at most 300"), ({"revision": 2}, "Changed since"),
        ({"code": "WM-04"}, "not countersigned by your department"), ({"department": "县水利局"}, "no such branch"),
    ],
)  # fmt: skip
def test_what_may_not_be_said_is_refused_and_kept_in_the_ledger(county, changed, words):
    outcome = sign(county, county.branches[0], **changed)

    assert words in refused(outcome) and not Countersign.objects.exists()
    assert LedgerEntry.objects.filter(chain=COUNTY).last().action == "criterion.refuse_countersign"
    assert sign(county, county.branches[0]).moved


@pytest.mark.parametrize("status", [one for one in StarStatus if one != StarStatus.REVIEWING])
def test_only_what_is_under_review_is_signed(county, status):
    county.put_star(status)

    closed = sign(county, county.branches[0])
    county.put_star(StarStatus.REVIEWING)

    assert closed.refused and sign(county, county.branches[0]).moved


def test_nothing_is_signed_once_the_list_is_proposed(county):
    county.stand(State.PROPOSED)

    closed = sign(county, county.branches[0])
    county.stand(State.UNDER_REVIEW)

    assert closed.refused and sign(county, county.branches[0]).moved


def test_nobody_signs_but_the_department_s_own_clerk(county):
    other = Department.objects.create(county_id=COUNTY, name="县妇联")
    owner = factories.person(Role.DEPARTMENT_CLERK, factories.county(), department=other)

    for person in (county.clerk, county.reviewers[STAR], county.organization_reviewer, county.auditor):
        assert "not yours to take" in refused(sign(county, county.branches[0], by=person))
    assert "no such branch" in refused(sign(county, county.branches[0], by=owner))
    assert sign(county, county.branches[0]).moved


def test_nobody_countersigns_a_value_they_gave_whoever_changed_it_since(county, monkeypatch):
    value = county.entry.value(CODE)
    Value.objects.filter(pk=value.pk).update(updated_by=county.data.username)
    Value.objects.filter(pk=value.pk).update(updated_by=county.clerk.username)

    guarded = sign(county, county.branches[0])
    monkeypatch.setattr(SigningStep, "gave_nothing", lambda step, one: None)

    assert "You gave this value" in refused(guarded)
    assert sign(county, county.branches[0]).moved  # the control


def test_nobody_countersigns_where_a_conflict_of_interest_is_declared(county, monkeypatch):
    branch, other = county.branches[:2]
    ConflictOfInterest.objects.create(user=county.data, branch=branch)

    outcome = sign(county, branch, other)
    barred = str(outcome.refused[branch.code])
    monkeypatch.setattr(SigningStep, "is_no_relative", lambda step, one: None)

    assert "conflict of interest" in barred and outcome.moved == [other.code]
    assert sign(county, branch).moved  # the control


def test_a_word_is_never_changed(county):
    sign(county)

    with pytest.raises(IntegrityError, match="never changed"):
        Countersign.objects.update(agrees=False)


# Pages --------------------------------------------------------------------------------------------------------------
def page(client, county, query=""):
    return client.get(f"{county.base}/countersign/{CODE}/{query}")


def test_the_page_has_every_branch_and_signs_all_that_waits(client, county):
    signed_in(client, county.data)
    asked = page(client, county).context["page"]
    every = " ".join(row.wish for row in asked.waiting)

    client.post(f"{county.base}/countersign/{CODE}/", {"agrees": "yes", "all": "1", "every": every})

    assert [key for key, _count in asked.chips] == ["waiting", "signed", "dissent", "all"]
    assert dict(page(client, county).context["page"].chips) == {"waiting": 0, "signed": 2, "dissent": 0, "all": 4}


def test_one_press_signs_what_the_page_shows_and_nothing_else(client, county, monkeypatch):
    signed_in(client, county.data)
    first, second = county.branches[:2]
    searched = page(client, county, f"?q={second.code}").context["page"]
    monkeypatch.setattr(review_signs, "PAGE", 1)
    paged = page(client, county, "?page=1")
    every = " ".join(row.wish for row in searched.waiting)

    client.post(f"{county.base}/countersign/{CODE}/?q={second.code}", {"agrees": "yes", "all": "1", "every": every})

    assert [row.code for row in searched.waiting] == [second.code]
    assert [row.code for row in paged.context["page"].waiting] == [first.code]
    assert "Sign the 1 shown here" in paged.content.decode()
    assert list(Countersign.objects.values_list("entry__branch__code", flat=True)) == [second.code]


def test_a_value_changed_since_the_page_was_opened_is_left_out_and_named(client, county):
    signed_in(client, county.data)
    every = " ".join(row.wish for row in page(client, county).context["page"].waiting)
    Value.objects.filter(branch=county.branches[0], criterion__code=CODE).update(revision=5)

    response = client.post(
        f"{county.base}/countersign/{CODE}/", {"agrees": "yes", "all": "1", "every": every}, follow=True
    )

    assert Countersign.objects.count() == 1
    assert f"{county.branches[0].name}: Changed since" in response.content.decode()


def test_a_dissent_without_its_note_comes_back_with_what_was_chosen(client, county):
    signed_in(client, county.data)
    wish = f"{county.branches[0].code}:1"

    response = client.post(f"{county.base}/countersign/{CODE}/", {"agrees": "no", "branch": [wish]})

    assert response.status_code == 422 and wish in response.context["chosen"]


def test_the_star_s_page_shows_who_signed_and_who_did_not(client, county):
    sign(county, county.branches[0], agrees=False, note="户数偏大")
    signed_in(client, county.reviewers[STAR])

    response = client.get(f"{county.base}/review/{STAR}/{county.branches[0].code}/")

    assert [(line.row.code, one.department) for line, one in response.context["page"].dissents] == [(CODE, FARMS)]
    assert "户数偏大" in response.content.decode()


def test_a_criterion_that_names_others_is_not_there(client, county):
    signed_in(client, county.data)

    assert client.get(f"{county.base}/countersign/WM-04/").status_code == 404
    assert client.get(f"{county.base}/countersign/none/").status_code == 404
    assert page(client, county).status_code == 200
