"""What the database refuses whoever writes; each guard is also switched off, and then the same write passes."""

import io

import pgtrigger
import pytest
from django.db import connection, models
from django.utils import timezone

from evaluations.models import (
    RatingMark,
    SealedCounty,
    SealedRating,
    Value,
    VetoRecord,
)
from evaluations.services.seal import seal_county
from scoring.models import CriteriaSet, Criterion, Star
from tests import factories
from tests.evaluations.refusing import assert_passes, assert_refused, sql, undone
from tests.evaluations.rounds import COUNTY, give

pytestmark = pytest.mark.django_db
OTHER = "419902000000"


# A published standard ------------------------------------------------------------------------------------------------


def new_criterion(standard: CriteriaSet) -> Criterion:
    made = Criterion.objects.filter(criteria_set=standard).first()
    made.pk, made.code, made.order = None, "NEW-1", 99
    return made


def new_star(standard: CriteriaSet) -> Star:
    return Star(criteria_set=standard, code="industry", label="星", pass_line=80, weight=1, bonus_cap=0, order=9)


def of(model, standard):
    return model.objects.filter(criteria_set=standard)


def save_changed(row, field, value) -> None:
    setattr(row, field, value)
    row.save()


STANDARD_WRITES = {
    "update by ORM": lambda s: save_changed(of(Criterion, s).first(), "max_points", 99),
    "update of a queryset": lambda s: of(Criterion, s).update(parameters="{}"),
    "bulk_update": lambda s: Criterion.objects.bulk_update([of(Criterion, s).first()], ["name"]),
    "update by SQL": lambda s: sql("UPDATE scoring_criterion SET name = 'x' WHERE criteria_set_id = %s", s.pk),
    "insert by ORM": lambda s: new_criterion(s).save(force_insert=True),
    "bulk_create": lambda s: Criterion.objects.bulk_create([new_criterion(s)]),
    "delete by ORM": lambda s: of(Criterion, s).last().delete(),
    "delete by SQL": lambda s: sql("DELETE FROM scoring_criterion WHERE criteria_set_id = %s", s.pk),
    "a star's line": lambda s: of(Star, s).update(pass_line=1),
    "a star by SQL": lambda s: sql("UPDATE scoring_star SET weight = 1 WHERE criteria_set_id = %s", s.pk),
    "a star taken away": lambda s: of(Star, s).first().delete(),
    "the set's name": lambda s: CriteriaSet.objects.filter(pk=s.pk).update(name="another"),
    "taking publication back": lambda s: sql("UPDATE scoring_criteriaset SET published_at = NULL WHERE id = %s", s.pk),
    "publishing again": lambda s: CriteriaSet.objects.filter(pk=s.pk).update(published_at=timezone.now()),
}  # fmt: skip


@pytest.mark.parametrize("name", STANDARD_WRITES)
def test_a_published_standard_refuses_every_write_and_a_draft_allows_it(name):
    write = STANDARD_WRITES[name]
    published, draft = factories.criteria_set("published"), factories.criteria_set("draft", published=False)

    assert_refused(lambda: write(published), "the criteria set is published")

    assert_passes(lambda: write(draft))
    with pgtrigger.ignore("scoring.Criterion:criterion_frozen", "scoring.Star:star_frozen",
                          "scoring.CriteriaSet:criteria_set_frozen"):  # fmt: skip
        assert_passes(lambda: write(published))


def test_nothing_moves_into_a_published_standard_or_out_of_it():
    published, draft = factories.criteria_set("published"), factories.criteria_set("draft", published=False)
    extra = new_criterion(draft)
    extra.save(force_insert=True)

    def move_in():
        Criterion.objects.filter(pk=extra.pk).update(criteria_set=published)

    def move_out():
        of(Criterion, published).filter(code="CY-01").update(criteria_set=draft, code="NEW-2")

    for move in (move_in, move_out):
        assert_refused(move, "the criteria set is published")
        with pgtrigger.ignore("scoring.Criterion:criterion_frozen"):
            assert_passes(move)


KEPT = {
    "scoring_criteriaset": "criteria_set_kept", "scoring_criterion": "criterion_kept", "scoring_star": "star_kept",
    "evaluations_value": "value_kept", "evaluations_vetorecord": "veto_kept",
    "evaluations_sealedcounty": "seal_not_truncated", "evaluations_sealedrating": "sealed_rating_not_truncated",
}  # fmt: skip


@pytest.mark.parametrize("table", KEPT)
def test_no_kept_table_is_truncated(table):
    assert_refused(lambda: sql(f"TRUNCATE {table} CASCADE"), "never truncated")

    with pgtrigger.ignore():
        assert_passes(lambda: sql(f"TRUNCATE {table} CASCADE"))


# Sealed values -------------------------------------------------------------------------------------------------------


@pytest.fixture
def two_counties():
    """A round over two counties, one of them sealed; (sealed branch, open branch, round)."""
    here, there = factories.branches(2), factories.branches(2, town=factories.township("419902001000"))
    evaluation = factories.round_of(here + there)
    for branch in (here[0], there[0]):
        give(evaluation, branch, "CY-01", 5)
        VetoRecord.objects.create(
            round=evaluation, branch=branch, criterion=criterion(evaluation, "CY-V1"), document="文"
        )
    seal_county(evaluation, COUNTY, document="示组发〔2026〕9号", by="test")
    return here, there, evaluation


def criterion(evaluation, code) -> Criterion:
    return evaluation.criteria_set.criteria.get(code=code)


def copy_in(evaluation, branch) -> None:
    row = f"{evaluation.pk}\t{branch.pk}\t{criterion(evaluation, 'CY-02').pk}\t0\t50\n"
    with connection.cursor() as cursor:
        columns = "round_id, branch_id, criterion_id, period, reported_number"
        cursor.cursor.copy_expert(f"COPY evaluations_value ({columns}) FROM STDIN", io.StringIO(row))


def values_of(evaluation, branch) -> models.QuerySet:
    return Value.objects.filter(round=evaluation, branch=branch)


def vetoes_of(evaluation, branch) -> models.QuerySet:
    return VetoRecord.objects.filter(round=evaluation, branch=branch)


def lift(vetoes: models.QuerySet) -> int:
    told = {"lift_asked_by": "one", "lifted_by": "another", "lifted_reason": "复核撤销"}
    return vetoes.update(lifted_at=timezone.now(), **told)


INPUT_WRITES = {
    "insert": lambda e, b: give(e, b, "CY-02", 5),
    "bulk_create": lambda e, b: Value.objects.bulk_create(
        [Value(round=e, branch=b, criterion=criterion(e, "CY-02"), reported_number=1)]
    ),
    "COPY": copy_in,
    "update by ORM": lambda e, b: save_changed(values_of(e, b).get(), "final_number", 6),
    "update of a queryset": lambda e, b: values_of(e, b).update(final_na=True),
    "update by SQL": lambda e, b: sql("UPDATE evaluations_value SET note = 'x' WHERE branch_id = %s", b.pk),
    "delete": lambda e, b: values_of(e, b).get().delete(),
    "delete by SQL": lambda e, b: sql("DELETE FROM evaluations_value WHERE branch_id = %s", b.pk),
    "a veto reported": lambda e, b: VetoRecord.objects.create(round=e, branch=b, criterion=criterion(e, "CY-V1")),
    "a veto lifted": lambda e, b: lift(vetoes_of(e, b)),
    "a veto deleted": lambda e, b: vetoes_of(e, b).get().delete(),
}  # fmt: skip
INPUT_GUARDS = [
    f"evaluations.{model}:{noun}_{operation}"
    for model, noun in (("Value", "value"), ("VetoRecord", "veto"))
    for operation in ("insert", "update", "update_old", "delete")
]


@pytest.mark.parametrize("name", INPUT_WRITES)
def test_a_sealed_county_refuses_every_write_to_its_values_and_the_other_county_allows_it(two_counties, name):
    (here, *_), (there, *_), evaluation = two_counties
    write = INPUT_WRITES[name]

    assert_refused(lambda: write(evaluation, here), "the county is sealed")

    assert_passes(lambda: write(evaluation, there))
    with pgtrigger.ignore(*INPUT_GUARDS):
        assert_passes(lambda: write(evaluation, here))


def test_one_sealed_row_among_many_refuses_the_whole_statement(two_counties):
    here, there, evaluation = two_counties
    rows = [
        Value(round=evaluation, branch=branch, criterion=criterion(evaluation, "CY-02"), reported_number=1)
        for branch in (there[0], there[1], here[1])
    ]

    assert_refused(lambda: Value.objects.bulk_create(rows), "the county is sealed")
    assert not Value.objects.filter(criterion__code="CY-02").exists()

    Value.objects.bulk_create(rows[:2])
    assert Value.objects.filter(criterion__code="CY-02").count() == 2


@pytest.mark.parametrize("into", [True, False])
def test_a_value_moves_neither_into_a_sealed_county_nor_out_of_it(two_counties, into):
    (here, _), (there, spare), evaluation = two_counties
    source, target = (there, here) if into else (here, spare)
    Value.objects.filter(branch=there).update(criterion=criterion(evaluation, "CY-02"))

    def move():
        Value.objects.filter(round=evaluation, branch=source).update(branch=target)

    assert_refused(move, "the county is sealed")
    with pgtrigger.ignore(*INPUT_GUARDS):
        assert_passes(move)


def test_every_write_to_an_input_marks_its_county_and_only_that(two_counties):
    _here, (there, *_), evaluation = two_counties
    for name, write in INPUT_WRITES.items():
        with undone():
            RatingMark.objects.all().delete()
            write(evaluation, there)
            assert {mark.county_id for mark in RatingMark.objects.all()} == {OTHER}, name
        with undone(), pgtrigger.ignore(*INPUT_GUARDS):
            RatingMark.objects.all().delete()
            write(evaluation, there)
            assert not RatingMark.objects.exists(), name


# Seals and roads -----------------------------------------------------------------------------------------------------

SEAL_WRITES = {
    "the file": lambda seal: SealedCounty.objects.filter(pk=seal.pk).update(content="{}"),
    "the digest by SQL": lambda seal: sql("UPDATE evaluations_sealedcounty SET sha256 = '' WHERE id = %s", seal.pk),
    "by ORM": lambda seal: save_changed(seal, "document", "另一文号"),
    "a row": lambda seal: seal.ratings.update(level=5),
    "a row by SQL": lambda seal: sql("UPDATE evaluations_sealedrating SET county_rank = 1 WHERE seal_id = %s", seal.pk),
    "a row taken away": lambda seal: seal.ratings.first().delete(),
    "everything taken away": lambda seal: (
        SealedRating.objects.filter(seal=seal).delete(), SealedCounty.objects.filter(pk=seal.pk).delete()
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SEAL_WRITES)
def test_a_seal_never_changes(two_counties, name):
    seal = SealedCounty.objects.get()

    assert_refused(lambda: SEAL_WRITES[name](seal), "a sealed result never changes")

    seal.refresh_from_db()
    with pgtrigger.ignore("evaluations.SealedCounty:seal_kept", "evaluations.SealedRating:sealed_rating_kept"):
        assert_passes(lambda: SEAL_WRITES[name](seal))
