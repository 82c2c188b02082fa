"""One value saved: what is kept, what is refused, and what two people on one value see."""

from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import translation

from evaluations.models import EntryKey, RatingMark, Value
from evaluations.models.value import Way
from evaluations.services import entering, writing
from tests.entry import world
from tests.entry.giving import mark_submitted
from tests.threads import beside, wait_until_a_lock_is_waited_for

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


@pytest.mark.parametrize("field", ["note", "source"])
def test_a_text_with_a_private_number_is_refused_and_in_no_row_s_history(county, field):
    told = county.enter("CY-01", "23.6", by=county.farms, **{field: "问张三 13800001111"})
    kept = county.enter("CY-01", "23.6", by=county.farms, **{field: "问张三"})

    assert told.status == "refused" and "mobile number" in told.message
    assert kept.status == "saved" and getattr(county.value("CY-01"), field) == "问张三"


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


def test_a_change_of_an_older_state_is_not_taken(county):
    two_changes(county)

    assert county.enter("WM-04", "360", revision=1).status == "conflict"
    assert county.value("WM-04").reported_number == 356


def test_control_without_the_revision_the_later_one_would_win(county, monkeypatch):
    two_changes(county)
    monkeypatch.setattr("evaluations.services.writing.CHANGED", entering_without_revision())

    county.enter("WM-04", "360", revision=1)

    assert county.value("WM-04").reported_number == 360


def two_changes(county):
    county.enter("WM-04", "355")
    county.enter("WM-04", "356", revision=1)


def entering_without_revision() -> str:
    from evaluations.services import writing  # the statement as it is when the test runs

    return writing.CHANGED.replace("AND v.revision = i.revision - 1", "")


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
    mark_submitted(county)

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
        with transaction.atomic():
            first = county.save(edit)[0]
            futures = [threads.start(county.save, edit) for _ in range(4)]
            wait_until_a_lock_is_waited_for()
        answers = [future.result(30)[0] for future in futures]

    assert answers == [first] * 4
    assert (county.value("WM-04").revision, EntryKey.objects.count()) == (1, 1)


def answered_late(county):
    """The answer to an edit whose first answer was lost on the way, asked for after a colleague changed the value."""
    edit = county.edit("WM-04", "355")
    county.save(edit)
    county.enter("WM-04", "360", revision=1)
    return county.save(edit)[0]


def test_a_post_that_comes_again_late_gets_its_first_answer(county):
    answer = answered_late(county)

    assert (answer.status, answer.revision, county.value("WM-04").reported_number) == ("saved", 1, 360)


def test_control_without_keys_a_post_that_comes_again_late_is_judged_anew(county, monkeypatch):
    monkeypatch.setattr(entering, "keep_answers", lambda *_: None)

    assert answered_late(county).status == "conflict"


def change_at_once(county):
    """Two people change a value they both saw as 350; the first commits only once the second is under way."""
    county.enter("ZB-10", "350")
    mine, theirs = (county.edit("ZB-10", text, revision=1) for text in ("355", "360"))
    with beside() as threads:
        with transaction.atomic():
            first = county.save(mine)[0]
            future = threads.start(county.save, theirs)
            wait_until_a_lock_is_waited_for()
        return first, future.result(30)[0], county.value("ZB-10")


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_on_one_value_the_first_is_kept_and_the_other_sees_both(county):
    first, second, kept = change_at_once(county)

    assert (first.status, second.status) == ("saved", "conflict")
    assert (kept.reported_number, kept.revision, second.theirs["value"]) == (355, 2, "355")


@pytest.mark.django_db(transaction=True)
def test_control_without_the_revision_the_second_overwrites_in_silence(county, monkeypatch):
    monkeypatch.setattr(writing, "CHANGED", writing.CHANGED.replace("AND v.revision = i.revision - 1", ""))

    first, second, kept = change_at_once(county)

    assert (first.status, second.status, kept.reported_number) == ("saved", "saved", 360)


@pytest.mark.full
@pytest.mark.django_db(transaction=True)
def test_in_a_thousand_tries_nobody_overwrites_what_they_had_not_seen(county):
    county.enter("ZB-10", "1")

    for seen in range(1, 1001):
        edits = [county.edit("ZB-10", str(seen % 90 + place), revision=seen) for place in (2, 3, 4)]
        with beside() as threads:
            futures = [threads.start(county.save, edit) for edit in edits]
            answers = [future.result(30)[0] for future in futures]
        kept = [edit.text for edit, answer in zip(edits, answers, strict=True) if answer.status == "saved"]
        assert kept == [str(int(county.value("ZB-10").reported_number))] and county.value("ZB-10").revision == seen + 1


def test_too_many_edits_and_two_of_one_value_are_refused_whole(county):
    many = [county.edit("WM-04", "1") for _ in range(entering.MOST_EDITS + 1)]

    with pytest.raises(ValueError, match="500"):
        county.save(*many)
    with pytest.raises(ValueError, match="same value"):
        county.save(county.edit("WM-04", "1"), county.edit("WM-04", "2"))
    assert not Value.objects.filter(round=county.this).exists()
