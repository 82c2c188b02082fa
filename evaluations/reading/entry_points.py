"""What one branch's values earn at this moment, without waiting for the county's next rating.

Bases that look at the whole county (means, ranks) are those its last rating formed.
"""

from __future__ import annotations

from types import SimpleNamespace

from django.http import Http404

from accounts.access import EntryScope
from evaluations.models import Rating, RosterEntry, VetoRecord
from evaluations.reading.county import SeenCounty
from evaluations.reading.criteria import shows_points
from evaluations.reading.gaps import columns_of, rated_alone
from evaluations.reading.marks import WORDS
from evaluations.reading.values import GivenValues
from evaluations.reading.words import trimmed
from scoring.engine import NOT_APPLICABLE, Results
from scoring.models import Star
from scoring.standard import Standard, published_standard
from scoring.units import to_units, two_places

NEAR = 300  # hundredths below the line that are drawn as near


def points_of(seen: SeenCounty, scope: EntryScope, code: str) -> dict[str, object]:
    """The branch's points per criterion and its stars, as JSON holds them; nothing where no branch is asked for.

    404 for a branch the reader enters nothing for.
    """
    if not code:
        return {"branch": "", "criteria": {}, "stars": {}}
    roster = RosterEntry.objects.filter(round=seen.row.round_id, county=seen.row.county_id, branch__code=code)
    entry = roster.select_related("branch").first() if scope.covers(code) else None
    if entry is None:
        raise Http404
    standard = published_standard(seen.round.criteria_set_id)
    results = rated_now(seen, standard, entry.branch)
    criteria = {
        row.code: {
            "points": None if results.state[0, place] == NOT_APPLICABLE else trimmed(int(results.points[0, place])),
            "full": trimmed(standard.compiled.criteria[place].max_points),
        }
        for place, row in enumerate(standard.criteria)
        if shows_points(seen.sight, code, row)
    }
    stars = {
        star.code: star_now(star, results, standard.compiled.star_places[star.code])
        for star in seen.stars
        if seen.sight.shows_star(code, star.code)
    }
    return {"branch": code, "criteria": criteria, "stars": stars}


def rated_now(seen: SeenCounty, standard: Standard, branch) -> Results:
    values = GivenValues(seen.round, branch.pk)
    rating = Rating.objects.filter(round=seen.row.round_id, branch=branch).first()
    records = list(VetoRecord.objects.filter(round=seen.row.round_id, branch=branch, lifted_at=None))
    columns = columns_of(standard, values, branch, records)
    return rated_alone(standard, columns, rating if rating and not rating.parked else unrated(standard))


def unrated(standard: Standard) -> SimpleNamespace:
    """Stands for a rating not made yet: what the county's figures would decide counts as not applicable."""
    count = len(standard.criteria)
    return SimpleNamespace(parked=False, basis=[None] * len(standard.derived), points=[None] * count)


def star_now(star: Star, results: Results, place: int) -> dict[str, object]:
    """One star's score, its distance to the line and its state, as the grid's last column shows them."""
    if not results.rated[0, place]:
        return {"score": "", "line": plain_line(star), "gap": "", "state": "unrated", "word": str(WORDS["unrated"])}
    score, line = int(results.scores[0, place]), to_units(star.pass_line) // 100
    state = state_now(results, place, line - score)
    return {
        "score": two_places(score), "line": plain_line(star), "gap": two_places(score - line),
        "state": state, "word": str(WORDS[state]),
    }  # fmt: skip


def state_now(results: Results, place: int, lack: int) -> str:
    if results.vetoed[0, place]:
        return "vetoed"
    if results.earned[0, place]:
        return "earned"
    if results.unmet[0, place]:
        return "unmet"
    return "near" if lack < NEAR else "missed"


def plain_line(star: Star) -> str:
    return trimmed(to_units(star.pass_line))
