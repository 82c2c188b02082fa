"""A county before entry, and its grid in a browser."""

from decimal import Decimal

import pytest
from django.test import Client

from evaluations.models import Value
from evaluations.services.rating import rate_county
from tests import factories
from tests.e2e.entry.grid_pages import is_fault
from tests.entry import world


@pytest.fixture
def grid_county(transactional_db):
    """Three branches whose township has entered nothing yet; last year and the departments' values are complete."""
    county = world.build(3)
    for branch in county.mine:
        factories.give(county.last, branch, {"WM-04": Decimal(400)})
        factories.give(county.this, branch)
    Value.objects.filter(round=county.this, criterion__source="township").delete()
    rate_county(county.this, world.COUNTY)
    return county


@pytest.fixture
def browse(chromium, live_server, grid_county):
    """Open the grid as somebody in a browser of their own; anything unexpected in the console fails the test."""
    contexts, faults = [], []

    def open_page(user=None, query="?star=civility", width=1366, height=768, language="en"):
        context = chromium.new_context(viewport={"width": width, "height": height}, has_touch=width < 500)
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        contexts.append(context)
        client = Client()  # one each: a second sign-in with the same one would end the first
        client.force_login(user or grid_county.clerk)
        cookies = {"django_language": language, "session": client.cookies["session"].value}
        context.add_cookies([{"name": name, "value": text, "url": live_server.url} for name, text in cookies.items()])
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if is_fault(said) else None)
        page.goto(f"{live_server.url}{grid_county.base}/entry/grid/{query}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []
