"""The entry grid, and the points of one branch as its values stand."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from evaluations.reading.entry_grid_words import grid_words
from evaluations.reading.entry_grids import grid_of
from evaluations.reading.entry_points import points_of
from evaluations.views.entry import entry_of


@require_safe
@login_required
def entry_grid(request: HttpRequest, slug: str, county: str) -> HttpResponse:
    seen, scope = entry_of(request, slug, county)
    grid = grid_of(seen, scope, request.GET)
    return render(request, "entry/grid.html", {"seen": seen, "grid": grid, "words": grid_words()})


@require_safe
@login_required
def entry_points(request: HttpRequest, slug: str, county: str) -> JsonResponse:
    """One branch's points and scores, computed from the values as they stand now."""
    seen, scope = entry_of(request, slug, county)
    return JsonResponse(points_of(seen, scope, request.GET.get("branch", "")))
