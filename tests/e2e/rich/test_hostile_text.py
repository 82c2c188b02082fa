"""What a county enters is shown as text, however it is written: nothing runs, nothing is asked for (B-18)."""

import pytest

from accounts.models import User
from accounts.roles import Role
from branches.models import Branch, Region
from evaluations.models import EvaluationRound, VetoRecord
from tests.e2e.rich.addresses import by_person
from tests.pages.test_languages import pages_of

PAYLOADS = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\"><svg onload=alert(1)>", "';alert(1)//",
    "<a href=javascript:alert(1)>x</a>", "{{7*7}}{% load x %}", "</title><script>alert(1)</script>",
    "<b hx-get=/ hx-trigger=load>", "<style>*{display:none}</style>", "<iframe src=//evil.example>", "&lt;b&gt;",
    "<base href=//evil.example>",
]  # fmt: skip


@pytest.fixture
def poisoned(rich):
    """A payload in every text that a page shows and a person enters; a published standard's are frozen."""
    branches = list(Branch.objects.order_by("code"))
    for place, branch in enumerate(branches):
        branch.name = branch.name_en = PAYLOADS[place % len(PAYLOADS)]
    Branch.objects.bulk_update(branches, ["name", "name_en"])
    Region.objects.update(name=PAYLOADS[0], name_en=PAYLOADS[1])
    User.objects.update(label=PAYLOADS[2])
    EvaluationRound.objects.filter(pk=rich.this.pk).update(document=PAYLOADS[5])
    rich.this.counties.update(document=PAYLOADS[6])
    VetoRecord.objects.filter(round=rich.this).update(document=PAYLOADS[3], finding=PAYLOADS[7], reporter=PAYLOADS[8])
    return rich


def test_no_text_runs_on_any_page(browse, poisoned):
    shown = []
    for person, pages in by_person(poisoned):
        watch = browse(person)
        watch.page.on("dialog", lambda dialog: shown.append(dialog.message) or dialog.dismiss())
        for _name, url in pages:
            page = watch.open(url)
            assert page.evaluate("[...document.scripts].every(one => one.src.startsWith(location.origin))"), url
            assert page.locator("base, iframe, style, img[onerror]").count() == 0, url

    assert shown == []


def test_no_text_runs_in_the_admin(browse, poisoned):
    shown = []
    watch = browse(Role.AUDITOR)
    watch.page.on("dialog", lambda dialog: shown.append(dialog.message) or dialog.dismiss())

    for url in pages_of(poisoned, Role.AUDITOR):
        page = watch.open(url)
        assert page.locator("base, iframe, img[onerror]").count() == 0, url

    assert shown == []
