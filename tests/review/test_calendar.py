"""A county's calendar: who prepares it, who opens, what changes later, and when entry closes by itself."""

import json
from datetime import datetime, timedelta

import pytest

from accounts.models import Grant, User
from accounts.roles import Role
from evaluations.models import Extension, RosterEntry, RoundCounty
from evaluations.services.calendar import Calendar, calendar_of, keep_calendar
from evaluations.services.deadlines import DeadlineRefused, set_due
from evaluations.services.road.clock import close_overdue
from evaluations.services.road.counties import CountyStep
from evaluations.workflow import CLOSE_ENTRY, OPEN_ENTRY, REOPEN_ENTRY, State
from ledger.models import LedgerEntry
from tests.evaluations.refusing import assert_refused
from tests.review import world
from tests.review.county_year import step
from tests.review.world import COUNTY

pytestmark = pytest.mark.django_db
DOCUMENT = "示组通〔2026〕6号"


@pytest.fixture
def county():
    made = world.build(1, others=0)
    RoundCounty.objects.filter(pk=made.county.pk).update(state=State.DRAFT, document="")
    return made


def wanted(**fields) -> Calendar:
    times = {"entry_due": 20, "township_due": 30, "department_due": 50}
    given = {name: world.ahead(days=days) for name, days in times.items()}
    rest = {"document": DOCUMENT, "notice_days": 7, "appeal_days": 10, "contact": "组织二股"}
    return Calendar(**given | rest | fields)


def prepare(county, by=None, reason="", **fields) -> bool:
    return keep_calendar(
        county.county, wanted(**fields), by=by or county.organization_reviewer, reason=reason,
        seen_revision=county.county.revision,
    )  # fmt: skip


def opened(county):
    prepare(county)
    assert step(county, OPEN_ENTRY, document=DOCUMENT).moved


def test_the_reviewer_prepares_and_the_approver_opens(county):
    early = step(county, OPEN_ENTRY, document=DOCUMENT)

    opened(county)

    assert "not prepared" in str(early.refused[COUNTY])
    row = county.county
    assert (row.state, row.document, row.notice_days) == (State.OPEN, DOCUMENT, 7)
    assert row.prepared_by == county.organization_reviewer.ledger_name


def test_who_prepared_it_does_not_open_not_even_by_the_deadline_s_own_form(county):
    prepare(county)
    set_due(county.county, world.ahead(days=19), by=county.organization_approver)

    outcome = step(county, OPEN_ENTRY, document=DOCUMENT)

    assert "You prepared" in str(outcome.refused[COUNTY])


def test_a_county_without_branches_does_not_open(county):
    prepare(county)
    RosterEntry.objects.filter(round=county.entry.this).delete()

    assert "No branch" in str(step(county, OPEN_ENTRY, document=DOCUMENT).refused[COUNTY])


def test_an_opening_names_its_document_and_the_calendar_that_was_seen(county):
    prepare(county)
    seen = county.county.revision
    prepare(county, contact="组织一股")

    unnamed = step(county, OPEN_ENTRY)
    stale = step(county, OPEN_ENTRY, document=DOCUMENT, seen_revision=seen)

    assert "number of the document" in str(unnamed.refused[COUNTY])
    assert "Changed since" in str(stale.refused[COUNTY])


REFUSED = {
    "past": {"entry_due": world.timezone.now() - timedelta(days=1)},
    "order": {"township_due": world.timezone.now() + timedelta(days=1)},
    "far": {"department_due": world.timezone.now() + timedelta(days=900)},
    "short": {"notice_days": 4},
    "no appeal": {"appeal_days": 0},
}


@pytest.mark.parametrize("why", REFUSED)
def test_a_calendar_that_cannot_be_kept_is_refused(county, why):
    with pytest.raises(DeadlineRefused):
        prepare(county, **REFUSED[why])
    assert prepare(county)


def test_only_the_reviewer_prepares_a_draft_and_only_the_approver_changes_it_later(county):
    with pytest.raises(DeadlineRefused):
        prepare(county, by=county.organization_approver)
    opened(county)
    with pytest.raises(DeadlineRefused):
        prepare(county, contact="x", reason="更正")

    assert prepare(county, by=county.organization_approver, contact="组织一股", reason="更正")


def test_who_holds_a_role_that_never_meets_it_keeps_no_calendar(county):
    reviewer = county.organization_reviewer
    mixed = Grant.objects.create(user=reviewer, role=Role.ORGANIZATION_APPROVER, region_id=COUNTY)

    with pytest.raises(DeadlineRefused, match="two persons"):
        prepare(county, by=User.objects.get(pk=reviewer.pk))
    entry = LedgerEntry.objects.filter(chain=COUNTY).order_by("sequence").last()
    mixed.delete()

    assert entry.action == "calendar.refuse_step" and '"role":"organization_reviewer"' in entry.detail
    assert prepare(county, by=User.objects.get(pk=reviewer.pk))


def test_a_change_after_opening_needs_a_reason_and_is_in_the_ledger(county):
    opened(county)
    later = calendar_of(county.county).__dict__ | {"contact": "组织一股"}
    keep = {"by": county.organization_approver, "seen_revision": county.county.revision}

    with pytest.raises(DeadlineRefused, match="reason"):
        keep_calendar(county.county, Calendar(**later), **keep)
    with pytest.raises(DeadlineRefused, match="Take it out"):
        keep_calendar(county.county, Calendar(**later), reason="问 13800001111", **keep)
    with pytest.raises(DeadlineRefused, match="reason"):
        set_due(county.county, world.ahead(days=25), by=county.organization_approver)
    keep_calendar(county.county, Calendar(**later), reason="科室调整", **keep)

    entry = LedgerEntry.objects.filter(chain=COUNTY).order_by("sequence").last()
    assert entry.action == "calendar.set" and "科室调整" in entry.detail and "组织一股" in entry.detail


def test_entry_is_closed_only_when_its_time_and_every_extension_are_over(county):
    opened(county)
    early = step(county, CLOSE_ENTRY)
    RoundCounty.objects.filter(pk=county.county.pk).update(entry_due=world.ahead(hours=-1))
    Extension.objects.create(
        county=county.county, township_id=world.TOWN, until=world.ahead(days=1), reason="停电", asked_by="clerk",
        granted=True, decided_by="approver",
    )  # fmt: skip
    extended = step(county, CLOSE_ENTRY)
    Extension.objects.update(until=world.ahead(minutes=-10))

    assert "not over yet" in str(early.refused[COUNTY]) and "not over yet" in str(extended.refused[COUNTY])
    assert step(county, CLOSE_ENTRY).moved


def test_the_clock_closes_entry_itself_once(county):
    opened(county)
    before = close_overdue()
    RoundCounty.objects.filter(pk=county.county.pk).update(entry_due=world.ahead(minutes=-3))

    closed = [close_overdue(), close_overdue()]

    decision = county.county.decisions.last()
    assert (before, closed) == (0, [1, 0]) and county.county.state == State.CLOSED_FOR_ENTRY
    assert (decision.action, decision.by) == ("close_entry", "system")


@pytest.fixture
def closed(county):
    """Closed by the clock, three minutes after its time."""
    opened(county)
    RoundCounty.objects.filter(pk=county.county.pk).update(entry_due=world.ahead(minutes=-3))
    assert close_overdue() == 1
    return county


def test_entry_opened_again_has_a_time_of_its_own_and_the_clock_leaves_it_open(closed):
    old, due = closed.county.entry_due, world.ahead(days=2)

    reopened = step(closed, REOPEN_ENTRY, reason="两个乡镇停电", due=due)

    entry = LedgerEntry.objects.filter(chain=COUNTY).order_by("sequence").last()
    times = {name: datetime.fromisoformat(json.loads(entry.detail)[name]) for name in ("before", "after")}
    assert reopened.moved and close_overdue() == 0
    assert (closed.county.state, closed.county.entry_due) == (State.OPEN, due)
    assert times == {"before": old, "after": due} and closed.county.decisions.last().due == due


def test_control_without_the_new_time_the_clock_closes_it_again(closed, monkeypatch):
    monkeypatch.setattr(CountyStep, "opened_with", lambda self: {})

    assert step(closed, REOPEN_ENTRY, reason="两个乡镇停电", due=world.ahead(days=2)).moved
    assert close_overdue() == 1


UNFIT = {
    "none": (None, "a time to come"), "past": ({"minutes": -1}, "a time to come"), "far": ({"days": 800}, "two years"),
    "after the checks": ({"days": 90}, "Entry ends first"),
}  # fmt: skip


@pytest.mark.parametrize("wrong", UNFIT)
def test_entry_is_not_opened_again_until_a_time_that_cannot_be(closed, wrong):
    days, sentence = UNFIT[wrong]
    due = days and world.ahead(**days)

    refused = step(closed, REOPEN_ENTRY, reason="两个乡镇停电", due=due)

    assert sentence in str(refused.refused[COUNTY]) and closed.county.state == State.CLOSED_FOR_ENTRY
    assert step(closed, REOPEN_ENTRY, reason="两个乡镇停电", due=world.ahead(days=2)).moved


def test_the_roster_of_a_county_that_has_opened_does_not_change(county):
    entry = RosterEntry.objects.get(round=county.entry.this)
    enrol = RosterEntry(round=county.entry.this, branch=county.branches[0], county_id=COUNTY, township_id=world.TOWN)
    entry.delete()
    enrol.save()
    opened(county)

    for change in (
        lambda: RosterEntry.objects.filter(pk=enrol.pk).delete(),
        lambda: RosterEntry.objects.filter(pk=enrol.pk).update(township_id=world.SIBLING_TOWN),
        lambda: RosterEntry.objects.create(
            round=county.entry.this, branch=other_branch(), county_id=COUNTY, township_id=world.TOWN
        ),
    ):
        assert_refused(change, "no longer changes")


def other_branch():
    return world.factories.branches(1, start=700)[0]
