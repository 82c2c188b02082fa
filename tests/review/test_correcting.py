"""A value corrected inside a review: beside the reported one, with its reason, by whoever reviews the star."""

import json

import pytest
from django.db import IntegrityError

from evaluations.models import Correction, Rating, Value
from evaluations.reading.review_values import Histories
from evaluations.services.correcting import CorrectionStep, Fix, correct
from evaluations.services.rating import rate_county
from evaluations.services.road.persons import corrected_any, entered_by
from evaluations.workflow import RECOMMEND, StarStatus, State, Status
from ledger.models import LedgerEntry
from ledger.services import verify
from scoring.standard import published_standard
from tests import factories
from tests.review import world
from tests.review.world import COUNTY, STAR

pytestmark = pytest.mark.django_db


@pytest.fixture
def county():
    made = world.build()
    made.fill()
    made.put(Status.PASSED)
    return made


def fix(county, text="250", *, by=None, star=STAR, **changed):
    asked = {"criterion": "ST-07", "period": 0, "reason": "现场核对", "document": "示农〔2026〕9号", "seen_revision": 1}
    one = Fix(branch=county.branches[0].code, text=text, **(asked | changed))
    return correct(county.county, one, star=star, by=by or county.reviewers[star])


def refused(outcome) -> str:
    return str(next(iter(outcome.refused.values())))


def test_a_correction_stands_beside_the_reported_value_and_leaves_its_giver_known(county):
    before = county.entry.value("ST-07")
    star = county.star().revision

    outcome = fix(county)

    value = county.entry.value("ST-07")
    assert outcome.moved == [county.branches[0].code]
    assert (value.reported_number, value.department_number, value.effective_units) == (300, 250, 2_500_000)
    assert (value.updated_by, value.updated_at) == (before.updated_by, before.updated_at)
    assert (value.revision, county.star().revision) == (2, star + 1)


def test_a_correction_is_recorded_once_in_its_table_and_in_the_ledger(county):
    fix(county)

    made, entry = Correction.objects.get(), LedgerEntry.objects.filter(chain=COUNTY).last()
    detail = json.loads(entry.detail)
    assert (made.before, made.after, made.reason, made.document) == ("300", "250", "现场核对", "示农〔2026〕9号")
    assert (entry.action, entry.actor) == ("value.correct", county.reviewers[STAR].username)
    assert (detail["criterion"], detail["before"], detail["after"]) == ("ST-07", "300", "250")
    assert list(verify()) == []


def test_a_correction_taken_back_leaves_the_reported_value_and_both_steps_known(county):
    fix(county)

    fix(county, "", reason="核对有误", seen_revision=2)

    value = county.entry.value("ST-07")
    assert (value.department_number, value.effective_units) == (None, 3_000_000)
    assert list(Correction.objects.values_list("before", "after")) == [("300", "250"), ("250", "300")]
    assert LedgerEntry.objects.filter(chain=COUNTY).last().action == "value.take_back"


def test_the_one_who_corrected_may_recommend_and_is_known_to_have_corrected(county):
    fix(county)
    reviewer = county.reviewers[STAR]

    outcome = county.act(RECOMMEND, by=reviewer, star=STAR)

    assert outcome.moved
    assert corrected_any(reviewer, county.entry.this.pk, COUNTY)
    assert not entered_by(reviewer, county.entry.this.pk, [county.branches[0].pk])


def test_a_value_that_was_never_given_can_be_given_by_the_department(county):
    outcome = fix(county, "80", criterion="ST-08", seen_revision=0)

    value = county.entry.value("ST-08")
    assert outcome.moved and (value.reported_number, value.department_number) == (None, 80)
    assert value.updated_by == ""


def test_one_quarter_is_corrected_alone(county):
    outcome = fix(county, "2", criterion="ST-05", period=3, seen_revision=0)

    assert outcome.moved and county.entry.value("ST-05", period=3).department_number == 2


def test_a_choice_is_corrected_by_its_code_and_na_by_its_reason(county):
    fix(county, "B", criterion="ST-09")
    fix(county, "NA", criterion="ST-07", reason="本村无此项设施")

    choice, na = county.entry.value("ST-09"), county.entry.value("ST-07")
    assert (choice.department_option, choice.reported_option) == ("B", "A")
    assert (na.department_na, na.reported_number) == (True, 300)


def test_what_is_corrected_counts_in_the_next_rating(county):
    factories.give(county.entry.this, county.branches[1])
    rate_county(county.entry.this, COUNTY)
    before = Rating.objects.get(branch=county.branches[0]).input_digest

    fix(county)
    rate_county(county.entry.this, COUNTY)

    assert Rating.objects.get(branch=county.branches[0]).input_digest != before


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"text": "abc"}, "must be"), ({"text": "-1"}, "must be"), ({"text": "1000"}, "households"),
        ({"text": "300"}, "That is the value already"), ({"text": ""}, "no correction to take back"),
        ({"reason": "  "}, "needs its reason"), ({"reason": "长" * 301}, "at most 300"),
        ({"document": "长" * 121}, "at most 120"), ({"criterion": "WM-04"}, "no such value"),
        ({"criterion": "ST-V1"}, "no such value"), ({"criterion": "nothing"}, "no such value"),
        ({"period": 1}, "yearly"), ({"criterion": "ST-05", "seen_revision": 0}, "quarter"),
        ({"seen_revision": 2}, "has changed since"), ({"seen_revision": 0}, "has changed since"),
        ({"text": "NA", "reason": "无"}, "is no reason"),
    ],
)  # fmt: skip
def test_what_may_not_be_written_is_refused_and_kept_in_the_ledger(county, changed, words):
    outcome = fix(county, **changed)

    assert words in refused(outcome)
    assert not Correction.objects.exists() and county.entry.value("ST-07").department_number is None
    assert LedgerEntry.objects.filter(chain=COUNTY).last().action == "value.refuse_correction"


def test_a_part_is_not_corrected_to_more_than_its_whole():
    county = world.build(checks={"ST-07": '{"part_of": "ZB-10"}'})
    county.fill()
    county.put(Status.PASSED)

    more, less = fix(county, "600"), fix(county, "480")

    assert ("more than" in refused(more) or "households" in refused(more)) and less.moved


@pytest.mark.parametrize("status", [one for one in StarStatus if one != StarStatus.REVIEWING])
def test_only_a_star_under_review_is_corrected(county, status):
    county.put_star(status)

    closed = fix(county)
    county.put_star(StarStatus.REVIEWING)

    assert closed.refused and fix(county).moved


@pytest.mark.parametrize("state", [one for one in State if one != State.UNDER_REVIEW])
def test_only_in_a_county_under_review(county, state):
    county.stand(state)

    closed = fix(county)
    county.stand(State.UNDER_REVIEW)

    assert closed.refused and fix(county).moved


@pytest.mark.parametrize("who", ["clerk", "head", "data", "organization_reviewer", "organization_approver", "auditor"])
def test_nobody_corrects_but_the_star_s_reviewer(county, who):
    outcome = fix(county, by=getattr(county, who))

    told = "no such branch" if who == "data" else "not yours to take"  # a department's data clerk sees no star of it
    assert told in refused(outcome) and fix(county).moved


def test_a_reviewer_of_another_star_corrects_nothing_of_this_one(county):
    assert fix(county, by=county.reviewers["civility"]).refused
    assert fix(county, star="civility", by=county.reviewers["civility"]).refused  # ST-07 is not of that star


def test_nobody_corrects_a_branch_they_entered(county):
    Value.objects.filter(criterion__code="WM-04").update(updated_by=county.reviewers[STAR].username)

    assert "You entered values" in refused(fix(county))


@pytest.mark.parametrize(
    ("guard", "changed"),
    [("entered_nothing", {}), ("is_another", {"text": "300"}), ("gives_texts", {"reason": ""})],
)
def test_without_its_guard_the_forbidden_correction_would_be_written(county, monkeypatch, guard, changed):
    if guard == "entered_nothing":
        Value.objects.filter(criterion__code="WM-04").update(updated_by=county.reviewers[STAR].username)
    guarded = fix(county, **changed)

    monkeypatch.setattr(CorrectionStep, guard, lambda step, one: None)

    assert guarded.refused
    if guard == "gives_texts":  # the database keeps the rule too
        with pytest.raises(IntegrityError, match="correction_has_a_reason"):
            fix(county, **changed)
    else:
        assert fix(county, **changed).moved


def test_a_correction_is_never_changed(county):
    fix(county)

    with pytest.raises(IntegrityError, match="never changed"):
        Correction.objects.update(reason="别的")


def test_the_history_of_a_value_tells_what_each_state_was(county):
    fix(county)
    value = county.entry.value("ST-07")
    standard = published_standard(county.entry.this.criteria_set_id)
    compiled = next(one for one in standard.compiled.criteria if one.code == "ST-07")

    histories = Histories([value])

    assert [one.text[:3] for one in histories.older(compiled, value)] == ["300"]
    assert [(one.before[:3], one.after[:3]) for one in histories.fixes(value.criterion, compiled, value)] == [
        ("300", "250")
    ]


def test_values_of_others_are_left_as_they_are(county):
    before = list(Value.objects.exclude(criterion__code="ST-07").order_by("pk").values())

    fix(county)

    assert list(Value.objects.exclude(criterion__code="ST-07").order_by("pk").values()) == before
