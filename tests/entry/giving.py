"""Values given and steps taken, for tests of what comes after entering."""

from datetime import timedelta

from django.db import connection
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from branches.models import Branch
from evaluations.models import RoundCounty, Submission
from evaluations.services.road import Outcome, Wish, act
from evaluations.workflow import Action
from tests import factories
from tests.entry.world import TOWN, World

GIVEN = {
    "CY-05": "A", "CY-06": "100", "ST-07": "300", "ST-09": "A", "PA-06": "2", "WM-01": "A", "WM-02": "A",
    "WM-04": "480", "WM-05": "A", "WM-07": "A", "ZB-10": "500",
}  # fmt: skip


def fill(county: World, *branches: Branch, leave=()) -> None:
    """Every value the township owes for these branches (the first one), but for the codes named."""
    for branch in branches or [county.branches[0]]:
        answers = county.save(*[county.edit(code, text, branch) for code, text in GIVEN.items() if code not in leave])
        assert {answer.status for answer in answers} == {"saved"}


def submission(county: World, branch: Branch | None = None) -> Submission:
    return Submission.objects.get(entry__round=county.this, entry__branch=branch or county.branches[0])


def mark_submitted(county: World, **fields) -> None:
    """The first branch's submission as if it had been submitted, or with other fields."""
    rows = Submission.objects.filter(entry__round=county.this, entry__branch=county.branches[0])
    rows.update(**{"status": "submitted", "receipt": "SB-1", "submitted_at": timezone.now()} | fields)


def wishes(county: World, *branches: Branch) -> list[Wish]:
    chosen = branches or [county.branches[0]]
    return [Wish(branch.code, submission(county, branch).revision) for branch in chosen]


def move(county: World, action: Action, *branches: Branch, by: User | None = None, **more) -> Outcome:
    return act(county.county, action, wishes(county, *branches), by=by or county.clerk, **more)


def reviewer(county: World) -> User:
    return factories.person(Role.TOWNSHIP_REVIEWER, factories.township(TOWN))


def due(county: World, **ahead):
    """Set the deadline so long from the database's now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        moment = cursor.fetchone()[0] + timedelta(**ahead)
    RoundCounty.objects.filter(round=county.this).update(entry_due=moment)
    return moment
