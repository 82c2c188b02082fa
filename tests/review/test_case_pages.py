"""The pages of those who handle objections, appeal and revoke: who opens them, what they show, what they take."""

import csv
import io

import openpyxl
import pytest

from accounts.roles import Role
from evaluations.models import Appeal, InboxItem, Objection, ObjectionContact, StarChange, StarReview
from evaluations.reading import appeals
from evaluations.workflow import StarStatus
from ledger.models import LedgerEntry
from tests import factories
from tests.review import noticed, world
from tests.review.noticed import CONTACT, DOCUMENT, REPLY, checked, day, objection
from tests.review.world import COUNTY, STAR

pytestmark = pytest.mark.django_db

BASE = f"/rounds/r2026/{COUNTY}"
WHO = ("clerk", "farms", "head", "organization_reviewer", "organization_approver", "auditor", "viewer")


@pytest.fixture
def county():
    return noticed.build(2)


@pytest.fixture
def confirmed(county):
    """Sealed; the first branch lacks the star ecology."""
    StarReview.objects.filter(entry=county.row(), star=STAR).update(status=StarStatus.NOT_RECOMMENDED)
    county.seal = noticed.seal(county)
    return county


def read(client, user, url: str, **query) -> str:
    client.force_login(user)
    response = client.get(url, query)
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def opens(client, user, url: str) -> bool:
    client.force_login(user)
    return client.get(url).status_code == 200


# Objections ----------------------------------------------------------------------------------------------------------
def test_only_the_star_s_department_and_the_organization_department_open_an_objection(client, county):
    one = objection(county, contact=CONTACT)
    url = f"{BASE}/objections/{one.pk}/"
    people = {name: getattr(county, name) for name in WHO} | county.reviewers

    opened = {name for name, user in people.items() if opens(client, user, url)}

    assert opened == {STAR, "organization_reviewer", "organization_approver"}
    assert "KEY-CONTACT" in read(client, county.reviewers[STAR], url)


def test_nobody_else_reads_text_or_contact_on_any_page_they_open(client, county):
    one = objection(county, contact=CONTACT)
    pages = ("", "objections/", f"objections/{one.pk}/", "appeals/", "current/", "ranking/", "standard/", "ranking.csv")
    strangers = [getattr(county, name) for name in ("clerk", "farms", "head", "auditor", "viewer")]

    for user in (*strangers, county.reviewers["industry"]):
        client.force_login(user)
        for page in pages:
            assert "KEY-" not in client.get(f"{BASE}/{page}").content.decode(), (user, page)


def test_the_list_shows_neither_text_nor_contact(client, county):
    objection(county, contact=CONTACT)

    for user in (county.reviewers[STAR], county.organization_approver):
        text = read(client, user, f"{BASE}/objections/")
        assert "清水河村" in text and "KEY-" not in text


def test_a_department_lists_its_own_star_s_only(client, county):
    mine, other = objection(county), objection(county, star="industry")

    text = read(client, county.reviewers[STAR], f"{BASE}/objections/")

    assert mine.receipt in text and other.receipt not in text


def test_the_open_ones_are_listed_first_and_alone_unless_all_are_asked_for(client, county):
    ruled, first, second = (objection(county, text=f"第{number}件") for number in (1, 2, 3))
    told = {"status": "rejected", "checked_by": "farms", "reply": REPLY, "ruled_by": "other", "ruled_at": world.now()}
    Objection.objects.filter(pk=ruled.pk).update(**told)
    client.force_login(county.organization_approver)

    def shown(**query):
        return [row.one for row in client.get(f"{BASE}/objections/", query).context["list"].rows]

    assert (shown(), shown(status="all")) == ([first, second], [first, second, ruled])
    assert shown(status="rejected") == [ruled]


def test_the_department_checks_and_the_approver_rules_on_the_page(client, county):
    one = objection(county, contact=CONTACT)
    url = f"{BASE}/objections/{one.pk}/"

    client.force_login(county.reviewers[STAR])
    found = client.post(url, {"step": "check_objection", "finding": "已到现场核查。", "revision": 0})
    client.force_login(county.organization_approver)
    ruled = client.post(url, {"step": "uphold", "reply": REPLY, "document": DOCUMENT, "revision": 1})

    one.refresh_from_db()
    assert (found.status_code, ruled.status_code) == (302, 302)
    assert (one.status, one.finding, one.reply, one.document) == ("upheld", "已到现场核查。", REPLY, DOCUMENT)


@pytest.mark.parametrize(
    "form",
    [
        {"step": "uphold", "reply": "KEY-REPLY", "document": "", "revision": 1},
        {"step": "uphold", "reply": "KEY-REPLY", "document": DOCUMENT, "revision": 0},
        {"step": "uphold", "reply": "KEY-REPLY 13812345678", "document": DOCUMENT, "revision": 1},
        {"step": "check_objection", "finding": "KEY-REPLY", "revision": 1},
        {"step": "", "reply": "KEY-REPLY", "document": DOCUMENT, "revision": 1},
        {"step": "recommend", "reply": "KEY-REPLY", "document": DOCUMENT, "revision": 1},
        {"step": "uphold", "reply": "KEY-REPLY", "document": DOCUMENT},
    ],
)  # fmt: skip
def test_a_step_that_is_not_taken_comes_back_as_it_was_written(client, county, form):
    one = checked(county, objection(county))
    client.force_login(county.organization_approver)

    response = client.post(f"{BASE}/objections/{one.pk}/", form)

    one.refresh_from_db()
    assert response.status_code == 422 and "KEY-REPLY" in response.content.decode()
    assert one.status == "checked"


def test_an_erased_contact_is_shown_to_nobody(client, county):
    one = objection(county, contact=CONTACT)
    ObjectionContact.objects.all().delete()

    assert "KEY-CONTACT" not in read(client, county.reviewers[STAR], f"{BASE}/objections/{one.pk}/")


def test_the_organization_reviewer_takes_one_down_by_telephone(client, county):
    client.force_login(county.organization_reviewer)
    url = f"{BASE}/objections/new/?branch={county.branches[0].code}"

    response = client.post(url, {"star": STAR, "text": "来电反映公厕长期上锁", "contact": ""})

    assert response.status_code == 302
    assert Objection.objects.get().recorded_by == county.organization_reviewer.username
    assert not opens(client, county.organization_approver, url) and not opens(client, county.head, url)


def test_those_who_handle_it_are_told_and_not_of_what_it_says(client, county):
    objection(county, contact=CONTACT)

    told = {item.user_id: item for item in InboxItem.objects.all()}
    assert set(told) == {county.reviewers[STAR].pk, county.organization_reviewer.pk}
    assert all(item.url == f"{BASE}/objections/" and "KEY-" not in str(item.params) for item in told.values())


def test_each_step_that_is_posted_leaves_one_entry(client, confirmed):
    branch, entries = confirmed.branches[0], []

    def post(user, url: str, **form):
        client.force_login(user)
        before = LedgerEntry.objects.count()
        client.post(f"{BASE}/{url}", form)
        entries.extend(LedgerEntry.objects.order_by("pk").values_list("action", "actor")[before:])

    post(confirmed.head, f"appeals/new/{branch.code}/", star=STAR, reason="已整改")
    one = Appeal.objects.get()
    post(confirmed.organization_approver, f"appeals/{one.pk}/", step="dismiss_appeal", reply="", revision=0)
    post(confirmed.organization_approver, f"appeals/{one.pk}/", step="dismiss_appeal", reply=REPLY, revision=0)
    post(
        confirmed.organization_approver, f"current/{confirmed.branches[1].code}/revoke/", star=STAR,
        on=day().isoformat(), document=DOCUMENT, reason="x", revision=0,
    )  # fmt: skip

    approver = confirmed.organization_approver.username
    assert entries == [
        ("appeal.appeal", confirmed.head.username), ("appeal.refuse", approver), ("appeal.dismiss_appeal", approver),
        ("result.revoke", approver),
    ]  # fmt: skip


# Appeals -------------------------------------------------------------------------------------------------------------
def test_a_township_appeals_and_the_approver_decides_on_the_page(client, confirmed):
    branch = confirmed.branches[0]
    assert branch.code in read(client, confirmed.head, f"{BASE}/appeals/")

    filed = client.post(f"{BASE}/appeals/new/{branch.code}/", {"star": STAR, "reason": "已整改并验收"})
    one = Appeal.objects.get()
    client.force_login(confirmed.organization_approver)
    ruled = client.post(
        f"{BASE}/appeals/{one.pk}/",
        {"step": "grant_appeal", "reply": REPLY, "document": DOCUMENT, "revision": 0},
    )

    assert (filed.status_code, ruled.status_code) == (302, 302)
    assert StarChange.objects.get().gained
    assert REPLY in read(client, confirmed.head, f"{BASE}/appeals/{one.pk}/")


def test_only_the_township_itself_and_the_approver_see_an_appeal(client, confirmed):
    client.force_login(confirmed.head)
    client.post(f"{BASE}/appeals/new/{confirmed.branches[0].code}/", {"star": STAR, "reason": "已整改"})
    url = f"{BASE}/appeals/{Appeal.objects.get().pk}/"
    sibling = factories.person(Role.TOWNSHIP_REVIEWER, factories.township(world.SIBLING_TOWN))
    people = {name: getattr(confirmed, name) for name in WHO} | confirmed.reviewers | {"sibling": sibling}

    opened = {name for name, user in people.items() if opens(client, user, url)}

    assert opened == {"head", "organization_approver"}


def test_an_appeal_that_is_not_taken_comes_back_as_it_was_written(client, confirmed):
    client.force_login(confirmed.head)

    response = client.post(
        f"{BASE}/appeals/new/{confirmed.branches[0].code}/", {"star": "industry", "reason": "KEY-REASON"}
    )

    assert response.status_code == 422 and "KEY-REASON" in response.content.decode()
    assert not Appeal.objects.exists()


def test_a_sibling_township_s_branch_is_not_there_to_appeal_for(client, confirmed):
    assert not opens(client, confirmed.head, f"{BASE}/appeals/new/{confirmed.branches[2].code}/")


def appeals_of(confirmed, *statuses: str) -> list[Appeal]:
    """One for each branch in turn, in that status."""
    ruled = {"reply": REPLY, "ruled_by": "other", "ruled_at": world.now()}
    rows = [
        Appeal(
            seal=confirmed.seal, branch=confirmed.branches[place], star=STAR, reason="已整改", receipt=f"FH-{place}",
            filed_by="head", status=status, **({} if status == "filed" else ruled),
        )
        for place, status in enumerate(statuses)
    ]  # fmt: skip
    return Appeal.objects.bulk_create(rows)


def test_open_appeals_come_before_those_ruled_on_and_are_paged(client, confirmed, monkeypatch):
    ruled, open_ = appeals_of(confirmed, "rejected", "filed")
    client.force_login(confirmed.organization_approver)
    listed = [row.one for row in client.get(f"{BASE}/appeals/").context["list"].rows]
    monkeypatch.setattr(appeals, "PAGE", 1)

    pages = [client.get(f"{BASE}/appeals/", {"filed": number}) for number in (1, 2)]

    assert listed == [open_, ruled]
    assert [[row.one for row in page.context["list"].rows] for page in pages] == [[open_], [ruled]]
    assert 'href="?filed=2"' in pages[0].content.decode() and 'href="?filed=1"' in pages[1].content.decode()


# The current list ----------------------------------------------------------------------------------------------------
def test_everybody_of_the_county_reads_the_current_list_beside_the_yearly_one(client, confirmed):
    for name in WHO:
        assert confirmed.branches[1].name in read(client, getattr(confirmed, name), f"{BASE}/current/")


def test_before_the_seal_there_is_no_current_list(client, county):
    assert not opens(client, county.organization_approver, f"{BASE}/current/")
    assert not opens(client, county.organization_approver, f"{BASE}/current.csv")


def revoke(client, confirmed, **fields):
    client.force_login(confirmed.organization_approver)
    form = {
        "star": STAR,
        "on": day().isoformat(),
        "document": DOCUMENT,
        "reason": "发生安全事故",
        "revision": 0,
    } | fields
    return client.post(f"{BASE}/current/{confirmed.branches[1].code}/revoke/", form)


def test_the_approver_revokes_on_the_page_and_the_list_says_so(client, confirmed):
    assert revoke(client, confirmed).status_code == 302

    text = read(client, confirmed.viewer, f"{BASE}/current/")
    assert DOCUMENT in text and "tag--stop" in text
    assert LedgerEntry.objects.get(action="result.revoke").actor == confirmed.organization_approver.username


@pytest.mark.parametrize(
    "fields", [{"document": ""}, {"reason": ""}, {"on": ""}, {"on": "2026-13-01"}, {"revision": 7}]
)
def test_a_revocation_that_is_not_taken_comes_back_as_it_was_written(client, confirmed, fields):
    response = revoke(client, confirmed, **{"reason": "KEY-REASON"} | fields)

    assert response.status_code == 422 and not StarChange.objects.exists()
    assert "KEY-REASON" in response.content.decode() or "reason" in fields


def test_nobody_but_the_approver_opens_the_page_that_revokes(client, confirmed):
    url = f"{BASE}/current/{confirmed.branches[1].code}/revoke/"

    assert {name for name in WHO if opens(client, getattr(confirmed, name), url)} == {"organization_approver"}


def test_the_files_hold_both_lists_and_the_seal_s_digest(client, confirmed):
    revoke(client, confirmed)
    client.force_login(confirmed.viewer)

    rows = list(csv.DictReader(io.StringIO(client.get(f"{BASE}/current.csv").content.decode("utf-8-sig"))))
    sheet = openpyxl.load_workbook(io.BytesIO(client.get(f"{BASE}/current.xlsx").content)).active

    one = next(row for row in rows if row["branch"] == confirmed.branches[1].code)
    assert {row["seal_sha256"] for row in rows} == {confirmed.seal.sha256}
    assert STAR in one["yearly_stars"] and STAR not in one["current_stars"]
    assert sheet.max_row == len(rows) + 1 and confirmed.seal.sha256 in [cell.value for cell in sheet[2]]


@pytest.mark.parametrize("query", ["on=2026-99-99", "on=x", "page=-1", "q=%00", "township=%00", "show=all&page=9"])
def test_what_is_typed_into_the_address_breaks_nothing(client, confirmed, query):
    assert opens(client, confirmed.viewer, f"{BASE}/current/?{query}")
    assert opens(client, confirmed.organization_approver, f"{BASE}/objections/?{query}&status=x")
    assert opens(client, confirmed.head, f"{BASE}/appeals/?{query}")


@pytest.mark.parametrize("count", [1, 60, 600])
def test_pages_cost_the_same_however_many_branches(client, django_assert_num_queries, count):
    row = noticed.long_list(count, sealed=True)
    whole = factories.county()
    approver = factories.person(Role.ORGANIZATION_APPROVER, whole)
    head = factories.person(Role.TOWNSHIP_REVIEWER, factories.township(world.TOWN))
    for entry in row.round.roster.all()[:count]:
        Objection.objects.create(
            county=row, notice=row.notices.get(), entry=entry, star=STAR, text="x", receipt=f"YY-{entry.pk}"
        )
        told = {"seal": row.round.seals.get(), "reason": "x", "filed_by": "head", "receipt": f"FH-{entry.pk}"}
        Appeal.objects.create(branch_id=entry.branch_id, star="industry", **told)

    costs = {}
    for page, user in (
        ("objections/", approver),
        ("appeals/", head),
        ("current/", approver),
        ("current.csv", approver),
    ):
        client.force_login(user)
        with django_assert_num_queries(COSTS[page]):
            costs[page] = client.get(f"{BASE}/{page}").status_code

    assert set(costs.values()) == {200}


COSTS = {"objections/": 8, "appeals/": 13, "current/": 10, "current.csv": 9}
