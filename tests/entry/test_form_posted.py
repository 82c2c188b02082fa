"""The form of a branch posted whole: what is saved, what comes back as typed, and that nothing else is taken."""

import re
from uuid import uuid4

import pytest
from django.db import connection, transaction

from evaluations.models import Value
from ledger.models import LedgerEntry
from tests.entry.form_posts import address, fields, give_last_year, opened, post
from tests.entry.world import World, build
from tests.threads import beside

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return build(checks={"WM-04": '{"max_change_percent": 50}'})


# Posted whole ----
def test_what_was_typed_is_saved_and_the_rest_left_alone(client, world):
    form = opened(client, world)

    response = post(client, world, form, **{"WM-04.0-text": "350", "WM-05.0-text": "B", "WM-05.0-note": "新建"})

    assert response.status_code == 302
    kept = {value.criterion.code: value for value in Value.objects.filter(round=world.this).select_related("criterion")}
    assert set(kept) == {"WM-04", "WM-05"}
    assert (kept["WM-04"].reported_number, kept["WM-05"].reported_option, kept["WM-05"].note) == (350, "B", "新建")
    assert (kept["WM-04"].way, kept["WM-04"].updated_by) == ("typed", world.clerk.username)


def test_a_refused_value_comes_back_as_typed_with_the_reason_and_the_others_are_saved(client, world):
    form = opened(client, world)

    response = post(client, world, form, **{"WM-04.0-text": "3O5", "WM-05.0-text": "B"})

    html = response.content.decode()
    assert response.status_code == 422
    assert 'value="3O5"' in html and "is-refused" in html
    assert world.value("WM-05").reported_option == "B" and world.value("WM-04") is None


def test_a_refused_value_comes_back_on_top_of_what_its_giver_saw_and_never_of_what_came_meanwhile(client, world):
    form = opened(client, world)
    world.enter("WM-04", "300")

    refused = post(client, world, form, **{"WM-04.0-text": "3O5"})
    again = post(client, world, fields(refused.content.decode()), **{"WM-04.0-text": "305"})

    assert refused.status_code == again.status_code == 422
    assert "place__two" in again.content.decode() and world.value("WM-04").reported_number == 300


def test_a_note_that_is_too_long_comes_back_as_typed(client, world):
    form = opened(client, world)

    response = post(client, world, form, **{"WM-04.0-text": "350", "WM-04.0-note": "长" * 301})

    assert response.status_code == 422 and "长" * 301 in response.content.decode()
    assert world.value("WM-04") is None


def test_the_same_form_posted_twice_has_one_effect(client, world):
    form = opened(client, world) | {"WM-04.0-text": "350"}

    first, second = post(client, world, form), post(client, world, form)

    assert (first.status_code, second.status_code) == (302, 302)
    assert world.value("WM-04").revision == 1


def test_two_people_on_different_values_of_one_branch_both_keep_theirs(client, world):
    form = opened(client, world)
    world.enter("WM-05", "C")

    response = post(client, world, form, **{"WM-04.0-text": "350"})

    assert response.status_code == 302
    assert (world.value("WM-04").reported_number, world.value("WM-05").reported_option) == (350, "C")


def test_two_people_on_one_value_see_both_versions_and_saving_again_keeps_mine(client, world):
    form = opened(client, world)
    world.enter("WM-04", "300")

    met = post(client, world, form, **{"WM-04.0-text": "350"})

    html = met.content.decode()
    assert met.status_code == 422 and "place__two" in html and "300" in html and 'value="350"' in html
    assert world.value("WM-04").reported_number == 300
    assert post(client, world, fields(html)).status_code == 302
    assert world.value("WM-04").reported_number == 350


def test_not_applicable_needs_its_reason(client, world):
    form = opened(client, world)

    without = post(client, world, form, **{"WM-04.0-na": "on"})
    refused = world.value("WM-04")
    given = post(client, world, form, **{"WM-04.0-na": "on", "WM-04.0-note": "新设支部"})

    assert (without.status_code, refused) == (422, None)
    assert given.status_code == 302 and world.value("WM-04").reported_na


def test_a_value_is_taken_back_by_emptying_it(client, world):
    world.enter("WM-04", "300")
    form = opened(client, world)

    post(client, world, form, **{"WM-04.0-text": ""})

    assert world.value("WM-04").reported_number is None


def test_a_jump_against_last_year_keeps_the_value_and_opens_the_note(client, world):
    give_last_year(world)
    form = opened(client, world)

    post(client, world, form, **{"WM-04.0-text": "100"})

    html = client.get(address(world)).content.decode()
    box = html[html.index('id="place-WM-04.0"') - 200 :]
    assert world.value("WM-04").reported_number == 100
    assert "is-warned" in box[:300] and re.search(r"<details[^>]* open>", box[: box.index("</details>")])


# Last year's facts ----
def test_one_button_keeps_all_stable_facts_of_last_year(client, world):
    give_last_year(world)
    form = opened(client, world)

    post(client, world, form, keep="all")

    kept = Value.objects.filter(round=world.this).values_list("criterion__code", "reported_option", "way")
    assert sorted(kept) == [("WM-01", "A", "kept"), ("WM-02", "A", "kept"), ("WM-05", "A", "kept")]


def test_one_fact_is_kept_with_its_button_and_what_was_typed_beside_it_is_saved_as_typed(client, world):
    give_last_year(world)
    form = opened(client, world)

    post(client, world, form, keep="WM-01.0", **{"WM-02.0-text": "B"})

    kept = Value.objects.filter(round=world.this).values_list("criterion__code", "reported_option", "way")
    assert sorted(kept) == [("WM-01", "A", "kept"), ("WM-02", "B", "typed")]


def test_a_note_given_later_leaves_a_kept_value_kept(client, world):
    give_last_year(world)
    post(client, world, opened(client, world), keep="WM-01.0")

    post(client, world, opened(client, world), **{"WM-01.0-note": "同去年"})

    assert (world.value("WM-01").note, world.value("WM-01").way) == ("同去年", "kept")


def test_nothing_is_offered_where_this_year_has_a_value_or_last_year_none(client, world):
    give_last_year(world)
    Value.objects.filter(round=world.last, criterion__code="WM-01").delete()
    world.enter("WM-02", "C")
    client.force_login(world.clerk)

    page = client.get(address(world)).context["page"]

    assert [place.row.code for place in page.offers] == ["WM-05"]


# Nothing else is taken ----
def test_posting_other_fields_changes_nothing(client, world):
    """B-07: every column of a value, of another criterion, branch and round, beside one honest value."""
    form = opened(client, world)
    names = [field.name for field in Value._meta.get_fields()] + ["final_number", "department_na", "round_id", "by"]
    extra = {name: "999" for name in names} | {f"WM-04.0-{name}": "999" for name in names if name != "note"}
    extra |= {f"{code}.0-text": "1" for code in ("WM-06", "CY-01", "WM-03")} | {"WM-04.1-text": "5", "csrf": "x"}
    extra |= {"WM-04.0-document": "", "WM-04.0-source": "999", "WM-04.0-as_of": "2026-01-01", "WM-04.0-revision": "0"}

    post(client, world, form | extra, **{"WM-04.0-text": "350"})

    value = Value.objects.get(round=world.this)
    assert (value.criterion.code, value.reported_number, value.revision) == ("WM-04", 350, 1)
    others = (value.final_number, value.department_na, value.source, value.as_of, value.branch, value.way)
    assert others == (None, False, "", None, world.branches[0], "typed")
    assert not LedgerEntry.objects.exists()  # single values are kept by row history


@pytest.mark.parametrize("name", ["key", "revision", "was", "as_of", "na"])
def test_a_hidden_field_that_was_tampered_with_is_no_fault(client, world, name):
    form = opened(client, world) | {"WM-04.0-text": "350", f"WM-04.0-{name}": "\u202e\x00" + str(uuid4())}

    assert post(client, world, form).status_code in (302, 422)


@pytest.mark.django_db(transaction=True)
def test_what_is_held_up_by_others_comes_back_as_typed(client, world):
    form = opened(client, world) | {"WM-04.0-text": "350"}

    with transaction.atomic(), beside() as threads:
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE evaluations_value IN SHARE MODE")
        response = threads.do(post_impatiently, client, world, form)

    assert response.status_code == 422 and 'value="350"' in response.content.decode()
    assert world.value("WM-04") is None
    assert post(client, world, fields(response.content.decode())).status_code == 302


def post_impatiently(client, world: World, form: dict):
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '200ms'")
    return post(client, world, form)
