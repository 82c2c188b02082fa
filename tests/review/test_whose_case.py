"""Who had a hand in a branch or filed an appeal decides on no case of it, under any account (S5, S12)."""

import pytest

from accounts.models import Grant
from accounts.roles import Role
from evaluations.models import Appeal, StarReview, Value
from evaluations.services import appealing, cases
from evaluations.workflow import (
    CHECK_OBJECTION,
    DISMISS_APPEAL,
    GRANT_APPEAL,
    REJECT,
    UPHOLD,
    StarStatus,
    Subject,
)
from ledger.models import LedgerEntry
from tests import factories
from tests.review import noticed
from tests.review.noticed import DOCUMENT, REPLY, checked, objection, take
from tests.review.test_after_seal import ask, decide, take_star
from tests.review.world import STAR

pytestmark = pytest.mark.django_db

RULINGS = [CHECK_OBJECTION, UPHOLD, REJECT, GRANT_APPEAL, DISMISS_APPEAL]
each_ruling = pytest.mark.parametrize("action", RULINGS, ids=lambda one: one.key)


ENTERER = "who-entered"  # an account of whoever gave the branch's values while entry was open


def on_notice():
    made = noticed.build(1)
    Value.objects.filter(round=made.entry.this, branch=made.branches[0]).update(updated_by=ENTERER)
    return made


def sealed():
    """Sealed today; the first branch was not recommended for one star and appeals for it."""
    made = on_notice()
    StarReview.objects.filter(entry=made.row(), star=STAR).update(status=StarStatus.NOT_RECOMMENDED)
    noticed.seal(made)
    assert ask(made).refused is None
    return made


def ruling_on(action):
    """The step on a case that waits for it, as somebody takes it, and who else than the county's own may."""
    if action.subject == Subject.APPEAL:
        county = sealed()
        return lambda by: decide(county, action, by=by), noticed.another_approver()
    county = on_notice()
    if action == CHECK_OBJECTION:
        one, by = objection(county), factories.person(Role.DEPARTMENT_REVIEWER, factories.county(), star=STAR)
        return lambda by: take(county, action.key, one, by=by, finding="已核查"), by
    one = checked(county, objection(county))
    return lambda by: take(county, action.key, one, by=by, reply=REPLY, document=DOCUMENT), noticed.another_approver()


def same_person(one, other):
    """Both accounts get one staff number; return the second as at its next request."""
    type(one).objects.filter(pk__in=[one.pk, other.pk]).update(person="工号-7")
    return type(other).objects.get(pk=other.pk)


@each_ruling
def test_who_entered_the_branch_s_values_rules_on_no_case_of_it(action):
    rule, by = ruling_on(action)

    answer = rule(same_person(factories.UserFactory(username=ENTERER), by))

    assert "You entered values" in str(answer.refused)
    assert LedgerEntry.objects.filter(action=f"{action.subject}.refuse").count() == 1


@each_ruling
def test_another_rules_on_it(action):
    rule, by = ruling_on(action)

    assert rule(by).refused is None


@each_ruling
def test_control_without_the_guard_who_entered_would_rule(action, monkeypatch):
    monkeypatch.setattr(cases.Case, "entered_nothing", lambda case: None)
    rule, by = ruling_on(action)

    assert rule(same_person(factories.UserFactory(username=ENTERER), by)).refused is None


# Who filed an appeal ------------------------------------------------------------------------------------------------
@pytest.fixture
def county():
    return sealed()


def with_the_approver_s_role(person):
    """The same account at its next request, an approver besides: no rule of duties keeps these two roles apart."""
    Grant.objects.create(user=person, role=Role.ORGANIZATION_APPROVER, region=factories.county())
    return type(person).objects.get(pk=person.pk)


@pytest.mark.parametrize("action", [GRANT_APPEAL, DISMISS_APPEAL], ids=lambda one: one.key)
def test_who_filed_an_appeal_does_not_decide_on_it_under_any_account(county, action):
    second = same_person(county.head, noticed.another_approver())
    one_account = with_the_approver_s_role(county.head)

    told = [str(decide(county, action, by=by).refused) for by in (second, one_account)]

    assert all("You filed this appeal" in one for one in told)
    assert LedgerEntry.objects.filter(action="appeal.refuse").count() == 2
    assert decide(county, action).refused is None


def test_control_without_the_guard_one_person_files_and_grants(county, monkeypatch):
    """The table's own check knows accounts only: with two of them nothing else is in the way."""
    monkeypatch.setattr(appealing.AppealCase, "filed_by_another", lambda case: None)

    assert decide(county, GRANT_APPEAL, by=same_person(county.head, noticed.another_approver())).refused is None
    assert Appeal.objects.get().status == "upheld"


# What a refused step leaves in the ledger -----------------------------------------------------------------------------
@pytest.mark.parametrize("when", ["before the seal", "after it", "by a stranger"])
def test_a_refused_revocation_leaves_nobody_s_number_in_the_ledger(when):
    county = noticed.build(1) if when == "before the seal" else sealed()
    by = county.head if when == "by a stranger" else county.organization_approver

    refused = take_star(county, 0, by=by, star="industry", reason="致电 13812345678 核实", seen_revision=0).refused

    entry = LedgerEntry.objects.get(action="result.refuse")
    assert refused is not None and "13812345678" not in entry.detail
    assert ("mobile number" in str(refused)) is (when == "after it")


def test_a_refused_revocation_without_such_a_number_keeps_its_reason(county):
    take_star(county, 0, by=county.head, star="industry", reason="发生安全事故")

    assert "发生安全事故" in LedgerEntry.objects.get(action="result.refuse").detail
