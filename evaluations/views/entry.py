"""The start of every page of entry: the county, and what the person may enter there."""

from django.http import Http404, HttpRequest

from accounts.access import EntryScope
from evaluations.reading.county import SeenCounty
from evaluations.views.counties import county_of


def entry_of(request: HttpRequest, slug: str, county: str) -> tuple[SeenCounty, EntryScope]:
    """The county and the scope of entry; 404 for whoever enters nothing there."""
    seen = county_of(request, slug, county)
    scope = request.user.entry_scope(county)
    if not scope:
        raise Http404
    return seen, scope
