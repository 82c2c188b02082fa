"""The pages of files: a round trip, what is refused at once, whose a file is, what a page costs."""

import re
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from openpyxl import load_workbook

from accounts.roles import Role
from evaluations.models import Upload, UploadState, WorkbookCopy
from evaluations.services.takeover import choice_of
from evaluations.services.uploads import read_if_due
from ledger.models import LedgerEntry
from scoring.standard import published_standard
from tests import factories
from tests.entry import world
from tests.entry.sending import changed, filled, handed, place, sent

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def county():
    return world.build()


def post_file(client, county, content, name="填报.xlsx", page="workbook", **form):
    file = SimpleUploadedFile(name, content)
    return client.post(f"{county.base}/entry/{page}/", {"file": file} | form)


def test_the_round_trip_through_pages(client, county):
    client.force_login(county.clerk)
    one = county.mine[0].code
    workbook = client.post(f"{county.base}/entry/workbook.xlsx")
    content = filled(workbook.content, {("WM-04", one): 355, ("PA-06", one): "x"})

    page = post_file(client, county, content).url
    assert "hx-trigger" in client.get(page).content.decode()
    assert client.get(page, headers={"hx-request": "true"}).status_code == 200
    read_if_due(Upload.objects.get().pk)
    assert client.get(page, headers={"hx-request": "true"}).headers["HX-Refresh"] == "true"
    client.post(page, {"action": "apply", "choice": choice_of(Upload.objects.get())})

    assert county.value("WM-04").reported_number == 355
    assert Upload.objects.get().state == UploadState.APPLIED


def test_a_workbook_is_handed_out_to_a_button_and_to_no_look(client, county):
    client.force_login(county.clerk)
    address = f"{county.base}/entry/workbook.xlsx"

    looked = [client.get(address).status_code, client.head(address).status_code]
    page = client.get(f"{county.base}/entry/workbook/").content.decode()

    assert looked == [405, 405] and not WorkbookCopy.objects.exists()
    assert f'<form method="post" action="{address}">' in page
    unit = re.search(r'name="unit" value="([^"]+)"', page)[1]
    assert "attachment" in client.post(address, {"unit": unit}).headers["Content-Disposition"]
    assert WorkbookCopy.objects.count() == 1


def test_the_workbook_comes_back_with_each_error_as_a_comment_in_its_cell(client, county):
    client.force_login(county.clerk)
    one, two = (branch.code for branch in county.mine)
    upload = sent(county, filled(handed(county), {("PA-06", one): "x", ("WM-04", one): 355}))

    back = client.get(f"{county.base}/entry/uploads/{upload.pk}/errors.xlsx")
    book = load_workbook(BytesIO(back.content))

    assert "“x”" in place(book, "PA-06", one).comment.text
    assert place(book, "WM-04", one).comment is None and place(book, "PA-06", two).comment is None
    assert place(book, "PA-06", one).fill.fgColor.rgb == "FFF4C7C3"
    again = sent(county, filled(back.content, {("PA-06", one): 3}))
    assert again.counts["error"] == 0 and again.counts["new"] == 2
    client.post(f"{county.base}/entry/uploads/{again.pk}/", {"action": "apply", "choice": choice_of(again)})
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


def form_of(client, address, *unticked, **pressed):
    """What a browser without scripts posts: the page's fields, some ticks taken away, the button that is pressed."""
    html = client.get(address).content.decode()
    ticks = [pk for pk in re.findall(r'name="row" value="([0-9]+)" checked', html) if pk not in unticked]
    fields = {"shown": re.findall(r'name="shown" value="([0-9]+)"', html), "row": ticks}
    return fields | {"choice": re.search(r'name="choice" value="([0-9a-f]+)"', html)[1]} | pressed


def test_a_tick_that_was_not_kept_yet_is_kept_and_shown_before_anything_is_written(client, county):
    upload = changed(county, WM_04=355, PA_06=3)
    client.force_login(county.clerk)
    client.cookies["django_language"] = "en"
    address = f"{county.base}/entry/uploads/{upload.pk}/"
    households = str(upload.rows.get(criterion__code="WM-04").pk)

    page = client.post(address, form_of(client, address, households, action="apply"), follow=True).content.decode()

    assert (county.value("WM-04"), county.value("PA-06")) == (None, None)
    assert "Nothing was written yet: your last ticks are only kept now." in page and "Write 1, leave 1" in page
    client.post(address, form_of(client, address, action="apply"))
    assert (county.value("WM-04"), county.value("PA-06").reported_number) == (None, 3)


@pytest.mark.parametrize("pressed", [{"to": "?page=2&kind=new"}, {"action": "overwrite"}, {"action": "choose"}])
def test_whatever_is_pressed_keeps_the_ticks_of_the_page(client, county, pressed):
    upload = changed(county, WM_04=355, PA_06=3)
    client.force_login(county.clerk)
    address = f"{county.base}/entry/uploads/{upload.pk}/?kind=new"
    households = upload.rows.get(criterion__code="WM-04")

    turned = client.post(address, form_of(client, address, str(households.pk), **pressed))

    households.refresh_from_db()
    assert (households.wanted, upload.rows.exclude(pk=households.pk).get().wanted) == (False, True)
    assert turned.url.endswith(pressed.get("to", "?kind=new"))


def test_turning_to_elsewhere_stays_on_the_page_of_the_file(client, county):
    upload = changed(county, WM_04=355)
    client.force_login(county.clerk)
    address = f"{county.base}/entry/uploads/{upload.pk}/"

    turned = client.post(address, {"to": "https://elsewhere.example/?kind=new"})

    assert turned.url.startswith(f"{address}?")


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
        form = {"action": action, "choice": choice_of(Upload.objects.latest("pk"))}
        client.post(page, form)
        client.post(page, form)

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
            look = client.post if page == "workbook.xlsx" else client.get
            assert look(f"{county.base}/entry/{page.format(pk=upload.pk)}").status_code == 200, page
        found[page] = len(asked)

    assert found == PAGES
