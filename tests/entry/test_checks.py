"""Values beside others: parts and their whole, last year's, the township's equal ones."""

import pytest
from django.utils import translation

from evaluations.models import Value
from tests.entry import world

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def test_a_part_above_its_whole_is_refused_from_either_side():
    county = world.build(checks={"WM-04": '{"part_of": "ZB-10"}'})
    county.enter("ZB-10", "100")

    more, equal = county.enter("WM-04", "101"), county.enter("WM-04", "100")
    less = county.enter("ZB-10", "99", revision=1)

    assert (more.status, equal.status, less.status) == ("refused", "saved", "refused")
    assert "101" in more.message and "100" in more.message


def test_parts_that_add_up_to_more_than_their_total_are_refused():
    county = world.build(checks={"ZB-10": '{"parts": ["WM-04", "ST-07"]}'})
    county.enter("ZB-10", "100")
    county.enter("WM-04", "60")

    assert county.enter("ST-07", "41").status == "refused"
    assert county.enter("ST-07", "40").status == "saved"


def test_a_wrong_sum_in_one_request_leaves_its_other_values_alone():
    county = world.build(checks={"WM-04": '{"part_of": "ZB-10"}'})

    answers = county.save(county.edit("ZB-10", "100"), county.edit("WM-04", "101"), county.edit("PA-06", "1"))

    assert [answer.status for answer in answers] == ["refused", "refused", "saved"]


@pytest.mark.parametrize(("text", "asked"), [("150", False), ("151", True), ("50", False), ("49", True)])
def test_a_jump_against_last_year_is_kept_and_asks_for_a_note(text, asked):
    county = world.build(checks={"WM-04": '{"max_change_percent": 50}'})
    give_last(county, "WM-04", 100)

    answer = county.enter("WM-04", text)

    assert answer.status == "saved"
    assert bool(answer.warnings) == asked


def test_a_jump_with_a_note_asks_nothing():
    county = world.build(checks={"WM-04": '{"max_change_percent": 50}'})
    give_last(county, "WM-04", 100)

    assert county.enter("WM-04", "400", note="并村").warnings == []


def test_the_same_value_for_many_branches_of_a_township_asks_for_a_note():
    county = world.build(3, checks={"PA-06": '{"same_value_count": 3}'})

    warned = [bool(county.enter("PA-06", "2", branch).warnings) for branch in county.mine]

    assert warned == [False, False, True]


def give_last(county, code, number):
    Value.objects.create(
        round=county.last, branch=county.branches[0], reported_number=number,
        criterion=county.this.criteria_set.criteria.get(code=code),
    )  # fmt: skip
