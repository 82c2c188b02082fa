"""Stars that came back from their department to be corrected: what is asked of a clerk, why, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from accounts.access import EntryScope
from accounts.models import User
from evaluations.models import Decision, RosterEntry, StarReview
from evaluations.reading.county import SeenCounty
from evaluations.reading.entry_links import link
from evaluations.reading.marks import StarHead
from evaluations.reading.people import names_of
from evaluations.reading.review_check import RETURNS_OF_STAR
from evaluations.services.road import may_act
from evaluations.workflow import ANSWER, ANSWER_DATA, Action, StarStatus
from scoring.models import Criterion, Source
from scoring.standard import published_standard


@dataclass(frozen=True)
class ReturnedStar:
    """One star of a branch that was given back. `mine` are the criteria the reader corrects, `step` how it is sent."""

    review: StarReview
    head: StarHead
    decision: Decision | None
    by: str
    criteria: list[Criterion]
    mine: list[Criterion]
    step: Action | None
    urls: list[tuple[Criterion, str]]

    @property
    def entry(self) -> RosterEntry:
        return self.review.entry

    @property
    def reason(self) -> str:
        return self.decision.reason if self.decision else ""

    @property
    def due(self) -> datetime | None:
        return self.review.due

    @property
    def wish(self) -> str:
        return f"{self.entry.branch.code}:{self.review.revision}"


def returned_stars(seen: SeenCounty, scope: EntryScope, reader: User, branch: str = "") -> list[ReturnedStar]:
    """What came back and is the reader's to correct, of one branch or all; three queries, none before the review."""
    if seen.row.state not in ANSWER.counties:
        return []
    rows = StarReview.objects.filter(
        entry__round=seen.row.round_id, entry__county=seen.row.county_id, status=StarStatus.RETURNED
    )
    rows = rows.filter(entry__branch__code=branch) if branch else rows
    found = list(rows.select_related("entry__branch", "entry__submission").order_by("due", "entry__branch__code"))
    known = {row.code: row for row in published_standard(seen.round.criteria_set_id).criteria}
    asked = [(one, [known[code] for code in one.unlocked if code in known]) for one in found]
    mine = [(one, criteria) for one, criteria in asked if own(scope, one, criteria)]
    if not mine:
        return []
    last = last_returns([one.entry_id for one, _criteria in mine])
    names = names_of(decision.by for decision in last.values())
    return [made(seen, scope, reader, one, criteria, last, names) for one, criteria in mine]


def own(scope: EntryScope, one: StarReview, criteria: list[Criterion]) -> list[Criterion]:
    return [row for row in criteria if scope.enters(one.entry.branch.code, row)]


def last_returns(entries: list[int]) -> dict[tuple[int, str], Decision]:
    rows = Decision.objects.filter(submission__in=entries, action__in=RETURNS_OF_STAR).order_by("pk")
    return {(one.submission_id, one.star): one for one in rows}


def made(seen: SeenCounty, scope: EntryScope, reader: User, one: StarReview, criteria, last, names) -> ReturnedStar:
    code = one.entry.branch.code
    decision, mine = last.get((one.entry_id, one.star)), own(scope, one, criteria)
    head = next(StarHead(star) for star in seen.stars if star.code == one.star)
    urls = [(row, f"{link(seen, 'entry_branch', code, star=row.star)}#{row.code}") for row in mine]
    step = step_of(seen, reader, one, criteria)
    by = names.get(decision.by, "") if decision else ""
    return ReturnedStar(one, head, decision, by, criteria, mine, step, urls)


def step_of(seen: SeenCounty, reader: User, one: StarReview, criteria: list[Criterion]) -> Action | None:
    """How the correction is sent: by the township where it was asked, else by the department asked."""
    action = ANSWER if any(row.source == Source.TOWNSHIP for row in criteria) else ANSWER_DATA
    county = seen.row
    grant = may_act(reader, action, county.county_id, place=one.entry.branch.code, star=one.star)
    return action if grant is not None and county.state in action.counties else None
