"""Files read and written by real workers: one killed half-way is followed by another, and nothing is done twice."""

import os
import signal
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django.utils import timezone

from embedded.processes import wait_until
from evaluations.models import Upload, UploadKind, UploadState, Value
from evaluations.services import uploads
from evaluations.services.confirming import confirm
from evaluations.services.takeover import choice_of
from evaluations.services.uploads import take_upload
from ledger.models import LedgerEntry
from tests.entry import world
from tests.entry.sending import filled, handed, sent

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def state(upload) -> str:
    upload.refresh_from_db()
    return upload.state


@pytest.mark.full
def test_a_reader_killed_half_way_is_followed_by_another(workers, broker):
    county = world.build(300)
    changes = {("WM-04", branch.code): 3 for branch in county.mine}
    content = filled(handed(county), changes)
    upload = take_upload(
        county.county, kind=UploadKind.WORKBOOK, name="w.xlsx", content=content, by=county.clerk.ledger_name
    )
    workers.start()
    assert wait_until(lambda: state(upload) == UploadState.READING, 60, pause=0.01)

    for child in workers.children():
        os.kill(child, signal.SIGKILL)
    stale = timezone.now() - uploads.LOST_AFTER
    assert Upload.objects.filter(pk=upload.pk, state=UploadState.READING).update(queued_at=stale) == 1

    assert wait_until(lambda: state(upload) == UploadState.CHECKED, 60, pause=0.1)
    assert (upload.tries, upload.rows.count(), upload.counts["new"]) == (2, 300, 300)


@contextmanager
def writing_held_up():
    """Whoever takes a file over has come as far as its ledger entry, and stops there."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE ledger_ledgerentry IN SHARE MODE")

        def stopped() -> bool:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'ledger_ledgerentry'::regclass"
            )
            return cursor.fetchone()[0] > 0

        yield stopped


@pytest.mark.full
def test_a_writer_killed_half_way_leaves_nothing_and_is_followed_by_another(workers, broker):
    county = world.build(300)
    changes = {(code, branch.code): 3 for code in ("WM-04", "PA-06") for branch in county.mine}
    upload = sent(county, filled(handed(county), changes))
    values = Value.objects.filter(round=county.this)
    confirm(upload, user=county.clerk, choice=choice_of(upload))

    with writing_held_up() as stopped:
        workers.start()
        assert wait_until(stopped, 60, pause=0.05)
        for child in workers.children():
            os.kill(child, signal.SIGKILL)
    stale = timezone.now() - uploads.REQUEUE_AFTER
    assert Upload.objects.filter(pk=upload.pk, state=UploadState.TAKING).update(queued_at=stale) == 1
    assert not values.exists()

    assert wait_until(lambda: state(upload) == UploadState.APPLIED, 60, pause=0.1)
    assert (upload.counts["written"], upload.problems, values.filter(revision=1).count()) == (600, [], 600)
    assert upload.tries > 1 and LedgerEntry.objects.filter(action="upload.apply").count() == 1
