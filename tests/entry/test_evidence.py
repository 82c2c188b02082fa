"""Files offered as evidence: what is taken, what is refused and why, who sees them, what is left behind."""

import io
import os
import socket
from concurrent.futures import wait
from datetime import timedelta
from threading import Barrier

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from PIL import Image

from accounts.models import Grant
from accounts.roles import Role
from branches.models import Department
from evaluations.evidence import store as storing
from evaluations.evidence.kinds import LARGEST, Refused
from evaluations.evidence.store import ABANDONED
from evaluations.models import Evidence, EvidenceFile, RoundCounty, State, Submission
from evaluations.reading.evidence import files_of
from evaluations.services import evidence as service
from evaluations.tasks import sweep_evidence
from ledger.models import LedgerEntry
from tests import factories
from tests.entry import files, world
from tests.threads import beside

pytestmark = pytest.mark.django_db
CODE, ONE = "CY-05", "WM-05"  # two files, one file; both a township's


@pytest.fixture(autouse=True)
def in_english(settings, tmp_path):
    settings.EVIDENCE_ROOT = tmp_path / "evidence"
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield


@pytest.fixture
def county():
    return world.build()


def offer(county, name="a.pdf", content=files.PDF, *, code=CODE, branch=None, declared="", by=None) -> Evidence:
    branch = branch or county.branches[0]
    sent = service.Offer(branch.code, code, name, declared, content)
    return service.add_evidence(county.county, sent, by=by or county.clerk)


def refused(county, *args, **options) -> str:
    with pytest.raises(Refused) as told:
        offer(county, *args, **options)
    return str(told.value)


def stored(evidence: Evidence) -> bytes:
    return service.store().path(evidence.file_id).read_bytes()


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


@pytest.mark.parametrize("tail", [b"<script>alert(1)</script>", files.workbook(), files.PDF])
def test_what_hangs_on_a_picture_is_gone(county, tail):
    evidence = offer(county, "a.png", files.picture("PNG") + tail)

    assert tail[:20] not in stored(evidence)


def test_what_is_not_what_it_says_or_carries_more_is_refused_and_nothing_is_left(county):
    said = {name: refused(county, name, content) for name, (content, _word) in files.HOSTILE.items()}

    expected = {name: word for name, (_content, word) in files.HOSTILE.items()}
    assert {name: words for name, words in said.items() if expected[name] not in words} == {}
    assert all(words.lower().endswith("not uploaded.") for words in said.values())
    assert not Evidence.objects.exists() and not EvidenceFile.objects.exists()
    assert [path for path in service.store().root.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("name", "declared", "taken"),
    [
        ("a.pdf", "application/pdf", True),
        ("a.PDF", "application/octet-stream", True),
        ("a.pdf", "text/html", False),
        ("a.pdf", "image/png", False),
    ],
)
def test_what_the_browser_declares_must_agree(county, name, declared, taken):
    if taken:
        assert offer(county, name, declared=declared).name == "a.pdf"
    else:
        assert "no PDF" in refused(county, name, declared=declared)


def test_the_limit_is_ten_megabytes_to_the_byte(county):
    largest = offer(county, "a.pdf", files.padded(LARGEST))

    assert largest.file.size == 10 * 1024 * 1024
    assert refused(county, "b.pdf", files.padded(LARGEST + 1)) == "10.1 MB; limit 10 MB; not uploaded."
    assert refused(county, "b.pdf", b"x" * 12 * 1024 * 1024) == "12 MB; limit 10 MB; not uploaded."


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


def test_as_many_files_are_taken_as_the_criterion_asks_for(county):
    offer(county, content=files.pdf(b"%1\n"))
    second = offer(county, content=files.pdf(b"%2\n"))

    assert refused(county, content=files.pdf(b"%3\n")).startswith("2 of 2 files")
    assert refused(county, code="WM-04") == "No file is asked for here. Not uploaded."
    service.take_back(county.county, second.pk, by=county.clerk)
    assert offer(county, content=files.pdf(b"%3\n"))


def test_nobody_fills_the_disk_by_adding_and_taking_back(county, monkeypatch):
    monkeypatch.setattr(service, "MOST_OFFERED", 3)
    for place in range(3):
        row = offer(county, content=files.pdf(b"%%%d\n" % place), code=ONE)
        service.take_back(county.county, row.pk, by=county.clerk)

    assert refused(county, code=ONE).startswith("3 files were offered")


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


def closed_county(county):
    RoundCounty.objects.filter(round=county.this).update(state=State.UNDER_REVIEW)


def past(county):
    RoundCounty.objects.filter(round=county.this).update(entry_due=timezone.now() - timedelta(minutes=1))


def submitted(county):
    Submission.objects.update(status="submitted", receipt="SB-1", submitted_at=timezone.now())


def returned_for_another(county):
    Submission.objects.update(unlocked=["WM-04"])


@pytest.mark.parametrize("shut", [closed_county, past, submitted, returned_for_another])
def test_files_are_locked_with_their_values(county, shut):
    evidence = offer(county)

    shut(county)

    with pytest.raises(service.Locked):
        offer(county, content=files.pdf(b"%2\n"))
    with pytest.raises(service.Locked):
        service.take_back(county.county, evidence.pk, by=county.clerk)
    assert Evidence.objects.filter(removed_at=None).count() == 1


def test_of_a_returned_submission_the_named_criteria_take_files(county):
    Submission.objects.update(unlocked=[CODE])

    assert offer(county)


def test_a_department_offers_files_for_its_own_criteria_of_any_branch(county):
    far = county.branches[-1]

    assert offer(county, code="CY-01", branch=far, by=county.farms)
    with pytest.raises(service.Locked, match="entered by"):
        offer(county, branch=far, by=county.farms)
    with pytest.raises(service.Locked, match="entered by"):
        offer(county, code="CY-01")


def test_there_is_no_value_of_a_stranger_s_branch(county):
    with pytest.raises(service.Unknown):
        offer(county, branch=county.branches[-1])
    with pytest.raises(service.Unknown):
        offer(county, code="XX-99")


def test_whoever_loses_the_role_while_the_file_is_read_has_nothing_recorded(county, monkeypatch):
    examine = service.examine

    def slow(*args):
        examine(*args)
        Grant.objects.filter(user=county.clerk).delete()

    monkeypatch.setattr(service, "examine", slow)

    with pytest.raises(service.Unknown):
        offer(county)
    assert not Evidence.objects.exists()


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
        ("长" * 300 + ".pdf", "长" * 115 + ".pdf"),
    ],
)
def test_names_are_kept_as_people_read_them(county, sent, kept):
    assert offer(county, sent).name == kept


def test_a_file_offered_for_many_values_is_named_where_seen_and_counted_where_not(county):
    mate, far = county.mine[1], county.branches[-1]
    offer(county)
    offer(county, branch=mate, code=ONE)
    far_clerk = factories.person(Role.ENTRY_CLERK, factories.township(world.OTHER_TOWN))
    offer(county, branch=far, by=far_clerk)
    mine = county.clerk.sight(world.COUNTY, confirmed=False)

    line = files_of(county.this, county.branches[0], mine)[CODE][0]

    assert line.also == (f"{mate.shown_name} {ONE}",) and line.others == 1
    assert line.repeated == f"The same file is offered too for: {mate.shown_name} {ONE}, and 1 more."
    assert files_of(county.this, county.branches[0])[CODE][0].repeated.startswith("The same file is offered for 2")


def test_a_file_offered_once_is_not_flagged(county):
    offer(county)
    offer(county, content=files.pdf(b"%2\n"), code=ONE)

    assert files_of(county.this, county.branches[0])[CODE][0].repeated == ""


def test_a_branch_s_files_are_read_in_one_query(county):
    for code in (CODE, ONE):
        for branch in county.mine:
            offer(county, code=code, branch=branch)
    sight = county.clerk.sight(world.COUNTY, confirmed=False)

    with CaptureQueriesContext(connection) as asked:
        lines = files_of(county.this, county.branches[0], sight)

    assert len(asked) == 1 and set(lines) == {CODE, ONE}


def sent_file(name="a.pdf", content=files.PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/octet-stream")


def send(client, county, content=files.PDF, name="a.pdf", *, fetched=True, **fields):
    form = {"branch": county.branches[0].code, "criterion": CODE} | fields
    if content is not None:
        form["file"] = sent_file(name, content)
    headers = {"X-Requested-With": "evidence.js"} if fetched else {}
    return client.post(f"{county.base}/entry/evidence/", form, headers=headers)


def test_a_script_gets_the_part_of_the_page_anew(client, county):
    client.force_login(county.clerk)

    response = send(client, county)

    assert response.status_code == 200
    assert "a.pdf" in response.json()["html"] and "(1 of 2)" in response.json()["html"]


@pytest.mark.parametrize(
    ("content", "word"),
    [(b"", "empty"), (None, "chosen"), (b"x" * (LARGEST + 1), "limit 10 MB"), (b"x" * 22 * 1024 * 1024, "22.1 MB")],
)
def test_a_script_is_told_why_not(client, county, content, word):
    client.force_login(county.clerk)

    response = send(client, county, content)

    assert response.status_code == 422
    assert word in response.json()["message"] and response.json()["html"] == ""


def test_what_is_locked_is_said(client, county):
    client.force_login(county.clerk)
    submitted(county)

    assert send(client, county).status_code == 423


def test_without_a_script_the_page_comes_back_with_the_sentence(client, county):
    client.force_login(county.clerk)
    place = f"{county.base}/branches/{county.branches[0].code}/?star=all"

    taken = send(client, county, fetched=False, next=place)
    refused = send(client, county, b"", fetched=False, next=place)
    away = send(client, county, fetched=False, next="https://evil.example/")

    assert (taken.status_code, taken.url, refused.url) == (302, place, place)
    assert away.url == f"{county.base}/ranking/"
    page = client.get(place).content.decode()
    assert "The file is empty" in page and "a.pdf" in page


def test_whoever_is_signed_out_is_told_so(client, county):
    assert send(client, county).status_code == 401
    assert send(client, county, fetched=False).status_code == 302
    assert client.post(f"{county.base}/entry/evidence/1/remove/").status_code == 302


def readers(county) -> dict:
    whole = factories.county()
    elsewhere = Department.objects.create(county=whole, name="县民政局")
    town, other = factories.township(world.TOWN), factories.township(world.OTHER_TOWN)
    return {
        "clerk": county.clerk,
        "reviewer": factories.person(Role.TOWNSHIP_REVIEWER, town),
        "its branch": factories.person(Role.BRANCH_VIEWER, branch=county.branches[0]),
        "star": factories.person(Role.DEPARTMENT_REVIEWER, whole, star="industry"),
        "organization": factories.person(Role.ORGANIZATION_APPROVER, whole),
        "auditor": factories.person(Role.AUDITOR),
        "owner": county.farms,
        "other department": factories.person(Role.DEPARTMENT_CLERK, whole, department=elsewhere),
        "other township": factories.person(Role.ENTRY_CLERK, other),
        "other star": factories.person(Role.DEPARTMENT_REVIEWER, whole, star="ecology"),
        "viewer": factories.person(Role.VIEWER, whole),
        "system": factories.person(Role.SYSTEM_ADMINISTRATOR),
    }


ALLOWED = {"clerk", "reviewer", "its branch", "star", "organization", "auditor", "owner"}


@pytest.mark.parametrize("confirmed", [False, True])
@pytest.mark.parametrize("code", [CODE, "CY-01"])
def test_whoever_sees_the_value_sees_the_file_and_nobody_else(client, county, code, confirmed):
    by = county.clerk if code == CODE else county.farms
    evidence = offer(county, "a.jpg", files.from_a_phone(), code=code, by=by)
    if confirmed:
        RoundCounty.objects.filter(round=county.this).update(state=State.CONFIRMED)
    found = {}

    for who, user in readers(county).items():
        client.force_login(user)
        found[who] = {client.get(address(county, page, evidence.pk)).status_code for page in ("file", "thumbnail")}

    assert {who for who, statuses in found.items() if statuses == {200}} == ALLOWED
    assert all(found[who] == {404} for who in found.keys() - ALLOWED)


def address(county, page, pk, slug="r2026", place=world.COUNTY) -> str:
    return reverse(f"evidence_{page}", args=[slug, place, pk])


def test_a_file_is_found_only_under_its_own_round_and_county_and_only_while_offered(client, county):
    evidence = offer(county)
    factories.county("419902000000", "另一县")
    client.force_login(factories.person(Role.AUDITOR))
    addresses = [
        address(county, "file", evidence.pk, slug="r2025"),
        address(county, "file", evidence.pk, place="419902000000"),
        address(county, "file", 10**18),
        address(county, "file", 10**30),
    ]

    assert [client.get(url).status_code for url in addresses] == [404] * 4
    assert client.get(address(county, "file", evidence.pk)).status_code == 200
    service.take_back(county.county, evidence.pk, by=county.clerk)
    assert client.get(address(county, "file", evidence.pk)).status_code == 404


@pytest.mark.parametrize("who", ["other township", "owner", "reviewer", "organization", "auditor", "viewer"])
def test_only_its_clerk_adds_and_takes_back(client, county, who):
    evidence = offer(county)
    client.force_login(readers(county)[who])

    added = send(client, county, files.pdf(b"%2\n"))
    taken = client.post(address(county, "remove", evidence.pk), headers={"X-Requested-With": "evidence.js"})

    assert added.status_code in (404, 423) and taken.status_code in (404, 423)
    assert Evidence.objects.filter(removed_at=None).count() == 1


def test_its_clerk_takes_a_file_back(client, county):
    evidence = offer(county)
    client.force_login(county.clerk)

    twice = [
        client.post(address(county, "remove", evidence.pk), headers={"X-Requested-With": "evidence.js"})
        for _ in range(2)
    ]

    assert [response.status_code for response in twice] == [200, 200]
    assert "a.pdf" not in twice[0].json()["html"]
    assert LedgerEntry.objects.filter(action="evidence.remove").count() == 1


def test_an_auditor_s_reading_is_written_down_and_a_clerk_s_is_not(client, county):
    evidence = offer(county)
    for who in ("clerk", "auditor"):
        client.force_login(readers(county)[who] if who == "auditor" else county.clerk)
        client.get(address(county, "file", evidence.pk))

    assert [entry.action for entry in LedgerEntry.objects.order_by("pk")] == ["evidence.add", "evidence.read"]


@pytest.mark.parametrize("name", ['表 “一”;x="1".pdf', "a\r\nX-Evil: 1.pdf", "=cmd|' /C calc'!A0.pdf"])
def test_a_file_is_sent_so_that_no_browser_makes_more_of_it(client, county, name):
    evidence = offer(county, name)
    client.force_login(county.clerk)

    response = client.get(address(county, "file", evidence.pk))

    assert b"".join(response.streaming_content) == files.PDF
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["Content-Length"] == str(len(files.PDF))
    assert "X-Evil" not in response.headers


def test_a_file_missing_on_disk_is_said_on_a_page(client, county):
    evidence = offer(county)
    service.store().path(evidence.file_id).unlink()
    client.force_login(county.clerk)

    response = client.get(address(county, "file", evidence.pk))

    assert response.status_code == 404
    assert "is not on the portal's disk" in response.content.decode()


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


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_files_are_only_posted(client, county, method):
    client.force_login(county.clerk)

    assert getattr(client, method)(f"{county.base}/entry/evidence/").status_code == 405
    assert getattr(client, method)(f"{county.base}/entry/evidence/1/remove/").status_code == 405
    assert client.post(f"{county.base}/evidence/1/").status_code == 405


def test_the_branch_s_page_lists_its_files(client, county):
    evidence = offer(county, "<b>照片.pdf")
    client.force_login(county.clerk)

    page = client.get(f"{county.base}/branches/{county.branches[0].code}/?star=industry").content.decode()

    assert address(county, "file", evidence.pk) in page
    assert "&lt;b&gt;照片.pdf" in page and "<b>照片" not in page
