"""Where a county stands in the year, as steps on a road."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from evaluations.models import RoundCounty, State

STEPS = (
    (State.DRAFT, _("Draft")),
    (State.OPEN, _("Entry")),
    (State.CLOSED_FOR_ENTRY, _("Entry closed")),
    (State.UNDER_REVIEW, _("Review")),
    (State.PROPOSED, _("Proposed list")),
    (State.ON_NOTICE, _("Public notice")),
    (State.CONFIRMED, _("Confirmed")),
)
NOTES = {State.ON_NOTICE: _("at least 5 working days")}


@dataclass(frozen=True)
class RoadStep:
    word: str
    note: str
    state: str


def road_of(row: RoundCounty) -> list[RoadStep]:
    """The steps behind, the one now, and those to come; a closed round has them all behind."""
    order = [state for state, _word in STEPS]
    here = order.index(row.state) if row.state in order else len(order)
    return [
        RoadStep(str(word), str(NOTES.get(state, "")), "done" if place < here else "now" if place == here else "")
        for place, (state, word) in enumerate(STEPS)
    ]
