"""The form of a branch in a real browser: by keyboard, on a bad line, by two people at once, on a phone."""

from decimal import Decimal

import pytest
from axe_playwright_python.sync_playwright import Axe

from evaluations.models import Value
from evaluations.services.rating import rate_county
from tests import factories
from tests.entry.world import COUNTY, World, build

pytestmark = [pytest.mark.browser, pytest.mark.slow]

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}
EXPECTED = "Failed to load resource"  # what the console says of an answer 409 or 422, and of a line that is cut


@pytest.fixture
def made(transactional_db) -> World:
    """Two townships; last year complete, this year the departments' values, but one, for the first branch."""
    world = build(checks={"WM-04": '{"max_change_percent": 50}'})
    for branch in world.branches:
        factories.give(world.last, branch, {"WM-04": Decimal(400)})
    factories.give(world.this, world.branches[0])
    Value.objects.filter(round=world.this, criterion__source="township").delete()
    Value.objects.filter(round=world.this, criterion__code="WM-09").delete()
    rate_county(world.this, COUNTY)
    return world


@pytest.fixture
def browse(chromium, live_server, client, made):
    """Open the form as somebody in a browser of their own; anything unexpected in the console fails the test."""
    contexts, faults = [], []

    def open_page(user, path, width=1366, height=768, language="zh-hans"):
        context = chromium.new_context(viewport={"width": width, "height": height}, has_touch=width < 500)
        contexts.append(context)
        client.force_login(user)
        cookies = {"django_language": language, "session": client.cookies["session"].value}
        context.add_cookies([{"name": n, "value": v, "url": live_server.url} for n, v in cookies.items()])
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if is_fault(said) else None)
        page.goto(live_server.url + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


def is_fault(said) -> bool:
    return said.type in ("error", "warning") and EXPECTED not in said.text


def address(world: World, star: str = "civility", place: int = 0) -> str:
    return f"{world.base}/entry/branches/{world.branches[place].code}/?star={star}"


def test_shots(browse, made):
    for lang in ("zh-hans", "en"):
        for width, height in ((1366, 768), (360, 800)):
            page = browse(made.clerk, address(made), width, height, lang)
            page.screenshot(path=f"/tmp/team/form-{lang}-{width}.png", full_page=True)
            found = Axe().run(page, options=RULES).response["violations"]
            print(
                lang,
                width,
                [(f["id"], f["nodes"][0]["html"]) for f in found],
                page.evaluate("document.documentElement.scrollWidth"),
            )
            page.close()
