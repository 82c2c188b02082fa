"""Addresses between the pages of entry."""

from __future__ import annotations

from urllib.parse import urlencode

from evaluations.reading.county import SeenCounty


def link(seen: SeenCounty, page: str, *args: str, **query: str | int) -> str:
    """The address of a page of entry, with its query."""
    address = seen.url(page, *args)
    return f"{address}?{urlencode(query)}" if query else address
