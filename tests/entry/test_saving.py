"""One value saved: what is kept, what is refused, and what two people on one value see."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone, translation

from evaluations.models import EntryKey, Extension, RatingMark, RoundCounty, State, Submission, Value
from evaluations.models.value import Way
from evaluations.services import entering
from tests.entry import world
from tests.threads import beside

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def county():
    return world.build()


def test_a_value_is_kept_with_who_gave_it_and_its_county_is_due(county):
    RatingMark.objects.all().delete()

    answer = county.enter("WM-04", "355", note="核对过", document="示文〔2026〕1号")

    row = county.value("WM-04")
    assert (answer.status, answer.revision) == ("saved", 1)
    assert (row.reported_number, row.effective_state, row.effective_units) == (Decimal(355), 1, 3_550_000)
    assert (row.note, row.document, row.way) == ("核对过", "示文〔2026〕1号", Way.TYPED)
    assert row.updated_by == county.clerk.username
    assert RatingMark.objects.filter(round=county.this).exists()


def test_an_older_state_of_a_value_is_kept(county):
    county.enter("WM-04", "355")

    county.enter("WM-04", "360", revision=1)

    old = Value.pgh_event_model.objects.get()
    assert (old.reported_number, old.revision, old.updated_by) == (Decimal(355), 1, county.clerk.username)


def test_an_empty_text_takes_the_value_back(county):
    county.enter("WM-04", "355")

    answer = county.enter("WM-04", "", revision=1)

    assert answer.status == "saved"
    assert county.value("WM-04").effective_state == 0


@pytest.mark.parametrize(
    ("code", "text", "number", "option"),
    [
        ("WM-04", "３５５", "355", ""),
        ("WM-04", " 355 ", "355", ""),
        ("WM-01", "B", "2", "B"),
        ("PA-06", "2", "2", ""),
    ],
)
def test_texts_are_read_as_their_criterion_says(county, code, text, number, option):
    assert county.enter(code, text).status == "saved"

    row = county.value(code)
    assert (row.reported_number, row.reported_option) == (Decimal(number), option)


@pytest.mark.parametrize(
    ("code", "text", "words"),
    [
        ("WM-04", "3O5", "“3O5”"),
        ("WM-04", "-1", "0 or more"),
        ("WM-04", "1.5", "whole number"),
        ("WM-04", "501", "500 households"),
        ("WM-04", "NaN", "“NaN”"),
        ("WM-04", "1e3", "“1e3”"),
        ("WM-04", "9" * 30, "“999"),
        ("WM-01", "Z", "one of A, B"),
    ],
)
def test_what_is_not_allowed_is_refused_with_what_is_and_nothing_is_kept(county, code, text, words):
    answer = county.enter(code, text)

    assert answer.status == "refused"
    assert words in answer.message
    assert county.value(code) is None


def test_not_applicable_needs_its_reason(county):
    bare = county.enter("WM-07", "", na=True)
    reasoned = county.enter("WM-07", "", na=True, note="并入中心村养老院")

    assert (bare.status, reasoned.status) == ("refused", "saved")
    assert "reason" in bare.message
    assert county.value("WM-07").effective_state == 2


def test_a_value_that_others_changed_is_not_overwritten_and_both_versions_come_back(county):
    county.enter("WM-04", "355")

    answer = county.enter("WM-04", "360", revision=0)

    assert answer.status == "conflict"
    assert (answer.theirs["value"], answer.theirs["revision"]) == ("355", 1)
    assert "355" in answer.message and "360" in answer.message
    assert county.value("WM-04").reported_number == 355


def test_control_without_the_revision_the_later_one_would_win(county, monkeypatch):
    monkeypatch.setattr("evaluations.services.writing.UPSERT", entering_without_revision())
    county.enter("WM-04", "355")

    county.enter("WM-04", "360", revision=0)

    assert county.value("WM-04").reported_number == 360


def entering_without_revision() -> str:
    from evaluations.services import writing  # the statement as it is when the test runs

    return writing.UPSERT.replace("WHERE v.revision = EXCLUDED.revision - 1", "")


def test_the_same_value_given_twice_is_no_conflict(county):
    county.enter("WM-04", "355")

    answer = county.enter("WM-04", "355", revision=0)

    assert (answer.status, answer.revision) == ("saved", 1)


def test_different_values_of_one_branch_are_both_kept(county):
    first, second = county.edit("WM-04", "355"), county.edit("ZB-10", "400")

    county.save(first)
    county.save(second)

    assert (county.value("WM-04").reported_number, county.value("ZB-10").reported_number) == (355, 400)


def test_a_key_sent_again_gets_the_same_answer_and_has_no_second_effect(county):
    edit = county.edit("WM-04", "355")

    answers = [county.save(edit)[0] for _ in range(5)]

    assert all(answer == answers[0] for answer in answers)
    assert county.value("WM-04").revision == 1
    assert EntryKey.objects.count() == 1


def test_a_key_answers_as_before_even_when_the_branch_has_submitted_since(county):
    edit = county.edit("WM-04", "355")
    saved = county.save(edit)[0]
    submit(county)

    assert county.save(edit)[0] == saved


def test_a_key_used_for_another_content_is_refused_and_the_first_effect_stays(county):
    edit = county.edit("WM-04", "355")
    county.save(edit)

    answer = county.enter("WM-04", "360", key=edit.key, revision=1)

    assert answer.status == "reused"
    assert county.value("WM-04").reported_number == 355


def test_a_key_of_somebody_else_tells_nothing(county):
    edit = county.edit("CY-01", "23.6")
    county.save(edit, by=county.farms)

    answer = county.save(edit)[0]

    assert answer.status == "reused" and answer.theirs is None


@pytest.mark.django_db(transaction=True)
def test_five_posts_at_once_with_one_key_have_one_effect_and_five_equal_answers(county):
    edit = county.edit("WM-04", "355")

    with beside() as threads:
        futures = [threads.start(county.save, edit) for _ in range(5)]
        answers = [future.result(30)[0] for future in futures]

    assert all(answer == answers[0] for answer in answers)
    assert county.value("WM-04").revision == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_on_one_value_one_is_kept_and_the_other_told(county):
    edits = [county.edit("WM-04", str(number)) for number in (355, 360, 365, 370)]

    with beside() as threads:
        futures = [threads.start(county.save, edit) for edit in edits]
        answers = [future.result(30)[0] for future in futures]

    assert sorted(answer.status for answer in answers) == ["conflict", "conflict", "conflict", "saved"]
    kept = next(edit.text for edit, answer in zip(edits, answers, strict=True) if answer.status == "saved")
    assert county.value("WM-04").reported_number == int(kept)
    assert {answer.theirs["value"] for answer in answers if answer.theirs} == {kept}


@pytest.mark.parametrize("code", ["CY-01", "WM-09", "ZB-V1"])
def test_a_township_does_not_enter_what_a_department_owns(county, code):
    answer = county.enter(code, "1")

    assert answer.status == "locked"
    assert "县" in answer.message
    assert county.value(code) is None


def test_a_department_enters_its_own_criteria_for_every_branch_and_no_others(county):
    far = county.branches[-1]

    assert county.enter("CY-01", "23.6", far, by=county.farms).status == "saved"
    assert county.enter("WM-09", "90", far, by=county.farms).status == "locked"
    assert county.enter("WM-04", "90", far, by=county.farms).status == "locked"
    assert county.enter("CY-03", "7", far, by=county.farms).status == "locked"
    assert county.enter("CY-V1", "1", far, by=county.farms).status == "locked"


def test_a_stranger_branch_and_one_that_is_not_there_are_answered_alike(county):
    far = county.enter("WM-04", "355", county.branches[-1])
    absent = county.save(nowhere(county))

    assert (far.status, absent[0].status) == ("unknown", "unknown")
    assert far.message == absent[0].message


def nowhere(county):
    from dataclasses import replace

    return replace(county.edit("WM-04", "355"), branch="419901001999")


@pytest.mark.parametrize("state", [state for state in State if state != State.OPEN])
def test_values_are_taken_only_while_the_county_is_open(county, state):
    RoundCounty.objects.filter(round=county.this).update(state=state)

    assert county.enter("WM-04", "355").status == "locked"
    assert county.value("WM-04") is None


def test_after_the_deadline_nothing_is_taken_and_an_extension_opens_it_again(county):
    past = timezone.now() - timedelta(minutes=1)
    RoundCounty.objects.filter(round=county.this).update(entry_due=past)
    late = county.enter("WM-04", "355")
    Extension.objects.create(
        county=county.county, township_id=world.TOWN, until=timezone.now() + timedelta(hours=1), reason="停电",
        asked_by="a", decided_by="b", granted=True,
    )  # fmt: skip

    extended = county.enter("WM-04", "355")

    assert (late.status, extended.status) == ("locked", "saved")
    assert "deadline" in late.message


def test_an_extension_of_another_township_or_one_not_granted_opens_nothing(county):
    RoundCounty.objects.filter(round=county.this).update(entry_due=timezone.now() - timedelta(minutes=1))
    later = timezone.now() + timedelta(hours=1)
    Extension.objects.create(
        county=county.county, township_id=world.OTHER_TOWN, until=later, reason="停电", asked_by="a", decided_by="b",
        granted=True,
    )  # fmt: skip
    Extension.objects.create(county=county.county, township_id=world.TOWN, until=later, reason="停电", asked_by="a")

    assert county.enter("WM-04", "355").status == "locked"


def submit(county, **fields):
    submission = Submission.objects.filter(entry__round=county.this, entry__branch=county.branches[0])
    submission.update(**{"status": "submitted", "receipt": "SB-1", "submitted_at": timezone.now()} | fields)


def test_what_is_submitted_is_locked_for_the_township_and_not_for_departments(county):
    submit(county)

    assert county.enter("WM-04", "355").status == "locked"
    assert county.enter("CY-01", "23.6", by=county.farms).status == "saved"


def test_of_a_returned_submission_only_the_criteria_named_are_open(county):
    submit(county, status="draft", unlocked=["WM-04"])

    assert county.enter("WM-04", "355").status == "saved"
    assert county.enter("ZB-10", "400").status == "locked"


def test_a_part_above_its_whole_is_refused_from_either_side():
    county = world.build(checks={"WM-04": '{"part_of": "ZB-10"}'})
    county.enter("ZB-10", "100")

    more, equal = county.enter("WM-04", "101"), county.enter("WM-04", "100")
    less = county.enter("ZB-10", "99", revision=1)

    assert (more.status, equal.status, less.status) == ("refused", "saved", "refused")
    assert "101" in more.message and "100" in more.message


def test_parts_that_add_up_to_more_than_their_total_are_refused():
    county = world.build(checks={"ZB-10": '{"parts": ["WM-04", "ST-07"]}'})
    county.enter("ZB-10", "100")
    county.enter("WM-04", "60")

    assert county.enter("ST-07", "41").status == "refused"
    assert county.enter("ST-07", "40").status == "saved"


def test_a_wrong_sum_in_one_request_leaves_its_other_values_alone():
    county = world.build(checks={"WM-04": '{"part_of": "ZB-10"}'})

    answers = county.save(county.edit("ZB-10", "100"), county.edit("WM-04", "101"), county.edit("PA-06", "1"))

    assert [answer.status for answer in answers] == ["refused", "refused", "saved"]


@pytest.mark.parametrize(("text", "asked"), [("150", False), ("151", True), ("50", False), ("49", True)])
def test_a_jump_against_last_year_is_kept_and_asks_for_a_note(text, asked):
    county = world.build(checks={"WM-04": '{"max_change_percent": 50}'})
    give_last(county, "WM-04", 100)

    answer = county.enter("WM-04", text)

    assert answer.status == "saved"
    assert bool(answer.warnings) == asked


def test_a_jump_with_a_note_asks_nothing():
    county = world.build(checks={"WM-04": '{"max_change_percent": 50}'})
    give_last(county, "WM-04", 100)

    assert county.enter("WM-04", "400", note="并村").warnings == []


def test_the_same_value_for_many_branches_of_a_township_asks_for_a_note():
    county = world.build(3, checks={"PA-06": '{"same_value_count": 3}'})

    warned = [bool(county.enter("PA-06", "2", branch).warnings) for branch in county.mine]

    assert warned == [False, False, True]


def give_last(county, code, number):
    Value.objects.create(
        round=county.last, branch=county.branches[0], reported_number=number,
        criterion=county.this.criteria_set.criteria.get(code=code),
    )  # fmt: skip


def test_too_many_edits_and_two_of_one_value_are_refused_whole(county):
    many = [county.edit("WM-04", "1") for _ in range(entering.MOST_EDITS + 1)]

    with pytest.raises(ValueError, match="500"):
        county.save(*many)
    with pytest.raises(ValueError, match="same value"):
        county.save(county.edit("WM-04", "1"), county.edit("WM-04", "2"))
    assert not Value.objects.filter(round=county.this).exists()
