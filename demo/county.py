"""The demo county: regions, townships and villages. All of it is invented; no place has a code under 4199."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from random import Random

from demo.names import village_names

PROVINCE, CITY, COUNTY = "410000000000", "419900000000", "419901000000"
SHOWN_TOWNSHIP, SHOWN_VILLAGE = "示范镇", "青石岭村"
OTHER_TOWNSHIP = "澄泉镇"  # further along than the others
SHOWN_PLACE = 2  # of 示范镇's villages, the one whose page is shown
NEW_VILLAGE = "梨川镇"  # the last village of this township was set up this year
WITHOUT_HOUSEHOLDS, WITHOUT_POPULATION = (38, 207, 311, 466, 540), (207,)  # places in the county's list
FIRST_VILLAGE = 201


@dataclass(frozen=True)
class Township:
    """A township as it comes out this year: its villages, and how many hold five, four and three stars or more."""

    name: str
    villages: int
    three_plus: int
    five: int
    four: int


TOWNSHIPS = (
    Township("示范镇", 55, 24, 0, 6),
    Township("澄泉镇", 42, 26, 3, 9),
    Township("东岭乡", 25, 14, 2, 4),
    Township("松岗镇", 40, 20, 2, 6),
    Township("砚溪镇", 46, 22, 1, 7),
    Township("南河镇", 31, 13, 0, 4),
    Township("苇塘乡", 28, 11, 0, 3),
    Township("青柘镇", 44, 15, 1, 5),
    Township("云垄乡", 34, 11, 1, 3),
    Township("桃坪乡", 32, 10, 0, 3),
    Township("麦坡镇", 38, 11, 0, 3),
    Township("望禾镇", 52, 15, 1, 4),
    Township("双槐镇", 45, 12, 0, 3),
    Township("北固乡", 21, 5, 0, 1),
    Township("梨川镇", 41, 9, 0, 2),
)


@dataclass(frozen=True)
class Village:
    """A village branch; population and households are None where the county has no figure."""

    code: str
    name: str
    township: str
    population: int | None
    households: int | None
    is_new: bool = False


def township_code(place: int) -> str:
    return f"{COUNTY[:6]}{place + 1:03d}000"


def regions() -> list[tuple[str, str, str]]:
    """Code, name and level, parents first."""
    above = [(PROVINCE, "中原省（示范）", "province"), (CITY, "示范市", "city"), (COUNTY, "示范县", "county")]
    return above + [(township_code(place), one.name, "township") for place, one in enumerate(TOWNSHIPS)]


@lru_cache(maxsize=1)
def villages() -> tuple[Village, ...]:
    """The county's 574 villages in code order."""
    rng = Random("demo county: people")
    names = iter(village_names(sum(one.villages for one in TOWNSHIPS) - 1, reserved=SHOWN_VILLAGE))
    rows: list[Village] = []
    for place, township in enumerate(TOWNSHIPS):
        for number in range(township.villages):
            shown = township.name == SHOWN_TOWNSHIP and number == SHOWN_PLACE
            people, homes = (2000, 600) if shown else draw_people(rng)
            rows.append(
                Village(
                    code=f"{township_code(place)[:9]}{FIRST_VILLAGE + number}",
                    name=SHOWN_VILLAGE if shown else next(names),
                    township=township.name,
                    population=None if len(rows) in WITHOUT_POPULATION else people,
                    households=None if len(rows) in WITHOUT_HOUSEHOLDS else homes,
                    is_new=township.name == NEW_VILLAGE and number == township.villages - 1,
                )
            )
    return tuple(rows)


def draw_people(rng: Random) -> tuple[int, int]:
    """Population and households of a village: mostly 200 to 700 households of 3 to 4 people."""
    homes = 130 + rng.randrange(330) + rng.randrange(330)
    return homes * rng.randrange(305, 395) // 100, homes
