"""Is the entry grid readable by all, and no wider than the screen: a township's and a department's, small and large?"""

import pytest
from playwright.sync_api import expect

from evaluations.models import Value
from tests.e2e.entry.grid_pages import cell
from tests.e2e.looking import problems_at_every_size
from tests.entry import world

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize("language", ["zh-hans", pytest.param("en", marks=pytest.mark.full)])
def test_every_kind_of_grid_is_readable_by_all_and_fits(browse, grid_county, language):
    first, second, _third = grid_county.mine
    rows = Value.objects.filter(round=grid_county.this, criterion__code="CY-01")
    rows.filter(branch=first).update(department_number=20)  # a check's value counts instead
    rows.filter(branch=second).delete()
    found = {}
    for user, query in (
        (grid_county.farms, "?criterion=CY-01"),
        (grid_county.farms, f"?criterion=CY-01&township={world.TOWN}"),
        (grid_county.clerk, "?star=civility"),
        (grid_county.clerk, "?star=all"),
    ):
        page = browse(user, query, language=language)
        found[query] = problems_at_every_size(page)
        page.context.close()

    assert {query: those for query, those in found.items() if those} == {}


def test_a_department_s_grid_has_the_townships_as_headings_and_its_panel_is_readable(browse, grid_county):
    page = browse(grid_county.farms, "?criterion=CY-01")
    headings = page.locator(".grid__town").all_inner_texts()

    cell(page, 0, "CY-01").click()
    page.keyboard.press("Shift+F2")
    expect(page.locator("[data-field=note]")).to_be_focused()

    assert len(headings) == 2 and headings[0].startswith("示范镇")
    assert problems_at_every_size(page) == {}


@pytest.mark.full
@pytest.mark.parametrize(
    ("made", "query"), [((300, 300), "?criterion=CY-01"), ((600, 0), "?star=civility")], indirect=["made"]
)
def test_a_grid_of_600_branches_is_readable_by_all_and_fits(visit, made, query):
    user = made.farms if "criterion" in query else made.clerk

    page = visit(user, f"{made.base}/entry/grid/{query}")
    expect(page.locator("tr[data-line]")).to_have_count(600)

    assert problems_at_every_size(page) == {}


@pytest.fixture
def made(transactional_db, request):
    """A county of 600 branches, so many in each of its two townships."""
    return world.build(*request.param)
