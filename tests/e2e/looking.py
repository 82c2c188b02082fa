"""Is a page readable by all (WCAG 2.1 AA) and no wider than the screen? One window looks at many pages."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urljoin

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

DESKTOP, PHONE = (1366, 768), (360, 800)
SIZES = (DESKTOP, PHONE)
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}


def unreadable(page: Page) -> list[tuple[str, str]]:
    """What axe finds wrong, as (rule, element)."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [(fault["id"], fault["nodes"][0]["html"]) for fault in found]


def problems(page: Page) -> list:
    """What axe finds, and whether the page can be scrolled sideways at the size it has now."""
    wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    return unreadable(page) + ["too wide"] * wide


def judged(page: Page) -> None:
    assert (page.url, problems(page)) == (page.url, [])


def problems_at_every_size(page: Page) -> dict[int, list]:
    found = {}
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        found[width] = problems(page)
    return {width: those for width, those in found.items() if those}


def look_everywhere(visit, places: Iterable[tuple[object, str]], language: str = "zh-hans") -> dict[str, dict]:
    """Address → size → problems, of the addresses that have any; each person has one window for all of theirs."""
    windows: dict[object, Page] = {}
    found = {}
    for person, path in places:
        if person in windows:
            windows[person].goto(urljoin(windows[person].url, path))
        else:
            windows[person] = visit(person, path, language=language)
        found[path] = problems_at_every_size(windows[person])
    for page in windows.values():
        page.context.close()
    return {path: those for path, those in found.items() if those}
