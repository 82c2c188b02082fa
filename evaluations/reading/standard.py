"""The published standard, read only: stars, criteria and rules in words."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from evaluations.reading.county import SeenCounty
from evaluations.reading.marks import StarHead
from evaluations.reading.values import said
from evaluations.reading.words import trimmed
from scoring.compiled import CompiledCriterion
from scoring.models import ALL_STARS, Criterion
from scoring.parameters import parse_parameters
from scoring.standard import published_standard
from scoring.units import to_units
from scoring.wording import on_scale


@dataclass(frozen=True)
class Option:
    """One answer of a choice, as the standard words it."""

    code: str
    label: str
    points: str


@dataclass(frozen=True)
class StandardLine:
    """One criterion of the standard."""

    row: Criterion
    compiled: CompiledCriterion

    @property
    def full(self) -> str:
        return trimmed(self.compiled.max_points)

    @property
    def rule(self) -> str:
        return said(self.compiled.rule.explain(self.compiled))

    @property
    def options(self) -> list[Option]:
        """The answers of a choice with what each gives; none for other rules."""
        rows = parse_parameters(self.row.parameters).get("options", ())
        return [Option(code, label, trimmed(to_units(points))) for code, label, points in rows]

    @property
    def must(self) -> str:
        minimum = self.compiled.rule.mandatory_min
        return said(on_scale(minimum, self.compiled)) if self.compiled.mandatory and minimum is not None else ""


@dataclass(frozen=True)
class StandardStar:
    """One star of the standard with its criteria, or the vetoes of all stars."""

    head: StarHead | None
    lines: list[StandardLine]

    @property
    def label(self) -> str:
        return self.head.label if self.head else _("All stars")

    @property
    def anchor(self) -> str:
        return self.head.code if self.head else ALL_STARS

    @property
    def base_points(self) -> str:
        base = [line.compiled.max_points for line in self.lines if not line.compiled.bonus]
        return trimmed(sum(base))

    @property
    def passing(self) -> str:
        return trimmed(to_units(self.head.star.pass_line)) if self.head else ""

    @property
    def cap(self) -> str:
        return trimmed(to_units(self.head.star.bonus_cap)) if self.head else ""

    @property
    def weight(self) -> str:
        return trimmed(to_units(self.head.star.weight)) if self.head else ""


def standard_stars(seen: SeenCounty) -> list[StandardStar]:
    """The stars in order, then the vetoes that concern all of them."""
    standard = published_standard(seen.round.criteria_set_id)
    pairs = list(zip(standard.criteria, standard.compiled.criteria, strict=True))
    heads = [StarHead(star) for star in seen.stars]
    stars = [
        StandardStar(head, [StandardLine(*pair) for pair in pairs if pair[0].star == code])
        for head, code in [*((head, head.code) for head in heads), (None, ALL_STARS)]
    ]
    return [star for star in stars if star.lines]
