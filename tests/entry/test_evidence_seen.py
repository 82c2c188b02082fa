"""Files offered as evidence: who sees them, on which page, and how they are sent."""

from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.roles import Role
from branches.models import Department
from evaluations.evidence.kinds import ENDINGS, LARGEST
from evaluations.models import Evidence, RoundCounty, State
from evaluations.reading.evidence import Limits, files_of
from evaluations.services import evidence as service
from ledger.models import LedgerEntry
from tests import factories
from tests.entry import files, world
from tests.entry.offering import CODE, ONE, address, offer, send, submitted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_aside")]


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
    assert away.url == f"{county.base}/entry/branches/{county.branches[0].code}/"
    page = client.get(place).content.decode()
    assert "The file is empty" in page and "a.pdf" in page


def test_without_a_script_a_branch_that_is_none_leads_to_one_s_work(client, county):
    client.force_login(county.clerk)

    away = send(client, county, None, fetched=False, branch="../x")

    assert away.url == f"{county.base}/entry/"


def test_a_picture_in_small_is_named_as_the_jpeg_it_is(client, county):
    evidence = offer(county, "照片.png", files.picture("PNG"))
    client.force_login(county.clerk)

    small, whole = [client.get(address(county, page, evidence.pk)) for page in ("thumbnail", "file")]

    assert (small.headers["Content-Type"], whole.headers["Content-Type"]) == ("image/jpeg", "image/png")
    assert small.headers["Content-Disposition"].endswith(f"{quote('照片')}.jpg")
    assert whole.headers["Content-Disposition"].endswith(f"{quote('照片')}.png")


def test_the_page_says_the_limits_by_which_files_are_judged(client, county, monkeypatch):
    monkeypatch.setattr(Limits, "megabytes", 7)
    client.force_login(county.clerk)

    page = client.get(f"{county.base}/entry/branches/{county.branches[0].code}/?star=industry").content.decode()
    part = send(client, county).json()["html"]

    for shown in (page, part):
        assert 'data-largest="7"' in shown and f'data-accept="{" ".join(ENDINGS)}"' in shown
        assert "{size} MB; limit 7 MB; not uploaded." in shown and "“{ending}” is not taken" in shown
        assert "PDF, JPG, PNG, WEBP, DOCX, XLSX; at most 7 MB." in shown


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
