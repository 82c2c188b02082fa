"""What one person may send in, a value that stands twice, and somebody else's work in the way."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone, translation

from evaluations.models import Upload, UploadKind
from evaluations.services import upload_room
from evaluations.services.takeover import NotWritten, write
from evaluations.services.upload_room import DAY, NoRoom
from evaluations.services.uploads import discard, take_upload
from tests.entry import world
from tests.entry.sending import filled, handed, sent

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def county():
    return world.build()


def send(county, number, *, by=None):
    facts = {"kind": UploadKind.WORKBOOK, "name": "w.xlsx", "by": (by or county.clerk).ledger_name}
    return take_upload(county.county, content=b"PK\x03\x04 %d" % number, **facts)


def test_so_many_files_wait_for_one_person_and_a_decision_makes_room(county):
    files = [send(county, number) for number in range(upload_room.MOST_OPEN)]

    with pytest.raises(NoRoom, match="20 of your files wait"):
        send(county, 20)

    assert send(county, 3).pk == files[3].pk and send(county, 20, by=county.farms).pk
    discard(files[0], by=county.clerk.ledger_name)
    assert send(county, 20).pk


def test_so_much_is_taken_of_one_person_in_a_day(county, monkeypatch):
    monkeypatch.setattr(upload_room, "MEGABYTE", 0.05)  # ten bytes a day; a file has six
    first = send(county, 1)

    with pytest.raises(NoRoom, match="more than 200 MB within a day"):
        send(county, 2)

    Upload.objects.filter(pk=first.pk).update(made_at=timezone.now() - DAY)
    assert send(county, 2).pk


def test_a_file_too_many_is_refused_in_a_sentence(client, county, monkeypatch):
    monkeypatch.setattr(upload_room, "MOST_OPEN", 0)
    client.force_login(county.clerk)

    file = SimpleUploadedFile("w.xlsx", b"PK\x03\x04 x")
    page = client.post(f"{county.base}/entry/workbook/", {"file": file}, follow=True)

    assert page.status_code == 200 and page.context["messages"] and not Upload.objects.exists()


def test_a_value_that_stands_twice_in_what_was_read_is_not_written(county):
    upload = sent(county, filled(handed(county), {("WM-04", county.mine[0].code): 355}))
    row = upload.rows.select_related("branch").get()

    with pytest.raises(NotWritten, match="a value twice"):
        write(upload, [row, row], county.scope(), county.clerk.ledger_name)

    write(upload, [row], county.scope(), county.clerk.ledger_name)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("action", ["choose", "overwrite", "apply", "discard"])
def test_a_lock_that_is_not_had_is_told_on_the_page(client, action):
    county = world.build()
    upload = sent(county, filled(handed(county), {("WM-04", county.mine[0].code): 355}))
    client.force_login(county.clerk)
    other = connection.copy()
    with other.cursor() as cursor, connection.cursor() as mine:
        cursor.execute("BEGIN")
        cursor.execute("SELECT 1 FROM evaluations_upload WHERE id = %s FOR UPDATE", [upload.pk])
        mine.execute("SET lock_timeout = '100ms'")
        answer = client.post(f"{county.base}/entry/uploads/{upload.pk}/", {"action": action})
        mine.execute("SET lock_timeout = '30s'")
    other.close()

    page = client.get(answer.url)

    assert answer.status_code == 302
    assert [str(message) for message in page.context["messages"]]
    assert upload.rows.get().wanted and county.value("WM-04") is None
