"""Rows for tests: a county with townships, branches, a published catalogue, a round and values."""

from __future__ import annotations

import csv
from contextlib import contextmanager
from decimal import Decimal
from functools import cache
from pathlib import Path

import factory
from django.contrib.auth.hashers import make_password
from django.db.models.functions import Now

from accounts.models import Grant, User
from accounts.roles import Role
from branches.models import Branch, Region
from evaluations.models import EvaluationRound, RosterEntry, RoundCounty, State, Value
from scoring.models import CriteriaSet, Criterion, Star
from scoring.parameters import parse_parameters
from scoring.standard import published_standard

CATALOGUE = Path(__file__).parent.parent / "scoring" / "catalogue"
PASSWORD = "five-star-test"


def rows_of(name: str) -> list[dict[str, str]]:
    with (CATALOGUE / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


class RegionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Region
        django_get_or_create = ["code"]

    code = "419901000000"
    level = "county"
    name = "示范县"


def county(code: str = "419901000000", name: str = "示范县") -> Region:
    """A county with the regions above it."""
    RegionFactory(code=code[:2] + "0" * 10, level="province", name="中原省")
    RegionFactory(code=code[:4] + "0" * 8, level="city", name="示范市")
    return RegionFactory(code=code, level="county", name=name)


def township(code: str = "419901001000", name: str = "示范镇") -> Region:
    county(code[:6] + "000000")
    return RegionFactory(code=code, level="township", name=name)


class BranchFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Branch

    township = factory.LazyFunction(township)
    code = factory.Sequence(lambda n: f"419901001{n % 1000:03d}")
    name = factory.LazyAttribute(lambda branch: f"第{branch.code[-3:]}村")
    kind = "village"
    population = 2000
    households = 500
    sort_key = factory.SelfAttribute("code")
    initials = "dc"


def branches(count: int, *, town: Region | None = None, start: int = 200) -> list[Branch]:
    town = town or township()
    return [BranchFactory(township=town, code=f"{town.code[:9]}{start + place:03d}") for place in range(count)]


def criteria_set(name: str = "village-2026", published: bool = True, kind: str = "village") -> CriteriaSet:
    """The shared village catalogue as a criteria set."""
    made = CriteriaSet.objects.create(name=name, kind=kind)
    Star.objects.bulk_create([star_row(made, place, row) for place, row in enumerate(rows_of("village_stars.csv"), 1)])
    Criterion.objects.bulk_create(
        [criterion_row(made, place, row) for place, row in enumerate(rows_of("village.csv"), 1)]
    )
    if published:
        publish(made)
    return made


def publish(made: CriteriaSet) -> None:
    CriteriaSet.objects.filter(pk=made.pk).update(published_at=Now())
    made.refresh_from_db()


def star_row(made: CriteriaSet, place: int, row: dict) -> Star:
    return Star(
        criteria_set=made, code=row["star"], label=row["label"], label_en=row["label_en"], pass_line=row["pass_line"],
        weight=row["weight"], bonus_cap=row["bonus_cap"], lead_department=row["lead_department"], order=place,
    )  # fmt: skip


def criterion_row(made: CriteriaSet, place: int, row: dict) -> Criterion:
    texts = ("star", "code", "name", "name_en", "value_type", "unit", "direction", "basis", "periods", "rule")
    flags = ("mandatory", "veto", "bonus", "required", "stable")
    return Criterion(
        criteria_set=made, **{name: row[name] for name in texts}, **{name: row[name] == "1" for name in flags},
        parameters=row["parameters"], max_points=row["max_points"], source=row["source"],
        department=row["department"], evidence=row["evidence"], files=row["files"], checks=row["checks"] or "{}",
        order=place,
    )  # fmt: skip


def round_of(rated: list[Branch], *, slug: str = "test-2026", state: str = State.OPEN, **fields) -> EvaluationRound:
    """A round over these branches, open with a document, with the shared catalogue."""
    region = county(rated[0].code[:6] + "000000")
    made = EvaluationRound.objects.create(
        slug=slug, region=fields.pop("region", region), year=fields.pop("year", 2026), document="示组通〔2026〕6号",
        criteria_set=fields.pop("criteria_set", None) or criteria_set(f"set-{slug}"), **fields,
    )  # fmt: skip
    RosterEntry.objects.bulk_create(
        [
            RosterEntry(round=made, branch=one, county_id=one.code[:6] + "000000", township_id=one.township_id)
            for one in rated
        ]
    )
    for code in sorted({branch.code[:6] + "000000" for branch in rated}):
        RoundCounty.objects.create(round=made, county_id=code, state=state, document="示组通〔2026〕6号")
    return made


@contextmanager
def still_draft(evaluation: EvaluationRound):
    """The round's counties as drafts for a moment: their rosters may change."""
    states = dict(evaluation.counties.values_list("pk", "state"))
    evaluation.counties.update(state=State.DRAFT)
    yield
    for pk, state in states.items():
        evaluation.counties.filter(pk=pk).update(state=state)


GOOD = {"number": Decimal(100), "percent": Decimal(100), "count": Decimal(0), "yesno": Decimal(1)}
BEST = {
    "CY-06": Decimal(300), "ST-07": Decimal(300), "WM-04": Decimal(480), "ZB-05": Decimal(2), "ZB-08": Decimal(320),
    "ZB-10": Decimal(500), "PA-06": Decimal(2), "ZB-V1": Decimal(0), "CY-04": Decimal(20000), "CY-01": Decimal("23.6"),
}  # fmt: skip


def give(evaluation: EvaluationRound, branch: Branch, values: dict | None = None) -> None:
    """Give a branch the best value of every criterion, except those named: {code: number, option code or None}."""
    values = values or {}
    rows = []
    for criterion in published_standard(evaluation.criteria_set_id).criteria:
        if criterion.basis == "yoy_percent" or (criterion.veto and criterion.value_type == "count"):
            continue
        given = values.get(criterion.code, BEST.get(criterion.code, GOOD.get(criterion.value_type)))
        rows += value_rows(evaluation, branch, criterion, given)
    Value.objects.bulk_create(rows)


def value_rows(evaluation, branch, criterion, given) -> list[Value]:
    if given is None and criterion.value_type != "choice":
        return []
    option = ""
    if criterion.value_type == "choice":
        codes = published_options(criterion)
        option = given or codes[0]
        given = Decimal(codes.index(option) + 1)
    periods = (1, 2, 3, 4) if criterion.periods == "quarters" else (0,)
    return [
        Value(
            round=evaluation,
            branch=branch,
            criterion=criterion,
            period=period,
            reported_number=given,
            reported_option=option,
        )
        for period in periods
    ]


def published_options(criterion: Criterion) -> list[str]:
    return [option[0] for option in parse_parameters(criterion.parameters)["options"]]


@cache
def hashed_password() -> str:
    """Hashing is slow on purpose; once is enough for all who are only signed in by force."""
    return make_password(PASSWORD)


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"user{n}")
    label = factory.SelfAttribute("username")
    password = factory.LazyFunction(hashed_password)


def person(role: Role, region: Region | None = None, **grant) -> User:
    """Somebody who holds one role."""
    user = UserFactory(label=str(role.value))
    Grant.objects.create(user=user, role=role, region=region, **grant)
    return user
