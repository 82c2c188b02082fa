"""Appeals and revocations: by whom, until when, for what; the current list moves and the sealed one never does."""

from datetime import datetime, time
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils.timezone import make_aware

from accounts.roles import Role
from branches.models import SpecialDay
from branches.working_days import working_day_after
from evaluations.models import Appeal, Rating, SealedCounty, SealedRating, StarChange, StarReview
from evaluations.services import appealing, cases
from evaluations.services.appealing import appeal, rule_on_appeal
from evaluations.services.cases import UNKNOWN
from evaluations.services.current import current_list
from evaluations.services.revoking import revoke
from evaluations.services.seal import problems_of
from evaluations.workflow import DISMISS_APPEAL, GRANT_APPEAL, StarStatus, State
from ledger.models import LedgerEntry
from scoring.models import STAR_CODES
from tests import factories
from tests.evaluations.pages import results
from tests.review import noticed
from tests.review.noticed import DOCUMENT, REPLY, checked, day, objection
from tests.review.world import COUNTY, STAR
from tests.threads import beside, wait_until_a_lock_is_waited_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def county():
    """Sealed today; the first branch was not recommended for one star."""
    made = noticed.build(2)
    StarReview.objects.filter(entry=made.row(), star=STAR).update(status=StarStatus.NOT_RECOMMENDED)
    made.seal = noticed.seal(made)
    return made


def ask(county, place: int = 0, *, by=None, star: str = STAR, **given):
    given = {"reason": "整改已完成并经验收", "document": "示镇〔2026〕8号"} | given
    return appeal(county.county, branch=county.branches[place].code, star=star, by=by or county.head, **given)


def decide(county, action, *, by=None, **given):
    one = Appeal.objects.get()
    given = {"seen_revision": one.revision, "reply": REPLY, "document": DOCUMENT} | given
    return rule_on_appeal(county.county, action, one.pk, by=by or county.organization_approver, **given)


def take_star(county, place: int = 1, *, by=None, star: str = STAR, **given):
    given = {"on": day(), "document": DOCUMENT, "reason": "发生安全事故", "seen_revision": 0} | given
    branch = county.branches[place].code
    return revoke(county.county, branch=branch, star=star, by=by or county.organization_approver, **given)


def held(county, place: int, on=None) -> tuple[str, ...]:
    rows = {row.sealed.branch_id: row.earned for row in current_list(county.seal, on or day())}
    return rows[county.branches[place].pk]


# Appeals -------------------------------------------------------------------------------------------------------------
def test_a_township_appeals_for_a_star_its_branch_did_not_get(county):
    answer = ask(county)

    assert answer.refused is None and answer.receipt.startswith("FH-2026-")
    assert LedgerEntry.objects.get(action="appeal.appeal").actor == county.head.username


def test_granted_the_star_stands_from_the_day_of_the_ruling(county):
    ask(county)

    answer = decide(county, GRANT_APPEAL)

    assert answer.refused is None and STAR in held(county, 0)
    assert STAR not in held(county, 0, day(days=-1))
    assert StarChange.objects.get().cause == "appeal"


def test_dismissed_nothing_changes(county):
    ask(county)

    assert decide(county, DISMISS_APPEAL, document="").refused is None
    assert not StarChange.objects.exists()


def test_one_appeal_per_branch_and_star(county):
    first, again = ask(county), ask(county)
    other_head = factories.person(Role.TOWNSHIP_REVIEWER, factories.township(county.branches[0].township_id))
    third = ask(county, by=other_head)

    assert again.repeated and again.receipt == first.receipt
    assert "an appeal for this star already" in str(third.refused) and Appeal.objects.count() == 1


def test_a_star_the_branch_holds_is_not_appealed_for(county):
    assert "holds this star" in str(ask(county, star="industry").refused)


def test_only_the_branch_s_own_township_appeals(county):
    assert ask(county, 2).refused == UNKNOWN
    for by in (county.clerk, county.organization_approver, county.reviewers[STAR]):
        assert ask(county, by=by).refused == UNKNOWN


def confirm_so_that_the_last_day_is(county, offset: int) -> None:
    """Confirm on the latest day whose last day to appeal lies so many days from today."""
    row = county.county
    for back in range(40):
        if working_day_after(day(days=-back), row.appeal_days, COUNTY) == day(days=offset):
            type(row).objects.filter(pk=row.pk).update(confirmed_at=_noon(day(days=-back)))
            return
    raise AssertionError("no such day")


def _noon(on):
    return make_aware(datetime.combine(on, time(12)))


@pytest.fixture
def every_day_worked(county):
    """So that a test runs the same on a Saturday: every day near today is worked."""
    SpecialDay.objects.bulk_create(
        [SpecialDay(county_id=COUNTY, on=day(days=offset), working=True, name="班") for offset in range(-40, 40)]
    )


def test_an_appeal_is_taken_on_the_last_working_day_and_not_on_the_day_after(county, every_day_worked):
    confirm_so_that_the_last_day_is(county, -1)
    late = ask(county)
    confirm_so_that_the_last_day_is(county, 0)

    assert "time to appeal ended" in str(late.refused) and ask(county).refused is None


def test_a_holiday_gives_a_day_more(county, every_day_worked):
    confirm_so_that_the_last_day_is(county, -1)
    SpecialDay.objects.filter(county=COUNTY, on=day(days=-2)).update(working=False)

    assert ask(county).refused is None


def test_a_closed_round_takes_no_appeal(county):
    county.stand(State.CLOSED)

    assert "closed" in str(ask(county).refused)


def test_who_took_part_in_the_first_review_does_not_decide(county):
    ask(county)
    county.entry.this.roster.get(branch=county.branches[0]).submission.decisions.create(
        action="recommend", star="industry", source="reviewing", target="recommended", by="first"
    )
    approver = noticed.another_approver()
    type(approver).objects.filter(pk=approver.pk).update(username="first")

    assert "first review" in str(decide(county, GRANT_APPEAL, by=type(approver).objects.get(pk=approver.pk)).refused)
    assert decide(county, GRANT_APPEAL).refused is None


def test_without_the_guard_a_first_reviewer_would_decide(county, monkeypatch):
    """The negative control of not_a_first_reviewer."""
    monkeypatch.setattr(appealing.AppealCase, "not_a_first_reviewer", lambda self: None)
    ask(county)
    row = county.row().submission
    row.decisions.create(action="pass", source="x", target="y", by=county.organization_approver.username)

    assert decide(county, GRANT_APPEAL).refused is None


def test_granting_needs_a_decision_number_and_a_reply(county):
    ask(county)

    assert "decision number" in str(decide(county, GRANT_APPEAL, document="").refused)
    assert "reply" in str(decide(county, GRANT_APPEAL, reply="").refused)


def test_while_an_objection_to_the_star_is_open_its_appeal_is_not_granted():
    county = noticed.build(1)
    checked(county, objection(county))
    county.seal = noticed.seal(county)
    ask(county)

    assert "objection to this star is still open" in str(decide(county, GRANT_APPEAL).refused)


# Revocation ----------------------------------------------------------------------------------------------------------
def test_a_revoked_star_leaves_the_current_list_and_the_sealed_one_stays_as_it_is(county):
    before = (county.seal.content, county.seal.sha256, list(SealedRating.objects.order_by("pk").values()))

    answer = take_star(county)

    county.seal.refresh_from_db()
    assert answer.refused is None and STAR not in held(county, 1)
    assert (county.seal.content, county.seal.sha256, list(SealedRating.objects.order_by("pk").values())) == before
    assert problems_of(county.seal) == []


def test_a_revocation_dated_ahead_changes_the_list_from_that_day_on(county):
    take_star(county, on=day(days=5))

    assert STAR in held(county, 1, day(days=4)) and STAR not in held(county, 1, day(days=5))


def test_a_star_is_revoked_once(county):
    take_star(county)

    again = take_star(county, seen_revision=1, document="示组发〔2026〕99号")

    assert "Revoked already" in str(again.refused) and StarChange.objects.count() == 1


def test_a_double_click_revokes_once(county):
    answers = [take_star(county) for _click in range(2)]

    assert [answer.repeated for answer in answers] == [False, True]
    assert LedgerEntry.objects.filter(action="result.revoke").count() == 1


def test_a_star_the_branch_does_not_hold_is_not_revoked(county):
    assert "does not hold" in str(take_star(county, 0).refused)


@pytest.mark.parametrize("without", ["document", "reason", "on"])
def test_a_revocation_needs_number_day_and_reason(county, without):
    empty = None if without == "on" else " "

    assert take_star(county, **{without: empty}).refused is not None
    assert not StarChange.objects.exists()


@pytest.mark.parametrize(("days", "said"), [(-1, "stands since"), (400, "more than a year")])
def test_a_star_falls_on_a_day_it_can_fall_on(county, days, said):
    assert said in str(take_star(county, on=day(days=days)).refused)


def test_only_an_approver_of_the_county_revokes(county):
    for by in (county.organization_reviewer, county.head, county.reviewers[STAR], county.auditor):
        assert take_star(county, by=by).refused == UNKNOWN


def test_before_the_seal_nothing_is_revoked():
    county = noticed.build(1)

    assert take_star(county, 0).refused is not None and not StarChange.objects.exists()


def test_who_entered_the_branch_does_not_revoke_its_star(county):
    approver = noticed.another_approver()
    county.row(county.branches[1]).submission.decisions.create(
        action="submit", source="draft", target="submitted", by=approver.username
    )

    assert "You entered values" in str(take_star(county, by=approver).refused)


def test_another_change_meanwhile_stops_a_revocation(county):
    take_star(county)

    assert "Changed since" in str(take_star(county, star="industry").refused)


def test_a_star_given_by_an_appeal_can_be_revoked_again(county):
    ask(county)
    decide(county, GRANT_APPEAL)

    answer = take_star(county, 0, seen_revision=1)

    assert answer.refused is None and STAR not in held(county, 0)


# The list ------------------------------------------------------------------------------------------------------------
def test_the_worked_example_of_scoring_7():
    """A 5 87.80, B 5 83.00, E 5 83.00, C 4 91.00, D 4 86.80; A loses a star: B 1, E 1, C 3, A 4, D 5."""
    seal = sealed_list({"A": (5, "87.80"), "B": (5, "83.00"), "E": (5, "83.00"), "C": (4, "91.00"), "D": (4, "86.80")})
    a = SealedRating.objects.get(branch__name="A")
    StarChange.objects.create(
        seal=seal, branch=a.branch, star="rule_of_law", gained=False, cause="revocation", effective_on=day(),
        document=DOCUMENT, reason="一票否决", by="approver",
    )  # fmt: skip

    yesterday = ranked(seal, day(days=-1))
    today = ranked(seal, day())

    assert yesterday == {"A": 1, "B": 2, "E": 2, "C": 4, "D": 5}
    assert today == {"B": 1, "E": 1, "C": 3, "A": 4, "D": 5}
    assert list(today) == ["B", "E", "C", "A", "D"]


def ranked(seal, on) -> dict[str, int]:
    return {row.sealed.branch.name: row.county_rank for row in current_list(seal, on)}


def sealed_list(rows: dict[str, tuple[int, str]]):
    made = results(len(rows), slug="worked", state="confirmed")
    seal = SealedCounty.objects.create(
        round=made, county_id=COUNTY, document=DOCUMENT, engine_version="1", content="{}", sha256="0" * 64
    )
    entries = made.roster.order_by("branch__code")
    for entry, (name, (level, index)) in zip(entries, rows.items(), strict=True):
        type(entry.branch).objects.filter(pk=entry.branch_id).update(name=name)
        SealedRating.objects.create(
            seal=seal, branch_id=entry.branch_id, earned=" ".join(STAR_CODES[:level] if level == 4 else STAR_CODES),
            level=level, index=Decimal(index),
        )  # fmt: skip
    return seal


@pytest.mark.parametrize("count", [1, 60, 600])
def test_the_list_asks_the_database_as_often_for_600_as_for_one(django_assert_num_queries, count):
    made = results(count, slug="long", state="confirmed")
    seal = SealedCounty.objects.create(
        round=made, county_id=COUNTY, document=DOCUMENT, engine_version="1", content="{}", sha256="0" * 64
    )
    SealedRating.objects.bulk_create(
        [
            SealedRating(seal=seal, branch_id=one.branch_id, earned=one.earned, level=one.level)
            for one in Rating.objects.all()
        ]
    )
    on = day()

    with django_assert_num_queries(2):
        rows = current_list(seal, on)

    assert len(rows) == count


@pytest.mark.django_db(transaction=True)
def test_a_star_is_revoked_once_by_two_at_once():
    county = noticed.build(1)
    noticed.seal(county)
    approvers = [noticed.another_approver() for _one in range(4)]

    with beside() as others:
        sent = [others.start(lambda by: take_star(county, 0, by=by), by) for by in approvers]
        answers = [answer.result(30) for answer in sent]

    assert sum(answer.refused is None for answer in answers) == StarChange.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("locks", "changes"), [(True, 1), (False, 2)], ids=["locked", "control"])
def test_of_two_revocations_the_second_looks_once_the_first_is_written(monkeypatch, locks, changes):
    """The control: without the branch's lock both find the star standing, and wait only to be put into the ledger."""
    county = noticed.build(1)
    noticed.seal(county)
    second = noticed.another_approver()
    if not locks:
        monkeypatch.setattr(cases.SealedCase, "lock_branch", lambda case: None)

    with beside() as others:
        with transaction.atomic():
            assert take_star(county, 0).refused is None
            future = others.start(lambda: take_star(county, 0, by=second))
            wait_until_a_lock_is_waited_for()
        assert (future.result(30).refused is None) is not locks

    assert StarChange.objects.count() == changes
