"""Three people at work on one county in every order: whatever they do between each other, it ends where it may (C-22).

A script is what one person does: look at the page, then act on what was seen, so that others get in between. Every
merge of three scripts is played from a start; nothing may end in a state or a move that the table does not know, and
nothing be decided but on what its decider saw.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import permutations
from random import Random

import pytest
from django.db import transaction

from evaluations.models import Decision, Proposal, PublicNotice, RoundCounty, StarReview, Value
from evaluations.services.road import act
from evaluations.services.road.counties import CountyStep, move_county
from evaluations.services.road.proposals import ProposalStep, move_proposal
from evaluations.services.road.steps import Outcome, Step, Wish
from evaluations.workflow import (
    ACTIONS,
    APPROVE,
    DECIDED,
    NOT_RECOMMEND,
    PASS,
    PROPOSE,
    PUBLISH,
    RECOMMEND,
    RECONSIDER,
    RETURN,
    RETURN_LIST,
    SEND_BACK,
    SUBMIT,
    Action,
    ProposalStatus,
    StarStatus,
    State,
    Status,
)
from tests.review import veto_steps, world
from tests.review.world import STAR

pytestmark = pytest.mark.django_db

STARTS = ("draft", "submitted", "passed", "reviewed", "proposed", "approved")
SCRIPTS = {
    "clerk": ("edit", "submit", "edit"),
    "head": ("look", "pass", "return"),
    "strict head": ("look", "return", "pass"),
    "department": ("look at the star", "recommend", "reconsider"),
    "strict department": ("look at the star", "do not recommend", "recommend"),
    "organization": ("look at the county", "propose", "send back"),
    "approver": ("look at the list", "approve", "publish"),
    "strict approver": ("look at the list", "return the list", "approve"),
    "reporter": ("report a veto", "report a veto", "report a veto"),
    "loader": ("load", "load", "load"),
}
STALE = (  # the county, and its list, moved on by another between the look and the step
    ("look at the county", "look at the list", "return the list", "propose"),
    ("look at the list", "approve", "return the list"),
)
AUTOMATIC = {("advance", "passed", "reviewed"), ("reopen", "reviewed", "passed")}


def merges(rng: Random) -> list[tuple[str, str]]:
    """Three people, and the order in which their next lines come."""
    people = rng.sample(sorted(SCRIPTS), 3)
    order = [person for person in people for _line in SCRIPTS[person]]
    rng.shuffle(order)
    lines = {person: iter(SCRIPTS[person]) for person in people}
    return [(person, next(lines[person])) for person in order]


class Play:
    """One county, played from a start by several people, each with what they saw last."""

    def __init__(self, county: world.Review):
        self.county, self.seen, self.unseen, self.reports = county, {}, [], 0
        self.steps = {
            "edit": self.edit, "load": self.load, "report a veto": self.report, "look": self.look,
            "look at the star": self.look_at_star, "look at the county": self.look_at_county,
            "look at the list": self.look_at_list, "submit": self.submit, "pass": lambda: self.check(PASS),
            "return": lambda: self.check(RETURN), "recommend": lambda: self.decide(RECOMMEND),
            "do not recommend": lambda: self.decide(NOT_RECOMMEND), "reconsider": lambda: self.decide(RECONSIDER),
            "send back": self.send_back, "propose": lambda: self.move(PROPOSE), "publish": lambda: self.move(PUBLISH),
            "approve": lambda: self.rule(APPROVE), "return the list": lambda: self.rule(RETURN_LIST),
        }  # fmt: skip

    def edit(self):
        value = self.county.entry.value("WM-04")
        self.county.entry.enter("WM-04", str(470 + value.revision), revision=value.revision)

    def load(self):
        """What a command of the operator changes, whatever the road says."""
        value = Value.objects.filter(pk=self.county.entry.value("ST-07").pk)
        value.update(township_number=280, revision=value.get().revision + 1)

    def report(self):
        """Each time another one; the star's reviewer reports it, who may be deciding on the star just now."""
        self.reports += 1
        veto_steps.reported(self.county, document=f"环罚〔2026〕{self.reports}号")

    def look(self):
        self.seen["branch"] = self.county.wish()

    def look_at_star(self):
        self.seen["star"] = self.county.wish(star=STAR)

    def look_at_county(self):
        self.seen["county"] = self.county.county.revision

    def look_at_list(self):
        self.seen["list"] = Proposal.objects.order_by("pk").last()

    def submit(self):
        act(self.county.county, SUBMIT, [self.county.wish()], by=self.county.clerk)

    def check(self, action):
        asked = {"reason": "须补正", "criteria": ["WM-04"], "due": world.ahead()} if action == RETURN else {}
        outcome = act(self.county.county, action, [self.seen["branch"]], by=self.county.head, **asked)
        self.compare(action, outcome, self.seen["branch"])

    def decide(self, action):
        by = self.county.reviewers[STAR]
        outcome = act(self.county.county, action, [self.seen["star"]], by=by, star=STAR, reason="与现场不符")
        self.compare(action, outcome, self.seen["star"], STAR)

    def compare(self, action: Action, outcome: Outcome, seen: Wish, star: str = ""):
        """Was what is decided now what its decider saw? The step itself raises the revision by one."""
        now = self.county.wish(star=star) if outcome.moved else None
        if now and (now.seen_revision != seen.seen_revision + 1 or self.values_differ(action, now, seen)):
            self.unseen.append(f"{action.key}: decided on what was not seen")

    def values_differ(self, action: Action, now: Wish, seen: Wish) -> bool:
        return action in (PASS, RECOMMEND, NOT_RECOMMEND) and now.seen_stamp != seen.seen_stamp

    def send_back(self):
        wish = self.county.wish(star=STAR)
        act(self.county.county, SEND_BACK, [wish], by=self.county.organization_reviewer, star=STAR, reason="须核")

    def move(self, action):
        by = self.county.organization_reviewer if action == PROPOSE else self.county.organization_approver
        row = self.county.county
        seen = self.seen.get("county", row.revision)
        if move_county(row, action, by=by, seen_revision=seen).moved and seen != row.revision:
            self.unseen.append(f"{action.key}: the county as it was not seen")

    def rule(self, action):
        found = self.seen.get("list")
        if found is not None:
            given = {"document": "纪要〔2026〕1号", "reason": "须重核"}
            by, stands = self.county.organization_approver, Proposal.objects.get(pk=found.pk).revision
            moved = move_proposal(found, action, by=by, seen_revision=found.revision, **given).moved
            if moved and stands != found.revision:
                self.unseen.append(f"{action.key}: the list as it was not seen")


def begin(county: world.Review, start: str) -> None:
    """One branch somewhere on its road, all others' work done; a clerk's time is not over."""
    RoundCounty.objects.filter(pk=county.county.pk).update(contact="县委组织部 0398-0000000")
    status = {"draft": Status.DRAFT, "submitted": Status.SUBMITTED, "passed": Status.PASSED}.get(start, Status.REVIEWED)
    county.put(status, stars=StarStatus.RECOMMENDED, answer_due=world.ahead())
    if status == Status.PASSED:
        county.put_star(StarStatus.REVIEWING)
    if start in ("proposed", "approved"):
        move_county(county.county, PROPOSE, by=county.organization_reviewer, seen_revision=county.county.revision)
    if start == "approved":
        made = Proposal.objects.get()
        move_proposal(made, APPROVE, by=county.organization_approver, seen_revision=made.revision, document="纪要1号")


def wrong(county: world.Review) -> list[str]:
    """What may never be, read from the database."""
    moves = {(one.key, str(source), str(one.target)) for one in ACTIONS.values() for source in one.sources or [""]}
    known = moves | AUTOMATIC
    found = [
        f"{one.action}: {one.source} → {one.target}"
        for one in Decision.objects.all()
        if (one.action, one.source, one.target) not in known
    ]
    state, submission = county.county.state, county.submission()
    stars = list(StarReview.objects.values_list("status", flat=True))
    proposal = Proposal.objects.exclude(status=ProposalStatus.RETURNED).first()
    notice = PublicNotice.objects.filter(withdrawn_at=None).first()
    facts = {
        "reviewed, and a star is not decided": submission.status == Status.REVIEWED and set(stars) - set(DECIDED),
        "every star decided, and not reviewed": submission.status == Status.PASSED and not set(stars) - set(DECIDED),
        "proposed without a list": state in (State.PROPOSED, State.ON_NOTICE) and proposal is None,
        "a list while under review": state == State.UNDER_REVIEW and proposal is not None,
        "on notice without its approval": state == State.ON_NOTICE
        and (notice is None or proposal is None or proposal.status != ProposalStatus.APPROVED),
        "a notice of a county that is not on notice": notice is not None and state != State.ON_NOTICE,
        "listed, and the branch is under way": proposal is not None and submission.status != Status.REVIEWED,
        "open criteria, and nobody was asked": submission.status == Status.REVIEWED and submission.unlocked,
    }
    return found + [words for words, holds in facts.items() if holds]


def played(seed: int, county: world.Review) -> list[str]:
    """Play one merge; say what was wrong at its end."""
    rng = Random(seed)
    start, lines = rng.choice(STARTS), merges(rng)
    found = ended(county, start, [line for _person, line in lines])
    return [f"seed {seed}, from {start}: {lines}: {found}"] if found else []


def ended(county: world.Review, start: str, lines: Iterable[str]) -> list[str]:
    """What is wrong where a play ends, which is taken back."""
    with transaction.atomic():
        begin(county, start)
        play = Play(county)
        for look in (play.look, play.look_at_county, play.look_at_list):
            look()
        play.seen["star"] = county.wish(star=STAR)
        for line in lines:
            play.steps[line]()
        found = wrong(county) + play.unseen
        transaction.set_rollback(True)
    return found


@pytest.fixture
def county():
    made = world.build(1, others=0)
    made.fill()
    return made


def test_three_people_in_any_order_end_where_the_table_allows(county):
    assert [words for seed in range(60) for words in played(seed, county)] == []


@pytest.mark.full
def test_three_people_in_seven_hundred_orders_end_where_the_table_allows(county):
    assert [words for seed in range(60, 800) for words in played(seed, county)] == []


def test_control_without_the_move_that_follows_the_last_star_the_judge_notices(county, monkeypatch):
    """A branch stays where it is when its last star is decided."""
    decided = "look at the star", "recommend"
    right = ended(county, "passed", decided)
    monkeypatch.setattr("evaluations.services.road.stars.ADVANCE", "SELECT 0, '', '' WHERE %s IS NULL")

    assert right == []
    assert ended(county, "passed", decided) == ["every star decided, and not reviewed"]


def test_control_without_the_comparison_a_decision_is_taken_on_what_was_not_seen(county, monkeypatch):
    """The same plays with the seen revisions and values switched off: stale pages go through."""
    monkeypatch.setattr(Step, "is_as_seen", lambda step, one, wish: True)
    for whole in (CountyStep, ProposalStep):
        monkeypatch.setattr(whole, "revision", property(lambda step: step.given.seen_revision))

    told = (words for seed in range(60) for words in played(seed, county))
    assert any("decided on what was not seen" in words for words in told)
    assert [ended(county, "proposed", lines) for lines in STALE] == [
        ["propose: the county as it was not seen"],
        ["return_list: the list as it was not seen"],
    ]


def test_a_county_and_a_list_that_changed_since_they_were_seen_stay_where_they_are(county):
    assert [ended(county, "proposed", lines) for lines in STALE] == [[], []]


def test_the_plays_reach_the_proposal_and_the_notice(county):
    """A play that never gets anywhere would prove nothing."""
    reached = set()
    for first, second in permutations(("look at the list", "approve", "publish"), 2):
        with transaction.atomic():
            begin(county, "reviewed")
            play = Play(county)
            play.move(PROPOSE)
            reached.add(county.county.state)
            for line in ("look at the list", first, second, "publish"):
                play.steps[line]()
            reached.add(county.county.state)
            transaction.set_rollback(True)

    assert {State.PROPOSED, State.ON_NOTICE} <= reached
