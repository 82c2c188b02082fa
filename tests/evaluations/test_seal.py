"""Sealed counties: the file computes again byte for byte, and whatever was tampered with is named."""

import hashlib
import io
import json
from copy import deepcopy

import pgtrigger
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from evaluations.models import (
    Rating,
    RatingMark,
    RoundCounty,
    SealedCounty,
    SealedRating,
    State,
    Submission,
    VetoRecord,
)
from evaluations.services import seal as sealing
from evaluations.services.auditing import verify_chain
from evaluations.services.rating import rate_county
from evaluations.services.seal import SealRefused, canonical, compute_again, problems_of, seal_round
from ledger.models import LedgerEntry, LedgerHead
from ledger.services import append
from scoring import engine
from tests import factories
from tests.evaluations import oracle
from tests.evaluations.random_values import fill
from tests.evaluations.rounds import COUNTY, give, rate, set_by_sql, two_years

pytestmark = pytest.mark.django_db
DOCUMENT = "示组发〔2026〕9号"


@pytest.fixture
def sealed():
    """A county sealed with gaps, NA, vetoes, growth on a sealed year and one parked branch."""
    last, evaluation, rated = two_years(count=8)
    seal_round(last, document="示组发〔2025〕9号", by="test")
    give(evaluation, rated[3], "CY-05", 1)
    set_by_sql(evaluation, rated[3], "CY-05", 99)
    return seal_round(evaluation, document=DOCUMENT, by="test")[0]


def verify(*arguments) -> str:
    out = io.StringIO()
    call_command("verify_ledger", *arguments, stdout=out)
    return out.getvalue()


def test_the_sealed_file_computes_again_byte_for_byte(sealed):
    content = json.loads(sealed.content)

    again = canonical(content | {"results": compute_again(content)})

    assert again == sealed.content
    assert hashlib.sha256(again.encode()).hexdigest() == sealed.sha256
    assert sealed.engine_version == content["engine"] == engine.ENGINE_VERSION
    assert "float" not in {type(number).__name__ for number in numbers(content)}


def numbers(content):
    """Every leaf of the file."""
    if isinstance(content, dict | list):
        for part in content.values() if isinstance(content, dict) else content:
            yield from numbers(part)
    else:
        yield content


def test_the_sealed_file_and_rows_hold_what_the_reference_says(sealed):
    expected = oracle.expected(sealed.round)
    content = json.loads(sealed.content)

    codes = [row["branch"] for row in content["roster"]]
    for place, code in enumerate(codes):
        row, results = expected[code], content["results"]
        assert bool(results["parked"][place]) == row["parked"]
        assert results["level"][place] == (-1 if row["parked"] else row["level"])
        assert results["county_rank"][place] == (row["county_rank"] or 0)
        stored = SealedRating.objects.get(seal=sealed, branch__code=code)
        for name in (*oracle.STAR_CODES, "earned", "level", "index", "county_rank", "township_rank"):
            assert getattr(stored, name) == row[name], (code, name)
    assert codes == sorted(expected)


def test_sealing_the_same_state_of_things_gives_the_same_bytes():
    _last, evaluation, _rated = two_years(count=4)
    inputs = sealing.read_county(evaluation, COUNTY)
    files = set()
    for _turn in range(3):
        ranked = sealing.rank(inputs, engine.rate(inputs.standard.compiled, inputs.columns))
        files.add(sealing.canonical_file(evaluation, COUNTY, inputs, ranked))

    assert len(files) == 1


def test_whole_ledgers_and_seals_verify(sealed):
    assert "2" in verify()
    assert "1" in verify("r2026")


def tamper(sealed, **changes):
    """Change a seal as somebody who rules the database can."""
    with pgtrigger.ignore("evaluations.SealedCounty:seal_kept"):
        SealedCounty.objects.filter(pk=sealed.pk).update(**changes)


def forge(sealed, change):
    """Change the sealed file and give it the SHA-256 that fits."""
    content = deepcopy(json.loads(sealed.content))
    change(content)
    text = canonical(content)
    tamper(sealed, content=text, sha256=hashlib.sha256(text.encode()).hexdigest())


def assert_named(sealed, *words):
    for arguments in ((), (sealed.round.slug,)):
        with pytest.raises(CommandError) as refused:
            verify(*arguments)
        assert refused.value.returncode == 1
        for word in (sealed.round.slug, COUNTY, *words):
            assert word in str(refused.value)


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"


def test_a_changed_file_is_named(sealed):
    tamper(sealed, content=sealed.content.replace('"year":2026', '"year":2027'))

    assert_named(sealed, "does not have the SHA-256")


def test_a_changed_digest_is_named(sealed):
    tamper(sealed, sha256="0" * 64)

    assert_named(sealed, "does not have the SHA-256")


def test_changed_results_with_a_fitting_digest_are_named(sealed):
    forge(sealed, lambda content: content["results"]["level"].__setitem__(0, 5))

    assert_named(sealed, "the engine gives other results", "the ledger does not have this SHA-256")


def test_changed_inputs_with_fitting_results_and_digest_are_still_named_by_the_ledger(sealed):
    def change(content):
        content["roster"][0]["population"] = 1
        content["results"] = compute_again(content)

    forge(sealed, change)

    assert_named(sealed, "the ledger does not have this SHA-256")


@pytest.mark.parametrize("content", ["", "[]", "{}", "null", '{"engine":"1"}', "\\x00"])
def test_a_file_that_is_none_is_named_without_a_traceback(sealed, content):
    tamper(sealed, content=content, sha256=hashlib.sha256(content.encode()).hexdigest())

    assert_named(sealed, "the ledger does not have this SHA-256", "not in canonical form")


def test_a_file_written_another_way_is_named(sealed):
    text = sealed.content.replace(",", ", ", 1)
    tamper(sealed, content=text, sha256=hashlib.sha256(text.encode()).hexdigest())

    assert_named(sealed, "not in canonical form")


CHANGES = {
    "industry": 1, "rule_of_law": 99, "earned": "ecology industry", "level": 4, "index": 99, "county_rank": 77,
    "township_rank": 77,
}  # fmt: skip


@pytest.mark.parametrize("column", CHANGES)
def test_a_changed_row_is_named_whichever_column(sealed, column):
    row = SealedRating.objects.filter(seal=sealed, county_rank__isnull=False).first()

    with pgtrigger.ignore("evaluations.SealedRating:sealed_rating_kept"):
        SealedRating.objects.filter(pk=row.pk).update(**{column: CHANGES[column]})

    assert_named(sealed, row.branch.code, "the sealed row differs")


def test_a_row_taken_away_is_named(sealed):
    row = sealed.ratings.first()

    with pgtrigger.ignore("evaluations.SealedRating:sealed_rating_kept"):
        SealedRating.objects.filter(pk=row.pk)._raw_delete("default")

    assert_named(sealed, row.branch.code)


def test_a_seal_taken_away_is_named(sealed):
    with pgtrigger.ignore("evaluations.SealedRating:sealed_rating_kept", "evaluations.SealedCounty:seal_kept"):
        SealedRating.objects.filter(seal=sealed)._raw_delete("default")
        SealedCounty.objects.filter(pk=sealed.pk)._raw_delete("default")

    assert_named(sealed, "the ledger tells of a seal that is gone")


def test_another_engine_on_the_same_file_is_named(sealed, monkeypatch):
    honest = engine.rate

    def rounds_down(compiled, columns):
        results = honest(compiled, columns)
        results.scores -= 1
        return results

    assert verify()
    monkeypatch.setattr(engine, "rate", rounds_down)

    assert_named(sealed, "the engine gives other results")


def test_a_rewritten_ledger_entry_is_named(sealed):
    entry = LedgerEntry.objects.get(action="round.seal", subject=sealed.round.slug)

    with pgtrigger.ignore():
        LedgerEntry.objects.filter(pk=entry.pk).update(detail=entry.detail.replace(DOCUMENT, "示组发〔2026〕8号"))

    with pytest.raises(CommandError, match=COUNTY):
        verify()


def test_a_seal_needs_a_document_and_leaves_nothing_without():
    _last, evaluation, _rated = two_years(count=2)

    with pytest.raises(SealRefused):
        seal_round(evaluation, document="  ", by="test")

    assert not SealedCounty.objects.exists()
    assert len(seal_round(evaluation, document=DOCUMENT, by="test")) == 1
    assert RoundCounty.objects.get(round=evaluation).state == State.CLOSED


def test_a_sealed_county_is_rated_no_more(sealed):
    before = list(Rating.objects.filter(round=sealed.round).order_by("pk").values_list())
    RatingMark.objects.create(round=sealed.round, county_id=COUNTY)  # of an edit of branches while the seal was made

    outcome = rate_county(sealed.round, COUNTY)

    assert outcome.sealed and outcome.changed == 0 and not RatingMark.objects.exists()
    assert list(Rating.objects.filter(round=sealed.round).order_by("pk").values_list()) == before


def test_a_year_sealed_late_marks_no_county_that_is_sealed_already():
    last, evaluation, rated = two_years(count=4)
    rate(evaluation)
    seal_round(evaluation, document=DOCUMENT, by="test")

    seal_round(last, document="示组发〔2025〕9号", by="test")

    assert not RatingMark.objects.exists()


def test_a_round_of_two_counties_is_sealed_county_by_county():
    here, there = factories.branches(2), factories.branches(2, town=factories.township("419902001000"))
    evaluation = factories.round_of(here + there, region=factories.county("419901000000"))
    fill(evaluation, here + there, 3)
    VetoRecord.objects.all().delete()
    sealing.seal_county(evaluation, COUNTY, document=DOCUMENT, by="test")

    assert [row.county_id for row in seal_round(evaluation, document=DOCUMENT, by="test")] == ["419902000000"]
    assert seal_round(evaluation, document=DOCUMENT, by="test") == []
    assert "2" in verify()


def test_a_round_with_a_submission_under_way_is_not_sealed_on_paper():
    _last, evaluation, rated = two_years()
    submission = Submission.objects.filter(entry__round=evaluation, entry__branch=rated[0])
    submission.update(status="submitted", receipt="SB-1", submitted_at=timezone.now())

    with pytest.raises(SealRefused, match="示范县"):
        seal_round(evaluation, document=DOCUMENT, by="test")
    assert not evaluation.seals.exists()

    submission.update(status="draft")
    assert len(seal_round(evaluation, document=DOCUMENT, by="test")) == 1


def test_sealing_again_by_the_same_document_changes_nothing_and_by_another_is_refused():
    _last, evaluation, _rated = two_years()
    seal_round(evaluation, document=DOCUMENT, by="test")
    entries = LedgerEntry.objects.count()

    assert seal_round(evaluation, document=DOCUMENT, by="test") == []
    with pytest.raises(SealRefused, match="示组发〔2026〕9号"):
        seal_round(evaluation, document="别的〔2026〕1号", by="test")

    assert LedgerEntry.objects.count() == entries


def test_the_auditor_s_check_finds_a_deleted_seal_as_the_command_does(sealed):
    auditor = factories.person(Role.AUDITOR)
    whole = verify_chain(COUNTY, by=auditor)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("evaluations_sealedrating", "evaluations_sealedcounty"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM evaluations_sealedrating WHERE seal_id = %s", [sealed.pk])
        cursor.execute("DELETE FROM evaluations_sealedcounty WHERE id = %s", [sealed.pk])

    found = verify_chain(COUNTY, by=auditor)

    assert whole == [] and len(found) == 1 and found[0].startswith(f"r2026 {COUNTY}")
    with pytest.raises(CommandError, match=f"r2026 {COUNTY}"):
        verify()


def test_what_another_engine_sealed_is_counted_apart_and_said(sealed, monkeypatch):
    computed = verify()
    monkeypatch.setattr(engine, "ENGINE_VERSION", "2")

    passed = verify()

    assert "2 sealed results were computed again" in computed and "Not computed" not in computed
    assert "0 sealed results were computed again" in passed
    assert "Not computed again: 2 sealed results of another engine than this one (2)" in passed


def test_a_row_that_claims_another_engine_than_its_file_is_named(sealed):
    assert problems_of(sealed) == []
    sealed.engine_version = "2"

    assert problems_of(sealed) == ["the sealed row names another engine than the sealed file"]


def test_the_auditor_s_page_says_so_too(sealed, client, monkeypatch):
    monkeypatch.setattr(engine, "ENGINE_VERSION", "2")
    client.force_login(factories.person(Role.AUDITOR))
    client.cookies["django_language"] = "en"

    page = client.post(reverse("ledger_verify"), {"chain": COUNTY}, follow=True).content.decode()

    assert "Whole: " in page and "Not computed again: 2 sealed results" in page


def test_a_cut_end_with_its_head_set_back_is_named_by_what_was_written_down(sealed):
    head = LedgerHead.objects.get(chain=COUNTY)
    kept = f"{COUNTY}:{head.sequence}:{head.hash}"
    whole = verify("--head", kept)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_ledgerentry DISABLE TRIGGER USER")
        cursor.execute("ALTER TABLE ledger_ledgerhead DISABLE TRIGGER USER")
    with transaction.atomic():
        append(chain=COUNTY, actor="x", action="test", subject="x", detail={})
    later = LedgerHead.objects.get(chain=COUNTY)
    LedgerEntry.objects.filter(chain=COUNTY, sequence=later.sequence).delete()
    LedgerHead.objects.filter(chain=COUNTY).update(sequence=head.sequence, hash=head.hash)

    assert verify() and verify("--head", kept) and whole  # what was written down before the cut still holds
    with pytest.raises(CommandError, match=f"{COUNTY}.*{later.sequence}"):
        verify("--head", kept, "--head", f"{COUNTY}:{later.sequence}:{later.hash}")
    with pytest.raises(CommandError, match=COUNTY):
        verify("--head", f"{COUNTY}:{head.sequence}:{'0' * 64}")


@pytest.mark.parametrize("text", ["", "419901000000", "419901000000:0:" + "0" * 64, "a:1:xyz"])
def test_a_head_that_cannot_be_read_is_refused(sealed, text):
    with pytest.raises(CommandError):
        verify("--head", text)
