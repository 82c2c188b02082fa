"""A county whose results are stored straight away, for tests of what pages show."""

from decimal import Decimal

from django.urls import reverse
from django.utils import timezone

from branches.models import Branch
from evaluations.models import EvaluationRound, Rating, RoundCounty, SealedCounty, SealedRating
from scoring.models import STAR_CODES
from scoring.standard import published_standard
from tests import factories

COUNTY = "419901000000"
TOWNS = ("419901001000", "419901002000")


def results(count: int, *, slug: str = "r2026", state: str = "open", **fields) -> EvaluationRound:
    """A round over `count` branches of two townships, ranked in the order of their codes, every second one tied."""
    towns = [factories.township(code, name) for code, name in zip(TOWNS, ("示范镇", "望禾镇"), strict=True)]
    branches = list(Branch.objects.order_by("sort_key")) or Branch.objects.bulk_create(
        [branch_row(towns[place % 2], place) for place in range(count)]
    )
    made = factories.round_of(list(branches), slug=slug, state=state, **fields)
    Rating.objects.bulk_create([rating_row(made, branch, place) for place, branch in enumerate(branches)])
    RoundCounty.objects.filter(round=made).update(rated_at=timezone.now(), branches=count, rated=count)
    return made


def branch_row(town, place: int) -> Branch:
    """A township's codes hold a thousand branches; further ones lie in further townships."""
    code = f"{town.code[:9]}{place // 2:03d}"
    if place >= 2000:
        code = f"419901{3 + place // 1000:03d}{place % 1000:03d}"
        town = factories.township(f"{code[:9]}000", f"第{place // 1000}乡")
    return Branch(
        code=code, township=town, name=f"第{place}村", kind="village", population=2000, households=500,
        sort_key=f"{place:06d}", initials=f"d{place}c",
    )  # fmt: skip


def rating_row(made: EvaluationRound, branch: Branch, place: int) -> Rating:
    standard = published_standard(made.criteria_set_id)
    level = 5 - min(5, place // 4)
    scores = {code: Decimal("91.25") if star < level else Decimal("77.50") for star, code in enumerate(STAR_CODES)}
    return Rating(
        round=made, branch=branch, county_id=COUNTY, township_id=branch.township_id, **scores,
        earned=" ".join(STAR_CODES[:level]), level=level, index=Decimal("88.00") - level,
        county_rank=1 + place - place % 2, township_rank=1 + place // 2, previous_rank=3 if place == 0 else None,
        points=[0] * len(standard.criteria), basis=[0] * len(standard.derived), input_digest="0" * 64,
    )  # fmt: skip


def sealed_before(count: int) -> EvaluationRound:
    """The same branches' sealed round of the year before."""
    last = results(count, slug="r2025", year=2025, state="closed")
    seal = SealedCounty.objects.create(
        round=last, county_id=COUNTY, document="示组发〔2026〕3号", engine_version="1", content="{}", sha256="0" * 64
    )
    SealedRating.objects.bulk_create(
        [
            SealedRating(seal=seal, branch_id=rating.branch_id, earned=rating.earned, level=rating.level)
            for rating in Rating.objects.filter(round=last)
        ]
    )
    return last


def address(page: str, made: EvaluationRound, *args: str) -> str:
    return reverse(page, args=[made.slug, COUNTY, *args])
