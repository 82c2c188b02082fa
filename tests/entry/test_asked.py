"""What departments still owe: every page counts the same, and a bonus or a veto not given is missing on none."""

import pytest

from accounts.roles import Role
from evaluations.reading.county import county_seen_by
from evaluations.reading.entry_department import department_lines
from evaluations.reading.entry_form import EntryPage
from evaluations.reading.entry_grids import grid_of
from evaluations.reading.entry_overview import Overview
from evaluations.reading.entry_submit import Checklist
from evaluations.services.completeness import other_rows, slots_of
from scoring.parameters import parse_parameters
from tests import factories
from tests.entry import world

pytestmark = pytest.mark.django_db
BONUS = "CY-B1"


@pytest.fixture
def county():
    return world.build()


def seen_by(county, user):
    return county_seen_by(user, county.this.slug, world.COUNTY)


def told(county) -> dict[str, int]:
    """How many values each page says the department has still to give, over all branches."""
    seen, scope = seen_by(county, county.farms), county.scope(county.farms)
    codes = [line.row.code for line in department_lines(seen, scope)]
    approver = factories.person(Role.ORGANIZATION_APPROVER, factories.county())
    overview = Overview(seen_by(county, approver), approver)
    return {
        "its work": sum(line.left for line in department_lines(seen, scope)),
        "its townships": sum(gap.left for line in department_lines(seen, scope) for gap in line.gaps),
        "its forms": sum(EntryPage(seen, scope, branch.code).missing for branch in county.branches),
        "its grids": sum(grid_of(seen, scope, {"criterion": code}).missing.get(code, 0) for code in codes),
        "the county's overview": next(one.missing for one in overview.departments if one.name == world.FARMS),
    }


def test_every_page_counts_alike_what_a_department_still_owes(county):
    own = [row for row in other_rows(county.this.criteria_set_id) if row.owner == world.FARMS]
    each = sum(len(slots_of(row)) for row in own)

    before = told(county)
    county.enter(own[0].code, "1", by=county.farms, period=slots_of(own[0])[0][1])
    after = told(county)

    assert set(before.values()) == {each * len(county.branches)}
    assert set(after.values()) == {each * len(county.branches) - 1}


def test_a_bonus_not_given_is_missing_nowhere(county):
    row = county.this.criteria_set.criteria.get(code=BONUS)

    lines = {
        line.row.code: line for line in department_lines(seen_by(county, county.farms), county.scope(county.farms))
    }

    assert row.bonus and row.owner == world.FARMS and row.takes_entry
    assert BONUS not in {one.code for one in other_rows(county.this.criteria_set_id)}
    assert (lines[BONUS].asked, lines[BONUS].left, lines[BONUS].gaps) == (False, 0, [])
    assert [(one.given, one.asked) for one in lines[BONUS].periods] == [(0, 4)]


def test_the_checklist_says_what_departments_owe_of_a_branch_without_bonuses(county):
    checklist = Checklist(seen_by(county, county.clerk), county.scope())
    owed = sum(len(slots_of(row)) for row in other_rows(county.this.criteria_set_id))

    before = [row.not_in for row in checklist.rows]
    county.enter(BONUS, bonus_option(county), by=county.farms)
    after = [row.not_in for row in Checklist(seen_by(county, county.clerk), county.scope()).rows]

    assert before == after == [owed, owed]


def bonus_option(county) -> str:
    row = county.this.criteria_set.criteria.get(code=BONUS)
    return str(parse_parameters(row.parameters)["options"][0][0])
