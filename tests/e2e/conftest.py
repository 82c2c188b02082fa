"""A real browser against the portal served by the test itself."""

import os
import shutil

import pytest
from django.test import Client
from playwright.sync_api import sync_playwright

from tests.evaluations.pages import results, sealed_before

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
MISSING = "Browser tests need Chromium: apt-get install chromium fonts-noto-cjk, or set CHROMIUM to where it is."


@pytest.fixture(scope="session")
def chromium():
    """The browser; where there is none the tests fail, since a check that did not run proves nothing."""
    if CHROMIUM is None:
        pytest.fail(MISSING, pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def made(transactional_db):
    """A county of 12 branches with last year sealed, rated and served."""
    return results(12, previous=sealed_before(12))


def noted(said, refusals, faults):
    refused = refusals and "the server responded with a status of 4" in said.text
    if said.type in ("error", "warning") and not refused:
        faults.append(said.text)


@pytest.fixture
def visit(chromium, live_server, made):
    """Open a page as somebody: visit(user, path, width, height, language); faults in the console fail the test.

    With `refusals` the console may say that the server refused something (4xx), as the page does too.
    """
    contexts, faults = [], []

    def open_page(user, path, width=1366, height=768, language="zh-hans", refusals=False, **options):
        context = chromium.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        context.add_cookies([{"name": "django_language", "value": language, "url": live_server.url}])
        if user is not None:
            client = Client()  # one each: a second sign-in with the same one would end the first
            client.force_login(user)
            context.add_cookies([{"name": "session", "value": client.cookies["session"].value, "url": live_server.url}])
        page = context.new_page()
        page.on("console", lambda said: noted(said, refusals, faults))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda asked: None if asked.url.startswith(live_server.url) else faults.append(asked.url))
        page.goto(live_server.url + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []
