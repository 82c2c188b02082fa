"""The doors of a value: who enters it, until when, and what a submission or a return leaves open."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone, translation

from accounts.roles import Role
from branches.models import Department
from evaluations.models import Extension, RoundCounty, State
from tests import factories
from tests.entry import world
from tests.entry.giving import mark_submitted

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def county():
    return world.build()


@pytest.mark.parametrize("code", ["CY-01", "WM-09", "ZB-V1"])
def test_a_township_does_not_enter_what_a_department_owns(county, code):
    answer = county.enter(code, "1")

    assert answer.status == "locked"
    assert "县" in answer.message
    assert county.value(code) is None


def test_a_department_enters_its_own_criteria_for_every_branch_and_no_others(county):
    far = county.branches[-1]

    assert county.enter("CY-01", "23.6", far, by=county.farms).status == "saved"
    assert county.enter("WM-09", "90", far, by=county.farms).status == "locked"
    assert county.enter("WM-04", "90", far, by=county.farms).status == "locked"
    assert county.enter("CY-03", "7", far, by=county.farms).status == "locked"
    assert county.enter("CY-V1", "1", far, by=county.farms).status == "locked"


def test_a_stranger_branch_and_one_that_is_not_there_are_answered_alike(county):
    far = county.enter("WM-04", "355", county.branches[-1])
    absent = county.save(nowhere(county))

    assert (far.status, absent[0].status) == ("unknown", "unknown")
    assert far.message == absent[0].message


def nowhere(county):
    return replace(county.edit("WM-04", "355"), branch="419901001999")


@pytest.mark.parametrize("state", [state for state in State if state != State.OPEN])
def test_values_are_taken_only_while_the_county_is_open(county, state):
    RoundCounty.objects.filter(round=county.this).update(state=state)

    assert county.enter("WM-04", "355").status == "locked"
    assert county.value("WM-04") is None


def test_after_the_deadline_nothing_is_taken_and_an_extension_opens_it_again(county):
    past = timezone.now() - timedelta(minutes=1)
    RoundCounty.objects.filter(round=county.this).update(entry_due=past)
    late = county.enter("WM-04", "355")
    Extension.objects.create(
        county=county.county, township_id=world.TOWN, until=timezone.now() + timedelta(hours=1), reason="停电",
        asked_by="a", decided_by="b", granted=True,
    )  # fmt: skip

    extended = county.enter("WM-04", "355")

    assert (late.status, extended.status) == ("locked", "saved")
    assert "deadline" in late.message


def test_an_extension_of_another_township_or_one_not_granted_opens_nothing(county):
    RoundCounty.objects.filter(round=county.this).update(entry_due=timezone.now() - timedelta(minutes=1))
    later = timezone.now() + timedelta(hours=1)
    Extension.objects.create(
        county=county.county, township_id=world.OTHER_TOWN, until=later, reason="停电", asked_by="a", decided_by="b",
        granted=True,
    )  # fmt: skip
    Extension.objects.create(county=county.county, township_id=world.TOWN, until=later, reason="停电", asked_by="a")

    assert county.enter("WM-04", "355").status == "locked"


@pytest.mark.parametrize("granted", [True, False])
def test_a_department_s_extension_opens_its_own_criteria_only(county, granted):
    owner = county.this.criteria_set.criteria.get(code="WM-09").owner
    other = Department.objects.create(county_id=world.COUNTY, name=owner)
    factories.Grant.objects.create(
        user=county.farms, role=Role.DEPARTMENT_CLERK, region=factories.county(), department=other
    )
    past = timezone.now() - timedelta(minutes=1)
    RoundCounty.objects.filter(round=county.this).update(entry_due=past)
    Extension.objects.create(
        county=county.county, department=other, until=timezone.now() + timedelta(hours=1), reason="停电",
        asked_by="a", decided_by="b" * granted, granted=granted,
    )  # fmt: skip

    its_own, farms = (county.enter(code, "23.6", by=county.farms).status for code in ("WM-09", "CY-01"))

    assert (its_own, farms) == ("saved" if granted else "locked", "locked")


def test_what_is_submitted_is_locked_for_the_township_and_not_for_departments(county):
    mark_submitted(county)

    assert county.enter("WM-04", "355").status == "locked"
    assert county.enter("CY-01", "23.6", by=county.farms).status == "saved"


def test_of_a_returned_submission_only_the_criteria_named_are_open(county):
    mark_submitted(county, status="draft", unlocked=["WM-04"])

    assert county.enter("WM-04", "355").status == "saved"
    assert county.enter("ZB-10", "400").status == "locked"
