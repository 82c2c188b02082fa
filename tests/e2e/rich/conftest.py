"""The portal answering on an address of its own, with the rich county in its database for a whole file of tests."""

from __future__ import annotations

import pgtrigger
import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.db import connections
from django.test import Client
from django.test.testcases import LiveServerThread

from tests.e2e.rich.browsing import Watch
from tests.pages import rich_county


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.parent.name == "rich":
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.fixture
def _django_db_helper(django_db_setup, django_db_blocker):
    """In place of pytest-django's, which empties the tables after each test: the server's data stays for a file."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture(scope="module")
def rich(django_db_setup, django_db_blocker):
    """The rich county, committed, and gone when the file's tests have ended."""
    with django_db_blocker.unblock():
        yield rich_county.build()
        with pgtrigger.ignore():
            call_command("flush", interactive=False, verbosity=0)


@pytest.fixture(scope="module")
def server(rich):
    """The portal as it is served: every answer, static files too, goes through its middleware."""
    thread = LiveServerThread("127.0.0.1", static_handler=lambda _application: WSGIHandler())
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    assert thread.error is None, thread.error
    yield f"http://127.0.0.1:{thread.port}"
    thread.terminate()
    connections.close_all()


@pytest.fixture
def browse(chromium, server, rich):
    """Open the portal as a person (or nobody) in a language and at a size; complain of everything a console would."""
    opened = []

    def open_as(person=None, *, language: str = "zh-hans", size: tuple[int, int] = (1366, 768)) -> Watch:
        context = chromium.new_context(viewport={"width": size[0], "height": size[1]}, locale="zh-CN")
        cookies = {settings.LANGUAGE_COOKIE_NAME: language}
        if person is not None:
            client = Client()
            client.force_login(rich.people[person])
            cookies[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": name, "value": value, "url": server} for name, value in cookies.items()])
        opened.append(Watch(context, server))
        return opened[-1]

    yield open_as
    for watch in opened:
        watch.context.close()
    problems = [problem for watch in opened for problem in watch.problems]
    assert problems == []
