"""Files read by real workers: one that is killed half-way is followed by another, and nothing is read twice."""

import os
import signal

import pytest
from django.utils import timezone

from embedded.processes import wait_until
from evaluations.models import Upload, UploadKind, UploadState
from evaluations.services import uploads
from evaluations.services.uploads import take_upload
from tests.entry import world
from tests.entry.sending import filled, handed

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
