"""Finding branches by two characters or by initials, the same on every page that lists them."""

import pytest

from branches.services import save_branch
from evaluations.models import RosterEntry
from evaluations.reading.search import asked_for, matching, named
from tests import factories

pytestmark = pytest.mark.django_db

NAMES = ["曾家岭村", "单家寨村", "解家桥村", "解放村", "仇家沟村", "查家店村", "朴家湾村", "青石岭村"]


@pytest.fixture
def county():
    """A county's branches of these names, and one of another county."""
    branches = factories.branches(len(NAMES))
    for branch, name in zip(branches, NAMES, strict=True):
        branch.name = name
        save_branch(branch, by="test")
    far = factories.branches(1, town=factories.township("419902001000", "边远乡"))[0]
    far.name = "解家洼村"
    save_branch(far, by="test")
    return factories.round_of([*branches, far])


def found(county, text: str) -> list[str]:
    rows = RosterEntry.objects.filter(round=county, county_id="419901000000").filter(matching(text, "419901000000"))
    return list(rows.order_by("branch__sort_key").values_list("branch__name", flat=True))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("解家", ["解家桥村"]), ("石岭", ["青石岭村"]), ("解", ["解放村", "解家桥村"]),
        ("岭", ["青石岭村", "曾家岭村"]), ("xj", ["解家桥村"]), ("JF", ["解放村"]), ("sjz", ["单家寨村"]),
        ("qj", ["仇家沟村"]), ("zj", ["曾家岭村", "查家店村"]), ("pj", ["朴家湾村"]), ("djz", []), ("洼", []),
        ("419901001207", ["青石岭村"]), ("%", []), ("_", []), ("'", []), ("\\", []),
    ],
)  # fmt: skip
def test_a_part_of_the_name_the_initials_or_the_code_find_it(county, text, names):
    assert found(county, text) == names


@pytest.mark.parametrize("text", ["解家", "xj", "JF", "岭", "419901001207", "%", "洼"])
def test_what_is_read_already_is_found_alike(county, text):
    rows = RosterEntry.objects.filter(round=county, county_id="419901000000").select_related("branch")

    alike = {entry.branch.name for entry in rows if named(entry.branch, text)}

    assert alike == set(found(county, text))


def test_what_is_typed_is_cut_and_cleaned():
    assert asked_for("  解\0家 " + "x" * 90).startswith("解家") and len(asked_for("x" * 90)) == 40
