"""The auditor's screen: who reads what of the ledger, how it is narrowed, what taking it out leaves behind."""

import csv
import io

import pytest
from django.db import connection
from django.urls import reverse

from accounts.roles import Role
from evaluations.reading import ledger as reading
from evaluations.workflow import RECOMMEND, SEND_BACK, Status
from ledger.models import LedgerEntry
from ledger.services import append
from tests import factories
from tests.review import world
from tests.review.world import COUNTY, STAR

pytestmark = pytest.mark.django_db


@pytest.fixture
def county():
    """One star recommended, one refusal, a sign-in in the system's chain."""
    made = world.build()
    made.put(Status.PASSED)
    made.act(RECOMMEND, by=made.reviewers[STAR], star=STAR)
    made.act(SEND_BACK, by=made.organization_reviewer, star=STAR)
    append(chain="system", actor="somebody", action="account.sign_in", subject="somebody", detail={})
    return made


def look(client, user, **asked):
    client.force_login(user)
    return client.get(reverse("ledger"), asked).context["search"]


def said(search) -> list[str]:
    return [line.entry.action for line in search.lines]


def test_the_auditor_reads_every_step_and_every_refusal_the_newest_first(client, county):
    search = look(client, county.auditor)

    assert said(search) == ["account.sign_in", "star.refuse", "star.recommend"]
    assert [line.is_refusal for line in search.lines] == [False, True, False]


@pytest.mark.parametrize(
    ("asked", "found"),
    [({"chain": COUNTY}, ["star.refuse", "star.recommend"]), ({"chain": "system"}, ["account.sign_in"]),
     ({"kind": "refused"}, ["star.refuse"]), ({"kind": "work"}, ["star.refuse", "star.recommend"]),
     ({"action": "star.recommend"}, ["star.recommend"]), ({"who": "somebody"}, ["account.sign_in"]),
     ({"q": "419901001200"}, ["star.refuse", "star.recommend"]), ({"q": "%"}, []),
     ({"since": "2000-01-01", "until": "2000-01-02"}, []), ({"since": "not a day"}, None)],
)  # fmt: skip
def test_it_is_narrowed_by_county_step_account_day_and_any_word(client, county, asked, found):
    search = look(client, county.auditor, **asked)

    assert said(search) == (found if found is not None else ["account.sign_in", "star.refuse", "star.recommend"])


def test_refusals_only_are_whatever_was_refused_wholly_or_in_part_and_no_decision(client, county):
    kept = {
        "value.refuse_correction": {"refused": {"1": "x"}}, "criterion.refuse_countersign": {"refused": {"1": "x"}},
        "submission.pass": {"refused": {"1": "x"}, "branches": ["2"]}, "sample.refuse_step": {"refused": "x"},
    }  # fmt: skip
    others = {
        "extension.refuse": {"answer": "x"}, "star.reconsider": {"refused": {}}, "objection.reject": {"refused": ""},
        "star.return": {"refused": {}, "reason": '"refused":"x"'},
    }  # fmt: skip
    for action, detail in (kept | others).items():
        append(chain=COUNTY, actor="x", action=action, subject="x", detail=detail)

    found = look(client, county.auditor, kind="refused")
    marked = {line.entry.action for line in look(client, county.auditor).lines if line.is_refusal}

    assert set(said(found)) == marked == {*kept, "star.refuse"}


def test_the_security_administrator_reads_their_own_acts_only(client, county):
    guard = factories.person(Role.SECURITY_ADMINISTRATOR)
    append(chain="system", actor=guard.ledger_name, action="role.give", subject="somebody", detail={})

    search = look(client, guard, who="somebody")

    assert said(look(client, guard)) == ["role.give"] and said(search) == [] and search.heads == []


def test_an_entry_says_what_was_done_in_words(client, county):
    line = look(client, county.auditor, action="star.recommend").lines[0]

    facts = {fact.name: fact.value for fact in line.facts}
    assert line.what == "推荐" and facts["支部"] == county.branches[0].code
    assert facts["角色"] == "部门联审员" and county.branches[0].code in line.brief


def test_older_entries_are_a_page_further(client, county, monkeypatch):
    monkeypatch.setattr(reading, "ROWS", 2)
    client.force_login(county.auditor)

    first = client.get(reverse("ledger")).context["search"]
    second = client.get(reverse("ledger") + first.next_page).context["search"]

    assert said(first) + said(second) == ["account.sign_in", "star.refuse", "star.recommend"]
    assert second.next_page == ""


@pytest.mark.parametrize("format_", ["csv", "xlsx"])
def test_taking_entries_out_is_an_entry_itself(client, county, format_):
    client.force_login(county.auditor)

    response = client.post(reverse("ledger_export"), {"chain": COUNTY, "format": format_})

    last = LedgerEntry.objects.filter(chain="system").last()
    assert response.headers["Content-Disposition"].endswith(f'.{format_}"')
    assert (last.action, last.actor) == ("ledger.export", county.auditor.ledger_name)
    assert '"rows":2' in last.detail and COUNTY in last.detail


def test_the_file_holds_what_verifying_by_hand_needs(client, county):
    client.force_login(county.auditor)

    response = client.post(reverse("ledger_export"), {"chain": COUNTY, "format": "csv"})

    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    stored = LedgerEntry.objects.filter(chain=COUNTY).order_by("-pk")
    assert [row["hash"] for row in rows] == [entry.hash for entry in stored]
    assert [row["detail"] for row in rows] == [entry.detail for entry in stored]


def test_a_number_somebody_looked_for_is_not_kept_of_an_export(client, county):
    client.force_login(county.auditor)

    client.post(reverse("ledger_export"), {"chain": COUNTY, "q": "13800001111", "format": "csv"})

    last = LedgerEntry.objects.get(action="ledger.export")
    assert COUNTY in last.detail and "13800001111" not in last.detail


def test_too_much_is_not_exported(client, county, monkeypatch):
    monkeypatch.setattr("evaluations.views.ledger.MOST_EXPORTED", 1)
    client.force_login(county.auditor)

    response = client.post(reverse("ledger_export"), {"chain": COUNTY}, follow=True)

    assert "没有导出" in response.content.decode()
    assert not LedgerEntry.objects.filter(action="ledger.export").exists()


def test_a_chain_is_walked_and_found_whole(client, county):
    client.force_login(county.auditor)

    response = client.post(reverse("ledger_verify"), {"chain": COUNTY}, follow=True)

    assert LedgerEntry.objects.filter(chain=COUNTY).last().hash in response.content.decode()
    assert LedgerEntry.objects.last().action == "ledger.verify"


def test_a_chain_changed_behind_the_portal_is_named(client, county):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_ledgerentry DISABLE TRIGGER USER")
        cursor.execute("UPDATE ledger_ledgerentry SET actor = 'other' WHERE chain = %s AND sequence = 1", [COUNTY])
    client.force_login(county.auditor)

    response = client.post(reverse("ledger_verify"), {"chain": COUNTY}, follow=True)

    assert COUNTY in str([*response.context["messages"]][0])


@pytest.mark.parametrize("name", ["ledger_export", "ledger_verify"])
def test_nobody_else_takes_out_or_walks(client, county, name):
    for person in (county.organization_approver, county.clerk, county.viewer):
        client.force_login(person)

        assert client.post(reverse(name), {"chain": COUNTY}).status_code == 404


@pytest.mark.parametrize("count", [1, 60, 600])
def test_the_page_costs_the_same_however_long(client, county, count, django_assert_num_queries):
    for place in range(count):
        append(chain=COUNTY, actor=f"p{place}", action="star.recommend", subject="r", detail={"step": "recommend"})
    client.force_login(county.auditor)

    with django_assert_num_queries(10):
        client.get(reverse("ledger"))
