"""Whatever is posted on the pages of the review and taken leaves exactly one entry; a last look leaves none."""

import pytest

from evaluations.workflow import Status
from ledger.models import LedgerEntry
from tests.review import world
from tests.review.world import COUNTY, STAR

pytestmark = pytest.mark.django_db(transaction=True)


def wish(county, star="") -> str:
    one = county.wish(star=star)
    return f"{one.branch}:{one.seen_revision}:{one.seen_stamp}"


def submitted(county):
    county.put(Status.SUBMITTED)
    return wish(county)


def passed(county):
    county.put(Status.PASSED)
    return wish(county, STAR)


def pass_on(county, code):
    return county.head, "check/", {"action": "pass", "branch": submitted(county)}


def give_back(county, code):
    form = {"action": "return", "seen": submitted(county), "reason": "不符", "criterion": "WM-04"}
    return county.head, f"check/{code}/", form | {"due": "2099-01-01T18:00"}


def recommend(county, code):
    return county.reviewers[STAR], f"review/{STAR}/{code}/", {"action": "recommend", "seen": passed(county)}


def recommend_several(county, code):
    return county.reviewers[STAR], f"review/{STAR}/several/", {"branch": passed(county)}


def correct(county, code):
    passed(county)
    form = {"criterion": "ST-07", "period": 0, "revision": 1, "text": "250", "reason": "现场"}
    return county.reviewers[STAR], f"review/{STAR}/{code}/correct/", form


def sign(county, code):
    passed(county)
    return county.data, "countersign/ST-07/", {"agrees": "yes", "branch": f"{code}:1"}


def draw(county, code):
    passed(county)
    return county.reviewers[STAR], f"review/{STAR}/visits/", {"size": 1}


def look(county, code):
    return county.reviewers[STAR], f"review/{STAR}/{code}/", {"action": "later", "seen": passed(county)}


STEPS = {
    pass_on: ["submission.pass"], give_back: ["submission.return"], recommend: ["star.recommend"],
    recommend_several: ["star.recommend"], correct: ["value.correct"], sign: ["criterion.countersign"],
    draw: ["sample.draw"], look: [],
}  # fmt: skip


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
def test_a_step_of_the_review_leaves_one_entry_that_names_who_took_it(client, step):
    county = world.build()
    county.fill()
    user, path, form = step(county, county.branches[0].code)
    before = LedgerEntry.objects.count()
    client.force_login(user)

    response = client.post(f"{county.base}/{path}", form)

    made = LedgerEntry.objects.order_by("pk")[before:]
    assert response.status_code == 302
    assert [(one.chain, one.action, one.actor) for one in made] == [
        (COUNTY, action, user.username) for action in STEPS[step]
    ]
