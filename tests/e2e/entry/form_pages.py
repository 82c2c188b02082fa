"""The world of the form's browser tests, and its pages as somebody's browser opens them."""

from __future__ import annotations

from decimal import Decimal

from evaluations.models import Value
from evaluations.services.rating import rate_county
from tests import factories
from tests.entry.world import COUNTY, World, build

EXPECTED = "Failed to load resource"  # what the console says of an answer 409 or 422, and of a line that is cut


def world_of_entry() -> World:
    """Two townships; last year complete, this year the departments' values, but one, for the first branch."""
    world = build(checks={"WM-04": '{"max_change_percent": 50}'})
    for branch in world.branches:
        factories.give(world.last, branch, {"WM-04": Decimal(400)})
    factories.give(world.this, world.branches[0])
    Value.objects.filter(round=world.this, criterion__source="township").delete()
    Value.objects.filter(round=world.this, criterion__code="WM-09").delete()
    rate_county(world.this, COUNTY)
    return world


def is_fault(said) -> bool:
    return said.type in ("error", "warning") and EXPECTED not in said.text


def address(world: World, star: str = "civility", place: int = 0) -> str:
    return f"{world.base}/entry/branches/{world.branches[place].code}/?star={star}"
