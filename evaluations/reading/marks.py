"""One star of one branch: its state, its score and what it lacks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.utils.translation import gettext_lazy as _

from accounts.access import Sight
from evaluations.models import Rating
from evaluations.reading.words import ICONS, SEALS, SHORT, two_places
from scoring.models import Star

NEAR = Decimal(3)  # a star missed by less is drawn as near, with what it lacks
WORDS = {
    "earned": _("earned"),
    "missed": _("not earned"),
    "near": _("not earned"),
    "unmet": _("mandatory criterion not met"),
    "vetoed": _("vetoed"),
    "withheld": _("not granted in the review"),
    "unrated": _("not rated"),
    "hidden": _("not shown to your role"),
}


@dataclass(frozen=True)
class StarHead:
    """A star as a column's head: its slot, its character and its names."""

    star: Star

    @property
    def code(self) -> str:
        return self.star.code

    @property
    def seal(self) -> str:
        return SEALS[self.code]

    @property
    def icon(self) -> str:
        return ICONS[self.code]

    @property
    def short(self) -> str:
        return str(SHORT[self.code])

    @property
    def label(self) -> str:
        return self.star.shown_name


@dataclass(frozen=True)
class StarMark(StarHead):
    """A branch's result for one star. `state` is a key of WORDS; score and lack are None where they are not shown."""

    state: str
    result: Decimal | None = None

    @property
    def word(self) -> str:
        return str(WORDS[self.state])

    @property
    def score(self) -> str:
        return two_places(self.result)

    @cached_property
    def lack(self) -> Decimal | None:
        """Points below the line; None where the score reaches it or is not shown."""
        if self.result is None or self.result >= self.star.pass_line:
            return None
        return self.star.pass_line - self.result

    @property
    def gap(self) -> str:
        """What a star missed narrowly lacks, as a table notes it."""
        return two_places(self.lack) if self.state == "near" else ""


def star_state(star: Star, rating: Rating) -> str:
    """The state a star is drawn in. A veto outweighs all; an unmet mandatory criterion outweighs the score."""
    score = getattr(rating, star.code)
    if score is None:
        return "unrated"
    if star.code in rating.vetoed.split():
        return "vetoed"
    if star.code in rating.earned_stars:
        return "earned"
    if star.code in rating.unmet.split():
        return "unmet"
    if score >= star.pass_line:
        return "withheld"
    return "near" if star.pass_line - score < NEAR else "missed"


def mark_of(star: Star, rating: Rating, sight: Sight) -> StarMark:
    """The mark a person of this sight may see: with its score, as earned or not, or not at all."""
    if sight.shows_star(rating.branch.code, star.code):
        return StarMark(star, star_state(star, rating), getattr(rating, star.code))
    if sight.ranking and not rating.parked:
        return StarMark(star, "earned" if star.code in rating.earned_stars else "missed")
    return StarMark(star, "hidden")


def marks_of(stars: Sequence[Star], rating: Rating, sight: Sight) -> list[StarMark]:
    return [mark_of(star, rating, sight) for star in stars]
