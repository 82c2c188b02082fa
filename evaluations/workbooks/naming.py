"""Branches by what a department's table calls them: the code, else the exact name; near names are only suggested."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from functools import lru_cache

from rapidfuzz import fuzz, process

from evaluations.workbooks.plan import Place, Plan
from tables.errors import displayed
from tables.message import N_, Message

CODE = re.compile(r"[0-9]{12}")
NEAR = 60  # percent of likeness from which a name is worth suggesting


class Names:
    """The plan's branches by code, by name, and by name within a township."""

    def __init__(self, plan: Plan):
        self.plan = plan
        self.by_name: dict[str, list[Place]] = defaultdict(list)
        for place in plan.branches:
            self.by_name[spelled(place.name)].append(place)
        self.townships = {spelled(place.township) for place in plan.branches}
        self.find = lru_cache(maxsize=20_000)(self._find)

    def _find(self, code: str, name: str, township: str) -> Place | Message:
        """The branch meant, or why it is none or not clear which."""
        code, name, township = code.strip(), spelled(name), spelled(township)
        if code:
            return self.by_code(code, name)
        if township and township not in self.townships:
            return Message(N_("no township %(township)s in this county"), {"township": displayed(township)})
        same = [place for place in self.by_name.get(name, ()) if township in ("", spelled(place.township))]
        if len(same) == 1:
            return same[0]
        if same:
            return Message(N_("%(count)s branches are called %(name)s; add a column with the township or the code"),
                           {"count": len(same), "name": displayed(name)})  # fmt: skip
        return self.unknown(name, township)

    def by_code(self, code: str, name: str) -> Place | Message:
        place = self.plan.by_branch.get(code)
        if place is None:
            shape = (
                N_("no branch has the code %(code)s") if CODE.fullmatch(code) else N_("“%(code)s” is no 12-digit code")
            )
            return Message(shape, {"code": displayed(code)})
        if name and name != spelled(place.name):
            params = {"code": code, "name": place.name, "found": displayed(name)}
            return Message(N_("the code %(code)s is that of %(name)s, the row says %(found)s"), params)
        return place

    def unknown(self, name: str, township: str) -> Message:
        """Nobody of that name: where, and who comes nearest."""
        where = township or self.plan.county.county.name
        near = self.near(name, township)
        params = {"name": displayed(name), "where": displayed(where)}
        if not near:
            return Message(N_("no branch %(name)s in %(where)s"), params)
        text = N_("no branch %(name)s in %(where)s; did you mean %(near)s (%(code)s)?")
        return Message(text, params | {"near": near.name, "code": near.code})

    def near(self, name: str, township: str) -> Place | None:
        places = [place for place in self.plan.branches if township in ("", spelled(place.township))]
        best = process.extractOne(
            name[:60], [spelled(place.name) for place in places], scorer=fuzz.ratio, score_cutoff=NEAR
        )
        return places[best[2]] if best else None


def spelled(name: str) -> str:
    """A name without the blanks that spreadsheets carry along."""
    return "".join(unicodedata.normalize("NFKC", name).split())
