"""The first page."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from evaluations.reading.counties import cities_seen_by
from evaluations.reading.county import counties_seen_by
from evaluations.reading.entry_overview import OVERSEERS, waiting_of
from evaluations.reading.home import Glance
from evaluations.reading.road import road_of
from evaluations.reading.townships import township_table

SHOWN = 30


@require_safe
@login_required
def counties(request: HttpRequest, slug: str) -> HttpResponse:
    """The counties of a round whose ranking one sees, as a table by city."""
    cities = cities_seen_by(request.user, slug)
    if not cities:
        raise Http404
    seen = request.seen_county = cities[0].rows[0].seen
    return render(request, "evaluations/counties.html", {"round": seen.round, "cities": cities})


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """The latest county one may see, at a glance, and every other one as a link."""
    counties = counties_seen_by(request.user)
    if not counties:
        return render(request, "evaluations/home_empty.html")
    seen = request.seen_county = counties[0]
    townships = township_table(seen) if seen.sight.ranking else None
    waiting = waiting_of(seen.row) if seen.sight.workers & OVERSEERS else 0
    context = {
        "waiting": waiting,
        "seen": seen,
        "glance": Glance(seen, townships),
        "road": road_of(seen.row),
        "others": counties[1:SHOWN],
    }
    return render(request, "evaluations/home.html", context)
