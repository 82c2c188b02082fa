"""Namings and tour places: the few points beyond the base."""

from __future__ import annotations

from random import Random

from demo.county import SHOWN_VILLAGE, villages
from demo.ladders import Slot
from demo.plan import make_plans
from demo.standard import STARS
from scoring.units import SCALE

NAMINGS = dict(zip(STARS, ("CY-B1", "ST-B1", "WM-B1", "ZB-B1", "PA-B1"), strict=True))
TOURS = "ST-B1"  # counts places, the others name a tier
NATIONAL, PROVINCIAL, MUNICIPAL, NONE = 1, 2, 3, 4  # places of the options


def draw_bonuses(place: int, year: int) -> dict[Slot, int]:
    """One value per star; a naming of last year stays, a new one may have come since."""
    village, plan = villages()[place], make_plans().now[place]
    rng = Random(f"demo county: namings {village.code}")
    values = {}
    for star, code in NAMINGS.items():
        tier, is_new, places = draw_tier(rng, plan[star].earned), not rng.randrange(4), rng.randrange(10)
        if village.name == SHOWN_VILLAGE:
            tier = {"ecology": PROVINCIAL, "civility": MUNICIPAL}.get(star, NONE)
        elif code == TOURS and year == 2025 and tier != NONE:
            tier = (NONE, MUNICIPAL, tier)[places % 3]
        elif is_new and year == 2025:
            tier = NONE
        values[code, 0] = SCALE * (NONE - tier if code == TOURS else tier)
    return values


def draw_tier(rng: Random, earned: bool) -> int:
    draw = rng.randrange(100)
    if not earned:
        return MUNICIPAL if draw < 7 else NONE
    return NATIONAL if draw < 1 else PROVINCIAL if draw < 8 else MUNICIPAL if draw < 26 else NONE
