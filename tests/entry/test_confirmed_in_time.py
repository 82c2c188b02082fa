"""A large choice confirmed before the deadline is in time, however late a worker comes; entry ends only after it."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import translation

from accounts.roles import Role
from evaluations.models import State, Upload, UploadState
from evaluations.services import confirming
from evaluations.services.confirming import confirm
from evaluations.services.gates import Gate
from evaluations.services.road.clock import close_overdue
from evaluations.services.road.counties import move_county
from evaluations.services.takeover import choice_of
from evaluations.tasks import take_over_upload
from evaluations.workflow import CLOSE_ENTRY
from tests import factories
from tests.entry import world
from tests.entry.giving import due
from tests.entry.sending import changed, reasons
from tests.threads import beside, wait_until_a_lock_is_waited_for

pytestmark = pytest.mark.django_db(transaction=True)
WAITS = "Files that were confirmed in time are still being written: 1."


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def county(monkeypatch):
    monkeypatch.setattr(confirming, "AT_ONCE", 2)
    made = world.build()
    made.organization = factories.person(Role.ORGANIZATION_REVIEWER, factories.county())
    return made


def confirmed(county) -> Upload:
    """Two values, left to a worker."""
    upload = changed(county, WM_04=355, PA_06=3)
    confirm(upload, user=county.clerk, choice=choice_of(upload))
    return upload


def confirmed_long_ago(county, *, before_the_end: int) -> Upload:
    """The same, so many minutes before the deadline, which was five minutes ago."""
    upload = confirmed(county)
    end = due(county, minutes=-5)
    Upload.objects.filter(pk=upload.pk).update(applied_at=end - timedelta(minutes=before_the_end))
    return upload


def outcome(county, upload):
    upload.refresh_from_db()
    value = county.value("WM-04")
    return upload.state, value and value.reported_number


def close_by_hand(county) -> list[str]:
    """Why it was refused; nothing where entry is closed now."""
    county.county.refresh_from_db()
    revision = county.county.revision
    step = move_county(county.county, CLOSE_ENTRY, by=county.organization, seen_revision=revision)
    return [str(refused) for refused in step.refused.values()]


def test_what_was_confirmed_in_time_is_written_after_the_deadline(county):
    upload = confirmed(county)
    end = due(county)

    take_over_upload(upload.pk)

    assert outcome(county, upload) == (UploadState.APPLIED, 355)
    assert upload.applied_at < end < county.value("WM-04").updated_at


def test_what_was_confirmed_after_the_deadline_is_not(county):
    upload = changed(county, WM_04=355, PA_06=3)
    due(county)
    confirm(upload, user=county.clerk, choice=choice_of(upload))

    take_over_upload(upload.pk)

    assert outcome(county, upload) == (UploadState.CHECKED, None)
    assert all("deadline" in said for said in reasons(upload))


def test_control_by_the_worker_s_own_clock_it_comes_too_late(county, monkeypatch):
    monkeypatch.setattr(Gate, "received", property(lambda gate: gate.now))
    upload = confirmed(county)
    due(county)

    take_over_upload(upload.pk)

    assert outcome(county, upload) == (UploadState.CHECKED, None)


def test_what_was_given_back_counts_from_when_it_is_confirmed_again(county):
    upload = confirmed(county)
    upload.rows.filter(pk=upload.rows.first().pk).update(wanted=False)
    take_over_upload(upload.pk)
    assert outcome(county, upload) == (UploadState.CHECKED, None) and upload.applied_at is None
    due(county)
    upload.rows.update(wanted=True)

    confirm(upload, user=county.clerk, choice=choice_of(upload))
    take_over_upload(upload.pk)

    assert outcome(county, upload) == (UploadState.CHECKED, None)


def test_the_clock_ends_entry_only_once_it_is_written(county):
    upload = confirmed_long_ago(county, before_the_end=1)

    before = close_overdue()
    take_over_upload(upload.pk)

    assert (before, close_overdue()) == (0, 1)
    assert outcome(county, upload) == (UploadState.APPLIED, 355)


def test_nobody_ends_entry_by_hand_before_it_is_written(county):
    upload = confirmed_long_ago(county, before_the_end=1)

    refused = close_by_hand(county)
    take_over_upload(upload.pk)

    assert (refused, close_by_hand(county)) == ([WAITS], [])


@pytest.mark.parametrize("close", [lambda _county: close_overdue(), close_by_hand])
def test_what_was_confirmed_too_late_holds_nothing_up(county, close):
    confirmed_long_ago(county, before_the_end=-1)

    close(county)

    county.county.refresh_from_db()
    assert county.county.state == State.CLOSED_FOR_ENTRY


def end_beside_a_confirmation(county, wait):
    """Entry is ended just after its time, while a confirmation that came just before is not committed yet."""
    upload = changed(county, WM_04=355, PA_06=3)
    due(county, seconds=1)
    with beside() as threads:
        with transaction.atomic():
            confirm(upload, user=county.clerk, choice=choice_of(upload))
            connection.cursor().execute("SELECT pg_sleep(1.1)")
            ending = threads.start(close_by_hand, county)
            wait(ending)
        refused = ending.result(30)
    take_over_upload(upload.pk)
    return refused, outcome(county, upload)


def test_ending_waits_for_a_confirmation_under_way(county):
    ended = end_beside_a_confirmation(county, lambda _ending: wait_until_a_lock_is_waited_for())

    assert ended == ([WAITS], (UploadState.APPLIED, 355))


def test_control_without_the_county_s_lock_entry_ends_before_it(county, monkeypatch):
    monkeypatch.setattr(confirming, "COUNTY", confirming.COUNTY.replace("FOR SHARE", ""))

    ended = end_beside_a_confirmation(county, lambda ending: ending.result(30))

    assert ended == ([], (UploadState.CHECKED, None))
