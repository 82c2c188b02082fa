"""The list that was approved, read back from what was frozen: what is on notice is this and nothing newer."""

from __future__ import annotations

import json
from dataclasses import dataclass

from evaluations.models import Proposal
from scoring.models import STAR_CODES


@dataclass(frozen=True)
class Listed:
    """One branch as the approved list names it, with the stars it is to get."""

    branch: str
    name: str
    name_en: str
    township: str
    township_en: str
    stars: tuple[str, ...]

    @property
    def town(self) -> str:
        """The township's code, from the branch's."""
        return f"{self.branch[:9]}000"


def listed(proposal: Proposal) -> list[Listed]:
    """The branches that are to get a star, those with the most first, then by their codes.

    Whoever gets none is not announced to anybody.
    """
    found = [as_listed(row) for row in json.loads(proposal.content)["branches"]]
    return sorted((row for row in found if row.stars), key=lambda row: (-len(row.stars), row.branch))


def as_listed(row: dict) -> Listed:
    names = (row.get(name, "") for name in ("branch", "name", "name_en", "township", "township_en"))
    return Listed(*names, tuple(star for star in STAR_CODES if star in row["earned"]))
