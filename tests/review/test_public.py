"""What anybody reads without signing in: lists on notice and confirmed, branch and stars and nothing else."""

import re
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.test import Client

from branches.models import Branch
from evaluations.models import Objection, PublicNotice, Rating, StarReview
from evaluations.services.revoking import revoke
from evaluations.services.ruling import rule
from evaluations.workflow import REJECT, StarStatus, State
from ledger.models import LedgerEntry
from tests.review import noticed
from tests.review.noticed import CONTACT, DOCUMENT, REPLY, TEXT, checked, day, objection
from tests.review.world import COUNTY, STAR

pytestmark = pytest.mark.django_db

ROOT = f"/public/r2026/{COUNTY}/"


@pytest.fixture
def county():
    """On notice; 第200村 by a name that nothing else bears."""
    return noticed.build(2)


def read(client, url: str = ROOT, **query) -> str:
    response = client.get(url, query)
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def test_a_notice_names_branches_their_stars_its_days_and_whom_to_ask(client, county):
    text = read(client)

    notice = PublicNotice.objects.get()
    assert all(branch.name in text for branch in county.branches)
    assert "产业兴旺" in text and notice.contact in text
    assert f"/public/r2026/{COUNTY}/{county.branches[0].code}/object/" in text


def test_nothing_else_is_on_it(client, county):
    Rating.objects.filter(branch=county.branches[0]).update(index="77.77", county_rank=4321, industry="76.54")
    text = read(client)

    shown = " ".join(re.sub(r"<[^>]+>", " ", text).split())
    assert not any(word in shown for word in ("77.77", "4321", "76.54", "100.00", "排名", "指数"))
    assert not any(person.username in shown for person in county.people.values())


def test_the_list_is_the_frozen_one_whatever_happens_to_the_live_data(client, county):
    before = read(client)
    Rating.objects.update(earned="", level=0)
    Branch.objects.update(name="改名村")
    StarReview.objects.update(status=StarStatus.NOT_RECOMMENDED)

    assert read(client) == before


@pytest.mark.parametrize("state", [State.DRAFT, State.OPEN, State.CLOSED_FOR_ENTRY, State.UNDER_REVIEW, State.PROPOSED])
def test_a_county_that_was_never_noticed_is_not_there(client, county, state):
    PublicNotice.objects.all().delete()
    county.stand(state)

    assert client.get(ROOT).status_code == 404
    assert COUNTY not in read(client, "/public/") and "示范县" not in read(client, "/public/")


def test_a_county_on_notice_is_listed(client, county):
    assert ROOT in read(client, "/public/")


def test_a_withdrawn_notice_says_so_and_names_nobody(client, county):
    PublicNotice.objects.update(withdrawn_at=Now(), withdrawn_reason="KEY-REASON")
    county.stand(State.UNDER_REVIEW)

    text = read(client, lang="en")

    assert "withdrawn" in text
    assert "KEY-REASON" not in text and county.branches[0].name not in text
    assert ROOT not in read(client, "/public/")


def test_a_new_edition_takes_the_place_of_the_withdrawn_one(client, county):
    PublicNotice.objects.update(withdrawn_at=Now(), withdrawn_reason="名单有误")
    type(PublicNotice.objects.get().proposal).objects.update(status="returned", returned_reason="x")
    noticed.publish(county, number=2)

    assert county.branches[0].name in read(client)


def test_an_ended_notice_still_stands_but_takes_nothing(client, county):
    PublicNotice.objects.update(first_day=day(days=-9), last_day=day(days=-1))

    text = read(client)

    assert county.branches[0].name in text and "/object/" not in text


def test_one_finds_a_branch_by_name_and_by_township(client, county):
    one, *_rest, other = county.branches

    by_name, by_town = read(client, q=one.name), read(client, township=other.township_id)

    assert one.code in by_name and county.branches[1].code not in by_name
    assert other.code in by_town and one.code not in by_town


@pytest.mark.parametrize(
    "query", [{"q": "\x00<i>"}, {"page": "-1"}, {"township": "x" * 99}, {"lang": "xx"}, {"show": "all"}]
)
def test_what_is_typed_into_the_address_breaks_nothing(client, county, query):
    assert "<i>" not in read(client, **query)


# Copies --------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("signed_in", [False, True])
@pytest.mark.parametrize("url", ["/public/", ROOT])
def test_a_copy_may_be_kept_by_anybody_since_no_cookie_counts(client, county, url, signed_in):
    if signed_in:
        client.force_login(county.head)
        client.cookies["django_language"] = "en"
    stranger = Client().get(url)

    response = client.get(url)

    assert response.headers["Cache-Control"] == "public, max-age=60"
    assert "Cookie" not in response.headers.get("Vary", "") and not response.cookies
    assert response.content == stranger.content


def test_the_language_stands_in_the_address(client, county):
    chinese, english = client.get(ROOT), client.get(ROOT, {"lang": "en"})

    assert (chinese.headers["Content-Language"], english.headers["Content-Language"]) == ("zh-hans", "en")
    assert "File an objection" in english.content.decode()


@pytest.mark.parametrize("url", ["/public/receipts/", f"{ROOT}419901001200/object/"])
def test_forms_and_answers_are_kept_by_nobody(client, county, url):
    response = client.get(url)

    assert "no-store" in response.headers["Cache-Control"] and response.headers["X-Robots-Tag"] == "noindex"


def test_search_engines_find_confirmed_lists_only(client, county):
    robots = read(client, "/robots.txt")

    assert "Disallow: /\n" in robots and "Allow: /public/\n" in robots and "Disallow: /public/receipts/" in robots
    assert client.get(ROOT).headers["X-Robots-Tag"] == "noindex"
    noticed.seal(county)
    assert "X-Robots-Tag" not in client.get(ROOT).headers


# Objecting -----------------------------------------------------------------------------------------------------------
def form(county, **fields) -> dict:
    return {"star": STAR, "text": TEXT, "contact": "", "key": "5f0c2f1e-0000-4000-8000-000000000001"} | fields


def send(client, county, branch=None, **fields):
    return client.post(f"{ROOT}{(branch or county.branches[0]).code}/object/", form(county, **fields))


def test_a_visitor_objects_and_gets_a_number_that_opens_the_answer_only(client, county, caplog):
    caplog.set_level("DEBUG")

    response = send(client, county, contact=CONTACT)

    page = read(client, response.url)
    made = Objection.objects.get()
    assert response.status_code == 302 and made.receipt in page
    assert not any(word in page for word in ("KEY-", county.branches[0].name, "生态"))
    assert "KEY-" not in caplog.text and "KEY-" not in "".join(LedgerEntry.objects.values_list("detail", flat=True))


def test_what_is_written_while_the_notice_is_withdrawn_comes_back_with_the_reason(client, county):
    PublicNotice.objects.update(withdrawn_at=Now(), withdrawn_reason="名单有误")
    county.stand(State.UNDER_REVIEW)

    response = client.post(f"{ROOT}{county.branches[0].code}/object/?lang=en", form(county))

    page = response.content.decode()
    assert response.status_code == 409 and "KEY-TEXT" in page and "No public notice is running" in page
    assert county.branches[0].name not in page and not Objection.objects.exists()
    assert client.get(f"{ROOT}{county.branches[0].code}/object/").status_code == 404


@pytest.mark.parametrize("fields", [{"text": ""}, {"star": ""}])
def test_what_is_wrong_is_said_at_its_field_and_named_above(client, county, fields):
    page = client.post(f"{ROOT}{county.branches[0].code}/object/?lang=en", form(county, **fields)).content.decode()

    [name] = fields
    assert f'id="id_{name}_error"' in page and f'aria-describedby="id_{name}_error"' in page
    assert 'aria-invalid="true"' in page and {"text": "Facts and reasons:", "star": "Star:"}[name] in page


def test_the_ruling_s_reply_is_on_the_receipt_s_page_and_the_finding_is_not(client, county):
    one = checked(county, objection(county, contact=CONTACT))
    rule(county.county, REJECT, one.pk, by=county.organization_approver, seen_revision=one.revision, reply=REPLY)

    page = read(client, f"/public/receipts/{one.receipt}/")

    assert REPLY in page and "已到现场核查" not in page and "KEY-" not in page
    assert county.organization_approver.username not in page


def test_a_number_that_was_not_given_out_opens_nothing(client, county):
    made = objection(county)
    wrong = made.receipt[:-1] + ("A" if made.receipt[-1] != "A" else "B")

    assert client.get(f"/public/receipts/{wrong}/").status_code == 404
    assert "strip--stop" in read(client, "/public/receipts/", number=wrong)
    assert client.get("/public/receipts/", {"number": f" {made.receipt.lower()} "}).status_code == 302


@pytest.mark.parametrize(
    "fields",
    [
        {"text": ""}, {"text": "手机 13812345678"}, {"text": "x" * 1001}, {"star": ""}, {"star": "loyalty"},
        {"website": "http://x"}, {"contact": "x" * 201}, {"text": "a\u202eb"},
    ],
)  # fmt: skip
def test_what_cannot_be_taken_comes_back_as_it_was_written(client, county, fields):
    response = send(client, county, **fields)

    page = response.content.decode()
    assert response.status_code == 422 and "strip--stop" in page and not Objection.objects.exists()
    assert fields.get("text", "KEY-TEXT")[:40] in page


def test_what_comes_too_often_is_told_so_with_its_text(client, county, settings):
    settings.OBJECTIONS_PER_ADDRESS = 0

    response = send(client, county)

    assert response.status_code == 429 and "KEY-TEXT" in response.content.decode()


def test_what_comes_too_late_is_told_so_with_its_text(client, county):
    PublicNotice.objects.update(first_day=day(days=-9), last_day=day(days=-1))

    response = send(client, county)

    assert response.status_code == 409 and "KEY-TEXT" in response.content.decode()


def test_a_double_click_gives_the_same_number(client, county):
    assert send(client, county).url == send(client, county).url
    assert Objection.objects.count() == 1


def test_a_branch_that_is_not_on_the_list_takes_no_objection(client, county):
    assert client.get(f"{ROOT}419901001999/object/").status_code == 404
    assert client.post(f"{ROOT}419901001999/object/", form(county)).status_code == 404


def test_without_the_form_s_token_nothing_is_filed(county):
    response = send(Client(enforce_csrf_checks=True), county)

    assert response.status_code == 403 and not Objection.objects.exists()


# Confirmed -----------------------------------------------------------------------------------------------------------
def test_a_confirmed_county_shows_its_yearly_list_and_what_changed_since(client, county):
    seal = noticed.seal(county)
    before = read(client)
    branch = county.branches[0]
    revoke(
        county.county, branch=branch.code, star=STAR, on=day(), document="示组撤〔2026〕1号", reason="KEY-REASON",
        by=county.organization_approver, seen_revision=0,
    )  # fmt: skip

    year, now = read(client), read(client, list="now")

    assert seal.sha256 in before and seal.document in before and "示组撤" not in before
    assert "示组撤〔2026〕1号" in year and "KEY-REASON" not in year + now
    assert row(year, branch.name) == row(before, branch.name)
    assert "生态宜居星" in row(year, branch.name) and "生态宜居星" not in row(now, branch.name)


def row(text: str, name: str) -> str:
    return next(part for part in text.split("<tr>") if f'<th scope="row">{name} ' in part and "</td>" in part)


def test_a_revocation_ahead_is_not_public_before_its_day(client, county):
    noticed.seal(county)
    revoke(
        county.county, branch=county.branches[0].code, star=STAR, on=day(days=3), document=DOCUMENT, reason="x",
        by=county.organization_approver, seen_revision=0,
    )  # fmt: skip

    assert DOCUMENT not in read(client, list="now")


def test_a_star_with_an_open_objection_at_the_seal_is_marked(client, county):
    one = checked(county, objection(county))
    noticed.seal(county)
    marked = read(client, list="now", lang="en")
    rule(
        county.county, REJECT, one.pk, by=county.organization_approver, seen_revision=1, reply=REPLY, document=DOCUMENT
    )

    Objection.objects.update(ruled_at=Now() + timedelta(minutes=1))  # a test is one transaction at one time
    year, now = (read(client, list=which, lang="en") for which in ("year", "now"))
    assert "objection open" in row(marked, county.branches[0].name)
    assert "objection open" not in now and "objection open" in year
    assert "生态宜居星" in row(read(client, list="now"), county.branches[0].name)


@pytest.mark.parametrize("sealed", [False, True])
@pytest.mark.parametrize("count", [1, 60, 600])
def test_a_page_costs_the_same_however_long_the_list(client, django_assert_num_queries, count, sealed):
    noticed.long_list(count, sealed=sealed)

    with django_assert_num_queries(7 if sealed else 4):
        text = read(client, show="all")

    assert text.count('<th scope="row">') == min(count, 20)  # as many hold a star


@pytest.mark.parametrize(("language", "url"), [("zh-hans", '"/public/"'), ("en", '"/public/?lang=en"')])
def test_the_sign_in_page_leads_there(client, db, language, url):
    client.cookies["django_language"] = language

    assert url in read(client, "/sign-in/")
