"""What a browser is asked and what it complains of."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page

DESKTOP, PHONE = (1366, 768), (360, 800)
SLOW = 15_000  # ms; a busy machine of two cores


class Watch:
    """A browser window whose console, policy violations and requests are kept."""

    def __init__(self, context: BrowserContext, server: str):
        self.context, self.server = context, server
        self.problems: list[str] = []
        context.set_default_timeout(SLOW)
        context.add_init_script(
            "document.addEventListener('securitypolicyviolation', e => console.error('policy: ' + e.violatedDirective))"
        )
        self.page = self.watched(context.new_page())

    def watched(self, page: Page) -> Page:
        page.on("console", self.note_console)
        page.on("pageerror", lambda error: self.problems.append(f"{page.url}: {error}"))
        page.on("request", self.note_request)
        page.on("response", self.note_response)
        return page

    def note_console(self, message) -> None:
        """A refused page is an error in the console too; answers are judged by their status."""
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.problems.append(f"{self.page.url}: {message.text}")

    def note_request(self, request) -> None:
        if not request.url.startswith((self.server, "data:")):
            self.problems.append(f"{self.page.url} asks {request.url}")

    def note_response(self, response) -> None:
        if response.status >= 500 or (response.status >= 400 and "/static/" in response.url):
            self.problems.append(f"{response.url}: {response.status}")

    def open(self, path: str) -> Page:
        self.page.goto(self.server + path)
        return self.page


def accessibility_problems(page: Page) -> list[str]:
    """What axe finds wrong, a line each: the rule and the element."""
    found = Axe().run(page).response["violations"]
    return [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]]


def overflow(page: Page) -> list[str]:
    """What sticks out of the page to the right, where the page can be scrolled sideways."""
    return page.evaluate("""() => {
        const root = document.documentElement;
        if (root.scrollWidth <= root.clientWidth) { return []; }
        return [...document.querySelectorAll('body *')]
            .filter(e => e.getBoundingClientRect().right > root.clientWidth + 1)
            .slice(0, 5).map(e => e.outerHTML.slice(0, 120));
    }""")
