"""Checks with a severity: what makes a value wrong beside others, and what only has to be explained (issue of entry).

An error refuses the value. A warning keeps it and asks for a note. Of every percentage it is asked whether a fraction
was meant; all else is limits, which are data on the criterion (`checks`):
`part_of` and `parts` are errors, `max_change_percent` and `same_value_count` warnings; `min` and `max` are read by
cells.CriterionReader. Numbers are Decimals; `None` is a value that isn't there. PURE but for the criterion it is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from scoring.models import Criterion
from scoring.parameters import parse_parameters
from scoring.standard import Standard
from scoring.units import plain, to_units
from tables.message import N_, Message

FRACTION = N_("%(found)s looks like a decimal fraction: %(percent)s%% is entered as %(percent)s; else it needs a note")
Relations = tuple[tuple[str, tuple[str, ...]], ...]
Numbers = Mapping[str, Decimal | None]  # criterion code → this branch's number in the same period


@dataclass(frozen=True)
class Limits:
    """A criterion's checks as data: percent of last year's value, number of equal values, the codes it relates to."""

    max_change_percent: Decimal | None = None
    same_value_count: int | None = None
    part_of: str = ""
    parts: tuple[str, ...] = ()
    max: Decimal = Decimal(100)  # of a percentage

    @property
    def compares_last_year(self) -> bool:
        return self.max_change_percent is not None


@lru_cache(maxsize=2000)
def parse_limits(checks: str) -> Limits:
    read = parse_parameters(checks)
    change, same = read.get("max_change_percent"), read.get("same_value_count")
    return Limits(
        None if change is None else Decimal(change),
        None if same is None else int(same),
        read.get("part_of", ""),
        tuple(read.get("parts", ())),
        Decimal(read.get("max", 100)),
    )


def limits_of(criterion: Criterion) -> Limits:
    return parse_limits(criterion.checks)


@lru_cache(maxsize=32)
def relations_of(criteria: tuple[tuple[str, str], ...]) -> Relations:
    """Every whole with its parts, as (whole, parts): from both ways of writing it in (code, checks)."""
    wholes: dict[str, list[tuple[str, ...]]] = {}
    for code, checks in criteria:
        limits = parse_limits(checks)
        if limits.part_of:
            wholes.setdefault(limits.part_of, []).append((code,))
        if limits.parts:
            wholes.setdefault(code, []).append(limits.parts)
    return tuple((whole, parts) for whole, lists in wholes.items() for parts in lists)


def relations(standard: Standard) -> Relations:
    """(whole, parts) for every relation of the standard; () for most standards."""
    return relations_of(tuple((row.code, row.checks) for row in standard.criteria))


@lru_cache(maxsize=32)
def related_codes(standard: Standard) -> frozenset[str]:
    """The criteria that are a whole or a part of another; none in most standards."""
    return frozenset(code for whole, parts in relations(standard) for code in (whole, *parts))


def relation_errors(standard: Standard, changed: str, numbers: Numbers) -> list[Message]:
    """What is wrong between `changed` and the values it is part of or made of; as wrong_sums."""
    return [message for codes, message in wrong_sums(standard, numbers) if changed in codes]


def wrong_sums(standard: Standard, numbers: Numbers) -> list[tuple[tuple[str, ...], Message]]:
    """The relations that do not hold, as ((whole, *parts), what is wrong); a value that isn't there breaks nothing.

    `numbers` holds the branch's values of one period.
    """
    names = {row.code: row.shown_name for row in standard.criteria}
    errors = []
    for whole, parts in relations(standard):
        given = [numbers[part] for part in parts if numbers.get(part) is not None]
        total = numbers.get(whole)
        if total is None or not given or sum(given) <= total:
            continue
        shown = {"sum": plain(to_units(sum(given))), "total": plain(to_units(total)), "whole": names.get(whole, whole)}
        if len(parts) == 1:
            shown["part"] = names.get(parts[0], parts[0])
            text = N_("%(part)s (%(sum)s) is more than %(whole)s (%(total)s)")
        else:
            text = N_("the parts add up to %(sum)s, more than %(whole)s (%(total)s)")
        errors.append(((whole, *parts), Message(text, shown)))
    return errors


def change_warning(limits: Limits, now: Decimal, last: Decimal | None) -> Message | None:
    """A jump against last year beyond the criterion's limit; None without a limit, or where last year gives no base."""
    if limits.max_change_percent is None or last is None or last == 0:
        return None
    if abs(now - last) * 100 <= limits.max_change_percent * abs(last):
        return None
    shown = {"last": plain(to_units(last)), "limit": plain(to_units(limits.max_change_percent))}
    text = N_("%(last)s last year: a change of more than %(limit)s%% needs a note")
    return Message(text, shown)


def fraction_warning(criterion: Criterion, now: Decimal) -> Message | None:
    """0.947 where 94.7 % is meant; None where no percentage above 1 may be given."""
    if criterion.value_type != "percent" or not 0 < now < 1 or limits_of(criterion).max <= 1:
        return None
    return Message(FRACTION, {"found": plain(to_units(now)), "percent": plain(to_units(now * 100))})


def sameness_warning(limits: Limits, equal: int) -> Message | None:
    """The same value for too many branches of the township; `equal` counts this one too."""
    if limits.same_value_count is None or equal < limits.same_value_count:
        return None
    return Message(N_("the same value for %(equal)s branches needs a note"), {"equal": equal})
