"""The demo county further along its year: under review, on public notice, or confirmed, each step by its own account.

Nothing here writes a state: every step goes through the road as a page would take it. Only time is helped along: the
deadline is brought near and waited for, and the days of the notice are moved into the past.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from django.utils.timezone import localtime, now

from accounts.models import User
from branches.models import Region
from demo.accounts import APPROVER, ORGANIZER, REVIEWERS, make_township_accounts
from demo.county import COUNTY
from demo.entry import submit_some
from demo.rounds import ROUND
from evaluations.models import PublicNotice, RosterEntry, RoundCounty, StarReview, Submission, Value
from evaluations.models.value import REPORTED
from evaluations.services.calendar import calendar_of, keep_calendar
from evaluations.services.completeness import Branch, Slot, progress_of
from evaluations.services.correcting import Fix, correct
from evaluations.services.edits import Edit
from evaluations.services.entering import MOST_EDITS, plain_number, record_edits
from evaluations.services.proposing import current_proposal
from evaluations.services.rating import rate_county
from evaluations.services.road import Outcome, Wish, act
from evaluations.services.road.counties import move_county
from evaluations.services.road.proposals import move_proposal
from evaluations.services.road.stamps import stamps
from evaluations.services.sampling import draw
from evaluations.workflow import (
    ANSWER,
    APPROVE,
    BEGIN_REVIEW,
    CLOSE_ENTRY,
    CONFIRM,
    MARK_ABSENT,
    NOT_RECOMMEND,
    PASS,
    PASS_STAR,
    PROPOSE,
    PUBLISH,
    RECOMMEND,
    RETURN_STAR,
    Action,
    StarStatus,
    State,
    Status,
)
from scoring.standard import published_standard

STAGES = ("review", "notice", "confirmed")
HASTE = "演示：提前结束填报"
SECONDS = 2
CONTACT = "县委组织部组织二股（示范县政务中心 402 室）"
MINUTES = "示组纪〔2026〕21号"
ALL = 3000
LEFT_WITH_TOWNSHIP, LEFT_WITH_DEPARTMENT = 2, 0.4  # what a county in the middle of its review still has to do
NOT_SUBMITTED = "截止时仍未申报"
DOUBTS = ("与现场核查不符，已附核查记录", "佐证材料不全，逾期未补", "群众反映情况属实，须整改后再评")
CORRECTED, CORRECTED_STAR, CORRECTION = "ST-02", "ecology", "现场复核记录更正"
ANSWERED = "已核对台账和现场，数字无误"
RETURNED_NUMBER, RETURNED_NOTE, JUMPED = "30", "按公示名单更正", "较上年变化较大，已核对台账"
STEADY = "与上年一致，已核对台账"
SAMPLED = 20


def county() -> RoundCounty:
    return RoundCounty.objects.select_related("round", "county").get(round__slug=ROUND, county_id=COUNTY)


def person(username: str) -> User:
    return User.objects.get(username=username)


def advance(stage: str, *, by: str) -> None:
    """Bring the county to a stage; where it is there already or beyond, nothing is done."""
    unfinished = stage == "review"
    if county().state == State.OPEN:
        hand_in(by=by)
        close_entry()
        check(keep=LEFT_WITH_TOWNSHIP if unfinished else 0)
        review(keep=LEFT_WITH_DEPARTMENT if unfinished else 0.0)
    if unfinished:
        return
    if county().state == State.UNDER_REVIEW:
        answer(by=by)
        check(keep=0)
        review(keep=0.0)
        publish()
    if stage == "confirmed" and county().state == State.ON_NOTICE:
        confirm()


def hand_in(*, by: str) -> None:
    """Every township explains its jumps and hands in what is complete; what was returned is corrected first."""
    for township in Region.objects.filter(code__startswith=COUNTY[:6], level="township").order_by("code"):
        clerk, _head = make_township_accounts(township, by=by)
        give(clerk, [(code, slot, RETURNED_NUMBER, RETURNED_NOTE) for code, slot in returned(township)])
        give(clerk, [(code, slot, text, STEADY) for code, slot, text in known_last_year(township)])
        give(clerk, [(code, slot, None, JUMPED) for code, slot in unexplained(township)])
        submit_some(county(), clerk, ALL)


def roster(township: Region) -> dict[int, str]:
    entries = RosterEntry.objects.filter(round=county().round_id, township=township)
    return dict(entries.values_list("branch_id", "branch__code"))


def returned(township: Region) -> list[tuple[str, Slot]]:
    """What a return opened again and is still as it was."""
    drafts = Submission.objects.filter(entry__round=county().round_id, entry__township=township, status=Status.DRAFT)
    found = drafts.exclude(unlocked=[]).values_list("entry__branch__code", "unlocked")
    return [(branch, (code, 0)) for branch, codes in found for code in codes]


def unexplained(township: Region) -> list[tuple[str, Slot]]:
    """Values that ask for a note."""
    codes = roster(township)
    progress = progress_of(county().round, [Branch(pk, township.code) for pk in codes])
    return [(codes[pk], slot) for pk, one in progress.items() for slot in one.unexplained]


def known_last_year(township: Region) -> list[tuple[str, Slot, str]]:
    """What is missing and was given last year, as it was then."""
    codes, last = roster(township), county().round.previous_id
    progress = progress_of(county().round, [Branch(pk, township.code) for pk in codes])
    wanted = {(pk, *slot) for pk, one in progress.items() for slot in one.missing}
    values = Value.objects.filter(round=last, branch__in=codes, effective_state=REPORTED)
    rows = values.values_list("branch_id", "criterion__code", "period", "reported_option", "reported_number")
    found = {tuple(row[:3]): row[3] or plain_number(row[4]) for row in rows}
    return [(codes[pk], (code, period), found[pk, code, period]) for pk, code, period in sorted(wanted & found.keys())]


def give(clerk: User, wanted: Sequence[tuple[str, Slot, str | None, str]]) -> None:
    """A clerk's values with their notes; without a number the value stays as it is."""
    edits = [edit_of(*one) for one in wanted]
    for start in range(0, len(edits), MOST_EDITS):
        part = edits[start : start + MOST_EDITS]
        answers = record_edits(county(), part, scope=clerk.entry_scope(COUNTY), by=clerk.ledger_name)
        wrong = [answer for answer in answers if answer.status != "saved"]
        if wrong:
            raise AssertionError(f"the demo's clerk was refused: {wrong[0]}")


def edit_of(branch: str, slot: Slot, number: str | None, note: str) -> Edit:
    code, period = slot
    values = Value.objects.filter(round=county().round_id, branch__code=branch, criterion__code=code, period=period)
    there = values.first()
    text = number or there.reported_option or plain_number(there.reported_number)
    return Edit(uuid4(), branch, code, period, text, note=note, revision=there.revision if there else 0)


def close_entry() -> None:
    """The approver moves the deadline near, with a reason; then the reviewer waits for it and closes."""
    row, soon = county(), now() + timedelta(seconds=SECONDS)
    later = localtime(soon) + timedelta(days=12)
    wanted = replace(
        calendar_of(row), entry_due=soon, township_due=later, department_due=later + timedelta(days=14), contact=CONTACT
    )
    keep_calendar(row, wanted, seen_revision=row.revision, by=person(APPROVER), reason=HASTE)
    time.sleep(SECONDS)
    organizer = person(ORGANIZER)
    for action in (CLOSE_ENTRY, BEGIN_REVIEW):
        taken(move_county(county(), action, by=organizer, seen_revision=county().revision))


def check(*, keep: int) -> None:
    """Each township's reviewer passes what was handed in, but for the last `keep` of the largest townships."""
    for township in Region.objects.filter(code__startswith=COUNTY[:6], level="township").order_by("code"):
        rows = Submission.objects.filter(entry__round=county().round_id, entry__township=township)
        waiting = rows.filter(status=Status.SUBMITTED).order_by("entry__branch__code")
        head = User.objects.get(grants__role="township_reviewer", grants__region=township)
        found = list(waiting.values_list("entry__branch_id", "entry__branch__code", "revision"))
        move(PASS, found[: len(found) - keep], by=head)


def move(action: Action, found: Sequence[tuple[int, str, int]], *, by: User, star: str = "", **asked) -> None:
    """Take a step with branches (id, code, revision) as somebody who has just looked."""
    if not found:
        return
    row = county()
    seen = stamps(row.round_id, row.round.criteria_set_id, [pk for pk, _code, _revision in found], star)
    wishes = [Wish(code, revision, seen[pk]) for pk, code, revision in found]
    taken(act(row, action, wishes, by=by, star=star, **asked))


def taken(outcome: Outcome) -> None:
    if outcome.refused:
        raise AssertionError(f"the demo's step was refused: {next(iter(outcome.refused.items()))}")


def review(*, keep: float) -> None:
    """Five departments, each its own star: a few doubts, a few returns, the rest recommended but for a share kept."""
    mark_absent()
    for place, (star, username) in enumerate(REVIEWERS.items()):
        by = person(username)
        found = waiting_for(star)
        if keep:
            draw(county(), star, SAMPLED, by=by)
            found = correct_some(found, star, by) if star == CORRECTED_STAR else found
            move(RETURN_STAR, returnable(found, star), by=by, star=star, reason=DOUBTS[1], **asked_back(star))
            found = waiting_for(star)
        doubtful, sure = found[place :: len(found) // 3 + 1], []
        sure = [one for one in found if one not in doubtful]
        move(NOT_RECOMMEND, doubtful, by=by, star=star, reason=DOUBTS[place % len(DOUBTS)])
        move(RECOMMEND, sure[: round(len(sure) * (1 - keep))], by=by, star=star)


def answer(*, by: str) -> None:
    """The townships correct what was returned, their reviewers look at it, and it is the departments' again."""
    rows = StarReview.objects.filter(entry__round=county().round_id, status=StarStatus.RETURNED)
    for one in rows.select_related("entry__township", "entry__branch"):
        clerk, head = make_township_accounts(one.entry.township, by=by)
        code = one.entry.branch.code
        give(clerk, [(code, (criterion, 0), None, ANSWERED) for criterion in one.unlocked])
        move(ANSWER, [(one.entry.branch_id, code, one.revision)], by=clerk, star=one.star)
        move(PASS_STAR, [(one.entry.branch_id, code, one.revision + 1)], by=head, star=one.star)


def mark_absent() -> None:
    rows = Submission.objects.filter(entry__round=county().round_id, status=Status.DRAFT)
    found = rows.order_by("entry__branch__code").values_list("entry__branch_id", "entry__branch__code", "revision")
    move(MARK_ABSENT, list(found), by=person(ORGANIZER), reason=NOT_SUBMITTED)


def waiting_for(star: str) -> list[tuple[int, str, int]]:
    rows = StarReview.objects.filter(entry__round=county().round_id, star=star, status=StarStatus.REVIEWING)
    return list(rows.order_by("entry__branch__code").values_list("entry__branch_id", "entry__branch__code", "revision"))


def returnable(found: Sequence[tuple[int, str, int]], star: str) -> Sequence[tuple[int, str, int]]:
    """Two branches in the middle, of a star in which the township gives anything."""
    return found[len(found) // 2 :][:2] if asked_back(star) else []


def asked_back(star: str) -> dict[str, object]:
    """The first criterion of the star that townships give, and a week to answer."""
    rows = published_standard(county().round.criteria_set_id).criteria
    codes = [row.code for row in rows if row.star == star and row.source == "township" and row.takes_entry]
    return {"criteria": codes[:1], "due": now() + timedelta(days=7)} if codes else {}


def correct_some(found: list[tuple[int, str, int]], star: str, by: User) -> list[tuple[int, str, int]]:
    """Two toilets more that did not work, in three of the branches visited."""
    for _pk, code, _revision in found[:3]:
        there = Value.objects.get(round=county().round_id, branch__code=code, criterion__code=CORRECTED, period=0)
        number = plain_number((there.reported_number or 0) + 2)
        fix = Fix(code, CORRECTED, 0, number, CORRECTION, seen_revision=there.revision)
        taken(correct(county(), fix, star=star, by=by))
    return waiting_for(star)


def publish() -> None:
    """Proposed by one, approved and published by another."""
    rate_county(county().round, COUNTY)
    organizer, approver = person(ORGANIZER), person(APPROVER)
    taken(move_county(county(), PROPOSE, by=organizer, seen_revision=county().revision))
    made = current_proposal(county())
    taken(move_proposal(made, APPROVE, by=approver, seen_revision=made.revision, document=MINUTES))
    taken(move_county(county(), PUBLISH, by=approver, seen_revision=county().revision))


def confirm() -> None:
    """The days of the notice are moved into the past: a demo can't wait for them."""
    notices = PublicNotice.objects.filter(county=county(), withdrawn_at=None)
    last = localtime(now()).date() - timedelta(days=1)
    notices.update(first_day=last - timedelta(days=20), last_day=last)
    taken(move_county(county(), CONFIRM, by=person(APPROVER), seen_revision=county().revision))
