"""Whatever leaves a sealed county says which sealed file it goes with (issue 4, point 8): every file, every print."""

from io import BytesIO
from zipfile import ZipFile

import pytest
from django.urls import reverse

from branches.models import Department
from evaluations.models import SealedCounty, UploadKind
from evaluations.services.uploads import read_if_due, take_upload
from tests.entry.world import FARMS, TOWN
from tests.pages.walking import every_route
from tests.review import county_year as year
from tests.review.world import COUNTY

pytestmark = pytest.mark.django_db
ENDS = (".csv", ".xlsx")
# Addresses of files about a county: who takes it, and what is posted for it.
FILES = {
    **dict.fromkeys(("ranking_csv", "ranking_xlsx", "standing_csv", "standing_xlsx"), ("organization_reviewer", None)),
    **dict.fromkeys(("vetoes_csv", "vetoes_xlsx"), ("organization_reviewer", None)),
    "entry_workbook_file": ("clerk", {"unit": TOWN}),
    "upload_errors": ("data", None),
}
READERS = ("organization_reviewer", "organization_approver", "auditor", "clerk", "head", "data")


@pytest.fixture
def county():
    """Confirmed and sealed, with a table that came in while values were taken."""
    made = year.reviewed(1)
    made.sent = take_upload(
        made.county, kind=UploadKind.TABLE, name="table.csv", content="支部,CY-01\n无此支部,23.6\n".encode(),
        by=made.data.ledger_name, department=Department.objects.get(name=FARMS), source="统计局", as_of="2026-03-01",
    )  # fmt: skip
    read_if_due(made.sent.pk)
    year.confirm(made)
    return made


def about_a_county() -> dict[str, str]:
    """Name → pattern of every address about one county."""
    return {name: pattern for name, pattern in every_route() if pattern.startswith("rounds/<slug:slug>/<code:county>/")}


def taken(client, county, name: str):
    who, posted = FILES[name]
    client.force_login(getattr(county, who))
    further = [county.sent.pk] if name == "upload_errors" else []
    address = reverse(name, args=["r2026", COUNTY, *further])
    return client.get(address) if posted is None else client.post(address, posted)


def test_every_file_of_a_county_is_known_here():
    assert set(FILES) == {name for name, pattern in about_a_county().items() if pattern.endswith(ENDS)}


def test_every_file_of_a_sealed_county_names_the_sealed_file(client, county):
    digest = SealedCounty.objects.get(round=county.entry.this).sha256

    for name in FILES:
        answer = taken(client, county, name)
        assert answer.status_code == 200, name
        assert answer.headers["X-Seal-SHA256"] == digest, name
        assert f"-no1-sha256-{digest[:16]}." in answer.headers["Content-Disposition"], name


@pytest.mark.parametrize("name", ["ranking_xlsx", "standing_xlsx", "vetoes_xlsx"])
def test_a_workbook_prints_the_digest_at_its_foot(client, county, name):
    digest = SealedCounty.objects.get(round=county.entry.this).sha256

    with ZipFile(BytesIO(taken(client, county, name).content)) as book:
        assert f"SHA-256 {digest}" in book.read("xl/worksheets/sheet1.xml").decode()


def test_before_the_seal_no_file_claims_one(client):
    county = year.reviewed(1)

    for name in ("ranking_csv", "vetoes_csv", "entry_workbook_file"):
        answer = taken(client, county, name)
        assert answer.status_code == 200 and "X-Seal-SHA256" not in answer.headers
        assert "sha256" not in answer.headers["Content-Disposition"]


def test_every_page_of_a_sealed_county_prints_it(client, county):
    digest = SealedCounty.objects.get(round=county.entry.this).sha256
    pages = [name for name, pattern in about_a_county().items() if pattern.count("<") == 2 and "." not in pattern]
    seen = set()

    for who in READERS:
        client.force_login(getattr(county, who))
        for name in pages:
            answer = client.get(reverse(name, args=["r2026", COUNTY]))
            if answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html"):
                assert digest in answer.content.decode(), name
                seen.add(name)

    assert {"ranking", "townships", "standing", "vetoes", "entry_overview", "work", "check"} <= seen
