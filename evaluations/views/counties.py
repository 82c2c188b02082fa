"""The county a page is about, found for whoever asks."""

from django.http import HttpRequest

from evaluations.reading.county import SeenCounty, county_seen_by


def county_of(request: HttpRequest, slug: str, county: str) -> SeenCounty:
    """The county as this person sees it, noted for the page's frame; 404 where that is not at all."""
    seen = county_seen_by(request.user, slug, county)
    request.seen_county = seen
    return seen
