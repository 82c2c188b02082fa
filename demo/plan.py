"""What the demo county is to come out as: who earns which star in both years, at about which score."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from random import Random

from demo.county import SHOWN_VILLAGE, TOWNSHIPS, Village, villages
from demo.standard import STARS, village_catalogue
from demo.vetoes import LAST_VETOES, VETOES, Veto

LEVELS = {5: 11, 4: 63, 3: 144, 2: 327, 1: 24, 0: 5}
LAST_LEVELS = {5: 8, 4: 49, 3: 131, 2: 335, 1: 42, 0: 8}  # of the 573 villages there were
LOWEST_EARNED, HIGHEST_MISSED = 8020, 7985  # hundredths; the line is 80, and a value moves a score by 0.02 at least
SHOWN_NOW = dict(zip(STARS, (8207, 8357, 7882, 8924, 7174), strict=True))
SHOWN_LAST = dict(zip(STARS, (7640, 8121, 7510, 8400, 7435), strict=True))


@dataclass
class StarPlan:
    """One star of one branch in one year: earned or not, its score (hundredths), and what goes wrong with it."""

    earned: bool
    score: int
    vetoes: list[Veto] = field(default_factory=list)
    unmet: str = ""  # the mandatory criterion that is not met


BranchPlan = dict[str, StarPlan]


@dataclass(frozen=True)
class Plans:
    """Both years, one entry per village in code order; a village set up this year has none for the last."""

    now: list[BranchPlan]
    last: list[BranchPlan | None]


@lru_cache(maxsize=1)
def make_plans() -> Plans:
    """Plan both years from a fixed seed."""
    rng = Random("demo county: plan")
    levels = draw_levels(rng)
    now = [plan_branch(rng, village, level) for village, level in zip(villages(), levels, strict=True)]
    put_vetoes(now, VETOES)
    earlier = draw_last_levels(rng, levels)
    last = [
        None if level is None else plan_last_year(rng, village, plan, level)
        for village, plan, level in zip(villages(), now, earlier, strict=True)
    ]
    put_vetoes([plan or {} for plan in last], LAST_VETOES)
    return Plans(now, last)


def draw_levels(rng: Random) -> list[int]:
    """This year's level of every village: what each township is to hold, shuffled inside it."""
    lower = [level for level in (2, 1, 0) for _one in range(LEVELS[level])]
    rng.shuffle(lower)
    levels: list[int] = []
    for township in TOWNSHIPS:
        three = township.three_plus - township.five - township.four
        here = [5] * township.five + [4] * township.four + [3] * three
        while len(here) < township.villages:
            here.append(lower.pop())
        rng.shuffle(here)
        levels += here
    shown = next(place for place, village in enumerate(villages()) if village.name == SHOWN_VILLAGE)
    other = next(place for place in range(TOWNSHIPS[0].villages) if levels[place] == 3)
    levels[shown], levels[other] = levels[other], levels[shown]
    return levels


def draw_last_levels(rng: Random, levels: list[int]) -> list[int | None]:
    """Last year's levels: near this year's, and exactly as many of each as LAST_LEVELS says."""
    old = [place for place, village in enumerate(villages()) if not village.is_new]
    strength = {place: levels[place] * 100 + rng.randrange(210) for place in old}
    shown = next(place for place in old if villages()[place].name == SHOWN_VILLAGE)
    strength[shown] = 250
    wanted = [level for level, count in LAST_LEVELS.items() for _one in range(count)]
    ordered = sorted(old, key=lambda place: (-strength[place], place))
    given = dict(zip(ordered, wanted, strict=True))
    return [given.get(place) for place in range(len(levels))]


def plan_branch(rng: Random, village: Village, level: int) -> BranchPlan:
    """Draw which stars are earned, and a score for each."""
    if village.name == SHOWN_VILLAGE:
        return {star: StarPlan(score >= 8000, score) for star, score in SHOWN_NOW.items()}
    earned = set(rng.sample(STARS, level))
    plan = {star: StarPlan(star in earned, draw_score(rng, star in earned, level)) for star in STARS}
    for star in STARS:
        if star not in earned and rng.randrange(100) < 12:
            plan[star].unmet = draw_unmet(rng, star)
            if plan[star].unmet and rng.randrange(100) < 12:
                plan[star].score = 8020 + rng.randrange(320)  # the line is reached, the star missed all the same
    return plan


def draw_score(rng: Random, earned: bool, level: int) -> int:
    """A score in hundredths: 80 to 97 where the star is earned; else below 80, one in five within 3 points of it."""
    if earned and level == 5:
        return 8300 + rng.randrange(700) + rng.randrange(700)
    if earned:
        return LOWEST_EARNED + rng.randrange(800) + rng.randrange(750)
    if rng.randrange(100) < 20:
        return 7705 + rng.randrange(HIGHEST_MISSED - 7705)
    return 6050 + rng.randrange(850) + rng.randrange(800)


def draw_unmet(rng: Random, star: str) -> str:
    """A mandatory criterion of this star, none where it has none."""
    codes = village_catalogue().mandatory_of(star)
    return rng.choice(codes) if codes else ""


def plan_last_year(rng: Random, village: Village, now: BranchPlan, level: int) -> BranchPlan:
    """Last year's stars: this year's with some gained or lost since, and scores a few points away."""
    if village.name == SHOWN_VILLAGE:
        return {star: StarPlan(score >= 8000, score) for star, score in SHOWN_LAST.items()}
    held = [star for star in STARS if now[star].earned]
    missed = [star for star in STARS if not now[star].earned]
    rng.shuffle(held)
    rng.shuffle(missed)
    earned = set((held + missed)[:level])
    return {star: earlier_star(rng, now[star], star in earned, level) for star in STARS}


def earlier_star(rng: Random, now: StarPlan, earned: bool, level: int) -> StarPlan:
    """A star's plan of last year beside this year's."""
    drift = rng.randrange(-430, 330)
    if earned and now.unmet == "CY-01":
        now.unmet = "CY-09"  # no village falls from a star to next to no income in a year
    if earned != now.earned:
        return StarPlan(earned, draw_score(rng, earned, level))
    if earned:
        return StarPlan(True, min(max(now.score + drift, LOWEST_EARNED), 9650))
    unmet = now.unmet if now.unmet == "CY-01" or rng.randrange(100) < 30 else ""
    return StarPlan(False, max(min(now.score + drift, HIGHEST_MISSED), 5600), unmet=unmet)


def put_vetoes(plans: list[BranchPlan], vetoes: tuple[Veto, ...]) -> None:
    """Give each veto to a village of its level that lacks the star; those of one group fall on the same village."""
    holders: dict[int, int] = {}
    for veto in vetoes:
        if veto.group not in holders:
            fits = [place for place, plan in enumerate(plans) if suits(place, plan, veto)]
            fits = [place for place in fits if place not in holders.values()]
            holders[veto.group] = fits[veto.group * 41 % len(fits)]
        give_veto(plans[holders[veto.group]], veto)


def suits(place: int, plan: BranchPlan, veto: Veto) -> bool:
    """Could this village be the one? Not the one whose page is shown."""
    if not plan or villages()[place].name == SHOWN_VILLAGE:
        return False
    level = sum(star.earned for star in plan.values())
    return level == veto.level and (veto.star == "all" or not plan[veto.star].earned)


def give_veto(plan: BranchPlan, veto: Veto) -> None:
    """The scores stay high; what falls is the star."""
    fallen = STARS if veto.star == "all" else (veto.star,)
    for number, star in enumerate(fallen):
        plan[star].unmet = ""
        plan[star].score = veto.score - 130 * number
    plan[fallen[0]].vetoes.append(veto)
