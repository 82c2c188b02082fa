"""Submitting on the page: the checklist, one click and one effect, the receipt, and taking it back."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from accounts.roles import Role
from evaluations.models import Decision
from evaluations.workflow import SUBMIT, WITHDRAW
from ledger.models import LedgerEntry
from tests import factories
from tests.entry import world
from tests.entry.giving import due, fill, move, submission

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english(client):
    client.cookies["django_language"] = "en"
    with translation.override("en"):
        yield


@pytest.fixture
def county(client):
    made = world.build()
    client.force_login(made.clerk)
    return made


def wish(county, branch=None) -> str:
    return f"{(branch or county.branches[0]).code}:{submission(county, branch).revision}"


def post(client, county, *chosen, page="submit", **more):
    return client.post(f"{county.base}/entry/{page}/", {"branch": list(chosen) or [wish(county)]} | more)


def shown(client, response) -> str:
    return client.get(response.url).content.decode()


def test_the_checklist_names_and_links_every_missing_value(client, county):
    fill(county, leave=["WM-04"])

    found = client.get(f"{county.base}/entry/submit/")

    first, second = found.context["list"].rows
    assert [thing.name for thing in first.missing] == ["文明家庭(星级文明户)户数"] or len(first.missing) == 1
    assert len(second.missing) == 11
    assert "No branch is complete yet." in found.content.decode()


def test_what_departments_owe_is_said_and_does_not_hinder(client, county):
    fill(county)

    text = client.get(f"{county.base}/entry/submit/").content.decode()

    assert "Department data not in; not yours to enter." in text
    assert "Submit 1 branch" in text


def test_submitting_leads_to_a_receipt_with_number_time_and_count(client, county):
    fill(county)

    response = post(client, county)

    row = submission(county)
    text = shown(client, response)
    assert response.url == f"{county.base}/entry/receipts/{row.receipt}/"
    assert f"Submitted, receipt {row.receipt}" in text
    assert "Receipt of submission" in text  # what is printed on top of it
    assert client.get(response.url).context["receipt"].values == 11


@pytest.mark.django_db(transaction=True)
def test_a_receipt_lists_every_value_as_it_was_submitted_whatever_came_after(client, county):
    county.clerk.label = "示范镇 王芳"
    county.clerk.save()
    fill(county)
    receipt = move(county, SUBMIT).receipt
    move(county, WITHDRAW)
    county.enter("WM-04", "355", revision=1)
    county.enter("WM-07", "", revision=1)

    found = client.get(f"{county.base}/entry/receipts/{receipt}/")

    lines = {line.row.code: line.value for line in found.context["receipt"].rows[0].annex}
    assert (len(lines), lines["WM-04"], lines["WM-07"]) == (11, "480 户", "A")
    assert "示范镇 王芳" in found.content.decode()
    assert county.value("WM-04").reported_number == 355


def test_after_the_deadline_the_page_says_so_and_offers_more_time_instead_of_boxes(client, county):
    fill(county)
    due(county, minutes=-1)

    text = client.get(f"{county.base}/entry/submit/").content.decode()

    assert "After the deadline, not accepted. Ask for an extension." in text
    assert 'type="checkbox"' not in text and "No branch is complete yet." not in text
    assert f"{county.base}/entry/extensions/" in text and "Complete, not submitted" in text


def test_a_double_click_leads_to_the_same_receipt(client, county):
    fill(county)
    chosen = wish(county)

    first, second = post(client, county, chosen), post(client, county, chosen)

    assert first.url == second.url
    assert (Decision.objects.count(), LedgerEntry.objects.count()) == (1, 1)


def test_what_is_refused_is_said_by_branch_and_what_is_complete_goes(client, county):
    first, second = county.mine
    fill(county, first)

    response = post(client, county, wish(county, first), wish(county, second))

    text = shown(client, response)
    assert f"{second.name}: 11 missing" in text
    assert "/receipts/" in response.url


@pytest.mark.parametrize("chosen", ["", "x", "419901001200", "419901001200:-1", "４１９９０１００１２００:1", ":" * 40])
def test_what_cannot_be_read_is_nobody_s_branch(client, county, chosen):
    response = post(client, county, chosen)

    assert "Choose at least one branch." in shown(client, response)
    assert not LedgerEntry.objects.exists()


def test_a_stranger_s_branch_is_refused_without_its_name(client, county):
    far = county.branches[-1]
    far.name = "远山村"
    far.save()

    text = shown(client, post(client, county, wish(county, far)))

    assert "There is no such branch in your township." in text and "远山村" not in text


def test_after_the_deadline_nothing_is_taken_and_what_was_typed_stays(client, county):
    fill(county)
    due(county, minutes=-1)

    text = shown(client, post(client, county))

    assert "After the deadline, not accepted. Ask for an extension." in text
    assert county.value("WM-04").reported_number == 480
    assert LedgerEntry.objects.get().action == "submission.refuse"


def test_a_submitted_branch_is_withdrawn_on_the_page_and_its_receipt_says_so(client, county):
    fill(county)
    receipt = move(county, SUBMIT).receipt

    text = shown(client, post(client, county, page="withdraw"))

    assert "Withdrawn: 1 branch." in text
    assert submission(county).status == "draft"
    assert "taken back since" in client.get(f"{county.base}/entry/receipts/{receipt}/").content.decode()


@pytest.mark.parametrize(
    "change", [lambda n: n.replace("SB-2026", "SB-2025"), lambda n: n[:-1] + "0", lambda n: n.replace("-0", "-00", 1),
               lambda n: "SB-2026-", lambda n: n.lower(), lambda n: n + "x"]
)  # fmt: skip
def test_a_number_that_is_no_receipt_is_missing(client, county, change):
    fill(county)
    number = move(county, SUBMIT).receipt

    assert client.get(f"{county.base}/entry/receipts/{change(number)}/").status_code == (
        404 if change(number) != number else 200
    )


def test_a_receipt_is_shown_to_who_sees_its_branches_only(client, county):
    fill(county)
    url = f"{county.base}/entry/receipts/{move(county, SUBMIT).receipt}/"
    found = {}

    for role, place in {
        Role.TOWNSHIP_REVIEWER: factories.township(world.OTHER_TOWN),
        Role.ORGANIZATION_REVIEWER: factories.county(),
    }.items():
        client.force_login(factories.person(role, place))
        found[role] = client.get(url).status_code

    assert found == {Role.TOWNSHIP_REVIEWER: 404, Role.ORGANIZATION_REVIEWER: 200}


COSTS = {"submit/": 12, "receipts/{receipt}/": 10}


@pytest.mark.parametrize("count", [1, 60, 600])
def test_the_pages_cost_the_same_however_many_branches(client, count):
    county = world.build(count)
    client.force_login(county.clerk)
    fill(county, county.mine[0])
    found, receipt = {}, ""
    client.get(f"{county.base}/entry/submit/")

    for page in COSTS:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(f"{county.base}/entry/{page.format(receipt=receipt)}").status_code == 200
        found[page] = len(asked)
        receipt = receipt or move(county, SUBMIT).receipt

    assert found == COSTS
