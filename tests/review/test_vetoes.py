"""A veto is reported before the seal and counts at once; only two persons lift it (issue 4.6, domain.md, C-15)."""

from datetime import date, timedelta
from threading import Barrier

import pytest
from django.db import transaction

from accounts.models import ConflictOfInterest, Grant
from accounts.roles import Role
from evaluations.models import Decision, InboxItem, Rating, RosterEntry, RoundCounty, VetoRecord
from evaluations.services import vetoing
from evaluations.services.absences import today
from evaluations.services.rating import rate_county
from evaluations.services.road.persons import reviewed_any
from evaluations.services.vetoing import VetoRefused, ask_lift
from evaluations.workflow import RECOMMEND, State, Status
from ledger.models import LedgerEntry
from tests import factories
from tests.review import world
from tests.review.veto_steps import asked, refused, reported, rule
from tests.review.world import COUNTY, STAR
from tests.threads import beside, wait_until_a_lock_is_waited_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def county():
    return world.build()


def stars_of(county) -> Rating:
    rate_county(county.entry.this, COUNTY)
    return Rating.objects.get(round=county.entry.this, branch=county.branches[0])


def test_a_reported_veto_takes_its_star_and_no_other_and_is_told(county):
    factories.give(county.entry.this, county.branches[0])
    before = stars_of(county).earned

    reported(county)

    after = stars_of(county)
    assert STAR in before and set(before.split()) - set(after.earned.split()) == {STAR}
    assert after.vetoed == STAR
    told = {item.user.label for item in InboxItem.objects.filter(code="veto_reported").select_related("user")}
    assert told == {"organization_reviewer", "organization_approver", "township_reviewer"}  # the reporter knows


def test_a_veto_of_all_stars_may_be_reported_by_any_star_s_reviewer(county):
    factories.give(county.entry.this, county.branches[0])

    reported(county, by=county.reviewers["industry"], criterion="ALL-V1")

    assert stars_of(county).earned == ""


def test_the_reviewer_of_another_star_and_the_township_report_none(county):
    others = [county.reviewers["industry"], county.head, county.clerk, county.organization_approver, county.auditor]

    told = {refused(reported, county, by=person) for person in others}

    assert told == {str(vetoing.UNKNOWN)} and not VetoRecord.objects.exists()
    assert LedgerEntry.objects.filter(action="veto.refuse").count() == len(others)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"document": " "}, "Give the document number."),
        ({"finding": ""}, "Say what was found."),
        ({"reporter": ""}, "Say which unit reports it."),
        ({"found_on": date(1999, 1, 1)}, "The date it was found"),
        ({"found_on": None}, "The date it was found"),
        ({"criterion": "ST-01"}, "This is no veto"),
        ({"branch": "419901009999"}, "There is no such branch"),
        ({"finding": "a\u202eb"}, "must be"),
    ],
)
def test_a_report_that_lacks_something_is_refused_in_a_sentence(county, fields, said):
    assert refused(reported, county, **fields).startswith(said)
    assert reported(county)


def test_a_date_to_come_is_refused_by_the_database_s_day_and_today_is_not(county):
    assert "lies in the past" in refused(reported, county, found_on=today() + timedelta(days=1))
    assert reported(county, found_on=today())


def test_a_yes_or_no_takes_no_record_its_department_enters_it(county):
    told = refused(reported, county, by=county.organization_reviewer, criterion="ZB-V1")

    assert "its department enters it" in told


@pytest.mark.parametrize("state", [State.OPEN, State.CLOSED_FOR_ENTRY, State.PROPOSED, State.ON_NOTICE])
def test_it_is_reported_at_any_time_before_the_seal(county, state):
    county.stand(state)

    assert reported(county).status == "standing"


@pytest.mark.parametrize("state", [State.DRAFT, State.CONFIRMED, State.CLOSED])
def test_and_neither_before_the_round_nor_after_the_seal(county, state):
    county.stand(state)

    assert refused(reported, county) and not VetoRecord.objects.exists()


def test_a_decided_star_stays_decided_and_whoever_looked_before_is_told_that_it_changed(county):
    county.put(Status.PASSED)
    seen = county.wish(star=STAR)

    reported(county)
    outcome = world.act(county.county, RECOMMEND, [seen], by=county.reviewers[STAR], star=STAR)
    again = county.act(RECOMMEND, by=county.reviewers[STAR], star=STAR)

    assert "Changed since" in str(outcome.refused[county.branches[0].code])
    assert again.moved and county.star().status == "recommended"
    reported(county, document="环罚〔2026〕4号")
    assert county.star().status == "recommended"


def test_the_same_report_twice_is_one_and_another_s_with_the_same_document_is_refused(county):
    first = reported(county)

    second = reported(county)

    assert first.pk == second.pk and VetoRecord.objects.count() == 1
    assert LedgerEntry.objects.filter(action="veto.report_veto").count() == 1
    assert "stands already" in refused(reported, county, by=county.organization_reviewer)


def test_two_persons_lift_a_veto_and_the_star_is_back(county):
    factories.give(county.entry.this, county.branches[0])

    record = rule(county, asked(county))

    assert (record.status, record.lifted_by) == ("lifted", county.organization_approver.username)
    assert STAR in stars_of(county).earned
    assert [one.action for one in Decision.objects.all()] == ["report_veto", "ask_lift", "lift"]


def test_it_stands_until_the_second_person_has_decided_and_after_it_was_kept(county):
    factories.give(county.entry.this, county.branches[0])
    record = asked(county)
    meanwhile = stars_of(county).vetoed

    kept = rule(county, record, lift=False)

    assert (meanwhile, kept.status, stars_of(county).vetoed) == (STAR, "standing", STAR)


def own_approver(county, asker):
    """The asker's second account: the approver's role under the same staff number."""
    second = county.organization_approver
    type(second).objects.filter(pk__in=[asker.pk, second.pk]).update(person="4199-0007")
    second.refresh_from_db()
    return second


def test_who_asked_does_not_lift_under_any_account(county):
    record = asked(county)
    second = own_approver(county, county.reviewers[STAR])

    assert refused(rule, county, record, by=second).startswith("You asked for the lifting")
    assert refused(rule, county, record, lift=False, by=second).startswith("You asked for the lifting")


def test_control_without_the_guard_one_person_lifts_alone(county, monkeypatch):
    monkeypatch.setattr(vetoing.VetoStep, "asked_by_another", lambda step, record: None)
    record = asked(county)

    assert rule(county, record, by=own_approver(county, county.reviewers[STAR])).status == "lifted"


def test_who_entered_the_branch_does_not_lift_its_veto(county):
    record = asked(county)
    county.fill()
    Grant.objects.create(user=county.clerk, role=Role.ORGANIZATION_APPROVER, region=factories.county())

    assert refused(rule, county, record, by=anew(county.clerk)).startswith("You entered values")


def anew(user):
    """The same person at their next request."""
    return type(user).objects.get(pk=user.pk)


def test_nor_does_who_has_a_conflict_of_interest_there(county):
    record = asked(county)
    ConflictOfInterest.objects.create(user=county.organization_approver, branch=county.branches[0])

    assert refused(rule, county, record).startswith("A conflict of interest")


def test_lifting_is_no_review_so_the_approver_may_still_approve_the_list(county):
    approver = county.organization_approver
    rule(county, asked(county))

    assert not reviewed_any(approver, county.entry.this.pk, COUNTY)
    assert reviewed_any(county.reviewers[STAR], county.entry.this.pk, COUNTY)


def test_only_what_was_asked_for_is_lifted_and_a_later_request_is_another(county):
    record = asked(county)
    seen = vetoing.asked_mark(record)
    rule(county, record, lift=False)
    ask_lift(record, county.county, reason="新证据", document="环撤〔2026〕2号", by=county.reviewers[STAR])

    assert "Changed since" in refused(rule, county, record, seen=seen)
    assert "Changed since" in refused(rule, county, record, seen="")
    assert refused(rule, county, reported(county, document="环罚〔2026〕9号")).startswith("The veto stands")


@pytest.mark.django_db(transaction=True)
def test_two_approvers_at_once_lift_once():
    county = world.build()
    record = asked(county)
    second = factories.person(Role.ORGANIZATION_APPROVER, factories.county())

    with beside() as threads:
        futures = [threads.start(tried, county, record, by) for by in (county.organization_approver, second)]
        told = sorted(future.result(30) for future in futures)

    assert told[0] == "" and "lifted already" in told[1]
    assert Decision.objects.filter(action="lift").count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("locks", "lifted"), [(True, 1), (False, 2)], ids=["locked", "control"])
def test_of_two_liftings_the_second_looks_once_the_first_is_written(monkeypatch, locks, lifted):
    """The control: without the branch's and the record's lock both find its lifting asked for."""
    county = world.build()
    record = asked(county)
    second = factories.person(Role.ORGANIZATION_APPROVER, factories.county())
    if not locks:
        monkeypatch.setattr(vetoing.VetoStep, "lock", unlocked)
        monkeypatch.setattr(VetoRecord.objects, "select_for_update", lambda **_asked: VetoRecord.objects.all())

    with beside() as threads:
        with transaction.atomic():
            assert tried(county, record, county.organization_approver) == ""
            future = threads.start(tried, county, record, second)
            wait_until_a_lock_is_waited_for()
        assert (future.result(30) == "") is not locks

    assert Decision.objects.filter(action="lift").count() == lifted


@pytest.mark.django_db(transaction=True)
def test_five_equal_reports_at_once_are_one():
    county = world.build()

    with beside() as threads:
        futures = [threads.start(reported, county) for _ in range(5)]
        made = {future.result(30).pk for future in futures}

    assert len(made) == 1
    assert (VetoRecord.objects.count(), LedgerEntry.objects.filter(action="veto.report_veto").count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_a_double_click_reports_twice(monkeypatch):
    """The branch's submission makes reports of it wait for each other; here both look before either writes."""
    county = world.build()
    both, look = Barrier(2, timeout=30), vetoing.VetoStep.same_reported

    def looked(step, *given):
        found = look(step, *given)
        both.wait()
        return found

    monkeypatch.setattr(vetoing.VetoStep, "lock", unlocked)
    monkeypatch.setattr(vetoing.VetoStep, "same_reported", looked)
    monkeypatch.setattr(vetoing.VetoStep, "wrong_report", lambda step, *given: None)

    with beside() as threads:
        futures = [threads.start(tried_report, county) for _ in range(2)]
        [future.result(30) for future in futures]

    assert VetoRecord.objects.count() == 2


def unlocked(step, branch):
    step.state = step.county.state
    step.entry = RosterEntry.objects.select_related("branch").get(round=step.county.round_id, branch__code=branch)


def tried_report(county) -> None:
    try:
        reported(county)
    except VetoRefused:
        pass


def tried(county, record, by) -> str:
    try:
        rule(county, record, by=by)
    except VetoRefused as told:
        return str(told)
    return ""


@pytest.mark.django_db(transaction=True)
def test_a_veto_waits_for_a_county_that_is_being_published():
    """C-15: the county's row is held while it is published; the veto comes after it, or publishing sees it."""
    county = world.build()

    with beside() as threads:
        with transaction.atomic():
            row = RoundCounty.objects.select_for_update().get(pk=county.county.pk)
            future = threads.start(lambda: tried_report(county))
            wait_until_a_lock_is_waited_for()
            seen = VetoRecord.objects.count()
            row.state = State.CONFIRMED
            row.save(update_fields=["state"])
        future.result(30)

    assert (seen, VetoRecord.objects.count()) == (0, 0)  # it came too late, and says so


@pytest.mark.django_db(transaction=True)
def test_control_without_the_county_s_lock_a_veto_comes_into_a_county_that_is_sealed(monkeypatch):
    monkeypatch.setattr(vetoing, "COUNTY", vetoing.COUNTY.replace("FOR SHARE", ""))
    county = world.build()

    with beside() as threads:
        with transaction.atomic():
            row = RoundCounty.objects.select_for_update(no_key=True).get(pk=county.county.pk)
            row.state = State.CONFIRMED
            row.save(update_fields=["state"])
            threads.do(lambda: tried_report(county))

    assert county.county.state == State.CONFIRMED and VetoRecord.objects.count() == 1


def test_a_ruling_that_does_not_say_which_request_it_saw_lifts_nothing_and_the_form_keeps_it(county, client):
    record = asked(county)
    seen = vetoing.asked_mark(record)
    client.force_login(county.organization_approver)
    url = f"{county.base}/vetoes/{record.pk}/rule/"

    blank = client.post(url, {"lift": "yes", "reason": "经核实", "seen": ""})
    unfounded = client.post(url, {"lift": "yes", "reason": "", "seen": seen})

    record.refresh_from_db()
    assert (blank.status_code, unfounded.status_code, record.status) == (422, 422, "lift_asked")
    assert "经核实" in blank.content.decode()
    assert unfounded.context["rule_form"]["seen"].value() == seen
    assert client.post(url, {"lift": "yes", "reason": "经核实", "seen": seen}).status_code == 302


def test_a_veto_is_not_reported_by_who_holds_duties_that_never_meet(county):
    Grant.objects.create(
        user=county.reviewers[STAR], role=Role.TOWNSHIP_REVIEWER, region=factories.township(world.TOWN)
    )

    assert "no role in a township" in refused(reported, county, by=anew(county.reviewers[STAR]))
    assert reported(county, by=county.organization_reviewer)


@pytest.mark.parametrize("field", ["reporter", "finding", "reason"])
def test_a_text_of_a_veto_with_a_private_number_is_refused_and_kept_nowhere(county, field):
    text = "张三 13812345678 3组"
    if field == "reason":
        told = refused(rule, county, asked(county), reason=text)
    else:
        told = refused(reported, county, **{field: text})

    assert "mobile number" in told
    assert not LedgerEntry.objects.filter(detail__contains="13812345678").exists()
