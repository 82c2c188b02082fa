"""What is not a person's to do, though they may look: 403 with the sentence, once the ledger has it."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from evaluations.models import RoundCounty
from evaluations.reading.values import said
from evaluations.services.deadlines import keep_refusal
from evaluations.services.road import NOT_YOURS, Outcome, keep_stranger
from evaluations.workflow import Action


def forbid(request: HttpRequest, county: RoundCounty, action: Action, star: str = "") -> None:
    """Note it and answer 403: the step of a page that this person only looks at."""
    keep_stranger(county, action, request.user, star)
    raise PermissionDenied(said(NOT_YOURS))


def forbid_beside(request: HttpRequest, county: RoundCounty, step: str) -> None:
    """The same for what is beside the road's table: a correction, a draw, a calendar."""
    keep_refusal(county, step, str(NOT_YOURS), request.user, None)
    raise PermissionDenied(said(NOT_YOURS))


def forbid_refused(outcome: Outcome) -> None:
    """403 where the service said, and noted, that the step is not this person's to take."""
    if NOT_YOURS in outcome.refused.values():
        raise PermissionDenied(said(NOT_YOURS))
