"""A unit's workbook: what it holds, and how it comes back."""

from io import BytesIO

import pytest
from django.utils import translation
from openpyxl import load_workbook

from evaluations.models import UploadKind
from evaluations.services.handing_out import workbook_of
from evaluations.services.takeover import take_over
from evaluations.services.uploads import read_if_due, take_upload
from evaluations.workbooks.plan import units_of
from tests.entry import world

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def county():
    return world.build()


def handed(county, user=None):
    user = user or county.clerk
    unit = units_of(county.county, county.scope(user))[0]
    return workbook_of(county.county, unit, by=user.ledger_name)


def place(book, key, code):
    """The cell of a column's key and a branch's code."""
    for sheet in book.worksheets:
        for column in sheet[5]:
            if column.value == key:
                row = next(cell.row for cell in sheet["A"] if cell.value == code)
                return sheet.cell(row, column.column)
    raise KeyError(key)


def edited(content, changes):
    book = load_workbook(BytesIO(content))
    for (key, code), value in changes.items():
        place(book, key, code).value = value
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def sent(county, content, user=None, **fields):
    user = user or county.clerk
    fields = {"kind": UploadKind.WORKBOOK, "name": "w.xlsx"} | fields
    upload = take_upload(county.county, content=content, by=user.ledger_name, **fields)
    read_if_due(upload.pk)
    upload.refresh_from_db()
    return upload


def test_smoke(county):
    one, two = county.mine
    county.enter("WM-04", "300")
    content = handed(county)
    upload = sent(
        county, edited(content, {("WM-04", one.code): 355, ("WM-01", two.code): "B", ("PA-06", one.code): "x"})
    )
    print(upload.state, upload.problems, upload.counts)
    for row in upload.rows.all():
        print(row.kind, row, row.found, row.old, row.theirs, row.message)
    take_over(upload, user=county.clerk, expected=2)
    assert county.value("WM-04").reported_number == 355


def test_pages(county, client):
    from django.core.files.uploadedfile import SimpleUploadedFile

    client.force_login(county.clerk)
    base = county.base + "/entry"
    assert client.get(f"{base}/workbook/").status_code == 200
    assert client.get(f"{base}/uploads/").status_code == 200
    assert client.get(f"{base}/import/").status_code == 404
    content = client.get(f"{base}/workbook.xlsx").content
    one, two = county.mine
    file = edited(content, {("WM-04", one.code): 355, ("WM-01", two.code): "B", ("PA-06", one.code): "x"})
    r = client.post(f"{base}/workbook/", {"file": SimpleUploadedFile("w.xlsx", file)})
    assert r.status_code == 302, r.content.decode()
    assert client.get(r.url).status_code == 200
    from evaluations.models import Upload
    read_if_due(Upload.objects.get().pk)
    page = client.get(r.url)
    open("/tmp/team/p.html", "w").write(page.content.decode())
    assert page.status_code == 200
    back = client.get(r.url + "errors.xlsx")
    assert back.status_code == 200
    open("/tmp/team/back.xlsx", "wb").write(back.content)
    print(place(load_workbook(BytesIO(back.content)), "PA-06", one.code).comment)
    r2 = client.post(r.url, {"action": "apply", "expected": 2})
    assert county.value("WM-04").reported_number == 355
    print(client.get(r.url).content.decode()[2000:2500])
    client.force_login(county.farms)
    assert client.get(f"{base}/import/").status_code == 200
    r = client.post(f"{base}/import/", {"unit": "", "file": SimpleUploadedFile("w.csv", b"a")})
    assert "missing" in r.content.decode()
