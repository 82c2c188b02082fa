"""A branch's page and the standard it is rated by."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from evaluations.reading.branch import BranchPage
from evaluations.reading.road import road_of
from evaluations.reading.standard import standard_stars
from evaluations.views.counties import county_of


@require_safe
@login_required
def branch(request: HttpRequest, slug: str, county: str, code: str) -> HttpResponse:
    seen = county_of(request, slug, county)
    page = BranchPage(seen, code, request.GET.get("star", ""))
    return render(request, "evaluations/branch.html", {"seen": seen, "page": page, "road": road_of(seen.row)})


@require_safe
@login_required
def standard(request: HttpRequest, slug: str, county: str) -> HttpResponse:
    seen = county_of(request, slug, county)
    return render(request, "evaluations/standard.html", {"seen": seen, "stars": standard_stars(seen)})
