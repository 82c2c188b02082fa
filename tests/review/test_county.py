"""A county's road from its proposal to the seal: who takes which step, what refuses it, what it leaves."""

import json
from datetime import timedelta

import pytest

from branches.models import Branch, SpecialDay
from branches.working_days import today
from evaluations.models import (
    Appeal,
    Decision,
    Objection,
    Proposal,
    PublicNotice,
    Rating,
    SealedCounty,
    StarReview,
    Submission,
    Value,
    VetoRecord,
)
from evaluations.services.proposing import listed
from evaluations.services.road.whole import NOT_YOURS
from evaluations.services.seal import problems_of
from evaluations.services.vetoing import VetoRefused, ask_lift
from evaluations.workflow import (
    ACTIONS,
    APPROVE,
    BEGIN_REVIEW,
    CLOSE,
    CONFIRM,
    PROPOSE,
    PUBLISH,
    REOPEN_ENTRY,
    RETURN_LIST,
    WITHDRAW_NOTICE,
    State,
    Status,
    Subject,
)
from ledger.models import LedgerEntry
from tests.review import county_year as year
from tests.review import world
from tests.review.county_year import CONTACT, MINUTES, step
from tests.review.veto_steps import reported
from tests.review.veto_steps import rule as rule_on
from tests.review.world import COUNTY, STAR

pytestmark = pytest.mark.django_db


@pytest.fixture
def county():
    return year.reviewed()


def why(outcome) -> str:
    return str(outcome.refused[COUNTY])


def last_entry() -> LedgerEntry:
    return LedgerEntry.objects.filter(chain=COUNTY).order_by("sequence").last()


def test_a_list_is_proposed_approved_published_confirmed_and_sealed_with_its_minutes(county):
    notice = year.publish(county)
    year.let_pass(county)

    outcome = step(county, CONFIRM)

    seal = SealedCounty.objects.get(county_id=COUNTY, round=county.entry.this)
    assert outcome.moved and county.county.state == State.CONFIRMED and county.county.confirmed_at
    assert (seal.document, notice.edition, notice.contact) == (MINUTES, 1, CONTACT)
    assert problems_of(seal) == []
    assert [one.action for one in county.county.decisions.all()] == ["propose", "approve", "publish", "confirm"]


def test_each_step_and_each_refusal_is_one_entry_of_the_ledger(county):
    counts = []
    for action, asked in ((PROPOSE, {}), (APPROVE, {"document": MINUTES}), (PUBLISH, {}), (CONFIRM, {})):
        before = LedgerEntry.objects.filter(chain=COUNTY).count()
        step(county, action, **asked)
        counts.append(LedgerEntry.objects.filter(chain=COUNTY).count() - before)

    assert counts == [1, 1, 1, 1]
    assert last_entry().action == "county.refuse" and "notice lasts" in last_entry().detail
    year.let_pass(county)
    before = LedgerEntry.objects.filter(chain=COUNTY).count()
    step(county, CONFIRM)
    assert LedgerEntry.objects.filter(chain=COUNTY).count() == before + 1
    assert json.loads(last_entry().detail)["edition"] == 1


def test_the_list_says_of_each_branch_what_it_was_to_get(county):
    made = year.propose(county)

    first = listed(made)[0]
    assert (first["branch"], first["level"], first["rank"]) == (county.branches[0].code, 5, 1)
    assert first["earned"] == ["industry", "ecology", "civility", "governance", "rule_of_law"]
    assert len(made.digest) == 64


def test_nothing_is_proposed_while_a_branch_waits_for_its_review(county):
    county.put(Status.PASSED, county.branches[1], stars="reviewing")

    assert "not yet reviewed: 1" in why(step(county, PROPOSE))


def test_a_branch_that_never_submitted_stands_in_nobodys_way(county):
    county.put(Status.ABSENT, county.branches[1])

    made = year.propose(county)

    assert [line["level"] for line in listed(made)] == [5, 0]
    assert listed(made)[1]["absent"]


def test_nothing_is_proposed_while_a_veto_may_be_lifted(county):
    veto(county, lift_asked_at="2026-11-01T00:00Z", lift_asked_by="x")

    assert "waits for its decision: 1" in why(step(county, PROPOSE))


def test_a_corrector_proposes_nothing(county):
    corrected(county, county.organization_reviewer.ledger_name)

    assert "You corrected" in why(step(county, PROPOSE))


def veto(county, **fields):
    criterion = county.entry.this.criteria_set.criteria.filter(veto=True, value_type="count").first()
    return VetoRecord.objects.create(
        round=county.entry.this, branch=county.branches[0], criterion=criterion, finding="查实", **fields
    )


def corrected(county, by: str):
    value = Value.objects.filter(round=county.entry.this, branch=county.branches[0]).first()
    value.corrections.create(entry=county.row(), star=STAR, before="1", after="2", reason="核实", by=by)


CHANGES = {
    "value": lambda county: Value.objects.filter(branch=county.branches[0], criterion__code="ST-07").update(
        final_number=1
    ),
    "submission": lambda county: Submission.objects.filter(entry=county.row()).update(revision=7),
    "star": lambda county: StarReview.objects.filter(entry=county.row(), star=STAR).update(status="not_recommended"),
    "veto": veto,
    "name": lambda county: type(county.branches[0]).objects.filter(pk=county.branches[0].pk).update(name="新名村"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_list_behind_which_anything_changed_is_not_approved(county, change):
    made = year.propose(county)
    CHANGES[change](county)

    outcome = step(county, APPROVE, document=MINUTES)

    made.refresh_from_db()
    assert made.status == "listed" and "Changed since the list was made: " in why(outcome)
    assert Rating.objects.get(round=county.entry.this, branch=county.branches[0]).branch.shown_name in why(outcome)


@pytest.mark.parametrize("change", CHANGES)
def test_without_the_digest_a_changed_list_would_be_approved(county, change, monkeypatch):
    monkeypatch.setattr("evaluations.services.road.whole.WholeStep.unchanged", lambda self: None)
    year.propose(county)
    CHANGES[change](county)

    assert step(county, APPROVE, document=MINUTES).moved


def test_the_proposer_does_not_approve_under_any_account(county):
    year.propose(county)
    people = [county.organization_reviewer, county.organization_approver]
    type(people[0]).objects.filter(pk__in=[one.pk for one in people]).update(person="工号-9")
    approver = type(people[0]).objects.get(pk=people[1].pk)

    assert "You proposed" in why(step(county, APPROVE, by=approver, document=MINUTES))


def test_who_entered_reviewed_or_corrected_approves_nothing(county):
    year.propose(county)
    approver = county.organization_approver.ledger_name
    Value.objects.filter(branch=county.branches[0], criterion__code="ST-07").update(updated_by=approver)
    county.county.proposals.update(status="returned", returned_reason="x")
    county.stand(State.UNDER_REVIEW)
    year.propose(county)

    assert "You entered" in why(step(county, APPROVE, document=MINUTES))


def test_an_approval_needs_its_minutes(county):
    year.propose(county)

    assert "number of the document" in why(step(county, APPROVE))


def test_a_returned_list_opens_the_review_again_and_a_new_one_has_the_next_number(county):
    first = year.propose(county)

    outcome = step(county, RETURN_LIST, reason="两个支部须重新核查")

    first.refresh_from_db()
    assert outcome.moved and (first.status, county.county.state) == ("returned", State.UNDER_REVIEW)
    assert "两个支部" in first.returned_reason
    assert year.propose(county).number == 2


def test_a_list_is_published_only_when_approved_and_with_a_contact(county):
    year.propose(county)
    early = why(step(county, PUBLISH))
    step(county, APPROVE, document=MINUTES)
    row = county.county
    row.contact = ""
    row.save(update_fields=["contact"])

    assert "not approved" in early and "no contact" in why(step(county, PUBLISH))


def test_a_list_changed_after_its_approval_is_not_published(county):
    year.approve(county)
    CHANGES["value"](county)

    assert "Changed since" in why(step(county, PUBLISH))


def test_an_edition_is_never_used_twice(county):
    year.publish(county)

    step(county, WITHDRAW_NOTICE, reason="名单有误")
    second = year.publish(county)

    first = PublicNotice.objects.get(edition=1)
    assert second.edition == 2 and first.withdrawn_at and first.withdrawn_reason == "名单有误"
    assert Proposal.objects.get(number=1).status == "returned"


def test_nothing_is_confirmed_before_the_last_day_is_over(county):
    notice = year.publish(county)
    PublicNotice.objects.filter(pk=notice.pk).update(first_day=today() - timedelta(days=9), last_day=today())

    assert "lasts to the end of" in why(step(county, CONFIRM))


def asked_to_lift_on_notice(county) -> VetoRecord:
    """The list was made with the veto standing; its lifting is asked for while the notice runs."""
    record = reported(county)
    year.publish(county)
    year.let_pass(county)
    ask_lift(record, county.county, reason="整改完成", document="环撤〔2026〕1号", by=county.reviewers[STAR])
    return record


def test_nothing_is_sealed_while_a_veto_may_be_lifted(county):
    record = asked_to_lift_on_notice(county)
    early = why(step(county, CONFIRM))
    rule_on(county, record, lift=False)

    assert "waits for its decision: 1" in early
    assert step(county, CONFIRM).moved


def test_control_without_the_guard_nobody_could_decide_on_the_lifting_any_more(county, monkeypatch):
    record = asked_to_lift_on_notice(county)
    monkeypatch.setattr("evaluations.services.road.counties.CountyStep.no_lift_pending", lambda self: None)

    assert step(county, CONFIRM).moved
    with pytest.raises(VetoRefused):
        rule_on(county, record, lift=False)


def test_a_star_that_was_not_on_the_notice_is_not_confirmed(county):
    CHANGES["star"](county)
    year.publish(county)
    year.let_pass(county)
    StarReview.objects.filter(entry=county.row(), star=STAR).update(status="recommended")

    assert "not on the notice: 1" in why(step(county, CONFIRM))
    assert county.county.state == State.ON_NOTICE and not SealedCounty.objects.filter(round=county.entry.this).exists()


def test_without_the_guard_a_star_nobody_was_told_of_would_be_sealed(county, monkeypatch):
    for guard in ("nothing_unnoticed", "changed_by_rulings_only"):  # either of them would see it
        monkeypatch.setattr(f"evaluations.services.road.counties.CountyStep.{guard}", lambda self: None)
    CHANGES["star"](county)
    year.publish(county)
    year.let_pass(county)
    StarReview.objects.filter(entry=county.row(), star=STAR).update(status="recommended")

    assert step(county, CONFIRM).moved


def test_a_star_whose_objection_is_open_is_sealed_as_not_earned(county):
    notice = year.publish(county)
    year.let_pass(county)
    Objection.objects.create(
        county=county.county, notice=notice, entry=county.row(), star=STAR, text="不实", receipt="YY-1"
    )

    step(county, CONFIRM)

    seal = SealedCounty.objects.get(round=county.entry.this)
    assert STAR not in seal.ratings.get(branch=county.branches[0]).earned.split()
    assert problems_of(seal) == []


def test_a_round_closes_when_its_appeals_are_over(county):
    year.confirm(county)
    early = why(step(county, CLOSE))
    type(county.county).objects.filter(pk=county.county.pk).update(confirmed_at=year.world.now() - timedelta(days=60))
    seal = SealedCounty.objects.get(round=county.entry.this)
    Appeal.objects.create(
        seal=seal, branch=county.branches[0], star=STAR, reason="不服", receipt="FH-1", filed_by="head"
    )
    waiting = why(step(county, CLOSE))
    Appeal.objects.update(status="rejected", reply="维持", ruled_by="other")

    assert "Appeals may be filed" in early and "not ruled on: 1" in waiting
    assert step(county, CLOSE).moved and county.county.state == State.CLOSED


def test_a_round_does_not_close_while_an_objection_is_open(county):
    notice = year.publish(county)
    year.let_pass(county)
    told = {"text": "不实", "receipt": "YY-1", "status": "checked", "checked_by": "farms"}
    one = Objection.objects.create(county=county.county, notice=notice, entry=county.row(), star=STAR, **told)
    step(county, CONFIRM)
    type(county.county).objects.filter(pk=county.county.pk).update(confirmed_at=year.world.now() - timedelta(days=60))

    open_ = why(step(county, CLOSE))
    Objection.objects.filter(pk=one.pk).update(status="rejected", reply="不成立", ruled_by="other")

    assert open_ == "Objections not ruled on: 1."
    assert step(county, CLOSE).moved


def test_a_step_seen_on_another_revision_is_refused_and_a_double_click_is_not(county):
    row = county.county

    first = step(county, PROPOSE)
    again = step(county, PROPOSE, seen_revision=row.revision)
    stale = step(county, PUBLISH, seen_revision=row.revision)

    assert first.moved and again.repeated and not again.refused
    assert "Changed since you opened" in why(stale)
    assert Proposal.objects.count() == 1


def test_review_begins_after_entry_and_entry_opens_again_with_a_reason(county):
    county.stand(State.CLOSED_FOR_ENTRY)

    refused = step(county, REOPEN_ENTRY)
    reopened = step(county, REOPEN_ENTRY, reason="两个乡镇停电", due=world.ahead())
    county.stand(State.CLOSED_FOR_ENTRY)
    begun = step(county, BEGIN_REVIEW)

    assert why(refused) == "Give a reason." and reopened.moved and begun.moved
    assert county.county.state == State.UNDER_REVIEW
    assert Decision.objects.filter(county=row_of(county), action="reopen_entry").get().reason == "两个乡镇停电"


def row_of(county):
    return county.county


@pytest.mark.parametrize("action", [one for one in ACTIONS.values() if one.subject == Subject.COUNTY], ids=str)
def test_no_step_of_a_county_is_taken_by_who_holds_another_role(county, action):
    others = [
        person
        for person in (county.clerk, county.head, county.data, county.auditor, county.reviewers[STAR],
                       county.organization_reviewer, county.organization_approver)
        if not person.has_role(*action.roles)
    ]  # fmt: skip
    county.stand(action.sources[0])

    for person in others:
        outcome = step(county, action, by=person, reason="x", document="x")

        assert outcome.refused[COUNTY] == NOT_YOURS


def set_inactive(county):
    Branch.objects.filter(pk=county.branches[0].pk).update(active=False)


def change_a_value(county):
    Value.objects.filter(round=county.entry.this, criterion__code="CY-04").update(reported_number=1)


def change_a_size(county):
    Branch.objects.filter(pk=county.branches[0].pk).update(households=400)


@pytest.mark.parametrize("change", [set_inactive, change_a_value, change_a_size])
def test_what_changed_on_notice_without_a_veto_or_an_objection_is_not_confirmed(county, change):
    year.publish(county)
    year.let_pass(county)
    change(county)

    outcome = step(county, CONFIRM)

    assert "since the notice opened" in why(outcome)


def test_holidays_entered_after_the_notice_opened_lengthen_it(county):
    notice = year.publish(county)
    day = today()
    notices = PublicNotice.objects.filter(pk=notice.pk)
    notices.update(first_day=day - timedelta(days=12), last_day=day - timedelta(days=2))
    days = [day - timedelta(days=count) for count in range(1, 12)]
    SpecialDay.objects.bulk_create([SpecialDay(on=day, name="假日") for day in days])

    outcome = step(county, CONFIRM)

    assert "working days" in why(outcome)
