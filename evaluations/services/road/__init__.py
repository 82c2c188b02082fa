"""The road: each step of evaluations/workflow.py checked under its locks, written down, and kept in the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from accounts.models import User
from evaluations.models import RoundCounty
from evaluations.services.road.persons import may_act, places_of
from evaluations.services.road.stars import StarStep
from evaluations.services.road.steps import CHANGED, NOT_YOURS, UNKNOWN, Asked, Outcome, Wish, keep_stranger
from evaluations.services.road.submissions import SubmissionStep
from evaluations.workflow import Action, Subject

__all__ = [
    "CHANGED", "NOT_YOURS", "UNKNOWN", "Asked", "Outcome", "Wish", "act", "keep_stranger", "may_act", "places_of",
]  # fmt: skip


@transaction.atomic
def act(
    county: RoundCounty, action: Action, wishes: Sequence[Wish], *, by: User, star: str = "", reason: str = "",
    criteria: Sequence[str] = (), due: datetime | None = None,
) -> Outcome:  # fmt: skip
    """Take one step with some branches of a county, or with one star of them, each judged by itself.

    Refusals are answers, kept in the ledger. As many queries for 600 branches as for one, but for one more for each
    further township that is told (following.follow_up).
    """
    asked = Asked(reason, tuple(dict.fromkeys(criteria)), due)
    if action.subject == Subject.STAR:
        return StarStep(county, action, by, asked, star).run(wishes)
    return SubmissionStep(county, action, by, asked).run(wishes)
