"""Files offered as evidence: how they are kept, once each, and what is left behind."""

import io
import os
import socket
from concurrent.futures import wait
from threading import Barrier

import pytest
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.utils import timezone
from PIL import Image

from evaluations.evidence import store as storing
from evaluations.evidence.kinds import KINDS, Refused
from evaluations.evidence.store import ABANDONED
from evaluations.models import Evidence, EvidenceFile
from evaluations.reading.evidence import files_of
from evaluations.services import evidence as service
from evaluations.services import evidence_room
from evaluations.tasks import sweep_evidence
from ledger.models import LedgerEntry
from tests.entry import files, world
from tests.entry.offering import CODE, ONE, offer, refused, sent_file, stored
from tests.threads import beside

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_aside")]


@pytest.mark.parametrize("name", files.GOOD)
def test_every_kind_is_kept_under_its_digest_for_its_owner_only(county, name):
    evidence = offer(county, name, files.GOOD[name])

    path = service.store().path(evidence.file_id)
    assert storing.sha256_of(path) == evidence.file_id
    assert path.stat().st_mode & 0o777 == 0o600
    assert evidence.file.size == path.stat().st_size
    assert path == service.store().root / evidence.file_id[:2] / evidence.file_id[2:]


def test_of_a_picture_only_its_pixels_are_kept_upright(county):
    evidence = offer(county, "a.jpg", files.from_a_phone())

    kept = stored(evidence)
    with Image.open(io.BytesIO(kept)) as picture:
        assert picture.size == (48, 64)
        assert not picture.getexif() and not picture.info.keys() & {"comment", "icc_profile", "exif"}
    assert b"SECRET" not in kept and b"SECRET" in files.from_a_phone()
    with Image.open(service.store().thumbnail(evidence.file_id)) as small:
        assert small.format == "JPEG" and max(small.size) <= 240


def test_a_content_is_kept_once_however_often_it_is_offered(county):
    rows = [offer(county, code=code, branch=branch) for code in (CODE, ONE) for branch in county.mine]

    assert len({row.file_id for row in rows}) == 1 and EvidenceFile.objects.count() == 1
    assert len([path for path in service.store().root.rglob("*") if path.is_file()]) == 1


def test_the_same_picture_again_is_not_read_again(county, monkeypatch):
    first = offer(county, "a.jpg", files.from_a_phone())
    monkeypatch.setattr(service, "examine", lambda *args: pytest.fail("read again"))

    assert offer(county, "b.jpg", files.from_a_phone(), branch=county.mine[1]).file_id == first.file_id
    with pytest.raises(pytest.fail.Exception):
        offer(county, "c.jpg", files.picture(), branch=county.mine[1])


def test_the_same_file_for_the_same_value_has_one_effect(county):
    assert offer(county).pk == offer(county).pk
    assert LedgerEntry.objects.filter(action="evidence.add").count() == 1


def test_each_adding_and_taking_back_stands_in_the_ledger(county):
    evidence = offer(county, "表.pdf")
    service.take_back(county.county, evidence.pk, by=county.clerk)
    service.take_back(county.county, evidence.pk, by=county.clerk)

    entries = list(LedgerEntry.objects.order_by("pk"))
    assert [entry.action for entry in entries] == ["evidence.add", "evidence.remove"]
    for entry in entries:
        assert entry.chain == world.COUNTY and entry.actor == county.clerk.username
        assert evidence.file_id in entry.detail and "表.pdf" in entry.detail and str(len(files.PDF)) in entry.detail


def test_what_is_taken_back_is_no_longer_shown_and_not_forgotten(county):
    evidence = offer(county)

    service.take_back(county.county, evidence.pk, by=county.clerk)

    evidence.refresh_from_db()
    assert evidence.removed_at and evidence.removed_by == county.clerk.username
    assert stored(evidence) == files.PDF
    assert files_of(county.this, county.branches[0]) == {}
    assert offer(county).pk != evidence.pk


@pytest.fixture
def read_together(monkeypatch):
    """Four uploads have all been allowed and read before the first is recorded."""
    examine, together = service.examine, Barrier(4)

    def read(*args):
        examine(*args)
        together.wait(60)

    monkeypatch.setattr(service, "examine", read)


def all_at_once(county) -> list:
    contents = [files.pdf(b"%%%d\n" % place) for place in range(4)]

    def one(content):
        try:
            return offer(county, content=content, code=ONE)
        except Refused:
            return None

    with beside() as threads:
        futures = [threads.start(one, content) for content in contents]
        wait(futures, 60)
        return [future.result() for future in futures if future.result()]


@pytest.mark.django_db(transaction=True)
def test_of_several_at_once_no_more_are_taken_than_are_asked_for(county, read_together):
    assert len(all_at_once(county)) == 1
    assert Evidence.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_more_would_be(county, read_together, monkeypatch):
    monkeypatch.setattr(service, "LOCK", "SELECT %s, %s, pg_sleep(0.5)")

    assert len(all_at_once(county)) > 1


@pytest.mark.django_db(transaction=True)
def test_one_content_offered_at_once_for_several_values_is_kept_once(county):
    with beside() as threads:
        futures = [
            threads.start(lambda code=code, branch=branch: offer(county, code=code, branch=branch))
            for code in (CODE, ONE)
            for branch in county.mine
        ]
        rows = [future.result(60) for future in futures]

    assert len(rows) == 4 and EvidenceFile.objects.count() == 1


def test_a_full_disk_is_said_and_leaves_nothing(county, monkeypatch):
    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)

    assert "disk is full" in refused(county)
    assert not Evidence.objects.exists()
    assert [path for path in service.store().root.rglob("*") if path.is_file()] == []


def test_a_ledger_that_cannot_be_written_stops_the_upload(county, monkeypatch):
    monkeypatch.setattr(service, "append", lambda **entry: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        offer(county)
    assert not Evidence.objects.exists() and not EvidenceFile.objects.exists()


def test_what_a_killed_upload_leaves_is_swept_and_kept_contents_stay(county):
    evidence = offer(county)
    drafts = service.store().root / storing.DRAFTS
    old, young = drafts / "old", drafts / "young"
    for draft in (old, young):
        draft.mkdir()
        (draft / "offered").write_bytes(b"half")
    long_ago = timezone.now().timestamp() - ABANDONED - 1
    os.utime(old, (long_ago, long_ago))
    os.utime(service.store().path(evidence.file_id), (1, 1))

    sweep_evidence()
    sweep_evidence()

    assert not old.exists() and young.exists()
    assert stored(evidence) == files.PDF


def test_a_sweep_before_anything_was_stored_does_nothing():
    sweep_evidence()


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("C:\\Users\\x\\表 一.PDF", "表 一.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("a\u202efdp.exe.pdf", "afdp.exe.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie: x.pdf"),
        (".pdf", "pdf.pdf"),
        ("张三 13800001111.pdf", "pdf.pdf"),  # the ledger keeps the name
        ("长" * 300 + ".pdf", "长" * 115 + ".pdf"),
    ],
)
def test_names_are_kept_as_people_read_them(sent, kept):
    assert service.kept_name(sent, KINDS["pdf"]) == kept


def test_a_content_lost_from_the_disk_comes_back_with_the_next_upload(county):
    evidence = offer(county, "a.jpg", files.from_a_phone())
    service.store().path(evidence.file_id).unlink()

    offer(county, "a.jpg", files.from_a_phone(), branch=county.mine[1])

    assert stored(evidence)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("share", "kept"), [(1, 0), (50, 0), (99, 0), (100, 1)])
def test_a_line_cut_in_the_middle_of_an_upload_leaves_nothing(client, live_server, county, share, kept):
    client.force_login(county.clerk)
    form = {"branch": county.branches[0].code, "criterion": CODE, "file": sent_file()}
    form["csrfmiddlewaretoken"] = token = "a" * 32
    body = encode_multipart(BOUNDARY, form)
    head = (
        f"POST {county.base}/entry/evidence/ HTTP/1.1\r\nHost: {live_server.thread.host}:{live_server.thread.port}\r\n"
        f"Cookie: session={client.cookies['session'].value}; csrf={token}\r\nConnection: close\r\n"
        f"Content-Type: {MULTIPART_CONTENT}\r\nContent-Length: {len(body)}\r\n\r\n"
    )

    with socket.create_connection((live_server.thread.host, live_server.thread.port), timeout=20) as line:
        line.sendall(head.encode() + body[: len(body) * share // 100])
        line.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: line.recv(65536), b""))  # until the server is done with it

    assert answer.startswith(b"HTTP/1.1 302" if kept else b"HTTP/1.1 4") or not (answer or kept)
    assert Evidence.objects.count() == kept
    assert len([path for path in service.store().root.rglob("*") if path.is_file()]) == kept


def test_the_files_shown_for_a_branch_have_so_much_room_and_another_branch_its_own(county, settings):
    settings.EVIDENCE_OF_BRANCH_MB = 1
    first = offer(county, content=files.padded(900_000))

    said = refused(county, content=files.padded(200_000), code=ONE)

    assert said == (
        "With this file the branch's evidence would be larger than 1 MB. Not uploaded; take another file back first."
    )
    assert offer(county, content=files.padded(200_000), branch=county.mine[1]).pk
    assert offer(county, content=files.padded(900_001), code="CY-01", by=county.farms).pk
    service.take_back(county.county, first.pk, by=county.clerk)
    assert offer(county, content=files.padded(200_000), code=ONE).pk


def test_a_unit_has_so_much_room_in_a_round_and_another_s_is_its_own(county, monkeypatch):
    monkeypatch.setattr(evidence_room, "MOST_OF_UNIT", 1)
    first = offer(county, content=files.padded(900_000))
    taken_back = offer(county, content=files.padded(100_000), code=ONE)
    service.take_back(county.county, taken_back.pk, by=county.clerk)

    said = refused(county, content=files.padded(100_001), branch=county.mine[1])

    assert said.startswith("With this file your unit's evidence would be larger than 1 MB.")
    assert offer(county, content=files.padded(900_000)).pk == first.pk
    assert offer(county, content=files.padded(100_000), branch=county.mine[1]).pk
    assert offer(county, content=files.padded(999_000), code="CY-01", by=county.farms).pk
