"""A file sent in is read once however often it is asked for, by a reader that may die, and purged in the end."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone, translation

from evaluations.models import EntryKey, Upload, UploadState
from evaluations.services import uploads
from evaluations.services.purging import purge
from evaluations.services.uploads import publish_uploads, read_if_due
from ledger.models import LedgerEntry
from tests.entry import world
from tests.entry.sending import changed, filled, handed, sent, sentences, waiting

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def county():
    return world.build()


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


def test_a_sender_without_rights_has_nothing_read(county):
    content = handed(county)
    county.clerk.grants.all().delete()

    assert sentences(sent(county, content)) == ["The sender no longer enters values in this county."]


def test_two_posts_of_one_file_are_one_upload(county):
    first, second = waiting(county), waiting(county)

    assert first.pk == second.pk
    assert LedgerEntry.objects.filter(action="upload.send").count() == 1
