"""A county's road for the organization department: where it stands, who waits for whom, and the next step."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from branches.working_days import years_without_schedule
from evaluations.models import Decision, Proposal, PublicNotice
from evaluations.reading.county import SeenCounty
from evaluations.reading.marks import StarHead
from evaluations.reading.people import names_of
from evaluations.reading.road import road_of
from evaluations.reading.values import said
from evaluations.services.calendar import keeps_calendar
from evaluations.services.explaining import select
from evaluations.services.road import may_act
from evaluations.services.road.counties import CountyStep, open_notice
from evaluations.services.road.proposals import ProposalStep
from evaluations.services.road.whole import Given, WholeStep
from evaluations.workflow import (
    ACTIONS,
    APPROVE,
    CONFIRM,
    OPEN_ENTRY,
    PROPOSE,
    PUBLISH,
    REOPEN_ENTRY,
    RETURN_LIST,
    WITHDRAW_NOTICE,
    Action,
    ProposalStatus,
    StarStatus,
    State,
    Status,
    Subject,
    actions_of,
)

BACKWARDS = (REOPEN_ENTRY, RETURN_LIST, WITHDRAW_NOTICE)  # not the next step but the way back
NOTICED = (State.ON_NOTICE, State.CONFIRMED, State.CLOSED)
PERSONAL = {"prepared_by_another", "corrected_nothing", "reviewed_nothing", "proposed_by_another"}
ON_THE_LIST = (PROPOSE, APPROVE, PUBLISH, CONFIRM)  # decided on the page that shows the list
SUBMISSIONS = """
    SELECT s.status, r.township_id, t.name, t.name_en, count(*) FROM evaluations_rosterentry r
    JOIN evaluations_submission s ON s.entry_id = r.id
    JOIN branches_region t ON t.code = r.township_id
    WHERE r.round_id = %s AND r.county_id = %s GROUP BY 1, 2, 3, 4 ORDER BY 2
"""
STARS = """
    SELECT v.star, v.status, count(*) FROM evaluations_rosterentry r
    JOIN evaluations_starreview v ON v.entry_id = r.id
    WHERE r.round_id = %s AND r.county_id = %s GROUP BY 1, 2
"""
WHERE: dict[str, str] = {  # the page where what a guard names is seen to
    "has_calendar": "county_calendar", "prepared_by_another": "county_calendar", "has_contact": "county_calendar",
    "deadline_over": "entry_overview", "all_reviewed": "county_branches", "no_lift_pending": "county_branches",
    "list_approved": "county_list", "unchanged": "county_list", "nothing_unnoticed": "county_list",
}  # fmt: skip
QUERIES = {"all_reviewed": "?only=waiting", "no_lift_pending": "?only=vetoed", "unchanged": "?only=changed"}
LINKS: dict[str, Promise] = {
    "county_calendar": _("Calendar"), "entry_overview": _("Entry"), "county_branches": _("Show these branches"),
    "county_list": _("Show the list"),
}  # fmt: skip


def in_reader_s(name: str, name_en: str) -> str:
    """A name as a county entered it, in English where there is one and the reader asks for it."""
    return name_en if name_en and (get_language() or "").startswith("en") else name


@dataclass(frozen=True)
class Obstacle:
    """What stands in the way of a step, and where it is seen to."""

    sentence: str
    url: str = ""
    link: str = ""


@dataclass(frozen=True)
class Offer:
    """A step that leads on from here: whether the reader may take it, and what stands in its way."""

    action: Action
    mine: bool
    roles: str
    obstacles: list[Obstacle]
    revision: int

    @property
    def ready(self) -> bool:
        return self.mine and not self.obstacles

    @property
    def needs(self) -> list[str]:
        return [str(need) for need in self.action.needs]

    @property
    def page(self) -> str:
        """The page on which it is decided; empty where a button is enough."""
        return "county_list" if self.action in ON_THE_LIST else "county_calendar" if self.action == OPEN_ENTRY else ""


@dataclass(frozen=True)
class Line:
    """How many of a township's branches, or of a star's reviews, stand where."""

    code: str
    name: str
    counts: list[int]
    head: StarHead | None = None


class CountyRoad:
    """The road of one county as one person sees it."""

    def __init__(self, seen: SeenCounty, user: User):
        self.seen, self.user, self.row = seen, user, seen.row

    @property
    def steps(self):
        return road_of(self.row)

    @property
    def keeps_calendar(self) -> bool:
        return keeps_calendar(self.user, self.row) is not None

    @property
    def statuses(self) -> list[str]:
        return [str(status.label) for status in Status]

    @property
    def star_statuses(self) -> list[str]:
        return [str(status.label) for status in StarStatus]

    @cached_property
    def townships(self) -> list[Line]:
        """Each township's branches by where their submissions stand."""
        found: dict[tuple[str, str], Counter] = {}
        for status, code, name, name_en, count in select(SUBMISSIONS, [self.row.round_id, self.row.county_id]):
            found.setdefault((code, in_reader_s(name, name_en)), Counter())[status] = count
        return [Line(code, name, [many[status] for status in Status]) for (code, name), many in found.items()]

    @property
    def sums(self) -> list[tuple[str, str, int]]:
        """(status, its word, how many branches)."""
        columns = zip(*(line.counts for line in self.townships), strict=True) if self.townships else [[0]] * len(Status)
        return [(status.value, str(status.label), sum(many)) for status, many in zip(Status, columns, strict=True)]

    @cached_property
    def stars(self) -> list[Line]:
        """Each star's reviews by where they stand."""
        found: dict[str, Counter] = {}
        for star, status, count in select(STARS, [self.row.round_id, self.row.county_id]):
            found.setdefault(star, Counter())[status] = count
        whole = sum(count for _status, _word, count in self.sums)
        for head in self.seen.stars:  # a star has no review before its branch is passed on
            counted = found.setdefault(head.code, Counter())
            counted[StarStatus.WAITING] += whole - sum(counted.values())
        return [
            Line(head.code, head.label, [found.get(head.code, Counter())[one] for one in StarStatus], head)
            for head in map(StarHead, self.seen.stars)
        ]  # fmt: skip

    # The steps from here -------------------------------------------------------------------------------------------
    @cached_property
    def proposal(self) -> Proposal | None:
        return Proposal.objects.filter(county=self.row).exclude(status=ProposalStatus.RETURNED).first()

    @cached_property
    def notice(self) -> PublicNotice | None:
        return open_notice(self.row) if self.row.state in NOTICED else None

    @cached_property
    def offers(self) -> list[Offer]:
        """What leads on from here, of the county and of its list; the way back is no offer."""
        actions = [one for one in actions_of(Subject.COUNTY, self.row.state) if one not in BACKWARDS]
        if self.proposal is not None and self.row.state == State.PROPOSED:
            actions = [one for one in actions_of(Subject.PROPOSAL, self.proposal.status) if one == APPROVE] or actions
        return [self.offer(action) for action in actions]

    @property
    def next(self) -> Offer | None:
        return self.offers[0] if self.offers else None

    @property
    def ways_back(self) -> list[Offer]:
        """What the reader may undo, each with its reason."""
        back = [one for one in actions_of(Subject.COUNTY, self.row.state) if one in BACKWARDS]
        if self.proposal is not None and self.row.state == State.PROPOSED:
            back += [one for one in actions_of(Subject.PROPOSAL, self.proposal.status) if one in BACKWARDS]
        return [offer for offer in (self.offer(action, look=False) for action in back) if offer.mine]

    def offer(self, action: Action, *, look: bool = True) -> Offer:
        mine = may_act(self.user, action, self.row.county_id, place=self.row.county_id) is not None
        step = self.step(action)
        found = step.look() if look else {}
        if not mine:  # what bars the reader as a person bars nobody else
            found = {name: why for name, why in found.items() if name not in PERSONAL}
        roles = "、".join(str(role.label) for role in action.roles)
        return Offer(action, mine, roles, [self.obstacle(name, why) for name, why in found.items()], step.revision)

    def step(self, action: Action) -> WholeStep:
        if action.subject == Subject.PROPOSAL:
            return ProposalStep(self.proposal, action, self.user, Given(0))
        step = CountyStep(self.row, action, self.user, Given(0))
        step.row = self.row
        return step

    def obstacle(self, name: str, why) -> Obstacle:
        page = WHERE.get(name, "")
        if not page:
            return Obstacle(said(why))
        return Obstacle(said(why), self.seen.url(page) + QUERIES.get(name, ""), str(LINKS[page]))

    # What happened so far ------------------------------------------------------------------------------------------
    @cached_property
    def history(self) -> list[tuple[Decision, str, str]]:
        """The county's own decisions, the latest first, each with its word and who took it."""
        found = list(self.row.decisions.order_by("-pk")[:30])
        names = names_of(one.by for one in found)
        labels = {key: str(action.label) for key, action in ACTIONS.items()}
        return [(one, labels.get(one.action, ""), names.get(one.by, one.by)) for one in found]

    @property
    def prepared_by(self) -> str:
        return names_of([self.row.prepared_by]).get(self.row.prepared_by, "")

    @property
    def unknown_years(self) -> list[int]:
        """Years whose holidays are not known yet, among those the calendar reaches into."""
        times = (self.row.entry_due, self.row.township_due, self.row.department_due)
        days = [one.date() for one in times if one] + ([self.notice.last_day] if self.notice else [])
        return years_without_schedule(days) if days else []
