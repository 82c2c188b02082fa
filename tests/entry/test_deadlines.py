"""The deadline: who sets it, who asks for more time and who grants it, and what the pages show of it."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone, translation

from accounts.models import Grant, User
from accounts.roles import Role
from branches.models import Department
from evaluations.models import Extension, RoundCounty, State
from evaluations.services.deadlines import DeadlineRefused, ask_extension, decide_extension, set_due
from evaluations.workflow import SUBMIT
from ledger.models import LedgerEntry
from tests import factories
from tests.entry import world
from tests.entry.giving import due, fill, move
from tests.entry.world import COUNTY

pytestmark = pytest.mark.django_db
AHEAD = (timezone.localtime() + timedelta(days=30)).strftime("%Y-%m-%dT18:00")


@pytest.fixture(autouse=True)
def in_english(client):
    client.cookies["django_language"] = "en"
    with translation.override("en"):
        yield


@pytest.fixture
def county():
    made = world.build()
    made.approver = factories.person(Role.ORGANIZATION_APPROVER, factories.county())
    return made


def ahead(**time):
    return timezone.now() + timedelta(**time)


def ask(county, **more):
    fields = {"until": ahead(days=3), "reason": "停电", "by": county.clerk} | more
    if "department" not in more:
        fields.setdefault("township", factories.township(world.TOWN))
    return ask_extension(county.county, **fields)


def test_a_deadline_is_set_and_kept_in_the_ledger_once(county):
    moment = ahead(days=20)

    first, again = [set_due(county.county, moment, by=county.approver) for _ in range(2)]

    assert (first, again) == (True, False)
    assert county.county.entry_due == moment
    entry = LedgerEntry.objects.get()
    assert (entry.chain, entry.action, entry.actor) == (world.COUNTY, "deadline.set", county.approver.username)


def test_a_deadline_lies_ahead_and_only_while_values_are_taken(county):
    with pytest.raises(DeadlineRefused, match="lie ahead"):
        set_due(county.county, ahead(minutes=-1), by=county.approver)
    RoundCounty.objects.filter(round=county.this).update(state=State.UNDER_REVIEW)

    with pytest.raises(DeadlineRefused, match="closed"):
        set_due(county.county, ahead(days=1), by=county.approver)


@pytest.mark.parametrize(
    ("change", "words"),
    [({"reason": "  "}, "needs its reason"), ({"reason": "长" * 301}, "at most 300"),
     ({"until": timezone.now() - timedelta(days=1)}, "after the deadline")],
)  # fmt: skip
def test_more_time_needs_a_reason_and_a_time_ahead(county, change, words):
    due(county, hours=1)

    with pytest.raises(DeadlineRefused, match=words):
        ask(county, **change)


@pytest.mark.parametrize("change", [{"reason": "网络不通"}, {"until": ahead(days=9)}])
def test_asked_twice_the_same_waits_once_and_another_time_or_reason_is_refused(county, change):
    due(county, hours=1)
    until = ahead(days=3)

    assert ask(county, until=until).pk == ask(county, until=until).pk
    with pytest.raises(DeadlineRefused, match="was not kept"):
        ask(county, **{"until": until} | change)

    assert (Extension.objects.get().until, Extension.objects.get().reason) == (until, "停电")
    assert [entry.action for entry in LedgerEntry.objects.all()] == ["extension.ask", "extension.refuse_step"]


def test_without_a_deadline_there_is_nothing_to_extend(county):
    with pytest.raises(DeadlineRefused, match="nothing to extend"):
        ask(county)


def test_a_granted_extension_opens_its_township_and_no_other(county):
    due(county, minutes=-1)
    before = county.enter("WM-04", "355")

    decide_extension(ask(county), granted=True, by=county.approver)

    assert (before.status, county.enter("WM-04", "355").status) == ("locked", "saved")
    other = factories.person(Role.ENTRY_CLERK, factories.township(world.OTHER_TOWN))
    assert county.enter("WM-04", "355", county.branches[-1], by=other).status == "locked"


def test_a_department_s_extension_opens_its_values(county):
    due(county, minutes=-1)
    asked = ask(county, department=Department.objects.get(name=world.FARMS), by=county.farms)

    decide_extension(asked, granted=True, by=county.approver)

    assert county.enter("CY-01", "23.6", by=county.farms).status == "saved"
    assert county.enter("WM-04", "355").status == "locked"


def test_nobody_grants_what_they_asked_for_not_even_in_another_office(county):
    due(county, hours=1)
    asked = ask(county)
    county.clerk.grants.all().delete()
    Grant.objects.create(user=county.clerk, role=Role.ORGANIZATION_APPROVER, region_id=COUNTY)

    with pytest.raises(DeadlineRefused, match="somebody else"):
        decide_extension(asked, granted=True, by=User.objects.get(pk=county.clerk.pk))
    assert decide_extension(asked, granted=True, by=county.approver).granted


def test_nobody_grants_or_sets_by_another_account_of_theirs(county):
    due(county, hours=1)
    approver = county.approver
    User.objects.filter(pk__in=[approver.pk, county.clerk.pk]).update(person="E-0417")
    approver = User.objects.get(pk=approver.pk)
    asked = ask(county)  # by the clerk, who is the same person

    with pytest.raises(DeadlineRefused, match="somebody else"):
        decide_extension(asked, granted=True, by=approver)
    with pytest.raises(DeadlineRefused, match="You enter values"):
        set_due(county.county, ahead(days=9), by=approver, reason="x")

    User.objects.filter(pk=approver.pk).update(person="E-0418")
    assert decide_extension(asked, granted=True, by=User.objects.get(pk=approver.pk)).granted


def test_a_refused_step_leaves_an_entry_that_says_why(county):
    with pytest.raises(DeadlineRefused):
        ask(county)

    entry = LedgerEntry.objects.get()
    assert (entry.chain, entry.actor, entry.action) == (COUNTY, county.clerk.ledger_name, "extension.refuse_step")
    assert "nothing to extend" in json.loads(entry.detail)["refused"] and not Extension.objects.exists()


def test_a_refusal_needs_its_reason_and_a_decision_stands(county):
    due(county, hours=1)
    asked = ask(county)
    with pytest.raises(DeadlineRefused, match="needs its reason"):
        decide_extension(asked, granted=False, by=county.approver)

    decide_extension(asked, granted=False, answer="时间已够", by=county.approver)
    decide_extension(asked, granted=False, answer="时间已够", by=county.approver)

    with pytest.raises(DeadlineRefused, match="Decided already"):
        decide_extension(asked, granted=True, by=county.approver)
    actions = list(LedgerEntry.objects.order_by("pk").values_list("action", flat=True))
    kept = [one for one in actions if one != "extension.refuse_step"]
    assert kept == ["extension.ask", "extension.refuse"] and len(actions) == 4


# The pages ------------------------------------------------------------------------------------------------------------
def test_the_approver_sets_the_deadline_on_the_overview(client, county):
    client.force_login(county.approver)

    told = client.post(f"{county.base}/entry/deadline/", {"due": AHEAD})

    text = client.get(told.url).content.decode()
    assert "The deadline is set." in text and AHEAD in text


@pytest.mark.parametrize("typed", ["", "soon", "2026-13-40T18:00"])
def test_a_time_that_is_none_is_said_so(client, county, typed):
    client.force_login(county.approver)

    told = client.post(f"{county.base}/entry/deadline/", {"due": typed})

    text = client.get(told.url).content.decode()
    assert "A time is written as 2026-12-20 18:00." in text or "The time is missing." in text
    assert county.county.entry_due is None


def test_more_time_goes_from_the_clerk_s_page_to_the_approver_s_and_back(client, county):
    due(county, minutes=-1)
    form = {"unit": world.TOWN, "until": "2099-12-23T18:00", "reason": "停电"}
    client.force_login(county.clerk)
    told = client.post(f"{county.base}/entry/extensions/", form)
    waiting = client.get(told.url).content.decode()
    client.force_login(county.approver)
    asked = client.get(f"{county.base}/entry/overview/").content.decode()

    client.post(f"{county.base}/entry/extensions/{Extension.objects.get().pk}/", {"granted": "yes"})

    client.force_login(county.clerk)
    assert "not decided yet" in waiting and "停电" in asked
    assert "extended" in client.get(f"{county.base}/entry/").content.decode()


@pytest.mark.parametrize("unit", [world.OTHER_TOWN, "县民政局", "", "419901000000", world.TOWN[:9], world.FARMS])
def test_nobody_asks_for_a_unit_that_is_not_theirs(client, county, unit):
    due(county, minutes=-1)
    client.force_login(county.clerk)

    told = client.post(
        f"{county.base}/entry/extensions/", {"unit": unit, "until": "2099-12-23T18:00", "reason": "停电"}
    )

    assert told.status_code == 302 and not Extension.objects.exists()


def test_the_overview_counts_what_is_complete_submitted_late_and_extended(client, county):
    fill(county, *county.mine)
    move(county, SUBMIT)
    client.force_login(county.approver)

    page = client.get(f"{county.base}/entry/overview/").context["page"]

    first, second = page.townships
    assert (first.branches, first.complete, first.missing, first.submitted) == (2, 2, 0, 1)
    assert (second.complete, second.given, second.missing) == (0, 0, 22)


@pytest.mark.parametrize("role", [Role.ORGANIZATION_REVIEWER, Role.AUDITOR])
def test_others_look_at_the_overview_and_decide_nothing(client, county, role):
    due(county, hours=1)
    asked = ask(county)
    client.force_login(factories.person(role, factories.county() if role != Role.AUDITOR else None))

    text = client.get(f"{county.base}/entry/overview/").content.decode()
    answers = [
        client.post(f"{county.base}/entry/deadline/", {"due": AHEAD}),
        client.post(f"{county.base}/entry/extensions/{asked.pk}/", {"granted": "yes"}),
    ]

    assert "停电" in text and "Set the deadline" not in text
    assert [answer.status_code for answer in answers] == [404, 404]


@pytest.mark.parametrize("count", [1, 60, 600])
def test_the_overview_costs_the_same_however_many_branches(client, count, django_assert_num_queries):
    county = world.build(count)
    approver = factories.person(Role.ORGANIZATION_APPROVER, factories.county())
    client.force_login(approver)
    client.get(f"{county.base}/entry/overview/")

    with django_assert_num_queries(OVERVIEW):
        client.get(f"{county.base}/entry/overview/")


OVERVIEW = 9


def test_a_deadline_is_set_by_nobody_who_enters_and_never_for_ever():
    county = world.build()
    approver = factories.person(Role.ORGANIZATION_APPROVER, factories.county())
    both = factories.person(Role.ORGANIZATION_APPROVER, factories.county())
    Grant.objects.create(user=both, role=Role.ENTRY_CLERK, region_id=world.TOWN)
    due = timezone.now() + timedelta(days=3)

    with pytest.raises(DeadlineRefused, match="somebody else"):
        set_due(county.county, due, by=both)
    with pytest.raises(DeadlineRefused, match="two years"):
        set_due(county.county, due + timedelta(days=730), by=approver)

    assert county.county.entry_due is None
    assert set_due(county.county, due, by=approver)
