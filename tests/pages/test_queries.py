"""Each page asks the database as often for 6,000 branches as for 1, and at most 12 times (P6, L-07)."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.roles import Role
from branches.models import Branch, Department
from evaluations.models import RoundCounty, State
from evaluations.services.runs import start_run
from scoring.standard import published_standard
from tests import factories
from tests.evaluations.pages import COUNTY, TOWNS, results, sealed_before

SIZES = [1, 60, 600, pytest.param(6000, marks=pytest.mark.full)]  # P6 of the benchmark measures 6,000 too
BRANCH = "419901001000"
MOST = 12
LIST = f"/rounds/r2026/{COUNTY}/ranking/"
PAGES = {
    Role.ORGANIZATION_REVIEWER: {
        "/": 11,
        LIST: 10,
        f"{LIST}?level=3%2B&township={TOWNS[0]}&star=ecology&q=%E6%9D%91&sort=-name": 10,
        f"{LIST}?show=all": 10,
        f"{LIST}?q=zzz": 9,
        f"/rounds/r2026/{COUNTY}/ranking.csv": 6,
        f"/rounds/r2026/{COUNTY}/ranking.xlsx": 6,
        f"/rounds/r2026/{COUNTY}/townships/": 8,
        f"/rounds/r2026/{COUNTY}/branches/{BRANCH}/": 12,
        f"/rounds/r2026/{COUNTY}/branches/{BRANCH}/?star=all": 12,
        f"/rounds/r2026/{COUNTY}/standard/": 5,
        "/rounds/r2026/runs/": 7,
        "/runs/{run}/": 5,
        "/password/": 4,
    },
    Role.AUDITOR: {"/rounds/r2026/counties/": 5, LIST: 10},
    Role.ENTRY_CLERK: {"/": 8, LIST: 9, f"/rounds/r2026/{COUNTY}/branches/{BRANCH}/": 12},
    Role.DEPARTMENT_REVIEWER: {"/": 8, LIST: 9, f"/rounds/r2026/{COUNTY}/branches/{BRANCH}/": 12},
    Role.DEPARTMENT_CLERK: {"/": 8, LIST: 9, f"/rounds/r2026/{COUNTY}/branches/{BRANCH}/": 12},
    Role.BRANCH_VIEWER: {"/": 8, LIST: 9},
    "viewer, confirmed": {"/": 10, LIST: 10, f"/rounds/r2026/{COUNTY}/branches/{BRANCH}/": 12},
    "nobody": {"/sign-in/": 2, "/healthz": 1},
}


@pytest.fixture(scope="module", params=SIZES)
def county(request, django_db_setup, django_db_blocker):
    """This year's round and the sealed one before it, of so many branches; its people and a run."""
    with django_db_blocker.unblock(), transaction.atomic():
        made = results(request.param, previous=sealed_before(request.param))
        published_standard(made.criteria_set_id)  # a process reads it once
        made.people, made.run = appointed(), start_run(made, by="test")
        yield made
        transaction.set_rollback(True)


def appointed() -> dict:
    whole = factories.county(COUNTY)
    farms = Department.objects.create(county=whole, name="县农业农村局")
    places = {
        Role.ENTRY_CLERK: {"region": factories.township(TOWNS[0])},
        Role.DEPARTMENT_REVIEWER: {"region": whole, "star": "ecology"},
        Role.DEPARTMENT_CLERK: {"region": whole, "department": farms},
        Role.BRANCH_VIEWER: {"branch": Branch.objects.get(code=BRANCH)},
        Role.AUDITOR: {},
    }
    people = {role: factories.person(role, **places.get(role, {"region": whole})) for role in Role if role in PAGES}
    return people | {"viewer, confirmed": factories.person(Role.VIEWER, whole)}


@pytest.mark.parametrize("who", PAGES, ids=str)
def test_a_page_costs_the_same_however_many_branches(client, county, db, who):
    if who == "viewer, confirmed":
        RoundCounty.objects.filter(round=county).update(state=State.CONFIRMED)
    if who in county.people:
        client.force_login(county.people[who])
    found = {}

    for url in PAGES[who]:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(url.format(run=county.run.pk)).status_code == 200, url
        found[url] = len(asked)

    assert found == PAGES[who]
    assert max(found.values()) <= MOST
