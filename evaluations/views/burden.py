"""What entry asks of a township: the page of the burden meter."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from evaluations.reading.burden import BurdenPage
from evaluations.views.counties import county_of


@require_safe
@login_required
def burden(request: HttpRequest, slug: str, county: str) -> HttpResponse:
    seen = county_of(request, slug, county)
    return render(request, "entry/burden.html", {"seen": seen, "page": BurdenPage(seen)})
