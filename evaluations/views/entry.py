"""The start of every page of entry: the county, and what the person may enter there."""

from django.http import Http404, HttpRequest

from accounts.access import EntryScope
from evaluations.models import RoundCounty
from evaluations.reading.county import SeenCounty
from evaluations.views.counties import county_of


def entry_of(request: HttpRequest, slug: str, county: str) -> tuple[SeenCounty, EntryScope]:
    """The county and the scope of entry; 404 for whoever enters nothing there."""
    seen = county_of(request, slug, county)
    scope = request.user.entry_scope(county)
    if not scope:
        raise Http404
    return seen, scope


def entered_county(request: HttpRequest, slug: str, county: str) -> tuple[RoundCounty, EntryScope]:
    """The same for a value on its way in: with the round only, since it comes with every keystroke's end.

    Whoever enters something in a county sees something of it, so the scope alone decides.
    """
    scope = request.user.entry_scope(county)
    row = RoundCounty.objects.by_address(slug, county) if scope else None
    if row is None:
        raise Http404
    return row, scope
