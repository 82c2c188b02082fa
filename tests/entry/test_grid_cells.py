"""The cells of the entry grid: in which state each is drawn, and what comes with it."""

from decimal import Decimal

import pytest
from django.utils import translation

from evaluations.models import RoundCounty, State, Submission, Value
from scoring.standard import published_standard
from tests.entry import world
from tests.entry.grid_views import cell_of, td_of, visit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def county():
    return world.build()


def test_a_value_comes_with_its_revision_and_what_stands_beside_it(client, county):
    county.enter("WM-04", "355", note="核对过", document="示文1号")

    cell = cell_of(visit(client, county, "?star=civility"), "WM-04")

    assert (cell["v"], cell["r"], cell["n"], cell["d"]) == ("355", 1, "核对过", "示文1号")


def test_a_choice_is_shown_with_what_it_stands_for(client, county):
    county.enter("WM-01", "B")

    response = visit(client, county, "?star=civility")

    assert "B 4项" in td_of(response, "WM-01") and cell_of(response, "WM-01")["v"] == "B"


def test_a_missing_value_says_so_in_a_word(client, county):
    td = td_of(visit(client, county, "?star=civility"), "WM-04")

    assert "is-missing" in td and 'data-missing="to be entered"' in td and "visually-hidden" in td


def test_not_applicable_shows_the_word_and_its_reason(client, county):
    county.enter("WM-07", "", na=True, note="并入中心村养老院")

    td = td_of(visit(client, county, "?star=civility"), "WM-07")

    assert "is-na" in td and "not applicable" in td and "并入中心村养老院" in td


def stable(county, code="WM-05"):
    """Make a criterion a stable fact; published sets are frozen, so in the process's copy."""
    row = next(row for row in published_standard(county.this.criteria_set_id).criteria if row.code == code)
    row.stable = True
    return row


def give_last_year(county, code, number, option=""):
    criterion = county.this.criteria_set.criteria.get(code=code)
    Value.objects.create(
        round=county.last, branch=county.branches[0], criterion=criterion, reported_number=Decimal(number),
        reported_option=option,
    )  # fmt: skip


def test_last_year_s_stable_fact_is_offered_until_this_year_s_is_there(client, county):
    give_last_year(county, "WM-05", 2, "B")
    stable(county)
    offered = visit(client, county, "?star=civility")
    county.enter("WM-05", "A")
    given = visit(client, county, "?star=civility")

    assert "is-prefilled" in td_of(offered, "WM-05") and cell_of(offered, "WM-05")["p"] == "B"
    assert offered.context["grid"].offered == 1
    assert "is-prefilled" not in td_of(given, "WM-05") and "p" not in cell_of(given, "WM-05")


def test_last_year_s_value_of_what_is_not_stable_is_only_shown(client, county):
    give_last_year(county, "WM-04", 355)

    cell = cell_of(visit(client, county, "?star=civility"), "WM-04")

    assert cell["l"] == "355 户" and "p" not in cell and cell["st"] == "missing"


def test_a_jump_against_last_year_asks_for_a_note_until_there_is_one(client):
    county = world.build(checks={"WM-04": '{"max_change_percent": 50}'})
    give_last_year(county, "WM-04", 100)
    county.enter("WM-04", "355")
    asked = visit(client, county, "?star=civility")
    county.enter("WM-04", "355", revision=1, note="新增")
    told = visit(client, county, "?star=civility")

    assert "is-warned" in td_of(asked, "WM-04") and "100 last year" in cell_of(asked, "WM-04")["w"]
    assert "is-warned" not in td_of(told, "WM-04")


def test_the_same_value_for_many_branches_asks_for_a_note(client):
    county = world.build(checks={"WM-04": '{"same_value_count": 2}'})
    for branch in county.mine:
        county.enter("WM-04", "355", branch)

    assert "is-warned" in td_of(visit(client, county, "?star=civility"), "WM-04")


def test_a_returned_criterion_is_marked_and_only_it_is_open(client, county):
    county.enter("WM-04", "355")
    Submission.objects.filter(entry__branch=county.branches[0], entry__round=county.this).update(unlocked=["WM-04"])

    response = visit(client, county, "?star=civility")

    assert "is-returned" in td_of(response, "WM-04") and "is-locked" not in td_of(response, "WM-04")
    assert "returned" in cell_of(response, "WM-07")["x"] and "is-locked" in td_of(response, "WM-07")


@pytest.mark.parametrize("state", [state for state in State if state != State.OPEN])
def test_where_the_county_is_not_open_every_cell_is_locked_with_the_reason(client, county, state):
    RoundCounty.objects.filter(round=county.this).update(state=state)

    response = visit(client, county, "?star=civility")

    assert cell_of(response, "WM-04")["x"] and "is-locked" in td_of(response, "WM-04")


def test_a_name_with_markup_is_shown_as_text(client, county):
    county.branches[0].name = '<img src="x">村'
    county.branches[0].save(update_fields=["name"])
    county.enter("WM-07", "", na=True, note="<script>alert(1)</script>")

    text = visit(client, county, "?star=civility").content.decode()

    assert "<img" not in text and "<script>alert" not in text


@pytest.mark.parametrize(("verified", "counts"), [(490, True), (30, False)], ids=["another", "the same"])
def test_a_value_that_a_check_corrected_is_marked_and_says_both(client, county, verified, counts):
    county.enter("WM-04", "30")
    Value.objects.filter(criterion__code="WM-04", round=county.this).update(township_number=verified)

    response = visit(client, county, "?star=civility")

    said = "You entered 30 户; township check: 490 户, which counts." in td_of(response, "WM-04")
    assert (said, "is-overruled" in td_of(response, "WM-04")) == (counts, counts)
    ruling = {"by": "township check", "is": "490 户", "number": "490", "na": False}
    assert cell_of(response, "WM-04").get("o") == (ruling if counts else None)


def test_of_several_checks_the_last_counts_and_not_applicable_counts_too(client, county):
    county.enter("WM-04", "30")
    standing = Value.objects.filter(criterion__code="WM-04", round=county.this)
    standing.update(township_number=490, department_na=True)

    response = visit(client, county, "?star=civility")

    assert "department check: not applicable, which counts." in td_of(response, "WM-04")


def test_a_correction_where_nothing_was_entered_leaves_the_cell_missing_and_says_so(client, county):
    county.enter("WM-04", "30")
    Value.objects.filter(criterion__code="WM-04", round=county.this).update(township_number=490, reported_number=None)

    td = td_of(visit(client, county, "?star=civility"), "WM-04")

    assert "is-missing" in td and "You entered nothing; township check: 490 户, which counts." in td
