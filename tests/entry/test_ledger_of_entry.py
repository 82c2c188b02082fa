"""Each step on the road and each word about time leaves exactly one entry, which names who did it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.roles import Role
from evaluations.models import Extension
from evaluations.workflow import SUBMIT
from ledger.models import LedgerEntry
from tests import factories
from tests.entry import world
from tests.entry.giving import due, fill, move, submission

pytestmark = pytest.mark.django_db(transaction=True)
AHEAD = (timezone.localtime() + timedelta(days=30)).strftime("%Y-%m-%dT18:00")


def choice(county) -> dict:
    return {"branch": f"{county.branches[0].code}:{submission(county).revision}"}


def submit(county):
    fill(county)
    return county.clerk, "submit", choice(county)


def submit_what_is_incomplete(county):
    return county.clerk, "submit", choice(county)


def withdraw(county):
    fill(county)
    move(county, SUBMIT)
    return county.clerk, "withdraw", choice(county)


def set_the_deadline(county):
    return approver(), "deadline", {"due": AHEAD, "reason": "停电"}


def ask_for_time(county):
    return county.clerk, "extensions", {"unit": world.TOWN, "until": "2099-12-23T18:00", "reason": "停电"}


def asked(county) -> str:
    made = Extension.objects.create(
        county=county.county, township_id=world.TOWN, until="2099-12-23T18:00+08:00", reason="停电", asked_by="clerk"
    )
    return f"extensions/{made.pk}"


def grant(county):
    return approver(), asked(county), {"granted": "yes"}


def refuse(county):
    return approver(), asked(county), {"granted": "no", "answer": "时间已够"}


def approver():
    return factories.person(Role.ORGANIZATION_APPROVER, factories.county())


STEPS = {
    submit: "submission.submit",
    submit_what_is_incomplete: "submission.refuse",
    withdraw: "submission.withdraw",
    set_the_deadline: "deadline.set",
    ask_for_time: "extension.ask",
    grant: "extension.grant",
    refuse: "extension.refuse",
}


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
def test_a_step_leaves_one_entry_that_names_who_took_it(client, step):
    county = world.build()
    due(county, hours=1)
    user, page, form = step(county)
    before = LedgerEntry.objects.count()
    client.force_login(user)

    response = client.post(f"{county.base}/entry/{page}/", form)

    assert response.status_code == 302
    made = LedgerEntry.objects.order_by("pk")[before:]
    assert [(entry.chain, entry.action, entry.actor) for entry in made] == [
        (world.COUNTY, STEPS[step], user.username)
    ]  # fmt: skip
