"""The road's own steps with objections on it: published, objected to, ruled on, confirmed, and what stands then."""

import pytest

from evaluations.models import PublicNotice, SealedCounty
from evaluations.services.appealing import appeal
from evaluations.services.current import current_list
from evaluations.workflow import CONFIRM
from tests.review import county_year
from tests.review.noticed import DOCUMENT, REPLY, checked, day, objection, take
from tests.review.world import COUNTY, STAR

pytestmark = pytest.mark.django_db

ROOT = f"/public/r2026/{COUNTY}/"


@pytest.fixture
def county():
    """Published by the road's own steps; the notice's first day is today."""
    made = county_year.reviewed(3)
    county_year.publish(made)
    PublicNotice.objects.update(first_day=day(), last_day=day(days=6))
    return made


def stars(county) -> list[bool]:
    """Which branches hold the star in the current list."""
    rows = {row.sealed.branch_id: row.earned for row in current_list(SealedCounty.objects.get(), day())}
    return [STAR in rows[branch.pk] for branch in county.branches]


def test_what_the_road_publishes_is_what_the_public_reads(client, county):
    text = client.get(ROOT).content.decode()

    assert all(branch.name in text for branch in county.branches) and county_year.CONTACT in text


def test_upheld_rejected_and_open_end_each_in_its_own_way(client, county):
    upheld, rejected, open_ = (checked(county, objection(county, branch)) for branch in county.branches)
    approver = county.organization_approver
    take(county, "uphold", upheld, by=approver, reply=REPLY, document=DOCUMENT)
    take(county, "reject", rejected, by=approver, reply=REPLY)
    county_year.let_pass(county)

    assert county_year.step(county, CONFIRM).moved
    at_seal = stars(county)
    late = take(county, "reject", open_, by=approver, reply=REPLY, document=DOCUMENT)

    assert at_seal == [False, True, False]
    assert late.refused is None and stars(county) == [False, True, True]
    assert client.get(ROOT).status_code == 200


def test_a_township_appeals_after_the_road_confirmed(county):
    one = checked(county, objection(county))
    take(county, "uphold", one, by=county.organization_approver, reply=REPLY, document=DOCUMENT)
    county_year.let_pass(county)
    county_year.step(county, CONFIRM)

    answer = appeal(county.county, branch=county.branches[0].code, star=STAR, reason="已整改", by=county.head)

    assert answer.refused is None
