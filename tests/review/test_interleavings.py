"""Three people at work on one county in every order: whatever they do between each other, it ends where it may (C-22).

A script is what one person does: look at the page, then act on what was seen, so that others get in between. Every
merge of three scripts is played from a start; nothing may end in a state or a move that the table does not know.
"""

from __future__ import annotations

from itertools import permutations
from random import Random

import pytest
from django.db import transaction

from evaluations.models import Decision, Proposal, PublicNotice, RoundCounty, StarReview, Value, VetoRecord
from evaluations.services.road import act
from evaluations.services.road.counties import move_county
from evaluations.services.road.proposals import move_proposal
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
    ProposalStatus,
    StarStatus,
    State,
    Status,
)
from scoring.models import Criterion
from tests.review import world
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
        self.county, self.seen = county, {}
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
        criterion = Criterion.objects.get(criteria_set=self.county.entry.this.criteria_set, code="CY-V1")
        VetoRecord.objects.create(round=self.county.entry.this, branch=self.county.branches[0], criterion=criterion)

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
        act(self.county.county, action, [self.seen["branch"]], by=self.county.head, **asked)

    def decide(self, action):
        by = self.county.reviewers[STAR]
        act(self.county.county, action, [self.seen["star"]], by=by, star=STAR, reason="与现场不符")

    def send_back(self):
        wish = self.county.wish(star=STAR)
        act(self.county.county, SEND_BACK, [wish], by=self.county.organization_reviewer, star=STAR, reason="须核")

    def move(self, action):
        by = self.county.organization_reviewer if action == PROPOSE else self.county.organization_approver
        seen = self.seen.get("county", self.county.county.revision)
        move_county(self.county.county, action, by=by, seen_revision=seen)

    def rule(self, action):
        found = self.seen.get("list")
        if found is not None:
            given = {"document": "纪要〔2026〕1号", "reason": "须重核"}
            move_proposal(found, action, by=self.county.organization_approver, seen_revision=found.revision, **given)


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
    known = {(one.key, str(source), str(one.target)) for one in ACTIONS.values() for source in one.sources} | AUTOMATIC
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
    """Play one merge and take it back; say what was wrong at its end."""
    rng = Random(seed)
    start, lines = rng.choice(STARTS), merges(rng)
    with transaction.atomic():
        begin(county, start)
        play = Play(county)
        for look in (play.look, play.look_at_county, play.look_at_list):
            look()
        play.seen["star"] = county.wish(star=STAR)
        for _person, line in lines:
            play.steps[line]()
        found = wrong(county)
        transaction.set_rollback(True)
    return [f"seed {seed}, from {start}: {lines}: {found}"] if found else []


@pytest.fixture
def county():
    made = world.build(1, others=0)
    made.fill()
    return made


def test_three_people_in_any_order_end_where_the_table_allows(county):
    assert [words for seed in range(200) for words in played(seed, county)] == []


@pytest.mark.full
def test_three_people_in_six_hundred_orders_end_where_the_table_allows(county):
    assert [words for seed in range(200, 800) for words in played(seed, county)] == []


def test_control_without_what_was_seen_the_plays_end_where_they_may_not(county, monkeypatch):
    """The same plays with the table's order of things switched off: the judge has to notice."""
    monkeypatch.setattr("evaluations.services.road.stars.ADVANCE", "SELECT 0, '', '' WHERE %s IS NULL")

    assert [words for seed in range(60) for words in played(seed, county)]


def test_the_plays_reach_every_state_from_draft_to_notice(county):
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
