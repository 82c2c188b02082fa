"""Where values given on pages arrive: JSON in, an answer for each value out."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from uuid import UUID

from django.db import DatabaseError, IntegrityError, OperationalError
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from evaluations.models import Way
from evaluations.reading.people import with_names
from evaluations.services.edits import CONFLICT, LOCKED, REFUSED, REUSED, SAVED, UNKNOWN, Edit
from evaluations.services.entering import record_edits
from evaluations.views.entry import entered_county
from tables.json_text import read_json

LONGEST = 256 * 1024  # characters of one request
# deadlock, lock not available, serialization failure; refused by a trigger because the county was sealed this moment
IN_THE_WAY = ("40P01", "55P03", "40001", "23000")
STATUS = {SAVED: 200, CONFLICT: 409, REFUSED: 422, REUSED: 422, LOCKED: 423, UNKNOWN: 404}
FROM_PAGES = (Way.TYPED, Way.KEPT)  # how a value can come from a page
TEXTS = {"branch": 12, "criterion": 32, "text": 400, "note": 1000, "document": 1000, "source": 1000}


@require_POST
def save_values(request: HttpRequest, slug: str, county: str) -> JsonResponse:
    """Save a few values; the HTTP status is that of the answers where they agree, else 200."""
    if not request.user.is_authenticated:
        return JsonResponse({"error": _("Sign in again; what you typed is kept here.")}, status=401)
    row, scope = entered_county(request, slug, county)
    try:
        edits = read_edits(request)
        answers = record_edits(row, edits, scope=scope, by=request.user.ledger_name)
    except ValueError as refused:
        return JsonResponse({"error": str(refused)}, status=400)
    except (OperationalError, IntegrityError) as error:
        return held_up(error)
    statuses = {STATUS[answer.status] for answer in answers}
    status = statuses.pop() if len(statuses) == 1 else 200
    told = with_names(answers, reader=request.user.ledger_name)
    return JsonResponse({"answers": [asdict(answer) for answer in told]}, status=status)


def is_in_the_way(error: DatabaseError) -> bool:
    """Did somebody else's work stop the database here, so that the same can be sent again?"""
    return getattr(error.__cause__, "pgcode", None) in IN_THE_WAY


def held_up(error: DatabaseError) -> JsonResponse:
    """Somebody else's work is in the way (a seal, a bulk load): nothing was written, the browser sends it again."""
    if not is_in_the_way(error):
        raise error
    answer = JsonResponse({"error": _("Somebody else is writing here just now; it is sent again.")}, status=503)
    answer["Retry-After"] = "2"
    return answer


def read_edits(request: HttpRequest) -> list[Edit]:
    """The edits of a request's body; ValueError with a sentence for anything else."""
    wrong = _("The request could not be read. Load the page again.")
    try:
        body = read_json(request.body.decode(), length=LONGEST)
        return [read_edit(item) for item in body["edits"]]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise ValueError(wrong) from None


def read_edit(item: dict) -> Edit:
    texts = {name: item.get(name, "") for name in TEXTS}
    if any(not isinstance(text, str) or len(text) > TEXTS[name] for name, text in texts.items()):
        raise ValueError("a text")
    period, revision = item.get("period", 0), item.get("revision", 0)
    if type(period) is not int or type(revision) is not int or not (0 <= period <= 4 and 0 <= revision < 2**31 - 1):
        raise ValueError("a number")
    way = Way(item.get("way", Way.TYPED))
    if way not in FROM_PAGES:
        raise ValueError("a way")
    return Edit(
        key=UUID(item["key"]),
        **texts,
        period=period,
        revision=revision,
        na=item.get("na") is True,
        way=way,
        as_of=date.fromisoformat(item["as_of"]) if item.get("as_of") else None,
    )
