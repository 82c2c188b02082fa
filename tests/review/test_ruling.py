"""An objection is checked by the star's department and ruled on by an approver who did not; what a ruling changes."""

import pytest
from django.db import transaction

from accounts.roles import Role
from evaluations.models import Objection, Rating, RatingMark, SealedRating, StarChange, StarReview
from evaluations.services import ruling
from evaluations.services.cases import UNKNOWN
from evaluations.services.current import current_list
from evaluations.services.rating import rate_county
from evaluations.services.road.steps import CHANGED
from evaluations.workflow import StarStatus, State
from ledger.models import LedgerEntry
from tests import factories
from tests.review import noticed
from tests.review.noticed import CONTACT, DOCUMENT, REPLY, checked, objection, take
from tests.review.world import COUNTY, STAR
from tests.threads import beside, wait_until_a_lock_is_waited_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def county():
    return noticed.build(2)


def stars(county, place: int = 0) -> list[str]:
    rate_county(county.entry.this, COUNTY)
    return Rating.objects.get(round=county.entry.this, branch=county.branches[place]).earned_stars


def uphold(county, one, by=None, **given):
    return take(county, "uphold", one, by=by or county.organization_approver, reply=REPLY, document=DOCUMENT, **given)


def reject(county, one, by=None, **given):
    return take(county, "reject", one, by=by or county.organization_approver, reply=REPLY, **given)


def test_an_upheld_objection_takes_that_star_and_no_other(county):
    before = stars(county)

    answer = uphold(county, checked(county, objection(county)))

    assert answer.refused is None and STAR in before
    assert stars(county) == [star for star in before if star != STAR]
    assert STAR in stars(county, 1)


def test_a_rejected_objection_changes_no_rating(county):
    RatingMark.objects.all().delete()

    reject(county, checked(county, objection(county)))

    assert not RatingMark.objects.exists() and STAR in stars(county)


def test_while_it_is_open_the_star_stands_in_the_rating(county):
    checked(county, objection(county))

    assert STAR in stars(county)


@pytest.mark.parametrize("key", ["uphold", "reject"])
def test_nothing_is_ruled_on_before_the_department_has_checked_it(county, key):
    answer = take(county, key, objection(county), by=county.organization_approver, reply=REPLY, document=DOCUMENT)

    assert "has not checked it yet" in str(answer.refused)


def test_only_the_department_of_that_star_checks_it(county):
    one = objection(county)

    for by in (county.reviewers["industry"], county.organization_approver, county.head, county.organization_reviewer):
        assert take(county, "check_objection", one, by=by, finding="x").refused == UNKNOWN

    assert take(county, "check_objection", one, by=county.reviewers[STAR], finding="已核查").refused is None


def test_another_county_s_approver_finds_nothing(county):
    stranger = factories.person(Role.ORGANIZATION_APPROVER, factories.county("419902000000", "另一县"))

    assert uphold(county, checked(county, objection(county)), by=stranger).refused == UNKNOWN


@pytest.fixture
def one_person(county):
    """The reviewer of the star and an approver are one person with two accounts."""
    reviewer, approver = county.reviewers[STAR], noticed.another_approver()
    type(reviewer).objects.filter(pk__in=[reviewer.pk, approver.pk]).update(person="工号-7")
    return type(approver).objects.get(pk=approver.pk)


def test_who_checked_it_does_not_rule_on_it_under_another_account_either(county, one_person):
    one = checked(county, objection(county))

    assert "You checked this objection" in str(uphold(county, one, by=one_person).refused)
    assert uphold(county, one).refused is None


def test_without_the_guard_one_person_would_do_both(county, one_person, monkeypatch):
    """The negative control of checked_by_another."""
    monkeypatch.setattr(ruling.ObjectionCase, "checked_by_another", lambda self: None)

    assert uphold(county, checked(county, objection(county)), by=one_person).refused is None


@pytest.mark.parametrize(
    ("key", "without", "said"),
    [("uphold", "document", "decision number"), ("uphold", "reply", "reply"), ("reject", "reply", "reply")],
)
def test_a_ruling_needs_what_the_table_says(county, key, without, said):
    one = checked(county, objection(county))
    given = {"reply": REPLY, "document": DOCUMENT, without: "  "}

    assert said in str(take(county, key, one, by=county.organization_approver, **given).refused)


def test_a_finding_is_needed_and_names_nobody_s_number(county):
    one, by = objection(county), county.reviewers[STAR]

    assert "finding is missing" in str(take(county, "check_objection", one, by=by).refused)
    assert "mobile number" in str(take(county, "check_objection", one, by=by, finding="致电 13812345678").refused)


def test_what_changed_since_it_was_opened_is_not_ruled_on(county):
    one = checked(county, objection(county))

    assert uphold(county, one, seen_revision=0).refused == CHANGED


def test_a_double_click_rules_once(county):
    one = checked(county, objection(county))
    seen = one.revision

    answers = [uphold(county, one, seen_revision=seen) for _click in range(2)]

    assert [answer.repeated for answer in answers] == [False, True]
    assert LedgerEntry.objects.filter(action="objection.uphold").count() == 1


def test_a_second_ruling_is_refused_and_names_the_first(county):
    one = checked(county, objection(county))
    uphold(county, one)

    assert "Ruled on already" in str(reject(county, one, by=noticed.another_approver()).refused)


def test_rulings_are_in_the_ledger_without_what_was_written(county, caplog):
    caplog.set_level("DEBUG")
    one = checked(county, objection(county, contact=CONTACT))

    uphold(county, one, finding="")
    reject(county, one)

    details = "".join(LedgerEntry.objects.values_list("detail", flat=True)) + caplog.text
    kept = LedgerEntry.objects.filter(action__startswith="objection").order_by("pk")
    assert [entry.action for entry in kept] == [
        "objection.file",
        "objection.check_objection",
        "objection.uphold",
        "objection.refuse",
    ]
    assert "KEY-" not in details and REPLY not in details and "已到现场核查" not in details
    assert DOCUMENT in details and '"role":"organization_approver"' in details


def test_a_county_back_under_review_has_no_rulings(county):
    one = checked(county, objection(county))
    county.stand(State.UNDER_REVIEW)

    assert "under review" in str(uphold(county, one).refused)


# After the seal ------------------------------------------------------------------------------------------------------
def sealed_with_one_open(county):
    one = checked(county, objection(county))
    return one, noticed.seal(county)


def test_a_star_whose_objection_is_open_at_the_seal_is_not_earned(county):
    _one, seal = sealed_with_one_open(county)

    rows = {row.branch_id: row.earned.split() for row in seal.ratings.all()}
    assert STAR not in rows[county.branches[0].pk] and STAR in rows[county.branches[1].pk]


def test_rejected_after_the_seal_the_star_comes_back_into_the_current_list_only(county):
    one, seal = sealed_with_one_open(county)
    before = (seal.content, list(SealedRating.objects.order_by("pk").values()))

    answer = reject(county, one, document=DOCUMENT)

    seal.refresh_from_db()
    change = StarChange.objects.get()
    assert answer.refused is None
    assert (change.gained, change.cause, change.effective_on) == (True, "objection", noticed.day())
    assert (seal.content, list(SealedRating.objects.order_by("pk").values())) == before
    now = {row.sealed.branch_id: row.earned for row in current_list(seal, noticed.day())}
    assert STAR in now[county.branches[0].pk]


def test_giving_a_star_back_after_the_seal_needs_a_decision_number(county):
    one, _seal = sealed_with_one_open(county)

    assert "needs a decision number" in str(reject(county, one).refused)


def test_upheld_after_the_seal_it_stays_not_earned_and_nothing_changes(county):
    one, _seal = sealed_with_one_open(county)

    answer = uphold(county, one)

    assert answer.refused is None and not StarChange.objects.exists()


def test_of_two_open_objections_only_the_last_rejection_gives_the_star_back(county):
    other = checked(county, objection(county, text="另一件事"))
    one, _seal = sealed_with_one_open(county)

    reject(county, one, document=DOCUMENT)
    early = StarChange.objects.count()
    reject(county, other, document=DOCUMENT)

    assert (early, StarChange.objects.count()) == (0, 1)


def test_a_star_that_was_not_earned_anyway_is_not_given_back(county):
    StarReview.objects.filter(entry=county.row(), star=STAR).update(status=StarStatus.NOT_RECOMMENDED)
    one, _seal = sealed_with_one_open(county)

    assert reject(county, one).refused is None
    assert not StarChange.objects.exists()


def test_the_engine_runs_once_for_a_ruling_after_the_seal(county, monkeypatch):
    one, _seal = sealed_with_one_open(county)
    runs, rate = [], ruling.engine.rate
    monkeypatch.setattr(ruling.engine, "rate", lambda *asked: runs.append(1) or rate(*asked))

    reject(county, one, document=DOCUMENT)

    assert len(runs) == 1 and StarChange.objects.get().gained


def test_a_star_below_its_line_is_not_given_back(county):
    branch = county.branches[0]
    county.entry.value("ST-07", branch).__class__.objects.filter(
        round=county.entry.this, branch=branch, criterion__star=STAR, criterion__value_type="percent"
    ).update(final_number=1)
    one, _seal = sealed_with_one_open(county)

    assert reject(county, one).refused is None
    assert not StarChange.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_rulings_at_once_are_one():
    county = noticed.build(1)
    one = checked(county, objection(county))
    seen, approvers = one.revision, [noticed.another_approver() for _one in range(4)]

    with beside() as others:
        sent = [
            others.start(lambda by: uphold(county, Objection(pk=one.pk), by=by, seen_revision=seen), by)
            for by in approvers
        ]
        answers = [answer.result(30) for answer in sent]

    assert sum(answer.refused is None for answer in answers) == 1
    assert Objection.objects.get().revision == seen + 1


def upheld_twice(county) -> list[bool]:
    """Two approvers uphold one objection; the second begins while the first is not committed. Say who was heard."""
    one = checked(county, objection(county))
    seen, second = one.revision, noticed.another_approver()
    with beside() as others:
        with transaction.atomic():
            first = uphold(county, Objection(pk=one.pk), seen_revision=seen)
            future = others.start(lambda: uphold(county, Objection(pk=one.pk), by=second, seen_revision=seen))
            wait_until_a_lock_is_waited_for()
        return [answer.refused is None for answer in (first, future.result(30))]


@pytest.mark.django_db(transaction=True)
def test_control_without_the_objection_s_lock_it_is_ruled_on_twice(monkeypatch):
    """Its row is only locked by what is written to it, after both have looked."""
    county = noticed.build(1)
    locked = upheld_twice(county)
    monkeypatch.setattr(Objection.objects, "select_for_update", lambda **_asked: Objection.objects.all())

    assert (locked, upheld_twice(county)) == ([True, False], [True, True])
