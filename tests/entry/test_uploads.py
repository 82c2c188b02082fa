"""A file sent in: read once however often it is asked for, compared, and taken over whole or not at all."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone, translation

from accounts.models import User
from evaluations.models import State, Submission, Upload, UploadRow, UploadState, Value
from evaluations.services.edits import CONFLICT, Answer
from evaluations.services.takeover import CONFLICTS, Moved, NotWritten, choice_of, choose, choose_all, mark, take_over
from evaluations.services.uploads import discard
from ledger.models import LedgerEntry
from tests.entry import world
from tests.entry.sending import changed, filled, handed, reasons, sent

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def county():
    return world.build()


def test_a_cell_left_alone_stays_whatever_others_did_meanwhile(county):
    county.enter("WM-04", "300")
    content = handed(county)
    county.enter("WM-04", "310", revision=1)

    assert sent(county, filled(content, {("PA-06", county.mine[0].code): 3})).counts["new"] == 1
    assert UploadRow.objects.get().criterion.code == "PA-06"


def test_a_cell_changed_on_both_sides_is_a_conflict_and_only_overwritten_when_ticked(county):
    county.enter("WM-04", "300")
    content = filled(handed(county), {("WM-04", county.mine[0].code): 355, ("PA-06", county.mine[0].code): 3})
    county.enter("WM-04", "310", revision=1)

    upload = sent(county, content)
    row = upload.rows.get(kind="conflict")
    assert (row.old, row.theirs, row.number, row.wanted) == ("300", "310", 355, False)
    take_over(upload, user=county.clerk, choice=choice_of(upload))
    assert county.value("WM-04").reported_number == 310

    again = sent(county, content)
    choose_all(again, CONFLICTS, wanted=True)
    take_over(again, user=county.clerk, choice=choice_of(again))
    assert (county.value("WM-04").reported_number, county.value("WM-04").revision) == (355, 3)


def test_what_others_changed_to_the_same_is_nothing_to_do(county):
    content = filled(handed(county), {("WM-04", county.mine[0].code): 355})
    county.enter("WM-04", "355")

    assert sent(county, content).rows.count() == 0


def test_sent_and_confirmed_again_changes_nothing(county):
    content = filled(handed(county), {("WM-04", county.mine[0].code): 355})
    upload = sent(county, content)

    take_over(upload, user=county.clerk, choice=choice_of(upload))
    take_over(upload, user=county.clerk, choice=choice_of(upload))
    again = sent(county, content)

    assert again.rows.count() == 0 and again.pk != upload.pk
    assert county.value("WM-04").revision == 1
    assert LedgerEntry.objects.filter(action="upload.apply").count() == 1


def test_a_confirmation_leaves_the_file_s_name_digest_and_counts_in_the_ledger(county):
    upload = changed(county, WM_04=355, PA_06="x")

    take_over(upload, user=county.clerk, choice=choice_of(upload))

    entry = LedgerEntry.objects.get(action="upload.apply")
    assert (entry.chain, entry.actor) == (world.COUNTY, county.clerk.username)
    assert upload.sha256 in entry.detail and "填报.xlsx" in entry.detail and '"written":1' in entry.detail


def test_a_value_that_moves_on_after_the_check_stops_the_whole_and_is_shown(county):
    upload = changed(county, WM_04=355, PA_06=3)
    county.enter("WM-04", "310")

    with pytest.raises(NotWritten, match="1 values were changed"):
        take_over(upload, user=county.clerk, choice=choice_of(upload))

    assert (county.value("WM-04").reported_number, county.value("PA-06")) == (310, None)
    upload.refresh_from_db()
    assert (upload.state, upload.counts["conflict"]) == (UploadState.CHECKED, 1)
    assert upload.rows.get(kind="conflict").theirs == "310"
    take_over(upload, user=county.clerk, choice=choice_of(upload))
    assert county.value("PA-06").reported_number == 3


def submit(county):
    Submission.objects.update(status="submitted", submitted_at=timezone.now(), receipt="SB-1")


def close(county):
    county.this.counties.update(state=State.CLOSED_FOR_ENTRY)


def pass_the_deadline(county):
    county.this.counties.update(entry_due=timezone.now() - timedelta(hours=1))


@pytest.mark.parametrize(("shut", "said"), [(submit, "locked"), (close, "closed"), (pass_the_deadline, "deadline")])
def test_what_is_shut_between_check_and_confirmation_is_not_written(county, shut, said):
    upload = changed(county, WM_04=355)
    shut(county)

    with pytest.raises(NotWritten):
        take_over(upload, user=county.clerk, choice=choice_of(upload))

    assert county.value("WM-04") is None
    assert said in reasons(upload)[0]


@pytest.mark.parametrize(
    "take_away",
    [
        lambda user: user.grants.all().delete(),
        lambda user: User.objects.filter(pk=user.pk).update(is_active=False),
    ],
)
def test_rights_taken_away_after_the_check_stop_the_writing(county, take_away):
    upload = changed(county, WM_04=355)
    take_away(county.clerk)

    with pytest.raises(NotWritten, match="no longer"):
        take_over(upload, user=county.clerk, choice=choice_of(upload))

    assert county.value("WM-04") is None


def test_only_what_was_seen_is_written(county):
    upload = changed(county, WM_04=355, PA_06=3)
    rows = list(upload.rows.order_by("place"))
    choose(upload, shown=[row.pk for row in rows], wanted=[rows[0].pk])
    shown = choice_of(upload)
    choose(upload, shown=[row.pk for row in rows], wanted=[rows[1].pk])  # as many, but another

    with pytest.raises(NotWritten, match="another window"):
        take_over(upload, user=county.clerk, choice=shown)
    take_over(upload, user=county.clerk, choice=choice_of(upload))

    assert Value.objects.get(round=county.this).criterion_id == rows[1].criterion_id


def test_a_wrong_row_cannot_be_chosen(county):
    upload = changed(county, PA_06="x")
    row = upload.rows.get()

    choose(upload, shown=[row.pk], wanted=[row.pk])

    assert not upload.rows.filter(wanted=True).exists()


def test_what_was_discarded_is_not_written(county):
    upload = changed(county, WM_04=355)
    discard(upload, by=county.clerk.ledger_name)

    with pytest.raises(NotWritten):
        take_over(upload, user=county.clerk, choice=choice_of(upload))

    assert LedgerEntry.objects.filter(action="upload.discard").count() == 1


def test_a_checked_file_sent_again_takes_its_place_and_says_so_in_the_ledger(county):
    content = filled(handed(county), {("WM-04", county.mine[0].code): 355})
    first = sent(county, content)

    second = sent(county, content)

    first.refresh_from_db()
    assert (first.state, second.state) == (UploadState.DISCARDED, UploadState.CHECKED)
    entry = LedgerEntry.objects.get(action="upload.discard")
    assert f'"upload":{first.pk}' in entry.detail and entry.actor == county.clerk.username


def test_a_private_number_in_a_file_s_name_is_in_no_entry_of_the_ledger(county):
    content, name = filled(handed(county), {("WM-04", county.mine[0].code): 355}), "张三13800001111.xlsx"

    first = sent(county, content, name=name)
    discard(first, by=county.clerk.ledger_name)
    second = sent(county, content, name=name)
    take_over(second, user=county.clerk, choice=choice_of(second))

    kept = LedgerEntry.objects.filter(action__in=["upload.send", "upload.discard", "upload.apply"])
    assert kept.count() == 4 and not kept.filter(detail__contains="13800001111").exists()


@pytest.mark.parametrize(("state", "kind"), [(UploadState.CHECKED, "conflict"), (UploadState.DISCARDED, "new")])
def test_what_moved_is_noted_on_a_file_that_still_waits_and_on_no_other(county, state, kind):
    upload = changed(county, WM_04=355)
    row = upload.rows.get()
    answer = Answer(str(UUID(int=row.pk)), CONFLICT, 0, theirs={"value": "310", "revision": 1})
    Upload.objects.filter(pk=upload.pk).update(state=state)

    mark(upload, Moved({row.pk: answer}, {}))

    row.refresh_from_db()
    assert row.kind == kind
