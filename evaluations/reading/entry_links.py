"""Addresses between the pages of entry."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import NoReverseMatch

from evaluations.reading.county import SeenCounty


def link(seen: SeenCounty, page: str, *args: str, **query: str | int) -> str:
    """The address of a page of entry, with its query; empty where the portal has no such page."""
    try:
        address = seen.url(page, *args)
    except NoReverseMatch:
        return ""
    return f"{address}?{urlencode(query)}" if query else address
