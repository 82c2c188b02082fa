"""A county on its road, for tests of the review: nine people in their roles, branches put where a test begins."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from branches.models import Branch, Department
from evaluations.models import RosterEntry, RoundCounty, StarReview, Submission
from evaluations.services.road import Outcome, Wish, act
from evaluations.services.road.stamps import stamps
from evaluations.workflow import DECIDED, Action, StarStatus, State, Status
from scoring.models import STAR_CODES
from tests import factories
from tests.entry import world as entry
from tests.entry.giving import fill
from tests.entry.world import COUNTY, TOWN

OTHER_COUNTY, SIBLING_TOWN = "419902000000", entry.OTHER_TOWN
STAR = "ecology"


@dataclass
class Review:
    """A county under review. `people` holds one account per role; `reviewers` one per star."""

    entry: entry.World
    people: dict[str, User]
    reviewers: dict[str, User]
    made: dict[str, User] = field(default_factory=dict)

    @property
    def county(self) -> RoundCounty:
        return self.entry.county

    @property
    def branches(self) -> list[Branch]:
        return self.entry.branches

    @property
    def base(self) -> str:
        return self.entry.base

    def __getattr__(self, name: str) -> User:
        try:
            return self.__dict__["people"][name]
        except KeyError:
            raise AttributeError(name) from None

    def row(self, branch: Branch | None = None) -> RosterEntry:
        return RosterEntry.objects.get(round=self.entry.this, branch=branch or self.branches[0])

    def submission(self, branch: Branch | None = None) -> Submission:
        return self.row(branch).submission

    def star(self, star: str = STAR, branch: Branch | None = None) -> StarReview:
        return StarReview.objects.get(entry=self.row(branch), star=star)

    def stand(self, state: str) -> None:
        """Put the county in a state."""
        RoundCounty.objects.filter(pk=self.county.pk).update(state=state)

    def fill(self, *branches: Branch) -> None:
        """Every value the township owes, given while entry was open."""
        state = self.county.state
        self.stand(State.OPEN)
        fill(self.entry, *branches)
        self.stand(state)

    def put(self, status: str, *branches: Branch, stars: str = StarStatus.REVIEWING, **fields) -> None:
        """Put submissions (the first branch's unless others are named) in a status, and their stars in one."""
        entries = [self.row(branch).pk for branch in branches or [self.branches[0]]]
        told = {"receipt": "SB-2026-000001", "submitted_at": timezone.now()}
        Submission.objects.filter(pk__in=entries).update(**told | {"status": status} | fields)
        if status in (Status.PASSED, Status.REVIEWED):
            rows = [StarReview(entry_id=entry, star=star) for entry in entries for star in STAR_CODES]
            StarReview.objects.bulk_create(rows, ignore_conflicts=True)
            self.put_star(stars, STAR_CODES, entries)

    def put_star(self, status: str, stars=(STAR,), entries: list[int] | None = None) -> None:
        """Put some stars of some roster entries (the first branch's) in a status."""
        returned = status == StarStatus.RETURNED
        StarReview.objects.filter(entry__in=entries or [self.row().pk], star__in=stars).update(
            status=status, due=now() + timedelta(days=3) if returned else None,
            unlocked=["ST-07"] if returned else [], decided_by="somebody" if status in DECIDED else "",
        )  # fmt: skip

    def wish(self, branch: Branch | None = None, star: str = "", **changed) -> Wish:
        """What somebody who has just looked would send."""
        branch = branch or self.branches[0]
        row = StarReview.objects.filter(entry=self.row(branch), star=star).first() if star else self.submission(branch)
        stamp = stamps(self.entry.this.pk, self.entry.this.criteria_set_id, [branch.pk], star)[branch.pk]
        known = {"seen_revision": row.revision if row else 0, "seen_stamp": stamp}
        return Wish(branch.code, **known | changed)

    def act(self, action: Action, *branches: Branch, by: User, star: str = "", **asked) -> Outcome:
        """Take a step as somebody who has just looked."""
        wishes = [self.wish(branch, star) for branch in branches or [self.branches[0]]]
        return act(self.county, action, wishes, by=by, star=star, **asked)


def now():
    """The database's clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        return cursor.fetchone()[0]


def ahead(**more):
    return now() + timedelta(**more or {"days": 3})


def build(count: int = 2, *, others: int | None = None, state: str = State.UNDER_REVIEW, **fields) -> Review:
    """`count` branches in the first township and `others` in the second, the county in that state."""
    made = entry.build(count, others, **fields)
    county, town = factories.county(), factories.township(TOWN)
    farms = Department.objects.get(county_id=COUNTY, name=entry.FARMS)
    people = {"clerk": made.clerk, "farms": made.farms, "head": factories.person(Role.TOWNSHIP_REVIEWER, town)}
    for name in ("organization_reviewer", "organization_approver", "criteria_administrator"):
        people[name] = factories.person(Role(name), county)
    people["auditor"] = factories.person(Role.AUDITOR)
    people["viewer"] = factories.person(Role.VIEWER, county)
    people["data"] = factories.person(Role.DEPARTMENT_CLERK, county, department=farms)
    reviewers = {star: factories.person(Role.DEPARTMENT_REVIEWER, county, star=star) for star in STAR_CODES}
    review = Review(made, people, reviewers)
    review.stand(state)
    return review
