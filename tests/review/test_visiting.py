"""Who writes down what a visit on site found: judged by person, and by the database's day."""

from datetime import UTC, date, datetime

import pytest
from django.utils import translation
from django.utils.timezone import localdate

from accounts.models import ConflictOfInterest, Grant, User
from accounts.roles import Role
from evaluations.models import SiteCheck, Value
from evaluations.services import sampling
from evaluations.services.road.persons import reviewed_any
from evaluations.services.sampling import NotDrawn, Visit, draw, record_visit
from evaluations.workflow import Status
from ledger.models import LedgerEntry
from tests import factories
from tests.review import world
from tests.review.world import COUNTY, SIBLING_TOWN, STAR

pytestmark = pytest.mark.django_db
TODAY = localdate()


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def county():
    """Two branches under review, both drawn."""
    made = world.build(2, others=0)
    made.fill(*made.entry.mine)
    made.put(Status.PASSED, *made.entry.mine)
    made.drawn = draw(made.county, STAR, 2, by=made.reviewers[STAR])
    return made


def second_reviewer(county):
    """Somebody else who reviews the same star: the first one's successor."""
    return factories.person(Role.DEPARTMENT_REVIEWER, factories.county(), star=STAR)


def visit(county, check, *, agrees=True, by=None):
    record_visit(county.county, check, Visit(TODAY, agrees, "" if agrees else "只建成 40 户"), by=by)


def test_a_visit_stays_its_visitor_s_who_has_reviewed_for_good(county, monkeypatch):
    check, first = county.drawn.checks.first(), county.reviewers[STAR]
    visit(county, check, by=first)
    round_id = county.county.round_id

    with pytest.raises(NotDrawn, match="alone corrects it"):
        visit(county, check, agrees=False, by=second_reviewer(county))
    visit(county, check, agrees=False, by=first)

    refused = LedgerEntry.objects.get(chain=COUNTY, action="sample.refuse_step")
    kept = SiteCheck.objects.get(pk=check.pk)
    assert "alone corrects it" in refused.detail and '"role":"department_reviewer"' in refused.detail
    assert (kept.by, kept.agrees) == (first.ledger_name, False) and reviewed_any(first, round_id, COUNTY)
    monkeypatch.setattr(sampling, "refuse_barred", lambda row, by: None)
    visit(county, check, by=second_reviewer(county))
    assert not reviewed_any(first, round_id, COUNTY)  # the control: who visited first could approve the list


@pytest.mark.parametrize("bar", ["entered", "conflict"])
def test_nobody_visits_what_they_entered_or_where_they_have_a_conflict(county, monkeypatch, bar):
    check, person = county.drawn.checks.first(), county.reviewers[STAR]
    branch = check.entry.branch
    if bar == "entered":
        Value.objects.filter(branch=branch, criterion__code="WM-04").update(updated_by=person.username)
    else:
        ConflictOfInterest.objects.create(user=person, branch=branch)

    with pytest.raises(NotDrawn, match="somebody else has to check it"):
        visit(county, check, by=person)
    visit(county, check, by=second_reviewer(county))
    SiteCheck.objects.filter(pk=check.pk).update(by="")
    monkeypatch.setattr(sampling, "refuse_barred", lambda row, by: None)

    visit(county, check, by=person)  # the control


@pytest.mark.parametrize("step", ["draw", "visit"])
def test_who_came_to_hold_a_role_that_never_meets_it_neither_draws_nor_visits(county, step):
    check, person = county.drawn.checks.first(), county.reviewers[STAR]
    mixed = Grant.objects.create(user=person, role=Role.ENTRY_CLERK, region_id=SIBLING_TOWN)

    def tried():
        again = User.objects.get(pk=person.pk)
        return draw(county.county, STAR, 2, by=again) if step == "draw" else visit(county, check, by=again)

    with pytest.raises(NotDrawn, match="no role in a township"):
        tried()
    mixed.delete()
    tried()


def test_a_visit_somebody_else_recorded_is_shown_without_its_form(client, county):
    check = county.drawn.checks.first()
    visit(county, check, by=county.reviewers[STAR])
    client.force_login(second_reviewer(county))

    page = client.get(f"{county.base}/review/{STAR}/visits/").context["page"]

    assert check.pk not in page.writable and len(page.writable) == 1


def test_the_day_of_a_visit_is_judged_by_the_database_s_clock(county, monkeypatch):
    check = county.drawn.checks.first()
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2099, 1, 1, tzinfo=UTC))

    with pytest.raises(NotDrawn, match="in the future"):
        record_visit(county.county, check, Visit(date(2098, 1, 1), True), by=county.reviewers[STAR])
