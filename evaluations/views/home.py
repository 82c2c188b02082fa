"""The first page."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from evaluations.reading.county import SeenCounty, reachable
from evaluations.reading.home import Glance
from evaluations.reading.road import road_of
from evaluations.reading.townships import township_table

SHOWN = 60


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """The latest county one may see, at a glance, and every other one as a link."""
    rows = list(reachable(request.user)[:SHOWN])
    if not rows:
        return render(request, "evaluations/home_empty.html")
    seen = SeenCounty(rows[0], request.user.sight(rows[0].county_id, confirmed=rows[0].is_official))
    request.seen_county = seen
    townships = township_table(seen) if seen.sight.ranking else None
    context = {"seen": seen, "glance": Glance(seen, townships), "road": road_of(seen.row), "others": rows[1:]}
    return render(request, "evaluations/home.html", context)
