"""A large choice that was confirmed: written by a worker as its sender, once, whole or not at all."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from accounts.models import User
from evaluations.models import State, Upload, UploadState, Value
from evaluations.services import confirming, uploads
from evaluations.services.confirming import confirm
from evaluations.services.takeover import CONFLICTS, NotWritten, choice_of, choose, choose_all
from evaluations.services.uploads import TAKE_OVER, discard, publish_uploads
from evaluations.tasks import take_over_upload
from ledger.models import LedgerEntry
from scoring.standard import published_standard
from tests.entry import world
from tests.entry.sending import changed, filled, handed, reasons, sent, sentences
from tests.threads import beside

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def county():
    return world.build()


@pytest.fixture(autouse=True)
def two_are_many(monkeypatch):
    monkeypatch.setattr(confirming, "AT_ONCE", 2)


def confirmed(county) -> Upload:
    """Two values, left to a worker."""
    upload = changed(county, WM_04=355, PA_06=3)
    confirm(upload, user=county.clerk, choice=choice_of(upload))
    upload.refresh_from_db()
    assert (upload.state, Value.objects.filter(round=county.this).count()) == (UploadState.TAKING, 0)
    return upload


def written(county) -> list:
    return [value and value.reported_number for value in (county.value("WM-04"), county.value("PA-06"))]


def outcome(upload) -> tuple[str, list[str]]:
    upload.refresh_from_db()
    return upload.state, sentences(upload)


def page_of(client, county, upload) -> str:
    client.force_login(county.clerk)
    client.cookies["django_language"] = "en"
    return f"{county.base}/entry/uploads/{upload.pk}/"


def test_few_are_written_in_the_request_and_many_by_a_worker(county, monkeypatch):
    few, many = changed(county, WM_04=355), changed(county, WM_04=356, PA_06=3)

    for upload in (few, many):
        confirm(upload, user=county.clerk, choice=choice_of(upload))

    assert (outcome(few)[0], outcome(many)[0]) == (UploadState.APPLIED, UploadState.TAKING)
    assert (many.asked_by, many.choice, many.total) == (county.clerk.username, choice_of(many), 2)


def test_a_second_press_does_no_more_and_the_page_waits_for_the_worker(client, county):
    upload = changed(county, WM_04=355, PA_06=3)
    page, form = page_of(client, county, upload), {"action": "apply", "choice": choice_of(upload)}

    client.post(page, form)
    first = Upload.objects.values().get()
    assert client.post(page, form, follow=True).content.decode().count("2 values wait for their turn") == 1
    assert Upload.objects.values().get() == first and not LedgerEntry.objects.filter(action="upload.apply").exists()
    assert client.get(page, headers={"hx-request": "true"}).status_code == 200
    take_over_upload(upload.pk)

    assert client.get(page, headers={"hx-request": "true"}).headers["HX-Refresh"] == "true"
    assert "2 values written." in client.post(page, form, follow=True).content.decode()
    assert written(county) == [355, 3]


def test_a_message_that_comes_twice_writes_once_in_the_name_of_who_confirmed(county):
    upload = confirmed(county)

    take_over_upload(upload.pk)
    take_over_upload(upload.pk)

    assert outcome(upload) == (UploadState.APPLIED, []) and upload.applied_at
    assert (written(county), county.value("WM-04").revision, upload.counts["written"]) == ([355, 3], 1, 2)
    entry = LedgerEntry.objects.get(action="upload.apply")
    assert entry.actor == county.clerk.username == county.value("WM-04").updated_by


def lose_the_role(county):
    county.clerk.grants.all().delete()


def get_another_township(county):
    county.clerk.grants.update(region=world.OTHER_TOWN)


def be_disabled(county):
    User.objects.filter(pk=county.clerk.pk).update(is_active=False)


def be_gone(county):
    lose_the_role(county)
    county.clerk.delete()


def choose_fewer(county):
    upload = Upload.objects.get()
    upload.rows.filter(pk=upload.rows.first().pk).update(wanted=False)


MEANWHILE = {
    lose_the_role: "Nothing was written: you no longer enter values for this unit.",
    get_another_township: "Nothing was written: you no longer enter values for this unit.",
    be_disabled: "Nothing was written: you no longer enter values for this unit.",
    be_gone: "Nothing was written: whoever confirmed it has no account any more.",
    choose_fewer: "Nothing was written: the choice was changed in another window. Look again.",
}


@pytest.mark.parametrize("happens", MEANWHILE, ids=lambda happens: happens.__name__)
def test_what_its_sender_may_no_longer_write_is_not_written_and_says_why(county, happens):
    upload = confirmed(county)
    happens(county)

    take_over_upload(upload.pk)

    assert outcome(upload) == (UploadState.CHECKED, [MEANWHILE[happens]])
    assert written(county) == [None, None] and not upload.rows.filter(applied=True).exists()
    assert not LedgerEntry.objects.filter(action="upload.apply").exists()


def close(county):
    county.this.counties.update(state=State.CLOSED_FOR_ENTRY)


def pass_the_deadline(county):
    county.this.counties.update(entry_due=timezone.now() - timedelta(hours=1))


@pytest.mark.parametrize(("shut", "said"), [(close, "closed"), (pass_the_deadline, "deadline")])
def test_what_is_shut_before_the_worker_comes_is_not_written(county, shut, said):
    upload = confirmed(county)
    shut(county)

    take_over_upload(upload.pk)

    assert (outcome(upload)[0], written(county)) == (UploadState.CHECKED, [None, None])
    assert all(said in reason for reason in reasons(upload)) and upload.counts["error"] == 2


def test_a_value_that_moves_on_stops_the_whole_is_shown_and_may_be_confirmed_again(client, county):
    upload = confirmed(county)
    county.enter("WM-04", "310")

    take_over_upload(upload.pk)
    page = client.get(page_of(client, county, upload)).content.decode()

    assert "Nothing was written: 1 values were changed" in page and 'value="apply"' in page
    assert (outcome(upload)[0], written(county), upload.counts["conflict"]) == (UploadState.CHECKED, [310, None], 1)
    choose_all(upload, CONFLICTS, wanted=True)
    confirm(upload, user=county.clerk, choice=choice_of(upload))
    take_over_upload(upload.pk)
    assert (outcome(upload), written(county)) == ((UploadState.APPLIED, []), [355, 3])


def test_a_choice_that_is_not_the_one_seen_is_handed_to_nobody(county):
    upload = changed(county, WM_04=355, PA_06=3)

    with pytest.raises(NotWritten, match="another window"):
        confirm(upload, user=county.clerk, choice="0" * 32)
    assert outcome(upload)[0] == UploadState.CHECKED
    discard(upload, by=county.clerk.ledger_name)
    with pytest.raises(NotWritten, match="not ready"):
        confirm(upload, user=county.clerk, choice=choice_of(upload))

    assert outcome(upload)[0] == UploadState.DISCARDED


def test_what_is_being_taken_over_cannot_be_chosen_otherwise_discarded_or_sent_again(county):
    upload = confirmed(county)
    choice, rows = choice_of(upload), list(upload.rows.values_list("pk", flat=True))

    choose(upload, shown=rows, wanted=[])
    discard(upload, by=county.clerk.ledger_name)
    again = uploads.take_upload(
        county.county, kind=upload.kind, name="w.xlsx", content=upload.content, by=upload.made_by
    )

    assert (again.pk, choice_of(upload), outcome(upload)[0]) == (upload.pk, choice, UploadState.TAKING)


def test_a_worker_that_dies_is_followed_by_another_three_times(county, monkeypatch):
    messages = []
    monkeypatch.setattr(uploads.current_app, "send_task", lambda name, args, **_options: messages.append((name, args)))
    upload = confirmed(county)
    for _try in range(3):
        assert (publish_uploads(), publish_uploads()) == (1, 0)
        assert confirming.is_begun(upload.pk)
        Upload.objects.filter(pk=upload.pk).update(queued_at=timezone.now() - uploads.REQUEUE_AFTER)

    take_over_upload(upload.pk)

    assert messages == [(TAKE_OVER, [upload.pk])] * 3 and TAKE_OVER == take_over_upload.name
    assert outcome(upload)[0] == UploadState.CHECKED and "tried 3 times" in sentences(upload)[0]
    confirm(upload, user=county.clerk, choice=choice_of(upload))
    take_over_upload(upload.pk)
    assert written(county) == [355, 3]


@pytest.mark.django_db(transaction=True)
def test_what_somebody_holds_is_passed_by_and_sent_to_nobody(monkeypatch):
    county = world.build()
    upload = confirmed(county)

    with beside() as threads, transaction.atomic():
        Upload.objects.select_for_update().get(pk=upload.pk)
        threads.do(take_over_upload, upload.pk)
        assert threads.do(publish_uploads) == 0

    assert (outcome(upload)[0], upload.tries, written(county)) == (UploadState.TAKING, 0, [None, None])


@pytest.mark.parametrize("size", [1, 60, pytest.param(600, marks=pytest.mark.slow)])
def test_confirming_and_waiting_cost_the_same_however_many_values(client, size):
    county = world.build(size)
    published_standard(county.this.criteria_set_id)
    changes = {(code, branch.code): 3 for code in ("PA-06", "WM-04") for branch in county.mine}
    upload = sent(county, filled(handed(county), changes))
    page, form = page_of(client, county, upload), {"action": "apply", "choice": choice_of(upload)}
    found = []

    for ask in (lambda: client.post(page, form), lambda: client.post(page, form), lambda: client.get(page)):
        with CaptureQueriesContext(connection) as asked:
            ask()
        found.append(len(asked))
    assert outcome(upload)[0] == UploadState.TAKING

    assert found == [19, 13, 5]
