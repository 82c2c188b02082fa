"""The pages of the review cost the same for 1, 60 and 600 branches, and 600 are recommended within 5 seconds."""

import time

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from evaluations.models import RosterEntry, StarReview, Submission, Value
from evaluations.workflow import Status
from scoring.models import STAR_CODES
from scoring.standard import published_standard
from tests.factories import value_rows
from tests.review import world
from tests.review.world import STAR

SECONDS = 5  # issue 4: a bulk action on 600
FIRST = "419901001200"
REVIEWER, HEAD, DATA = "reviewer", "head", "data"
PAGES = {
    REVIEWER: {
        f"/review/{STAR}/": 14,
        f"/review/{STAR}/?show=all&sort=-score&q=%E6%9D%91": 14,
        f"/review/{STAR}/several/": 13,
        f"/review/{STAR}/{FIRST}/": 17,
        f"/review/{STAR}/visits/": 7,
    },
    HEAD: {"/check/": 16, f"/check/{FIRST}/": 12},
    DATA: {"/countersign/": 6, "/countersign/ST-07/": 8},
}


@pytest.fixture(scope="module", params=[1, 60, 600])
def county(request, django_db_setup, django_db_blocker):
    """A county of so many branches, all under review."""
    with django_db_blocker.unblock(), transaction.atomic():
        made = world.build(request.param, others=0)
        give_all(made)
        pass_all(made)
        published_standard(made.entry.this.criteria_set_id)
        yield made
        transaction.set_rollback(True)


def give_all(made) -> None:
    """Every value of one star, and last year's of one of its criteria."""
    rows = published_standard(made.entry.this.criteria_set_id).criteria
    this = [row for row in rows if row.takes_entry and row.star == STAR]
    last = [row for row in rows if row.code == "ST-07"]
    for evaluation, asked in ((made.entry.this, this), (made.entry.last, last)):
        values = [
            value
            for branch in made.branches
            for row in asked
            for value in value_rows(evaluation, branch, row, None if row.value_type == "choice" else 1)
        ]
        Value.objects.bulk_create(values, batch_size=5000)


def pass_all(made, status: str = Status.PASSED) -> None:
    rows = RosterEntry.objects.filter(round=made.entry.this)
    told = {"receipt": "SB-1", "submitted_at": world.now()}
    Submission.objects.filter(entry__in=rows).update(status=status, **told)
    StarReview.objects.bulk_create(
        [StarReview(entry=row, star=star) for row in rows for star in STAR_CODES], batch_size=5000
    )


def person(county, who: str):
    return county.reviewers[STAR] if who == REVIEWER else getattr(county, who)


@pytest.mark.parametrize("who", PAGES)
def test_a_page_of_the_review_costs_the_same_however_many_branches(client, county, db, who):
    if who == HEAD:
        Submission.objects.filter(entry__round=county.entry.this).update(status=Status.SUBMITTED)
    client.force_login(person(county, who))
    found = {}

    for path in PAGES[who]:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(county.base + path).status_code == 200, path
        found[path] = len(asked)

    assert found == PAGES[who]


def test_600_are_recommended_and_taken_back_within_5_seconds_each_in_as_many_queries_as_one(client, county, db):
    client.force_login(county.reviewers[STAR])
    client.cookies["django_language"] = "en"
    page = f"{county.base}/review/{STAR}/several/"
    wishes = " ".join(row.wish for row in client.get(page).context["queue"].waiting)

    with CaptureQueriesContext(connection) as asked:
        seconds = took(lambda: client.post(page, {"branch": wishes}))
    queries, recommended = len(asked), StarReview.objects.filter(status="recommended").count()
    back = took(lambda: client.post(f"{county.base}/review/{STAR}/undo/"))

    print(f"{recommended} recommended in {seconds:.2f} s and {queries} queries, taken back in {back:.2f} s")
    assert recommended == len(county.branches)
    assert StarReview.objects.filter(status="recommended").count() == (1 if len(county.branches) == 1 else 0)
    assert max(seconds, back) < SECONDS
    assert queries == 30


def took(step) -> float:
    begun = time.monotonic()
    step()
    return time.monotonic() - begun
