"""The five rule types: parameter schema, vectorised points and one-line explanation of each.

Implements scoring.md §3. A new rule type is one class here. Numbers are units (ten-thousandths). PURE.
"""

import operator
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

import numpy as np

from scoring.parameters import CriterionFacts, Parameters, RuleErrors, parse_parameters
from scoring.rule import Rule
from scoring.units import BASIS_LIMIT, SCALE, div_half_up, plain
from scoring.wording import joined, on_scale
from tables.message import N_, Message

__all__ = ["RULES", "CriterionFacts", "Rule", "RuleErrors", "parse_parameters"]

CODE_LENGTH = 32  # what the columns of values hold
OPERATORS = {
    ">=": (operator.ge, N_("at least %(value)s")),
    ">": (operator.gt, N_("more than %(value)s")),
    "<=": (operator.le, N_("at most %(value)s")),
    "<": (operator.lt, N_("less than %(value)s")),
    "==": (operator.eq, N_("exactly %(value)s")),
    "!=": (operator.ne, N_("anything but %(value)s")),
}


@dataclass(frozen=True)
class Threshold(Rule):
    """All points or none; the only rule of a veto."""

    key: ClassVar[str] = "threshold"
    op: str
    value: int
    on_fail: str | None = None

    @classmethod
    def parse(cls, parameters, criterion):
        read = Parameters(parameters, criterion, ("op", "value"))
        op = parameters.get("op")
        if not isinstance(op, str) or op not in OPERATORS:
            read.refuse("op", N_("must be one of %(known)s"), known=" ".join(OPERATORS))
        if criterion.value_type != "yesno":
            value = read.number("value")
        elif isinstance(parameters.get("value"), bool):
            value = SCALE * parameters["value"]
        else:
            read.refuse("value", N_("must be true or false"))
        read.finish()
        return cls(op, value, parameters.get("on_fail"))

    def satisfied(self, basis, points):
        return OPERATORS[self.op][0](basis, self.value)

    def points(self, basis, max_points):
        return np.where(OPERATORS[self.op][0](basis, self.value), max_points, 0)

    def condition(self, criterion) -> Message:
        """Return what must hold, in words."""
        if criterion.value_type == "yesno":
            answers = tuple(bool(OPERATORS[self.op][0](answer, self.value)) for answer in (0, SCALE))
            if answers in ((False, True), (True, False)):
                return Message(N_("“yes”")) if answers[1] else Message(N_("“no”"))
        return Message(OPERATORS[self.op][1], {"value": on_scale(self.value, criterion)})

    def wording(self, criterion):
        condition = {"condition": self.condition(criterion)}
        if self.on_fail == "veto_all":
            return Message(N_("%(condition)s, otherwise no star can be earned"), condition)
        if self.on_fail:
            return Message(N_("%(condition)s, otherwise the star can't be earned"), condition)
        condition["points"] = plain(criterion.max_points)
        return Message(N_("%(condition)s gives %(points)s points, otherwise 0"), condition)

    def reach(self, wanted, max_points, basis):
        nearest = {">": self.value + 1, "<": self.value - 1, "!=": self.value + 1}.get(self.op, self.value)
        return None if OPERATORS[self.op][0](basis, self.value) else nearest


@dataclass(frozen=True)
class Linear(Rule):
    """In proportion between two ends, either of which may be the larger."""

    key: ClassVar[str] = "linear"
    zero_at: int
    full_at: int
    mandatory_min: int | None = None

    @classmethod
    def parse(cls, parameters, criterion):
        read = Parameters(parameters, criterion, ("zero_at", "full_at", "mandatory_min"))
        zero, full = read.number("zero_at"), read.number("full_at")
        if zero is not None and zero == full:
            read.refuse("full_at", N_("must differ from zero_at"))
        minimum = read.optional_number("mandatory_min")
        read.finish()
        return cls(zero, full, minimum)

    def points(self, basis, max_points):
        span = abs(self.full_at - self.zero_at)
        way = np.clip(basis - self.zero_at if self.full_at > self.zero_at else self.zero_at - basis, 0, span)
        if span * max_points >= BASIS_LIMIT:
            way = way.astype(object)
        return div_half_up(way * max_points, span).astype(np.int64)

    def wording(self, criterion):
        return Message(
            N_("%(zero)s gives 0 points, %(full)s gives the full %(points)s, in proportion between"),
            {
                "zero": on_scale(self.zero_at, criterion),
                "full": on_scale(self.full_at, criterion),
                "points": plain(criterion.max_points),
            },
        )

    def reach(self, wanted, max_points, basis):
        rising = self.full_at > self.zero_at
        way = -(-min(wanted, max_points) * abs(self.full_at - self.zero_at) // max_points)
        target = self.zero_at + way if rising else self.zero_at - way
        return target if (target > basis) == rising and target != basis else None


@dataclass(frozen=True)
class Bands(Rule):
    """Fixed points per interval, lower end included, upper end excluded."""

    key: ClassVar[str] = "bands"
    bands: tuple[tuple[int | None, int | None, int], ...]
    mandatory_min: int | None = None

    @classmethod
    def parse(cls, parameters, criterion):
        read = Parameters(parameters, criterion, ("bands", "mandatory_min"))
        bands = [cls._band(read, row, criterion.max_points) for row in read.rows("bands", 3, "[low, high, points]")]
        bands = sorted((band for band in bands if band), key=cls._low)
        if any(band[1] is None or band[1] > cls._low(after) for band, after in pairwise(bands)):
            read.refuse("bands", N_("bands must not overlap"))
        minimum = read.optional_number("mandatory_min")
        read.finish()
        return cls(tuple(bands), minimum)

    @staticmethod
    def _low(band):
        return -BASIS_LIMIT if band[0] is None else band[0]

    @staticmethod
    def _band(read, row, max_points):
        ends = [None if end is None else read.as_units("bands", end) for end in row[:2]]
        points = read.as_units("bands", row[2], 0, max_points)
        if None not in ends and ends[0] >= ends[1]:
            read.refuse("bands", N_("a band's low end must be below its high end"))
        return None if points is None else (*ends, points)

    def points(self, basis, max_points):
        points = np.zeros(len(basis), np.int64)
        for low, high, worth in self.bands:
            if worth:
                inside = np.ones(len(basis), bool) if low is None else basis >= low
                points[inside if high is None else inside & (basis < high)] = worth
        return points

    def wording(self, criterion):
        return joined([self._band_wording(band, criterion) for band in self.bands])

    def _band_wording(self, band, criterion):
        low, high, worth = band
        shown = [None if end is None else on_scale(end, criterion) for end in (low, high)]
        whole = criterion.value_type == "count" and criterion.basis == "value"
        params = {"low": shown[0], "high": shown[1], "points": plain(worth)}
        if low is None and high is None:
            return Message(N_("any value gives %(points)s points"), params)
        if low is None:
            return Message(N_("under %(high)s gives %(points)s"), params)
        if high is None:
            return Message(N_("%(low)s or more gives %(points)s"), params)
        if high - low == (SCALE if whole and low % SCALE == 0 else 1):
            return Message(N_("%(low)s gives %(points)s"), params)
        return Message(N_("%(low)s to under %(high)s gives %(points)s"), params)

    def reach(self, wanted, max_points, basis):
        now = int(self.points(np.array([basis]), max_points)[0])
        better = [band for band in self.bands if band[2] > now]
        enough = [band for band in better if band[2] >= wanted]
        if not enough:
            enough = [band for band in better if band[2] == max(other[2] for other in better)]
        ends = [low if low is not None and low > basis else high - 1 for low, high, _ in enough]
        return min(ends, key=lambda end: abs(end - basis), default=None)


@dataclass(frozen=True)
class Deduct(Rule):
    """A start, less for each event, never below a floor nor above the full points."""

    key: ClassVar[str] = "deduct"
    start: int
    per_event: int
    floor: int
    mandatory_min: int | None = None

    @classmethod
    def parse(cls, parameters, criterion):
        read = Parameters(parameters, criterion, ("start", "per_event", "floor", "mandatory_min"))
        numbers = read.number("start"), read.number("per_event", 0), read.number("floor", 0)
        minimum = read.optional_number("mandatory_min")
        read.finish()
        return cls(*numbers, minimum)

    def points(self, basis, max_points):
        if self.per_event:  # beyond these the floor or the full points are reached; keeps the product within int64
            low = (self.start - max_points) * SCALE // self.per_event - 1
            high = (self.start - self.floor) * SCALE // self.per_event + 1
            basis = np.clip(basis, min(low, high), max(low, high))
        left = div_half_up(self.start * SCALE - self.per_event * basis, SCALE)
        return np.minimum(max_points, np.maximum(self.floor, left))

    def wording(self, criterion):
        full = self.start == criterion.max_points
        text = N_("%(start)s points, %(step)s less for each %(unit)s")
        if not full:
            text = N_("%(start)s points to start with, %(step)s less for each %(unit)s")
        unit = criterion.unit or Message(N_("event"))
        rule = Message(text, {"start": plain(self.start), "step": plain(self.per_event), "unit": unit})
        if not self.floor:
            return rule
        return Message(N_("%(rule)s, never below %(floor)s"), {"rule": rule, "floor": plain(self.floor)})

    def reach(self, wanted, max_points, basis):
        if not self.per_event:
            return None
        target = (self.start - min(wanted, max_points)) * SCALE // self.per_event
        return target if target < basis else None


@dataclass(frozen=True)
class Choice(Rule):
    """Points per option; the basis is the option's place (1, 2, …) in the list."""

    key: ClassVar[str] = "choice"
    codes: tuple[str, ...]
    worth: tuple[int, ...]

    @classmethod
    def parse(cls, parameters, criterion):
        read = Parameters(parameters, criterion, ("options",))
        codes, worth = [], []
        for row in read.rows("options", 3, "[code, label, points]"):
            codes.append(cls._code(read, row))
            worth.append(read.as_units("options", row[2], 0, criterion.max_points))
        if len({code for code in codes if code}) < len([code for code in codes if code]):
            read.refuse("options", N_("each code may appear once"))
        read.finish()
        return cls(tuple(codes), tuple(worth))

    @staticmethod
    def _code(read, row):
        code, label, _ = row
        text = code.strip() if isinstance(code, str) else ""
        if not isinstance(label, str):
            read.refuse("options", N_("a label must be a text"))
        if text and text == code and len(text) <= CODE_LENGTH and text.upper() != "NA":
            return code
        read.refuse("options", N_("a code must be a text of at most 40 characters, and not NA"))
        return None

    def points(self, basis, max_points):
        place = np.clip(basis // SCALE, 0, len(self.worth) + 1)
        return np.array([0, *self.worth, 0], np.int64)[place]

    def wording(self, criterion):
        options = [f"{code} {plain(worth)}" for code, worth in zip(self.codes, self.worth, strict=True)]
        return Message(N_("%(options)s points"), {"options": " / ".join(options)})

    def reach(self, wanted, max_points, basis):
        place = basis // SCALE - 1
        now = self.worth[place] if 0 <= place < len(self.worth) else 0
        better = sorted(worth for worth in self.worth if worth > now)
        if not better:
            return None
        aim = next((worth for worth in better if worth >= wanted), better[-1])
        return (self.worth.index(aim) + 1) * SCALE


RULES: dict[str, type[Rule]] = {rule.key: rule for rule in (Threshold, Linear, Bands, Deduct, Choice)}
