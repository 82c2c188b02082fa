"""A file sent in: read once however often it is asked for, compared, and taken over whole or not at all."""

from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from openpyxl import load_workbook

from accounts.models import User
from accounts.roles import Role
from evaluations.models import EntryKey, State, Submission, Upload, UploadKind, UploadRow, UploadState, Value
from evaluations.services import uploads
from evaluations.services.purging import purge
from evaluations.services.takeover import NotWritten, choose, choose_conflicts, discard, take_over
from evaluations.services.uploads import publish_uploads, read_if_due, take_upload
from ledger.models import LedgerEntry
from scoring.standard import published_standard
from tests import factories
from tests.entry import world
from tests.entry.sending import filled, handed, kinds, place, reasons, sent, sentences
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


# Pages


def post_file(client, county, content, name="填报.xlsx", page="workbook", **form):
    file = SimpleUploadedFile(name, content)
    return client.post(f"{county.base}/entry/{page}/", {"file": file} | form)


def test_the_round_trip_through_pages(client, county):
    client.force_login(county.clerk)
    one = county.mine[0].code
    workbook = client.get(f"{county.base}/entry/workbook.xlsx")
    content = filled(workbook.content, {("WM-04", one): 355, ("PA-06", one): "x"})

    page = post_file(client, county, content).url
    assert "hx-trigger" in client.get(page).content.decode()
    assert client.get(page, headers={"hx-request": "true"}).status_code == 200
    read_if_due(Upload.objects.get().pk)
    assert client.get(page, headers={"hx-request": "true"}).headers["HX-Refresh"] == "true"
    client.post(page, {"action": "apply", "expected": 1})

    assert county.value("WM-04").reported_number == 355
    assert Upload.objects.get().state == UploadState.APPLIED


def test_the_workbook_comes_back_with_each_error_as_a_comment_in_its_cell(client, county):
    client.force_login(county.clerk)
    one, two = (branch.code for branch in county.mine)
    upload = sent(county, filled(handed(county), {("PA-06", one): "x", ("WM-04", one): 355}))

    back = client.get(f"{county.base}/entry/uploads/{upload.pk}/errors.xlsx")
    book = load_workbook(BytesIO(back.content))

    assert "x" in place(book, "PA-06", one).comment.text and "小数" in place(book, "PA-06", one).comment.text
    assert place(book, "WM-04", one).comment is None and place(book, "PA-06", two).comment is None
    assert place(book, "PA-06", one).fill.fgColor.rgb == "FFF4C7C3"
    again = sent(county, filled(back.content, {("PA-06", one): 3}))
    assert again.counts["error"] == 0 and again.counts["new"] == 2
    client.post(f"{county.base}/entry/uploads/{again.pk}/", {"action": "apply", "expected": 2})
    assert county.value("PA-06").reported_number == 3


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("w.xlsx", b"", "空"),
        ("w.xls", b"\xd0\xcf\x11\xe0" + b"x" * 600, ".xlsx"),
        ("w.xlsx", b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "密码"),
        ("w.xlsm", b"PK\x03\x04", "宏"),
        ("w.xlsx", b"branch,value\n", ".xlsx"),
        ("w.pdf", b"%PDF-1.4", ".xlsx"),
        ("w.xlsx", b"PK\x03\x04" + b"\0" * (20 * 1024 * 1024), "20"),
    ],
    ids=["empty", "xls", "password", "macros", "csv named xlsx", "pdf", "too large"],
)
def test_what_needs_no_reading_is_refused_at_once_and_not_kept(client, county, name, content, said):
    client.force_login(county.clerk)

    response = post_file(client, county, content, name)

    assert response.status_code == 302
    assert said in client.get(response.url).content.decode()
    assert not Upload.objects.exists()


def test_a_file_is_its_sender_s_alone_and_only_while_the_right_is_held(client, county):
    upload = changed(county, WM_04=355)
    mate = factories.person(Role.ENTRY_CLERK, factories.township(world.TOWN))
    address = f"{county.base}/entry/uploads/{upload.pk}/"

    def seen_by(user):
        client.force_login(user)
        listed = "填报.xlsx" in client.get(f"{county.base}/entry/uploads/").content.decode()
        return listed, client.get(address).status_code, client.post(address).status_code

    assert seen_by(county.clerk) == (True, 200, 302)
    assert seen_by(mate) == (False, 404, 404)
    assert seen_by(county.farms) == (False, 404, 404)
    county.clerk.grants.update(region=factories.township(world.OTHER_TOWN))
    assert seen_by(county.clerk) == (False, 404, 404)


def test_the_comparison_is_filtered_and_paged(client):
    county = world.build(60)
    changes = {("PA-06", branch.code): "x" if place % 2 else 3 for place, branch in enumerate(county.mine)}
    changes |= {("WM-04", branch.code): 9 for branch in county.mine}
    upload = sent(county, filled(handed(county), changes))
    client.force_login(county.clerk)
    address = f"{county.base}/entry/uploads/{upload.pk}/"

    def rows(query):
        return client.get(address + query).content.decode().count('<th scope="row">')

    assert [rows(""), rows("?page=2"), rows("?kind=error"), rows("?kind=conflict")] == [100, 20, 30, 0]


@pytest.mark.parametrize("action", ["choose", "overwrite"])
def test_a_choice_is_no_decision_and_leaves_no_entry(client, county, action):
    upload = changed(county, WM_04=355)
    client.force_login(county.clerk)
    before = LedgerEntry.objects.count()

    client.post(f"{county.base}/entry/uploads/{upload.pk}/", {"action": action, "shown": upload.rows.get().pk})

    assert LedgerEntry.objects.count() == before


@pytest.mark.django_db(transaction=True)
def test_each_step_with_a_file_leaves_one_entry_that_names_who_took_it(client):
    county = world.build()
    one = county.mine[0].code
    content, other = (filled(handed(county), {("WM-04", one): number}) for number in (355, 356))
    client.force_login(county.clerk)

    for file, action in ((content, "apply"), (other, "discard")):
        page = post_file(client, county, file).url
        read_if_due(Upload.objects.latest("pk").pk)
        client.post(page, {"action": action, "expected": 1})
        client.post(page, {"action": action, "expected": 1})

    entries = list(LedgerEntry.objects.order_by("pk").values_list("action", "actor"))
    steps = ("upload.send", "upload.apply", "upload.send", "upload.discard")
    assert entries == [(step, county.clerk.username) for step in steps]


PAGES = {"workbook/": 6, "workbook.xlsx": 12, "uploads/": 5, "uploads/{pk}/": 7, "uploads/{pk}/errors.xlsx": 7}


@pytest.mark.parametrize("size", [1, 60, pytest.param(600, marks=pytest.mark.slow)])
def test_a_page_costs_the_same_however_many_branches(client, size):
    county = world.build(size)
    published_standard(county.this.criteria_set_id)
    changes = {("PA-06", branch.code): "x" for branch in county.mine} | {("WM-04", county.mine[0].code): 3}
    upload = sent(county, filled(handed(county), changes))
    client.force_login(county.clerk)
    found = {}

    for page in PAGES:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(f"{county.base}/entry/{page.format(pk=upload.pk)}").status_code == 200, page
        found[page] = len(asked)

    assert found == PAGES


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
