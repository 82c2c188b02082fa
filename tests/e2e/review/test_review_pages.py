"""The township's and a department's reviewer in a real browser, by keyboard too; every page readable by all."""

import pytest

from evaluations.models import Correction, Value, VetoRecord
from evaluations.services.countersigning import Word, countersign
from evaluations.services.rating import rate_county
from evaluations.services.road import Wish
from evaluations.workflow import RETURN_STAR, Status
from tests import factories
from tests.e2e.looking import look_everywhere
from tests.entry.world import FARMS
from tests.review import world
from tests.review.world import COUNTY, STAR, ahead

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def made(transactional_db):
    """Three branches of a township with this year's and last year's values, rated."""
    county = world.build(3)
    for branch in county.entry.mine:
        factories.give(county.entry.last, branch)
        factories.give(county.entry.this, branch)
    Value.objects.filter(round=county.entry.this, criterion__source="township").delete()
    county.fill(*county.entry.mine)
    rate_county(county.entry.this, COUNTY)
    return county


def test_a_township_reviewer_returns_one_and_passes_the_rest(visit, made):
    made.put(Status.SUBMITTED, *made.entry.mine)
    first = made.entry.mine[0]
    page = visit(made.head, f"{made.base}/check/", language="en", refusals=True)

    page.get_by_role("link", name=first.name).click()
    page.get_by_label("Reason").fill("户数与台账不符")
    page.get_by_role("button", name="Return for correction").click()
    page.get_by_role("alert").get_by_text("Name the criteria").wait_for()
    assert page.get_by_label("Reason").input_value() == "户数与台账不符"
    page.get_by_role("checkbox", name="To be corrected:").nth(1).check()
    page.get_by_role("button", name="Return for correction").click()
    page.get_by_text("done (Return for correction)").wait_for()
    page.get_by_role("checkbox", name="Choose all of this page").check()
    page.get_by_role("button", name="Pass those chosen on (2)").dblclick()
    page.get_by_text("Passed on", exact=True).first.wait_for()

    assert [made.submission(branch).status for branch in made.entry.mine] == ["draft", "passed", "passed"]


def test_a_department_reviewer_corrects_decides_and_recommends_by_keyboard(visit, made):
    made.put(Status.PASSED, *made.entry.mine)
    page = visit(made.reviewers[STAR], f"{made.base}/review/{STAR}/", language="en")

    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/review/{STAR}/4199*/")
    opened = page.url.rstrip("/").rpartition("/")[2]
    page.get_by_role("link", name="Correct ST-07").click()
    page.get_by_label("Corrected value of ST-07").fill("280")
    page.locator("#fix-reason").fill("现场核对")
    page.locator("#fix-reason").press("Enter")
    page.get_by_text("Corrected: ST-07.").wait_for()
    assert Correction.objects.get().after == "280"
    page.get_by_role("radio", name="Recommend", exact=True).focus()
    page.keyboard.press("Space")
    page.keyboard.press("Alt+Enter")
    page.get_by_text("done (Recommend)").wait_for()
    assert opened not in page.url
    page.get_by_role("link", name="Review:").click()
    page.get_by_role("link", name="Recommend all 2 of this list").click()
    page.get_by_role("button", name="Recommend 2").dblclick()
    page.get_by_role("button", name="Take all 2 back").click()
    page.get_by_text("Taken back: 2 branches.").wait_for()

    stars = [made.star(branch=branch).status for branch in made.entry.mine]
    assert sorted(stars) == ["recommended", "reviewing", "reviewing"]


def test_every_page_of_the_review_is_readable_by_all_and_fits(visit, made):
    first, second, third = made.entry.mine
    made.put(Status.PASSED, first, second)
    made.put(Status.SUBMITTED, third)
    criteria = made.entry.this.criteria_set.criteria
    VetoRecord.objects.create(
        round=made.entry.this, branch=first, criterion=criteria.get(code="ST-V1"), document="1", finding="污水直排"
    )
    wishes, word = [Wish(first.code, 1)], Word(False, "户数偏大")
    countersign(made.county, criteria.get(code="ST-07"), wishes, word, department=FARMS, by=made.data)
    made.act(RETURN_STAR, second, by=made.reviewers[STAR], star=STAR, reason="不符", criteria=["ST-07"], due=ahead())
    reviewer = made.reviewers[STAR]
    pages = {
        f"review/{STAR}/?show=all": reviewer, f"review/{STAR}/{first.code}/?correct=ST-07.0": reviewer,
        f"review/{STAR}/several/": reviewer, f"review/{STAR}/visits/": reviewer, "check/": made.head,
        f"check/{third.code}/": made.head, "countersign/": made.data, "countersign/ST-07/": made.data,
        "entry/": made.clerk, f"entry/branches/{second.code}/?star={STAR}": made.clerk,
        f"review/{STAR}/{second.code}/": made.auditor,
    }  # fmt: skip
    visit(reviewer, f"{made.base}/review/{STAR}/visits/", language="en").get_by_label("Branches to draw").fill("2")

    assert look_everywhere(visit, [(user, f"{made.base}/{path}") for path, user in pages.items()]) == {}
