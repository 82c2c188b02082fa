"""The organization department's branches: what is found and shown of them, and that no other county's rows are read."""

import json
from collections import Counter

import pytest
from django.db import connection, transaction

from branches.models import Branch
from evaluations.models import Correction, RosterEntry, RoundCounty, Value
from evaluations.reading.county_branches import BRANCHES
from tests import factories
from tests.review import county_year as year
from tests.review import world
from tests.review.veto_steps import reported
from tests.review.world import COUNTY, STAR

pytestmark = pytest.mark.django_db


@pytest.fixture
def county():
    return year.reviewed()


def look(client, county, page: str) -> str:
    client.force_login(county.organization_reviewer)
    response = client.get(f"{county.base}/{page}")
    assert response.status_code == 200, page
    return response.content.decode()


def test_the_branch_page_shows_a_veto_of_all_stars_above_the_stars(client, county):
    reported(county, criterion="ALL-V1", finding="村支书被立案审查")

    page = look(client, county, f"road/branches/{county.branches[0].code}/")
    other = look(client, county, f"road/branches/{county.branches[1].code}/")

    assert "村支书被立案审查" in page and page.index("村支书被立案审查") < page.index('id="star-')
    assert 'id="of-all"' not in other


@pytest.mark.parametrize("typed", ["QSL", "青石", "Qingshi", "419901001200"])
def test_a_branch_is_found_by_initials_part_of_a_name_or_code(client, county, typed):
    Branch.objects.filter(pk=county.branches[0].pk).update(name="青石岭村", initials="qslc", name_en="Qingshiling")

    shown = look(client, county, f"road/branches/?q={typed}")

    assert county.branches[0].code in shown and county.branches[1].code not in shown


SCANNED = ("evaluations_correction", "evaluations_objection", "evaluations_countersign", "evaluations_vetorecord")


def test_another_county_s_rows_are_neither_counted_nor_read(client, county):
    """With indexes only, the plan tells how many rows of a table were read."""
    before = read_of(county)
    branch = factories.branches(1, town=factories.township("419902001000"))[0]
    RoundCounty.objects.create(round=county.entry.this, county_id=world.OTHER_COUNTY)
    elsewhere = RosterEntry.objects.create(
        round=county.entry.this, branch=branch, county_id=world.OTHER_COUNTY, township_id=branch.township_id
    )
    factories.give(county.entry.this, branch)
    value = Value.objects.get(round=county.entry.this, branch=branch, criterion__code="ST-07")
    Value.objects.filter(pk=value.pk).update(department_number=1)
    Correction.objects.create(value=value, entry=elsewhere, star=STAR, before="1", after="2", reason="x", by="x")

    assert read_of(county) == before


def read_of(county) -> tuple[list[tuple], dict[str, int]]:
    """What the list of branches holds, and how many rows of each table of marks it read."""
    params = {"round": county.entry.this.pk, "county": COUNTY}
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off")
        cursor.execute("SET LOCAL enable_mergejoin = off; SET LOCAL enable_bitmapscan = off")
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {BRANCHES}", params)
        plan = cursor.fetchone()[0]
        cursor.execute(BRANCHES, params)
        found = cursor.fetchall()
    read = Counter()
    walk((plan if isinstance(plan, list) else json.loads(plan))[0]["Plan"], read)
    return found, dict(read)


def walk(node: dict, read: Counter) -> None:
    if node.get("Relation Name") in ("evaluations_value", *SCANNED):
        kept = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
        read[node["Relation Name"]] += round(kept * node["Actual Loops"])
    for inner in node.get("Plans", ()):
        walk(inner, read)
