"""Every page at both sizes and in both languages: accessible, nothing sticks out, nothing in the console."""

import pytest

from accounts.roles import Role
from tests.e2e.rich.addresses import by_person
from tests.e2e.rich.browsing import DESKTOP, PHONE, accessibility_problems, overflow
from tests.pages.test_languages import pages_of

PEOPLE = [
    None, Role.ORGANIZATION_REVIEWER, Role.ENTRY_CLERK, Role.DEPARTMENT_REVIEWER, Role.DEPARTMENT_CLERK,
    Role.BRANCH_VIEWER, Role.VIEWER, Role.AUDITOR, Role.SYSTEM_ADMINISTRATOR, "stranger",
]  # fmt: skip
STAFF = (Role.CRITERIA_ADMINISTRATOR, Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDITOR)


def sized(page, size):
    page.set_viewport_size({"width": size[0], "height": size[1]})


def test_everybody_who_opens_a_page_is_visited(rich):
    assert [person for person, _pages in by_person(rich)] == PEOPLE


# Every page is judged at both sizes and in both languages; `make verify-full` puts them together in all four ways.
LOOKS = [
    ("zh-hans", DESKTOP), ("en", PHONE),
    pytest.param("zh-hans", PHONE, marks=pytest.mark.full), pytest.param("en", DESKTOP, marks=pytest.mark.full),
]  # fmt: skip


@pytest.mark.parametrize(("language", "looked_at"), LOOKS)
@pytest.mark.parametrize("person", PEOPLE, ids=str)
def test_every_page_is_accessible_and_fits(browse, rich, person, language, looked_at):
    watch = browse(person, language=language)
    found = {}

    for name, url in dict(by_person(rich))[person]:
        sized(watch.page, DESKTOP)
        page = watch.open(url)
        for size in (DESKTOP, PHONE):
            sized(page, size)
            wrong = accessibility_problems(page) if size == looked_at else []
            found[name, size] = [*wrong, *(f"sticks out: {one}" for one in overflow(page))]
        assert page.evaluate("document.documentElement.scrollWidth") == 360, name

    assert {page: problems for page, problems in found.items() if problems} == {}


@pytest.mark.parametrize("person", STAFF)
def test_the_admin_keeps_to_the_policy(browse, rich, person):
    watch = browse(person)

    for url in pages_of(rich, person):
        watch.open(url)
