"""The pages of vetoes: who sees which, what they cost, and the way from report to lifting."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evaluations.models import VetoRecord
from evaluations.services import vetoing
from tests.review import world
from tests.review.veto_steps import reported
from tests.review.world import STAR

pytestmark = pytest.mark.django_db


@pytest.fixture
def county():
    return world.build()


COSTS = {"vetoes/": 6, "vetoes.csv": 5, "vetoes.xlsx": 5, "vetoes/report/": 5}


@pytest.mark.parametrize("count", [1, 60, 600])
def test_the_pages_cost_the_same_however_many_vetoes(client, county, count):
    criterion = county.entry.this.criteria_set.criteria.get(code="ST-V1")
    VetoRecord.objects.bulk_create(
        [
            VetoRecord(round=county.entry.this, branch=county.branches[0], criterion=criterion, document=str(place))
            for place in range(count)
        ]
    )
    client.force_login(county.organization_reviewer)
    client.get(f"{county.base}/vetoes/")
    found = {}

    for page in COSTS:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"{county.base}/{page}").status_code == 200
        found[page] = len(queries)

    assert found == COSTS


def test_a_filter_shows_what_it_names_and_a_strange_one_shows_all(client, county):
    reported(county)
    reported(county, by=county.organization_reviewer, criterion="CY-V1", document="审〔2026〕2号")
    client.force_login(county.auditor)

    def shown(query):
        return len(client.get(f"{county.base}/vetoes/{query}").context["list"].lines)

    found = {query: shown(query) for query in ("", "?star=ecology", "?status=lifted", "?q=审", "?star=x&page=%00")}

    assert found == {"": 2, "?star=ecology": 1, "?status=lifted": 0, "?q=审": 1, "?star=x&page=%00": 2}


def test_who_sees_what_follows_from_what_they_may_see_of_the_branch(client, county):
    elsewhere = {"criterion": "CY-V1", "branch": county.branches[-1].code, "document": "审〔2026〕2号"}
    mine, other = reported(county), reported(county, by=county.organization_reviewer, **elsewhere)
    found = {}

    for name, user in {"head": county.head, "ecology": county.reviewers[STAR], "auditor": county.auditor}.items():
        client.force_login(user)
        found[name] = [client.get(f"{county.base}/vetoes/{one.pk}/").status_code for one in (mine, other)]

    assert found == {"head": [200, 404], "ecology": [200, 404], "auditor": [200, 200]}


def test_the_form_comes_back_as_it_was_filled_and_a_right_one_leads_to_the_record(client, county):
    client.force_login(county.reviewers[STAR])
    form = {
        "branch": county.branches[0].code, "criterion": "ST-V1", "document": "环罚〔2026〕3号",
        "found_on": "2090-01-01", "reporter": "市生态环境局县分局", "finding": "占用耕地",
    }  # fmt: skip

    back = client.post(f"{county.base}/vetoes/report/", form)
    taken = client.post(f"{county.base}/vetoes/report/", form | {"found_on": "2024-11-02"})

    assert (
        back.status_code == 422 and "环罚〔2026〕3号" in back.content.decode() and "占用耕地" in back.content.decode()
    )
    assert taken.url == f"{county.base}/vetoes/{VetoRecord.objects.get().pk}/"


def test_the_whole_way_on_the_pages(client, county):
    record = reported(county)
    url = f"{county.base}/vetoes/{record.pk}/"
    client.force_login(county.reviewers[STAR])
    client.post(f"{url}ask/", {"document": "环撤〔2026〕1号", "reason": "处罚已撤销"})
    client.force_login(county.organization_approver)
    page = client.get(url).content.decode()

    answer = client.post(f"{url}rule/", {"lift": "yes", "reason": "经核实", "seen": "somewhat else"})
    record.refresh_from_db()
    stale = (answer.status_code, record.status)
    client.post(f"{url}rule/", {"lift": "yes", "reason": "经核实", "seen": vetoing.asked_mark(record)})

    record.refresh_from_db()
    assert 'name="lift"' in page and stale == (409, "lift_asked") and record.status == "lifted"
