"""What is judged is what is written: approvals, notices and seals beside edits, vetoes and objections under way."""

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from evaluations.models import Objection, PublicNotice, RoundCounty, SealedCounty, Submission, Value, VetoRecord
from evaluations.services import seal
from evaluations.services.proposing import canonical_list, digest_of, lines_of, listed
from evaluations.services.rating import rate_county
from evaluations.services.road import counties, proposals, whole
from evaluations.workflow import APPROVE, CONFIRM, PROPOSE, PUBLISH, State, Status
from ledger.models import LedgerEntry
from tests.review import county_year as year
from tests.review.county_year import MINUTES, step
from tests.review.world import COUNTY, STAR
from tests.threads import beside, wait_until_a_lock_is_waited_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def county():
    made = year.reviewed(1)
    rate_county(made.entry.this, COUNTY)
    return made


@pytest.fixture
def nothing_held(monkeypatch):
    """The control: nobody is held off."""
    for module in (counties, proposals):
        monkeypatch.setattr(module, "hold_off_edits", lambda: None)


def edit(county) -> None:
    """What load_values does to one value."""
    Value.objects.filter(branch=county.branches[0], criterion__code="ST-07").update(final_number=1, updated_by="file")


def veto(county) -> None:
    criterion = county.entry.this.criteria_set.criteria.filter(veto=True, value_type="count").first()
    VetoRecord.objects.create(round=county.entry.this, branch=county.branches[0], criterion=criterion, finding="查实")


def share(county) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM evaluations_roundcounty WHERE id = %s FOR SHARE", [county.county.pk])


def file(county) -> None:
    """An objection as it is filed: like every step, the county first."""
    share(county)
    object_to(county)


def object_to(county) -> None:
    notice = PublicNotice.objects.get(county=county.county)
    Objection.objects.create(
        county=county.county, notice=notice, entry=county.row(), star=STAR, text="不实", receipt="YY-1"
    )


def beside_it(county, change, action, *, waits: bool, **asked):
    """Take the step while the change is under way; it commits only once the step waits, or is over."""
    with beside() as threads:
        with transaction.atomic():
            change(county)
            future = threads.start(lambda: step(county, action, **asked))
            if waits:
                wait_until_a_lock_is_waited_for()
            else:
                future.result(30)
        return future.result(30)


@pytest.mark.parametrize("change", [edit, veto])
def test_a_list_is_not_approved_while_a_late_change_slips_in(county, change):
    year.propose(county)

    outcome = beside_it(county, change, APPROVE, waits=True, document=MINUTES)

    assert "Changed since the list was made" in str(outcome.refused[COUNTY])


@pytest.mark.parametrize("change", [edit, veto])
def test_control_without_holding_off_the_late_change_slips_in(county, change, nothing_held):
    made = year.propose(county)

    outcome = beside_it(county, change, APPROVE, waits=False, document=MINUTES)

    rate_county(county.entry.this, COUNTY)
    assert outcome.moved and canonical_list(county.county, lines_of(county.county)) != made.content


def test_a_veto_entered_while_the_notice_opens_stops_it(county):
    year.approve(county)

    outcome = beside_it(county, veto, PUBLISH, waits=True)

    assert "Changed since" in str(outcome.refused[COUNTY]) and not PublicNotice.objects.exists()


def test_control_without_holding_off_the_notice_shows_a_star_that_is_vetoed(county, nothing_held):
    year.approve(county)

    outcome = beside_it(county, veto, PUBLISH, waits=False)

    shown = listed(PublicNotice.objects.get().proposal)[0]["earned"]
    assert outcome.moved and len(shown) == 5 and VetoRecord.objects.filter(branch=county.branches[0]).exists()


def test_an_objection_filed_while_the_county_is_sealed_counts(county):
    year.publish(county)
    year.let_pass(county)

    assert beside_it(county, file, CONFIRM, waits=True).moved

    assert STAR not in SealedCounty.objects.get(round=county.entry.this).ratings.get().earned.split()


def unlocked(self) -> None:
    self.row = RoundCounty.objects.select_related("round", "county").get(pk=self.asked_of.pk)
    self.received, self.at = whole.clock()


def test_control_without_any_lock_the_objected_star_is_sealed_as_earned(county, nothing_held, monkeypatch):
    monkeypatch.setattr(whole.WholeStep, "lock", unlocked)
    year.publish(county)
    year.let_pass(county)

    assert beside_it(county, object_to, CONFIRM, waits=False).moved

    assert STAR in SealedCounty.objects.get(round=county.entry.this).ratings.get().earned.split()


@pytest.mark.parametrize("action", [PROPOSE, PUBLISH])
def test_pressed_twice_at_once_it_is_done_once(county, action):
    if action == PUBLISH:
        year.approve(county)
    seen, before = county.county.revision, LedgerEntry.objects.filter(chain=COUNTY).count()

    with beside() as threads:
        with transaction.atomic():
            RoundCounty.objects.select_for_update().get(pk=county.county.pk)
            futures = [threads.start(lambda: step(county, action, seen_revision=seen)) for _twice in range(2)]
            wait_until_a_lock_is_waited_for()
        outcomes = [future.result(30) for future in futures]

    assert sorted(bool(outcome.moved) for outcome in outcomes) == [False, True]
    assert [outcome.repeated for outcome in outcomes if not outcome.moved] == [True]
    assert county.county.decisions.filter(action=action.key).count() == 1
    assert LedgerEntry.objects.filter(chain=COUNTY).count() == before + 1


def without_a_snapshot(round_id, county_code, work, **_asked):
    with transaction.atomic():
        return work()


@pytest.mark.parametrize("action", [PROPOSE, PUBLISH])
def test_control_without_any_lock_the_second_press_runs_into_the_constraint(county, action, monkeypatch):
    """What is left then is one number and one notice at a time: the second is an error and no answer."""
    if action == PUBLISH:
        year.approve(county)
    monkeypatch.setattr(counties, "in_snapshot", without_a_snapshot)
    monkeypatch.setattr(whole.WholeStep, "lock", unlocked)
    seen = county.county.revision

    with beside() as threads:
        with transaction.atomic():
            assert step(county, action, seen_revision=seen).moved
            future = threads.start(lambda: step(county, action, seen_revision=seen))
            wait_until_a_lock_is_waited_for()
        with pytest.raises(IntegrityError, match="unique"):
            future.result(30)


def propose_beside_a_step(county):
    """A step of a branch holds the county's row and writes only once the proposal waits for it."""
    with beside() as threads:
        with transaction.atomic():
            share(county)
            future = threads.start(lambda: step(county, PROPOSE))
            wait_until_a_lock_is_waited_for()
            Submission.objects.filter(entry=county.row()).update(status=Status.PASSED)
        return future.result(30)


def test_a_step_under_way_and_a_proposal_do_not_lock_each_other_out(county):
    assert "not yet reviewed: 1" in str(propose_beside_a_step(county).refused[COUNTY])


def test_control_with_the_tables_locked_before_the_counties_they_do(county, monkeypatch):
    first, _counties, tables = seal.HOLD_OFF.split("LOCK TABLE")
    monkeypatch.setattr(seal, "HOLD_OFF", f"{first} LOCK TABLE {tables.rstrip()}; LOCK TABLE {_counties}")

    with pytest.raises(OperationalError, match="deadlock"):
        propose_beside_a_step(county)
    assert county.county.state == State.UNDER_REVIEW


def test_who_proposes_while_a_file_is_being_taken_over_is_told_to_try_again(county, client, monkeypatch):
    monkeypatch.setattr(seal, "HOLD_OFF", seal.HOLD_OFF.replace("'5s'", "'50ms'"))
    client.force_login(county.organization_reviewer)
    client.cookies["django_language"] = "en"
    form = {"revision": county.county.revision}

    with beside() as threads, transaction.atomic():
        edit(county)
        answer = threads.do(lambda: client.post(f"{county.base}/road/steps/propose/", form, follow=True))

    assert "Try again in a minute" in answer.content.decode() and county.county.state == State.UNDER_REVIEW


def test_the_digest_is_of_the_content(county):
    made = year.propose(county)

    assert digest_of(made.content) == made.digest
