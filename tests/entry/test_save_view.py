"""The address where pages send values: what it reads, and how it answers when others are in the way."""

import json
from uuid import uuid4

import pytest
from django.db import connection, transaction

from evaluations.models import Value
from tests.entry import world
from tests.threads import beside

pytestmark = pytest.mark.django_db


@pytest.fixture
def county(client):
    made = world.build()
    client.force_login(made.clerk)
    return made


def edit(county, **fields) -> dict:
    return {"key": str(uuid4()), "branch": county.branches[0].code, "criterion": "WM-04", "text": "355"} | fields


def send(client, county, *edits, body=None):
    body = body if body is not None else json.dumps({"edits": edits})
    return client.post(f"{county.base}/values/", body, content_type="application/json")


def test_a_saved_value_is_answered_with_its_revision(client, county):
    response = send(client, county, edit(county))

    assert response.status_code == 200
    assert response.json()["answers"][0] | {"key": ""} == {
        "key": "", "status": "saved", "revision": 1, "message": "", "warnings": [], "theirs": None,
    }  # fmt: skip
    assert county.value("WM-04").reported_number == 355


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"text": "x"}, 422), ({"criterion": "CY-01"}, 423), ({"criterion": "NONE"}, 404), ({"branch": "1"}, 404)],
)
def test_the_status_tells_what_became_of_a_value(client, county, fields, status):
    assert send(client, county, edit(county, **fields)).status_code == status
    assert not Value.objects.filter(round=county.this).exists()


def test_a_conflict_is_a_409_with_both_versions(client, county):
    send(client, county, edit(county))

    response = send(client, county, edit(county, text="360"))

    assert response.status_code == 409
    assert response.json()["answers"][0]["theirs"]["value"] == "355"


def test_a_conflict_over_a_source_or_its_date_tells_them_and_the_same_again_is_none(client, county):
    client.force_login(county.farms)
    theirs = {"criterion": "CY-01", "text": "20", "source": "粮食台账", "as_of": "2025-10-31"}
    send(client, county, edit(county, **theirs))

    met = send(client, county, edit(county, **theirs | {"as_of": "2025-11-30"}))
    same = send(client, county, edit(county, **theirs))

    told = met.json()["answers"][0]["theirs"]
    assert (met.status_code, told["source"], told["as_of"]) == (409, "粮食台账", "2025-10-31")
    assert same.status_code == 200


@pytest.mark.parametrize(("text", "way"), [("355", "kept"), ("356", "typed")])
def test_a_new_note_beside_the_same_value_leaves_the_way_it_came(client, county, text, way):
    send(client, county, edit(county, way="kept"))

    send(client, county, edit(county, text=text, note="核对过", revision=1))

    assert (county.value("WM-04").note, county.value("WM-04").way) == ("核对过", way)


def test_answers_that_differ_are_a_200(client, county):
    response = send(client, county, edit(county), edit(county, criterion="CY-01"))

    assert response.status_code == 200
    assert [answer["status"] for answer in response.json()["answers"]] == ["saved", "locked"]


BROKEN = [
    "", "[]", "{}", "null", '{"edits": 3}', '{"edits": [3]}', '{"edits": [{}]}', "\x00", '{"edits": [', "[" * 5000,
    '{"edits": [{"key": "no-uuid"}]}', '{"edits": NaN}', '{"edits": [{"key": 1e999}]}', "9" * 6000,
]  # fmt: skip
WRONG = [
    {"period": 5}, {"period": -1}, {"period": "1"}, {"period": True}, {"revision": -1}, {"revision": 2**31},
    {"revision": 1.5}, {"text": 3}, {"text": None}, {"text": "1" * 401}, {"way": "stolen"}, {"way": "imported"},
    {"as_of": "never"}, {"note": ["x"]}, {"branch": 419901001200}, {"key": None},
]  # fmt: skip


@pytest.mark.parametrize("body", BROKEN)
def test_a_body_that_is_no_request_is_a_400(client, county, body):
    assert send(client, county, body=body).status_code == 400


@pytest.mark.parametrize("fields", WRONG)
def test_an_edit_of_another_shape_is_a_400_and_nothing_is_kept(client, county, fields):
    response = send(client, county, edit(county), edit(county, criterion="ZB-10") | fields)

    assert response.status_code == 400
    assert not Value.objects.filter(round=county.this).exists()


NO_NUMBERS = ["\u202e12", "１e5", "٣", "1_000", "-0.00001", "1E+2", "∞", "12.34567", "\ud800", "0x1"]


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_text_that_is_no_number_is_refused_and_never_an_error(client, county, text):
    response = send(client, county, edit(county, text=text))

    assert response.status_code in (400, 422)
    assert not Value.objects.filter(round=county.this).exists()


@pytest.mark.parametrize("note", ["\u202ex", "x" * 301, "\u0007", "=cmd|' /C calc'!A0"])
def test_a_note_is_plain_text_of_bounded_length(client, county, note):
    response = send(client, county, edit(county, note=note))

    kept = county.value("WM-04")
    assert response.status_code in (200, 400, 422)
    assert kept is None or kept.note == note


def test_other_fields_of_an_edit_change_nothing(client, county):
    response = send(client, county, edit(county, final_number="1", updated_by="root", round_id=1, department_na=True))

    row = county.value("WM-04")
    assert response.status_code == 200
    assert (row.final_number, row.department_na, row.updated_by) == (None, False, county.clerk.username)


@pytest.mark.django_db(transaction=True)
def test_who_is_in_the_way_makes_it_a_503_to_send_again(client, county):
    with transaction.atomic(), beside() as threads:
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE evaluations_value IN SHARE MODE")
        response = threads.do(send_impatiently, client, county)

    assert response.status_code == 503
    assert response["Retry-After"] == "2"
    assert not Value.objects.filter(round=county.this).exists()
    assert send(client, county, edit(county)).status_code == 200


def send_impatiently(client, county):
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '200ms'")
    return send(client, county, edit(county))


@pytest.mark.parametrize("revision", [7, 2**31 - 2])
def test_who_saw_a_value_where_there_is_none_writes_nothing_and_poisons_nothing(client, county, revision):
    response = send(client, county, edit(county, revision=revision))

    assert response.status_code == 409
    assert county.value("WM-04") is None
    assert send(client, county, edit(county)).status_code == 200


def test_na_typed_as_text_needs_its_reason_too(client, county):
    bare, reasoned = edit(county, text="NA"), edit(county, text="NA", note="并入中心村养老院")

    assert send(client, county, bare).status_code == 422
    assert county.value("WM-04") is None
    assert send(client, county, reasoned).status_code == 200
    assert county.value("WM-04").reported_na


def test_a_key_stands_for_one_round_and_county(client, county):
    one = edit(county)
    send(client, county, one)
    county.last.counties.update(state="open")

    response = client.post(
        county.base.replace("r2026", "r2025") + "/values/",
        json.dumps({"edits": [one]}),
        content_type="application/json",
    )

    assert response.status_code == 422
    assert not Value.objects.filter(round=county.last).exists()


def test_a_townships_value_takes_no_source_and_date_from_its_page(client, county):
    send(client, county, edit(county, source="上级", as_of="2099-01-01"))

    assert (county.value("WM-04").source, county.value("WM-04").as_of) == ("", None)
