"""The county road's pages: what each shows, what its button does, and that they cost the same however long."""

from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from evaluations.models import (
    Correction,
    Objection,
    RosterEntry,
    RoundCounty,
    SealedCounty,
    StarReview,
    Submission,
    Value,
)
from evaluations.services.rating import rate_county
from evaluations.workflow import CONFIRM, State, Status
from scoring.models import STAR_CODES
from scoring.standard import published_standard
from tests import factories
from tests.evaluations.pages import results
from tests.review import county_year as year
from tests.review import world
from tests.review.world import COUNTY, STAR

pytestmark = pytest.mark.django_db
PAGES = ("road/", "road/calendar/", "road/branches/", "road/list/", "road/absent/")


@pytest.fixture(autouse=True)
def in_english(client):
    client.cookies["django_language"] = "en"


@pytest.fixture
def county():
    return year.reviewed()


def look(client, county, page: str, by=None) -> str:
    client.force_login(by or county.organization_reviewer)
    response = client.get(f"{county.base}/{page}")
    assert response.status_code == 200, page
    return response.content.decode()


def press(client, county, key: str, by, **form):
    client.force_login(by)
    return client.post(f"{county.base}/road/steps/{key}/", form, follow=True)


@pytest.mark.parametrize("due", ["", "在明天", "2020-01-01T18:00"])
def test_the_road_asks_until_when_entry_opens_again(client, county, due):
    county.stand(State.CLOSED_FOR_ENTRY)
    form = {"revision": county.county.revision, "page": "county_road", "reason": "停电"}
    page = look(client, county, "road/", by=county.organization_approver)

    refused = press(client, county, "reopen_entry", county.organization_approver, due=due, **form)
    state = county.county.state
    ahead = (timezone.localtime() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    press(client, county, "reopen_entry", county.organization_approver, due=ahead, **form)

    assert 'id="due-reopen_entry"' in page and "Say until when" in refused.content.decode()
    assert (state, county.county.state) == (State.CLOSED_FOR_ENTRY, State.OPEN)


@pytest.mark.parametrize("state", State)
def test_every_page_opens_wherever_the_county_stands(client, county, state):
    year.confirm(county)
    county.stand(state)

    for page in (*PAGES, f"road/branches/{county.branches[0].code}/"):
        for person in (county.organization_reviewer, county.organization_approver, county.auditor):
            look(client, county, page, person)


def test_the_road_names_the_next_step_what_is_in_its_way_and_where(client, county):
    county.put(Status.PASSED, county.branches[1], stars="reviewing")

    shown = look(client, county, "road/")

    assert "Open the proposed list" in shown and "Branches not yet reviewed: 1." in shown
    assert "?only=waiting" in shown and 'aria-current="step">Review' in shown


def test_a_list_goes_from_preview_to_seal_by_its_buttons(client, county):
    reviewer, approver = county.organization_reviewer, county.organization_approver
    rate_county(county.entry.this, COUNTY)

    preview = look(client, county, "road/list/")
    proposed = press(client, county, "propose", reviewer, revision=county.county.revision, page="county_list")
    approved = press(client, county, "approve", approver, revision=year.proposal(county).revision, document="纪1号")
    published = press(client, county, "publish", approver, revision=county.county.revision)
    year.let_pass(county)
    confirmed = press(client, county, "confirm", approver, revision=county.county.revision)

    assert "What the list would be now" in preview and ">Propose the list</button>" in preview
    assert "Nothing changed since" in proposed.content.decode()
    assert "纪1号" in approved.content.decode() and "No. 1," in published.content.decode()
    assert "SHA-256" in look(client, county, "road/list/") and confirmed.status_code == 200
    assert county.county.state == State.CONFIRMED


def test_the_approver_sees_by_name_what_changed_since_the_list_was_made(client, county):
    year.propose(county)
    Value.objects.filter(branch=county.branches[0], criterion__code="ST-07").update(final_number=1)
    rate_county(county.entry.this, COUNTY)

    shown = look(client, county, "road/list/?only=changed", county.organization_approver)

    assert "changed since the list was made" in shown and county.branches[0].shown_name in shown
    assert "disabled" in shown  # the button says how many things stand in the way


def test_a_stale_page_moves_nothing_and_says_so(client, county):
    answer = press(client, county, "propose", county.organization_reviewer, revision=99)

    assert "Changed since you opened" in answer.content.decode() and county.county.state == State.UNDER_REVIEW


def test_the_branch_page_shows_who_gave_what_and_why_and_sends_a_star_back(client, county):
    value = Value.objects.get(round=county.entry.this, branch=county.branches[0], criterion__code="ST-07")
    Value.objects.filter(pk=value.pk).update(department_number=271)
    Correction.objects.create(
        value=value, entry=county.row(), star=STAR, before="300", after="271", reason="重复计入 29 户", by="dept"
    )

    shown = look(client, county, f"road/branches/{county.branches[0].code}/")
    client.post(
        f"{county.base}/road/branches/{county.branches[0].code}/",
        {"star": STAR, "revision": county.star().revision, "reason": "补核查照片以外的依据"},
    )

    assert "重复计入 29 户" in shown and "271" in shown and "300" in shown
    assert county.star().status == "reviewing" and county.submission().status == Status.PASSED


def test_branches_are_found_by_what_stands_out(client, county):
    county.put_star("not_recommended", (STAR,))

    shown = look(client, county, "road/branches/?only=not_recommended")

    assert county.branches[0].shown_name in shown and county.branches[1].shown_name not in shown


def test_the_calendar_comes_back_filled_where_something_is_wrong(client, county):
    RoundCounty.objects.filter(pk=county.county.pk).update(state=State.DRAFT)
    form = {
        "revision": county.county.revision, "document": "文1号", "entry_due": "2026-12-30T18:00",
        "township_due": "2026-12-01T18:00", "notice_days": "5", "appeal_days": "10", "contact": "组织二股",
    }  # fmt: skip
    client.force_login(county.organization_reviewer)

    wrong = client.post(f"{county.base}/road/calendar/", form)
    right = client.post(f"{county.base}/road/calendar/", form | {"township_due": ""})

    assert wrong.status_code == 422 and "Entry ends first" in wrong.content.decode()
    assert "2026-12-01T18:00" in wrong.content.decode() and "组织二股" in wrong.content.decode()
    assert right.status_code == 302 and county.county.contact == "组织二股"


def test_a_branch_never_submitted_is_recorded_and_let_in_again_with_a_time(client, county):
    county.put(Status.DRAFT)
    client.force_login(county.organization_reviewer)
    branch = county.branches[0].code
    due = (world.now() + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")

    client.post(f"{county.base}/road/absent/", {"step": "mark_absent", "branch": f"{branch}:0", "reason": "整村搬迁"})
    marked = county.submission()
    back = {"step": "readmit", "branch": f"{branch}:{marked.revision}", "reason": "补报", "due": due}
    client.post(f"{county.base}/road/absent/", back)

    assert marked.status == Status.ABSENT
    assert county.submission().status == Status.DRAFT and county.submission().answer_due is not None


def test_a_star_sealed_while_its_objection_was_open_is_marked_so(client, county):
    notice = year.publish(county)
    year.let_pass(county)
    Objection.objects.create(
        county=county.county, notice=notice, entry=county.row(), star=STAR, text="不实", receipt="YY-1"
    )
    year.step(county, CONFIRM)

    shown = look(client, county, "road/list/")

    assert shown.count("objection open: ") == 1


def test_every_export_of_a_sealed_county_prints_its_digest(client, county):
    before = client_file(client, county)
    year.confirm(county)
    digest = SealedCounty.objects.get(round=county.entry.this).sha256

    pages = [look(client, county, page) for page in ("ranking/", "townships/", "road/", "road/list/")]

    assert all(digest in page for page in pages)
    assert digest in client_file(client, county) and "SHA-256" not in before
    assert digest not in client.get(f"{county.base}/ranking.csv").content.decode()


def client_file(client, county) -> str:
    client.force_login(county.organization_reviewer)
    content = client.get(f"{county.base}/ranking.xlsx").content
    with ZipFile(BytesIO(content)) as book:
        return book.read("xl/worksheets/sheet1.xml").decode()


def test_what_is_for_others_is_not_found(client, county):
    for person in (county.head, county.clerk, county.reviewers[STAR], county.viewer):
        client.force_login(person)
        assert {client.get(f"{county.base}/{page}").status_code for page in PAGES} == {404}
    client.force_login(county.organization_approver)
    assert client.post(f"{county.base}/road/steps/propose/", {}).status_code == 403  # looked at, not theirs
    assert client.post(f"{county.base}/road/steps/submit/", {}).status_code == 404


@pytest.fixture(scope="module", params=[1, 60, 600])
def many(request, django_db_setup, django_db_blocker):
    """So many branches, all reviewed, listed and rated."""
    with django_db_blocker.unblock(), transaction.atomic():
        made = results(request.param, state=State.UNDER_REVIEW)
        entries = list(RosterEntry.objects.filter(round=made))
        Submission.objects.filter(entry__in=entries).update(
            status=Status.REVIEWED, receipt="SB", submitted_at="2026-11-01T00:00Z"
        )
        reviews = [StarReview(entry=one, star=star, status="recommended") for one in entries for star in STAR_CODES]
        StarReview.objects.bulk_create(reviews, batch_size=5000)
        made.person = factories.person(factories.Role.ORGANIZATION_REVIEWER, factories.county(COUNTY))
        published_standard(made.criteria_set_id)
        yield made
        transaction.set_rollback(True)


COSTS = {
    "road/": 14, "road/calendar/": 4, "road/branches/": 7, "road/branches/?only=differs": 7, "road/list/": 15,
    "road/absent/": 6, "road/branches/{branch}/": 15,
}  # fmt: skip


def test_a_page_costs_the_same_however_many_branches(client, many, db):
    client.force_login(many.person)
    branch = many.roster.order_by("branch__code").first().branch.code
    found = {}

    for page in COSTS:
        with CaptureQueriesContext(connection) as asked:
            response = client.get(f"/rounds/{many.slug}/{COUNTY}/{page.format(branch=branch)}")
        assert response.status_code == 200
        found[page] = len(asked)

    assert found == COSTS
