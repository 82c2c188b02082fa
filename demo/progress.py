"""How far the branches are: the first complete ones of two townships are submitted, everybody else is being entered.

Only what is submitted has been looked at again: where a clerk still enters, no other rater's value may stand before
the clerk's.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from demo.county import OTHER_TOWNSHIP, SHOWN_TOWNSHIP, villages
from demo.ladders import Slot
from demo.standard import CRITERIA_FILE, read_rows
from demo.years import Year
from scoring.parameters import parse_parameters

SUBMITTED = {SHOWN_TOWNSHIP: 12, OTHER_TOWNSHIP: 30}
RETURNED = 2  # the place, among those of 示范镇, of the one that was given back


def submitted_places(year: Year) -> frozenset[int]:
    """The villages whose branches are submitted and stay so, in the county's list."""
    found: list[int] = []
    for township, most in SUBMITTED.items():
        places = [place for place in year.places if villages()[place].township == township]
        complete = [place for place in places if is_complete(year, place)][:most]
        found += complete[:RETURNED] + complete[RETURNED + 1 :] if township == SHOWN_TOWNSHIP else complete
    return frozenset(found)


def is_complete(year: Year, place: int) -> bool:
    """Has the township given all it owes, and nothing that it would have to explain?"""
    owed = owed_codes()
    lacking = {code for code, _period in year.absences[place].missing}
    values = year.values[place]
    return not lacking & owed and not any(jumps(year, place, (code, 0), values.get((code, 0))) for code in owed)


def jumps(year: Year, place: int, slot: Slot, value: int | None) -> bool:
    """Is this value farther from last year's than the criterion allows without a note?"""
    last = year.before.values[place].get(slot) if year.before else None
    limit = limits().get(slot[0])
    if value is None or not last or limit is None:
        return False
    return abs(value - last) * 100 > limit * last


@lru_cache(maxsize=1)
def owed_codes() -> frozenset[str]:
    """What a township has to give before it may submit."""
    rows = read_rows(CRITERIA_FILE)
    return frozenset(row["code"] for row in rows if row["source"] == "township" and row["required"] == "1")


@lru_cache(maxsize=1)
def limits() -> dict[str, Decimal]:
    """Criterion → how many percent a number may move from one year to the next."""
    checks = {row["code"]: parse_parameters(row["checks"]) for row in read_rows(CRITERIA_FILE)}
    return {code: Decimal(read["max_change_percent"]) for code, read in checks.items() if "max_change_percent" in read}
