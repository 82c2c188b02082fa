"""A file sent in: read once however often it is asked for, compared, and taken over whole or not at all."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone, translation

from accounts.models import User
from evaluations.models import EntryKey, State, Submission, Upload, UploadKind, UploadRow, UploadState, Value
from evaluations.services import uploads
from evaluations.services.purging import purge
from evaluations.services.takeover import NotWritten, choose, choose_conflicts, discard, take_over
from evaluations.services.uploads import publish_uploads, read_if_due, take_upload
from ledger.models import LedgerEntry
from tests.entry import world
from tests.entry.sending import filled, handed, kinds, reasons, sent, sentences
from tests.threads import beside

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def county():
    return world.build()


def changed(county, **values):
    """The clerk's upload of the workbook with values of the first branch: changed(county, PA_06=3)."""
    one = county.mine[0].code
    return sent(county, filled(handed(county), {(key.replace("_", "-"), one): value for key, value in values.items()}))


def waiting(county, content=b"PK\x03\x04 no workbook"):
    facts = {"kind": UploadKind.WORKBOOK, "name": "w.xlsx", "by": county.clerk.ledger_name}
    return take_upload(county.county, content=content, **facts)


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
    take_over(upload, user=county.clerk, expected=1)
    assert county.value("WM-04").reported_number == 310

    again = sent(county, content)
    choose_conflicts(again, wanted=True)
    take_over(again, user=county.clerk, expected=1)
    assert (county.value("WM-04").reported_number, county.value("WM-04").revision) == (355, 3)


def test_what_others_changed_to_the_same_is_nothing_to_do(county):
    content = filled(handed(county), {("WM-04", county.mine[0].code): 355})
    county.enter("WM-04", "355")

    assert sent(county, content).rows.count() == 0


def test_sent_and_confirmed_again_changes_nothing(county):
    content = filled(handed(county), {("WM-04", county.mine[0].code): 355})
    upload = sent(county, content)

    take_over(upload, user=county.clerk, expected=1)
    take_over(upload, user=county.clerk, expected=1)
    again = sent(county, content)

    assert again.rows.count() == 0 and again.pk != upload.pk
    assert county.value("WM-04").revision == 1
    assert LedgerEntry.objects.filter(action="upload.apply").count() == 1


def test_a_confirmation_leaves_the_file_s_name_digest_and_counts_in_the_ledger(county):
    upload = changed(county, WM_04=355, PA_06="x")

    take_over(upload, user=county.clerk, expected=1)

    entry = LedgerEntry.objects.get(action="upload.apply")
    assert (entry.chain, entry.actor) == (world.COUNTY, county.clerk.username)
    assert upload.sha256 in entry.detail and "填报.xlsx" in entry.detail and '"written":1' in entry.detail


def test_two_posts_of_one_file_are_one_upload(county):
    first, second = waiting(county), waiting(county)

    assert first.pk == second.pk
    assert LedgerEntry.objects.filter(action="upload.send").count() == 1


def test_a_value_that_moves_on_after_the_check_stops_the_whole_and_is_shown(county):
    upload = changed(county, WM_04=355, PA_06=3)
    county.enter("WM-04", "310")

    with pytest.raises(NotWritten, match="1 values were changed"):
        take_over(upload, user=county.clerk, expected=2)

    assert (county.value("WM-04").reported_number, county.value("PA-06")) == (310, None)
    upload.refresh_from_db()
    assert (upload.state, upload.counts["conflict"]) == (UploadState.CHECKED, 1)
    assert upload.rows.get(kind="conflict").theirs == "310"
    take_over(upload, user=county.clerk, expected=1)
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
        take_over(upload, user=county.clerk, expected=1)

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
        take_over(upload, user=county.clerk, expected=1)

    assert county.value("WM-04") is None


def test_a_sender_without_rights_has_nothing_read(county):
    content = handed(county)
    county.clerk.grants.all().delete()

    assert sentences(sent(county, content)) == ["The sender no longer enters values in this county."]


def test_only_what_was_seen_is_written(county):
    upload = changed(county, WM_04=355, PA_06=3)
    rows = list(upload.rows.order_by("place"))
    choose(upload, shown=[row.pk for row in rows], wanted=[rows[1].pk])

    with pytest.raises(NotWritten, match="another window"):
        take_over(upload, user=county.clerk, expected=2)
    take_over(upload, user=county.clerk, expected=1)

    assert Value.objects.filter(round=county.this).count() == 1


def test_a_wrong_row_cannot_be_chosen(county):
    upload = changed(county, PA_06="x")
    row = upload.rows.get()

    choose(upload, shown=[row.pk], wanted=[row.pk])

    assert not upload.rows.filter(wanted=True).exists()


def test_what_was_discarded_is_not_written(county):
    upload = changed(county, WM_04=355)
    discard(upload, by=county.clerk.ledger_name)

    with pytest.raises(NotWritten):
        take_over(upload, user=county.clerk, expected=1)

    assert LedgerEntry.objects.filter(action="upload.discard").count() == 1


def test_a_file_that_cannot_be_read_is_refused_in_a_sentence(county):
    upload = waiting(county)

    read_if_due(upload.pk)

    upload.refresh_from_db()
    assert (upload.state, sentences(upload)) == (UploadState.REFUSED, ["the workbook is damaged"])


def test_a_message_that_comes_twice_reads_once(county):
    upload = changed(county, WM_04=355)

    read_if_due(upload.pk)

    upload.refresh_from_db()
    assert (upload.tries, upload.rows.count()) == (1, 1)


def test_a_reader_that_died_is_followed_by_another_three_times(county, monkeypatch):
    monkeypatch.setattr(uploads.current_app, "send_task", lambda *_args, **_options: None)
    upload = waiting(county)
    for _try in range(3):
        assert uploads.claimed(upload.pk) is not None
        assert publish_uploads() == 0
        Upload.objects.filter(pk=upload.pk).update(queued_at=timezone.now() - uploads.LOST_AFTER)
        assert publish_uploads() == 1

    read_if_due(upload.pk)

    upload.refresh_from_db()
    assert upload.state == UploadState.REFUSED
    assert "tried 3 times" in sentences(upload)[0]


def test_a_reader_taken_for_dead_leaves_no_trace(county):
    upload = waiting(county, filled(handed(county), {("WM-04", county.mine[0].code): 355}))
    slow = uploads.claimed(upload.pk)
    Upload.objects.filter(pk=upload.pk).update(state=UploadState.WAITING)
    read_if_due(upload.pk)

    uploads.read(slow)
    uploads.refuse(slow, [])

    upload.refresh_from_db()
    assert (upload.state, upload.tries, upload.rows.count()) == (UploadState.CHECKED, 2, 1)


def test_old_files_rows_and_keys_are_purged_and_the_upload_s_line_stays(county):
    upload, fresh = changed(county, WM_04=355), changed(county, PA_06=3)
    Upload.objects.filter(pk=upload.pk).update(made_at=timezone.now() - timedelta(days=91))
    EntryKey.objects.create(key=uuid4(), actor="a", digest="d", made_at=timezone.now() - timedelta(days=31))
    EntryKey.objects.create(key=uuid4(), actor="a", digest="d", made_at=timezone.now() - timedelta(days=29))

    purge()

    upload.refresh_from_db(), fresh.refresh_from_db()
    assert (bytes(upload.content), upload.state, upload.rows.count()) == (b"", UploadState.DISCARDED, 0)
    assert (bool(fresh.content), fresh.state, fresh.rows.count()) == (True, UploadState.CHECKED, 1)
    assert EntryKey.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_imports_of_one_township_end_as_one_after_the_other():
    county = world.build()
    one = county.mine[0].code
    content = handed(county)
    first = sent(county, filled(content, {("WM-04", one): 1, ("PA-06", one): 1}))
    second = sent(county, filled(content, {("WM-04", one): 2, ("PA-06", one): 2}))

    def take(upload):
        try:
            return bool(take_over(upload, user=county.clerk, expected=2))
        except NotWritten:
            return False

    with beside() as threads:
        done = [future.result(30) for future in [threads.start(take, first), threads.start(take, second)]]

    assert sorted(done) == [False, True]
    winner = 1 if done[0] else 2
    assert {county.value("WM-04").reported_number, county.value("PA-06").reported_number} == {winner}
    assert kinds(second if done[0] else first) and Upload.objects.filter(state=UploadState.APPLIED).count() == 1
