"""Collective income of both years and income per head: drawn first, because growth and the county's mean tie them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from random import Random

from demo.county import SHOWN_VILLAGE, Village, villages
from demo.plan import BranchPlan, StarPlan, make_plans

TENTH, YUAN = 1000, 10_000  # units in a tenth of 万元, and in a yuan
NOMINAL_MEAN = 19_400  # yuan per head this year, about
TRIES = 400
INCOME_POINTS, GROWTH_POINTS, HEAD_POINTS = 18, 10, 8
BANDS = ((50, 18), (20, 15), (10, 12), (5, 8))  # 万元 and points, as the catalogue has them


@dataclass(frozen=True)
class Incomes:
    """Collective income (units of 万元) and income per head (units of yuan), last year's and this year's."""

    last: int
    now: int
    head_last: int
    head_now: int


@lru_cache(maxsize=1)
def draw_incomes() -> tuple[Incomes, ...]:
    """One per village, each leaving room for the industry scores that are planned."""
    plans = make_plans()
    return tuple(
        shown_incomes() if village.name == SHOWN_VILLAGE else draw_for(village, now, last)
        for village, now, last in zip(villages(), plans.now, plans.last, strict=True)
    )


def shown_incomes() -> Incomes:
    """The worked example of scoring.md §7: 22 → 23.6 万元, 19,200 yuan a head."""
    return Incomes(22 * YUAN, 236 * TENTH, 18_150 * YUAN, 19_200 * YUAN)


def draw_for(village: Village, now: BranchPlan, last: BranchPlan | None) -> Incomes:
    """Propose until what is lost on these criteria fits inside what the planned scores lose; else the nearest."""
    rng = Random(f"demo county: incomes {village.code}")
    star, earlier = now["industry"], (last or now)["industry"]
    best, least = None, 10**9
    for _try in range(TRIES):
        incomes = propose(rng, star, earlier)
        excess = excess_of(incomes, star, earlier)
        if excess < least:
            best, least = incomes, excess
        if excess <= 0:
            break
    return best


def propose(rng: Random, star: StarPlan, earlier: StarPlan) -> Incomes:
    """Plausible figures for a strong or a weak village; below 5 万元 in the years it is meant to be."""
    strong = star.score >= 7700
    last = 30 + rng.randrange(470) + (rng.randrange(700) if strong else 0)
    growth = rng.randrange(-20, 190) if strong else rng.randrange(-130, 150)  # per mille
    if earlier.unmet == "CY-01":
        last = rng.randrange(12, 49)
    if star.unmet == "CY-01":
        last, growth = rng.randrange(14, 46), rng.randrange(-180, 60)
    share = rng.randrange(92, 118) if strong else rng.randrange(80, 108)
    head_now = NOMINAL_MEAN * share // 100 + rng.randrange(-90, 90)
    head_last = head_now * 1000 // rng.randrange(1035, 1082)
    now = max(last * (1000 + growth) // 1000, 1)
    return Incomes(last * TENTH, now * TENTH, head_last * YUAN, head_now * YUAN)


def excess_of(incomes: Incomes, star: StarPlan, earlier: StarPlan) -> int:
    """Hundredths of points lost beyond what may be lost here; a mandatory line crossed counts as far more."""
    head = HEAD_POINTS * 100 * (100 - min(100, max(80, incomes.head_now // (NOMINAL_MEAN * 100)))) // 20
    growth = (incomes.now - incomes.last) * 10_000 // incomes.last  # hundredths of a percent
    lost_now = band_loss(incomes.now) + GROWTH_POINTS * 100 - min(1000, max(0, growth)) + head
    lost_last = band_loss(incomes.last) + head
    wrong = sum(
        (income < 5 * YUAN) != (plan.unmet == "CY-01")
        for income, plan in ((incomes.now, star), (incomes.last, earlier))
    )
    return max(lost_now - may_lose(star), lost_last - may_lose(earlier), 0) + 100_000 * wrong


def band_loss(income: int) -> int:
    return (INCOME_POINTS - next((points for low, points in BANDS if income >= low * YUAN), 0)) * 100


def may_lose(star: StarPlan) -> int:
    left = 10_000 - star.score - (1000 if star.unmet in ("CY-07", "CY-09") else 0)
    return left if star.unmet == "CY-01" else left * 7 // 10
