"""Steps that meet somebody else's work: a lock is a sentence, and two who tell the same townships form no ring."""

import threading
from contextlib import suppress

import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client

from accounts.roles import Role
from evaluations.models import InboxItem
from evaluations.services import following, telling
from evaluations.workflow import SUBMIT, Status
from tests import factories
from tests.review import noticed, world
from tests.review.world import STAR
from tests.threads import beside

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def county():
    made = world.build()
    made.fill(*made.entry.mine)
    return made


def impatiently(work):
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '200ms'")
    return work()


def while_locked(work):
    """The answer to a request that meets a submission and its stars locked by somebody else."""
    with beside() as threads, transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT FROM evaluations_submission FOR UPDATE")
            cursor.execute("SELECT FROM evaluations_starreview FOR UPDATE")
        return threads.do(impatiently, work)


def seen(county, star="") -> str:
    one = county.wish(star=star)
    return f"{one.branch}:{one.seen_revision}:{one.seen_stamp}"


def recommend(county, code):
    county.put(Status.PASSED)
    form = {"action": "recommend", "seen": seen(county, STAR)}
    return county.reviewers[STAR], f"review/{STAR}/{code}/", form, f"review/{STAR}/{code}/"


def recommend_several(county, code):
    county.put(Status.PASSED)
    return county.reviewers[STAR], f"review/{STAR}/several/", {"branch": seen(county, STAR)}, f"review/{STAR}/several/"


def correct(county, code):
    county.put(Status.PASSED)
    form = {"criterion": "ST-07", "period": 0, "revision": 1, "text": "250", "reason": "现场"}
    return county.reviewers[STAR], f"review/{STAR}/{code}/correct/", form, f"review/{STAR}/{code}/"


def pass_on(county, code):
    county.put(Status.SUBMITTED)
    return county.head, "check/", {"action": "pass", "branch": seen(county)}, "check/"


def send_back(county, code):
    county.put(Status.REVIEWED, stars="recommended")
    form = {"star": STAR, "revision": county.star().revision, "reason": "须补现场核查"}
    return county.organization_reviewer, f"road/branches/{code}/", form, f"road/branches/{code}/"


def withdraw(county, code):
    county.put(Status.SUBMITTED)
    county.stand("open")
    return county.clerk, "entry/withdraw/", {"branch": f"{code}:{county.submission().revision}"}, "entry/"


STEPS = [recommend, recommend_several, correct, pass_on, send_back, withdraw]


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
def test_a_step_that_meets_a_lock_is_told_so_and_nothing_is_done(county, step):
    user, path, form, back = step(county, county.branches[0].code)
    client = Client()
    client.force_login(user)
    client.cookies["django_language"] = "en"
    stood = county.submission().revision

    held = while_locked(lambda: client.post(f"{county.base}/{path}", form))
    page = client.get(held.url).content.decode()

    assert (held.status_code, held.url) == (302, f"{county.base}/{back}")
    assert "somebody else is writing here just now" in page and county.submission().revision == stood
    assert client.post(f"{county.base}/{path}", form).status_code == 302


def test_a_finding_that_meets_a_ruling_under_way_is_a_sentence_and_can_be_sent_again(client):
    county = noticed.build(2)
    one = noticed.objection(county)
    url = f"{county.base}/objections/{one.pk}/"
    form = {"step": "check_objection", "finding": "已到现场核查。", "revision": 0}
    client.force_login(county.reviewers[STAR])

    with beside() as threads, transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT FROM evaluations_objection FOR UPDATE")
        held = threads.do(impatiently, lambda: client.post(url, form))
    one.refresh_from_db()
    stood = one.status

    assert (held.status_code, held.url, stood) == (302, url, "filed")
    client.post(url, form)
    one.refresh_from_db()
    assert one.status == "checked"


# Told across townships ----------------------------------------------------------------------------------------------
def told_in_opposite_orders(county, monkeypatch) -> list[BaseException | None]:
    """Two steps over the same two townships, each told one before the other goes on; what became of both."""
    factories.person(Role.TOWNSHIP_REVIEWER, factories.township(world.SIBLING_TOWN))
    first_told = threading.Barrier(2)

    def tell(*args, **more):
        found = telling.tell(*args, **more)
        with suppress(threading.BrokenBarrierError):
            first_told.wait(0.5)
        return found

    monkeypatch.setattr(following, "tell", tell)
    codes = [county.branches[0].code, county.branches[-1].code]
    with beside() as threads:
        futures = [threads.start(tell_all, county, order) for order in (codes, codes[::-1])]
        return [future.exception(30) for future in futures]


@transaction.atomic
def tell_all(county, codes):
    following.follow_up(county.county, SUBMIT.key, by=county.clerk, branches=codes)


def test_two_steps_over_the_same_townships_are_both_told(county, monkeypatch):
    assert told_in_opposite_orders(county, monkeypatch) == [None, None]
    assert [item.params["n"] for item in InboxItem.objects.filter(code="to_check")] == [2, 2]


def test_control_told_in_the_order_of_the_request_they_wait_in_a_ring(county, monkeypatch):
    unsorted = lambda told, row, codes: {f"{code[:9]}000": [code] for code in codes}  # noqa: E731
    monkeypatch.setattr(following, "places_of", unsorted)

    found = told_in_opposite_orders(county, monkeypatch)

    assert [type(error) for error in found if error] == [OperationalError] and "deadlock" in str(found)
