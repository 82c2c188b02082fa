"""Values beside others: parts and their whole, last year's, the township's equal ones."""

import pytest
from django.db import transaction
from django.utils import translation

from evaluations.models import Value
from evaluations.services import gates
from evaluations.workflow import SUBMIT
from tests.entry import world
from tests.entry.giving import fill, move
from tests.entry.sending import reasons, table
from tests.threads import beside, wait_until_a_lock_is_waited_for

pytestmark = pytest.mark.django_db
PART = '{"part_of": "ZB-10"}'


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


def test_a_part_is_judged_beside_the_whole_that_stands_where_the_new_one_is_a_conflict():
    county = world.build(checks={"WM-04": PART})
    county.enter("ZB-10", "100")

    answers = county.save(county.edit("ZB-10", "200", revision=0), county.edit("WM-04", "150"))
    fresh = county.save(county.edit("ZB-10", "200", revision=1), county.edit("WM-04", "150"))

    assert [answer.status for answer in answers] == ["conflict", "refused"]
    assert [answer.status for answer in fresh] == ["saved", "saved"]


def test_what_is_refused_holds_up_nothing_that_only_it_would_have_allowed():
    county = world.build(checks={"WM-04": PART, "ZB-10": '{"part_of": "ST-07"}'})
    county.save(county.edit("ST-07", "100"), county.edit("ZB-10", "50"), county.edit("WM-04", "50"))

    answers = county.save(county.edit("ZB-10", "120", revision=1), county.edit("WM-04", "110", revision=1))
    both = county.save(county.edit("ZB-10", "90", revision=1), county.edit("WM-04", "80", revision=1))

    assert [answer.status for answer in answers] == ["refused", "refused"]
    assert [answer.status for answer in both] == ["saved", "saved"]


def whole_and_part_at_once(county, until):
    """One clerk lowers the whole while another raises its part; the part's answer."""
    with beside() as threads:
        with transaction.atomic():
            county.enter("ZB-10", "60", revision=1)
            future = threads.start(lambda: county.enter("WM-04", "80", revision=1))
            until(future)
        return future.result(30)


@pytest.fixture
def held():
    county = world.build(checks={"WM-04": PART})
    county.save(county.edit("ZB-10", "100"), county.edit("WM-04", "50"))
    return county


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_on_a_whole_and_its_part_the_later_sees_the_first(held):
    answer = whole_and_part_at_once(held, lambda future: wait_until_a_lock_is_waited_for())

    assert answer.status == "refused"
    assert (held.value("ZB-10").reported_number, held.value("WM-04").reported_number) == (60, 50)


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_a_part_above_its_whole_is_kept(held, monkeypatch):
    monkeypatch.setattr(gates, "LOCK_ALONE", gates.LOCK)

    answer = whole_and_part_at_once(held, lambda future: future.result(30))

    assert answer.status == "saved"
    assert held.value("WM-04").reported_number > held.value("ZB-10").reported_number


@pytest.mark.django_db(transaction=True)
def test_values_without_sums_wait_for_nobody(held):
    with beside() as threads, transaction.atomic():
        held.enter("PA-06", "2")
        answer = threads.do(lambda: held.enter("ST-07", "80"))

    assert answer.status == "saved"


def test_a_sum_that_does_not_hold_hinders_submitting_and_is_shown(client):
    county = world.build(checks={"WM-04": PART})
    fill(county)
    whole = Value.objects.filter(round=county.this, criterion__code="ZB-10")
    client.force_login(county.clerk)

    whole.update(reported_number=100)  # by another door than saving: an import of the operator's
    page = client.get(f"{county.base}/entry/submit/").content.decode()
    wrong = move(county, SUBMIT)
    whole.update(reported_number=500)
    right = move(county, SUBMIT)

    assert [str(why) for why in wrong.refused.values()] == ["sums that do not hold: 1"]
    assert "#ZB-10" in page and "480" in page
    assert right.moved


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


@pytest.mark.parametrize("note", ["无", "-", "NA", "……", ""])
def test_a_note_that_says_nothing_explains_nothing(note):
    county = world.build(checks={"WM-04": '{"max_change_percent": 50}'})
    give_last(county, "WM-04", 100)
    fill(county, county.mine[0], leave=["WM-04"])

    bare = county.enter("WM-04", "151", note=note)
    hindered = move(county, SUBMIT, county.mine[0])
    said = county.enter("WM-04", "151", note="合并了两个村", revision=1)

    assert (bare.status, len(bare.warnings), said.warnings) == ("saved", 1, [])
    assert (bool(hindered.moved), bool(move(county, SUBMIT, county.mine[0]).moved)) == (False, True)


@pytest.mark.parametrize(
    ("text", "asked"), [("0.947", True), ("0.9999", True), ("1", False), ("0", False), ("94.7", False)]
)
def test_a_percentage_that_looks_like_a_fraction_is_kept_and_asks_for_a_note(text, asked):
    county = world.build()

    answer = county.enter("ST-01", text, by=county.farms)
    explained = county.enter("ST-01", text, by=county.farms, revision=1, note="全村只有一户")

    said = ["0.947 looks like a decimal fraction: 94.7% is entered as 94.7; else it needs a note"]
    assert (answer.status, bool(answer.warnings), explained.warnings) == ("saved", asked, [])
    assert text != "0.947" or answer.warnings == said


def test_a_small_number_that_is_no_percentage_or_may_not_be_above_1_is_no_fraction():
    county = world.build(checks={"ST-01": '{"max": 1}'})

    assert county.enter("ST-01", "0.5", by=county.farms).warnings == []
    assert county.enter("CY-01", "0.5", by=county.farms).warnings == []


def test_the_same_value_for_many_branches_of_a_township_asks_for_a_note():
    county = world.build(3, checks={"PA-06": '{"same_value_count": 3}'})

    warned = [bool(county.enter("PA-06", "2", branch).warnings) for branch in county.mine]

    assert warned == [False, False, True]


def test_a_quarter_is_compared_with_its_own_of_last_year():
    county = world.build(checks={"ST-05": '{"max_change_percent": 50}'})
    give_last(county, "ST-05", 1, period=1)
    give_last(county, "ST-05", 2, period=2)

    jump, same = (county.enter("ST-05", "2", period=period, by=county.farms) for period in (1, 2))

    assert (jump.status, len(jump.warnings)) == ("saved", 1)
    assert (same.status, same.warnings) == ("saved", [])


@pytest.mark.parametrize(("second", "warned"), [("5", 2), ("6", 0)])
def test_equal_values_within_one_file_count_before_any_is_stored(second, warned):
    county = world.build(checks={"CY-02": '{"same_value_count": 2}'})
    one, two = county.mine

    upload = table(county, f"code,CY-02\n{one.code},5\n{two.code},{second}\n")

    assert upload.counts["new"] == 2
    assert sum("the same value" in reason for reason in reasons(upload)) == warned


def test_a_value_that_a_file_replaces_no_longer_counts_as_equal():
    county = world.build(checks={"CY-02": '{"same_value_count": 2}'})
    one, two = county.mine
    county.enter("CY-02", "6", one, by=county.farms)

    upload = table(county, f"code,CY-02\n{one.code},5\n{two.code},6\n")

    assert (upload.counts["new"], reasons(upload)) == (2, [])


def give_last(county, code, number, period=0):
    Value.objects.create(
        round=county.last, branch=county.branches[0], reported_number=number, period=period,
        criterion=county.this.criteria_set.criteria.get(code=code),
    )  # fmt: skip
