"""Branches drawn for visits on site: by a seed nobody chose, that anyone can draw again; and what visits found."""

from datetime import date, timedelta
from hashlib import sha256

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection
from django.utils.timezone import localdate

from evaluations.models import SiteCheck, SiteSample
from evaluations.services import sampling
from evaluations.services.auditing import verify_chain
from evaluations.services.road import act
from evaluations.services.sampling import NotDrawn, Visit, draw, drawn, problems_of, record_visit, seed_of
from evaluations.workflow import RECOMMEND, State, Status
from ledger.models import LedgerEntry, LedgerHead
from ledger.services import append
from tests.review import world
from tests.review.world import COUNTY, STAR

pytestmark = pytest.mark.django_db


@pytest.fixture
def county():
    made = world.build(6, others=0)
    made.put(Status.PASSED, *made.entry.mine)
    append(chain=COUNTY, actor="x", action="test", subject="x", detail={})
    return made


def take(county, size=3, *, by=None, star=STAR):
    return draw(county.county, star, size, by=by or county.reviewers[star])


def codes(sample) -> list[str]:
    return list(sample.checks.order_by("pk").values_list("entry__branch__code", flat=True))


def test_the_seed_is_the_ledger_s_head_the_round_and_the_star():
    expected = sha256(f"7\n{'a' * 64}\nr2026\necology".encode()).hexdigest()

    assert seed_of(7, "a" * 64, "r2026", "ecology") == expected
    assert drawn("s", ["1", "2", "3"], 2) == sorted("123", key=lambda one: sha256(f"s{one}".encode()).hexdigest())[:2]


def test_a_sample_is_what_its_seed_draws_and_is_kept(county):
    head = LedgerHead.objects.get(chain=COUNTY)

    sample = take(county)

    expected = drawn(seed_of(head.sequence, head.hash, "r2026", STAR), [branch.code for branch in county.entry.mine], 3)
    assert codes(sample) == expected and (sample.size, sample.of) == (3, 6)
    assert LedgerEntry.objects.filter(chain=COUNTY).last().action == "sample.draw"
    assert problems_of(sample) == []


def test_another_draw_has_another_seed_and_both_stay(county):
    first, second = take(county), take(county)

    assert first.seed != second.seed and SiteSample.objects.count() == 2


def test_only_branches_that_reached_the_review_are_drawn(county):
    county.put(Status.SUBMITTED, county.entry.mine[0])
    county.put_star("waiting", (STAR,), [county.row().pk])

    sample = take(county, 5)

    assert county.branches[0].code not in codes(sample) and sample.of == 5
    assert problems_of(sample) == []


@pytest.mark.parametrize("size", [0, 7, 10**6])
def test_a_size_that_cannot_be_drawn_is_refused(county, size):
    with pytest.raises(NotDrawn, match="6"):
        take(county, size)

    last = LedgerEntry.objects.filter(chain=COUNTY).last()
    assert last.action == "sample.refuse_step" and '"refused":"' in last.detail


def test_nobody_draws_but_the_star_s_reviewer_while_under_review(county):
    for person in (county.reviewers["civility"], county.organization_reviewer, county.auditor, county.head):
        with pytest.raises(LookupError):
            take(county, by=person)
    county.stand(State.PROPOSED)
    with pytest.raises(NotDrawn):
        take(county)
    county.stand(State.UNDER_REVIEW)
    assert take(county)


def test_a_sample_is_never_changed(county):
    take(county)

    with pytest.raises(IntegrityError, match="never changed"):
        SiteSample.objects.update(seed="0" * 64)


# Whoever owns the tables can set triggers aside; then drawing again tells.
TAMPERED = {
    "seed": "UPDATE evaluations_sitesample SET seed = repeat('0', 64)",
    "hash": "UPDATE evaluations_sitesample SET ledger_hash = repeat('0', 64)",
    "size": "UPDATE evaluations_sitesample SET size = 2",
    "of": 'UPDATE evaluations_sitesample SET "of" = 5',
    "branch left out": "DELETE FROM evaluations_sitecheck WHERE id = (SELECT min(id) FROM evaluations_sitecheck)",
    "branches swapped": """
        UPDATE evaluations_sitecheck SET entry_id = (
            SELECT r.id FROM evaluations_rosterentry r
            WHERE r.id NOT IN (SELECT entry_id FROM evaluations_sitecheck) AND r.round_id = (
                SELECT round_id FROM evaluations_rosterentry WHERE id = evaluations_sitecheck.entry_id) LIMIT 1)
        WHERE id = (SELECT min(id) FROM evaluations_sitecheck)
    """,
}


@pytest.mark.parametrize("how", TAMPERED)
def test_what_was_tampered_with_is_found_by_drawing_again(county, how):
    sample = take(county)
    whole = problems_of(sample)

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE evaluations_sitesample DISABLE TRIGGER USER")
        cursor.execute(TAMPERED[how])

    assert whole == [] and problems_of(SiteSample.objects.get()) != []
    with pytest.raises(CommandError, match=f"r2026 {COUNTY} {STAR}"):
        call_command("verify_ledger")
    assert f"r2026 {COUNTY} {STAR}" in verify_chain(COUNTY, by=county.auditor)[0]


def test_the_auditor_draws_again_on_the_page(client, county):
    sample = take(county)
    client.force_login(county.auditor)
    client.cookies["django_language"] = "en"

    response = client.get(f"{county.base}/review/{STAR}/visits/?again={sample.pk}")

    assert "the same branches in the same order" in response.content.decode()
    assert sample.seed in response.content.decode() and sample.ledger_hash in response.content.decode()


def test_the_reviewer_draws_and_keeps_visits_on_the_page(client, county):
    client.force_login(county.reviewers[STAR])
    url = f"{county.base}/review/{STAR}/visits/"

    client.post(url, {"size": "2"})
    check = SiteCheck.objects.first()
    client.post(f"{url}{check.pk}/", {"on": localdate().isoformat(), "agrees": "no", "finding": "只建成 40 户"})

    check.refresh_from_db()
    assert (check.agrees, check.finding, check.by) == (False, "只建成 40 户", county.reviewers[STAR].username)
    assert LedgerEntry.objects.filter(chain=COUNTY).last().action == "sample.visit"


@pytest.mark.parametrize(
    "visit",
    [Visit(None, True), Visit(date(2026, 1, 1), None), Visit(date(2026, 1, 1), False), Visit(date(2099, 1, 1), True),
     Visit(date(2026, 1, 1), False, "长" * 301)],
)  # fmt: skip
def test_a_visit_that_says_too_little_is_refused(county, visit):
    check = take(county).checks.first()

    with pytest.raises(NotDrawn):
        record_visit(county.county, check, visit, by=county.reviewers[STAR])
    record_visit(county.county, check, Visit(localdate() - timedelta(days=1), True), by=county.reviewers[STAR])


def decided_beside_a_visit(county) -> bool:
    """Is a branch recommended by who opened its page before a visit's finding was kept?"""
    check = take(county, 6).checks.first()
    branch = check.entry.branch
    seen = county.wish(branch, STAR)
    found = Visit(localdate() - timedelta(days=1), False, "只建成 40 户")
    record_visit(county.county, check, found, by=county.reviewers[STAR])
    return bool(act(county.county, RECOMMEND, [seen], by=county.reviewers[STAR], star=STAR).moved)


def test_nothing_is_recommended_on_a_page_opened_before_a_visit_was_kept(county):
    assert not decided_beside_a_visit(county)
    assert county.act(RECOMMEND, *county.entry.mine, by=county.reviewers[STAR], star=STAR).moved


def test_control_where_a_visit_does_not_show_in_the_star_it_is_overlooked(county, monkeypatch):
    monkeypatch.setattr(sampling, "show_in_star", lambda entry_id, star: None)

    assert decided_beside_a_visit(county)


def test_a_visit_of_another_star_s_sample_is_not_there(client, county):
    check = take(county, star="civility").checks.first()
    client.force_login(county.reviewers[STAR])

    assert client.post(f"{county.base}/review/{STAR}/visits/{check.pk}/").status_code == 404
    assert client.post(f"{county.base}/review/civility/visits/{check.pk}/").status_code == 404
