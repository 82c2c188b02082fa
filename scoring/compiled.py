"""A criteria set as the engine reads it: plain frozen data, points, lines and weights in units. PURE."""

from dataclasses import asdict, dataclass, fields
from functools import cached_property

from scoring.rules import RULES, Rule

ALL_STARS = "all"


@dataclass(frozen=True)
class CompiledCriterion:
    """One criterion; max_points in units, `of` and `on_fail` None where they don't apply."""

    code: str
    star: str
    value_type: str
    direction: str
    basis: str
    of: str | None
    quarters: bool
    rule: Rule
    max_points: int
    mandatory: bool = False
    veto: bool = False
    bonus: bool = False
    on_fail: str | None = None
    options: tuple[str, ...] = ()
    unit: str = ""

    @property
    def takes_values(self) -> bool:
        """A year-on-year criterion is computed from another one's values (§2)."""
        return self.basis != "yoy_percent"

    def as_dict(self) -> dict:
        """Return strings, integers, booleans, None, lists and dicts only: no floats."""
        plain = {field.name: getattr(self, field.name) for field in fields(self)}
        rule = {"key": self.rule.key, **{name: _listed(value) for name, value in vars(self.rule).items()}}
        return plain | {"rule": rule, "options": list(self.options)}

    @classmethod
    def from_dict(cls, data: dict) -> "CompiledCriterion":
        """Return what as_dict wrote."""
        rule = {name: _tupled(value) for name, value in data["rule"].items()}
        return cls(**data | {"rule": RULES[rule.pop("key")](**rule), "options": tuple(data["options"])})


@dataclass(frozen=True)
class CompiledStar:
    """One star; pass_line, weight and bonus_cap in units."""

    code: str
    pass_line: int
    weight: int
    bonus_cap: int


@dataclass(frozen=True)
class CompiledSet:
    """The whole standard, in the order of its criteria and stars."""

    criteria: tuple[CompiledCriterion, ...]
    stars: tuple[CompiledStar, ...]

    @cached_property
    def slots(self) -> list[tuple[int, int]]:
        """The columns of values: (place of the criterion, period), 0 = year, 1..4 = quarter."""
        return [
            (place, period)
            for place, criterion in enumerate(self.criteria)
            if criterion.takes_values
            for period in ((1, 2, 3, 4) if criterion.quarters else (0,))
        ]

    @cached_property
    def places(self) -> dict[str, int]:
        """Criterion code → place in `criteria`."""
        return {criterion.code: place for place, criterion in enumerate(self.criteria)}

    @cached_property
    def star_places(self) -> dict[str, int]:
        """Star code → place in `stars`."""
        return {star.code: place for place, star in enumerate(self.stars)}

    @cached_property
    def _slot_places(self) -> dict[tuple[int, int], int]:
        return {slot: column for column, slot in enumerate(self.slots)}

    def slot_of(self, code: str, period: int = 0) -> int:
        """Return the column of a criterion's value; KeyError when the set has no such value."""
        return self._slot_places[self.places[code], period]

    def as_dict(self) -> dict:
        """Return canonical plain data for a seal."""
        return {
            "criteria": [criterion.as_dict() for criterion in self.criteria],
            "stars": [asdict(star) for star in self.stars],
        }

    @classmethod
    def from_dict(cls, data: dict) -> "CompiledSet":
        """Return what as_dict wrote."""
        return cls(
            tuple(CompiledCriterion.from_dict(row) for row in data["criteria"]),
            tuple(CompiledStar(**row) for row in data["stars"]),
        )


def _listed(value):
    return [_listed(item) for item in value] if isinstance(value, tuple | list) else value


def _tupled(value):
    return tuple(_tupled(item) for item in value) if isinstance(value, list) else value
