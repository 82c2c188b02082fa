"""Everything that can be wrong with a criterion, a star or a whole set of them (scoring.md §3, data-contract.md).

Rows are mappings with the columns of criteria and stars files; cells are texts, or numbers, booleans and dicts. PURE.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from scoring.bases import BASES
from scoring.parameters import NUMERIC_TYPES, FieldError, RuleErrors
from scoring.relations import RELATION_KEYS, related_codes, wrong_relations
from scoring.rows import FLAGS, cell, facts_of_row, flag_of, number_of, parameters_of
from scoring.rules import RULES
from scoring.units import SCALE, plain, to_units
from tables.message import N_, Message

CODE = re.compile(r"[A-Z0-9]+(-[A-Z0-9]+)*")
CODE_LENGTH = 32
CHOICES = {
    "value_type": (*NUMERIC_TYPES, "yesno", "choice"),
    "direction": ("higher", "lower"),
    "basis": tuple(BASES),
    "periods": ("year", "quarters"),
    "rule": tuple(RULES),
    "source": ("township", "department", "inspection", "derived"),
}
FLAG_FIELDS = ("mandatory", "veto", "bonus", "required", "stable")
CHECK_KEYS = ("min", "max", "max_change_percent", "same_value_count")
FILES = ("", "0", "1", "2")
BASE_POINTS = 100 * SCALE
POINTS_LIMIT = 100_000 * SCALE  # of points, lines, weights and caps: what their columns hold
LENGTHS = {"name": 120, "name_en": 200, "unit": 20, "department": 200, "evidence": 300}
STAR_LENGTHS = {"label": 30, "label_en": 60, "lead_department": 60}
BAD_POINTS = N_("must be a number below 100000 with at most 4 decimals")


@dataclass(frozen=True)
class Problem:
    """One problem of a set: the criterion's or star's code, the field, what is wrong; row = its place from 0."""

    code: str
    field: str
    message: Message
    warning: bool = False
    table: str = "criteria"
    row: int | None = None


def check_criterion(row: Mapping) -> list[FieldError]:
    """Return every problem of one criterion by itself, as (field, message); [] when there is none."""
    errors = [*_texts(row), *_listed_values(row), *_flags(row)]
    facts = facts_of_row(row)
    errors += [*_points(row, facts), *_combinations(facts, cell(row, "rule")), *_checks_cell(row)]
    return errors + _rule_errors(row, facts)


def _texts(row):
    if not CODE.fullmatch(cell(row, "code")) or len(cell(row, "code")) > CODE_LENGTH:
        yield "code", Message(N_("must be capital letters and digits joined by hyphens, at most 32 characters"))
    for field in ("name", "star"):
        if not cell(row, field):
            yield field, Message(N_("is required"))
    yield from _too_long(row, LENGTHS)


def _too_long(row, lengths):
    for field, length in lengths.items():
        if len(cell(row, field)) > length:
            yield field, Message(N_("must be at most %(length)s characters"), {"length": length})


def _listed_values(row):
    for field, known in CHOICES.items():
        if cell(row, field) not in known:
            yield field, Message(N_("must be one of %(known)s"), {"known": ", ".join(known)})
    if cell(row, "files") not in FILES:
        yield "files", Message(N_("must be 0, 1 or 2"))


def _flags(row):
    for field in FLAG_FIELDS:
        if cell(row, field) not in FLAGS:
            yield field, Message(N_("must be 0 or 1"))
    if sum(flag_of(row, flag) for flag in ("mandatory", "veto", "bonus")) > 1:
        yield "mandatory", Message(N_("at most one of mandatory, veto and bonus may be 1"))


def _points(row, facts):
    if facts.max_points >= POINTS_LIMIT:
        yield "max_points", Message(BAD_POINTS)
    elif facts.veto and facts.max_points != 0:
        yield "max_points", Message(N_("must be 0 for a veto"))
    elif not facts.veto and facts.max_points <= 0:
        yield "max_points", Message(N_("must be above 0"))


def _combinations(facts, rule):
    if (facts.value_type == "choice") != (rule == "choice"):
        yield "rule", Message(N_("value type choice and rule choice go only with each other"))
    if facts.basis != "value" and facts.value_type not in NUMERIC_TYPES:
        yield "basis", Message(N_("must be value unless the value type is number, percent or count"))
    yearly = {
        "basis": facts.basis != "value",
        "mandatory": facts.mandatory,
        "veto": facts.veto,
    }
    if facts.periods == "quarters" and any(yearly.values()):
        needs = ", ".join(name for name, applies in yearly.items() if applies)
        yield "periods", Message(N_("must be year because of %(needs)s"), {"needs": needs})
    if facts.veto and rule != "threshold":
        yield "rule", Message(N_("must be threshold for a veto"))
    if facts.star == "all" and not facts.veto:
        yield "star", Message(N_("all is only for vetoes"))


def _checks_cell(row):
    try:
        checks = parameters_of(row, "checks")
    except RuleErrors:
        checks = {"": None}
    for key, value in checks.items():
        if key in RELATION_KEYS and related_codes({key: value}) is None:
            yield "checks", Message(N_("part_of must be a criterion's code, parts a list of codes"))
            return
        if key not in RELATION_KEYS and (key not in CHECK_KEYS or not _is_number(value)):
            yield "checks", Message(N_("must be JSON numbers named %(known)s"), {"known": ", ".join(CHECK_KEYS)})
            return


def _is_number(value) -> bool:
    try:
        return isinstance(value, int | Decimal) and not isinstance(value, bool) and to_units(value) is not None
    except ValueError:
        return False


def _rule_errors(row, facts) -> list[FieldError]:
    rule = RULES.get(cell(row, "rule"))
    try:
        parameters = parameters_of(row)
        if rule:
            rule.parse(parameters, facts)
    except RuleErrors as wrong:
        return [
            (field if field == "parameters" else f"parameters.{field}", message) for field, message in wrong.errors
        ]
    return []


def check_star(row: Mapping) -> list[FieldError]:
    """Return every problem of one star by itself."""
    errors = [(field, Message(N_("is required"))) for field in ("label",) if not cell(row, field)]
    code = cell(row, "star") or cell(row, "code")
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,19}", code, re.ASCII) or code == "all":
        errors.append(("star", Message(N_("must be a star's code in small letters, and not all"))))
    for field, allowed in (("pass_line", 0), ("weight", 1), ("bonus_cap", 0)):
        units = number_of(row, field)
        if units is None or units >= POINTS_LIMIT:
            errors.append((field, Message(BAD_POINTS)))
        elif units < allowed:
            errors.append((field, Message(N_("must be above 0")) if allowed else Message(N_("must not be negative"))))
    if not re.fullmatch(r"\d{1,4}", cell(row, "order"), re.ASCII):
        errors.append(("order", Message(N_("must be a whole number"))))
    return [*errors, *_too_long(row, STAR_LENGTHS)]


def check_set(criteria: Sequence[Mapping], stars: Sequence[Mapping]) -> list[Problem]:
    """Return every problem of a whole set, errors before warnings.

    Covers each row by itself and what only the set shows: repeated codes, unknown stars, `of`, base points (a warning).
    """
    star_codes = [cell(star, "star") or cell(star, "code") for star in stars]
    codes = [cell(row, "code") for row in criteria]
    found = list(_each(stars, star_codes, "stars", check_star))
    found += _each(criteria, codes, "criteria", check_criterion)
    found += _repeated(star_codes, "stars", "star") + _repeated(codes, "criteria", "code")
    found += _unknown_stars(criteria, codes, star_codes) + _wrong_of(criteria, codes)
    message = Message(N_("must name numeric criteria of the same unit and periods in the same set"))
    found += [Problem(codes[place], "checks", message, row=place) for place in wrong_relations(criteria, codes)]
    return found if found else _base_points(criteria, star_codes)


def _each(
    rows: Sequence[Mapping], codes: list[str], table: str, check: Callable[[Mapping], list[FieldError]]
) -> Iterable[Problem]:
    for place, (row, code) in enumerate(zip(rows, codes, strict=True)):
        for field, message in check(row):
            yield Problem(code, field, message, table=table, row=place)


def _repeated(codes, table, field):
    times = Counter(codes)
    return [
        Problem(code, field, Message(N_("appears %(times)s times"), {"times": times[code]}), table=table, row=place)
        for place, code in enumerate(codes)
        if code and codes.index(code) < place
    ]


def _unknown_stars(criteria, codes, stars):
    message = Message(N_("must be one of %(known)s"), {"known": ", ".join([*stars, "all"])})
    return [
        Problem(code, "star", message, row=place)
        for place, (row, code) in enumerate(zip(criteria, codes, strict=True))
        if cell(row, "star") and cell(row, "star") not in [*stars, "all"]
    ]


def _wrong_of(criteria, codes):
    message = Message(N_("must name a numeric yearly criterion with basis value in the same set, and no veto"))
    usable = {
        code
        for row, code in zip(criteria, codes, strict=True)
        if cell(row, "value_type") in NUMERIC_TYPES
        and (cell(row, "basis"), cell(row, "periods")) == ("value", "year")
        and not flag_of(row, "veto")  # a veto's number is a count of findings, not a quantity that grows
    }
    problems = []
    for place, (row, code) in enumerate(zip(criteria, codes, strict=True)):
        of = _of(row)
        if of and of not in usable:
            problems.append(Problem(code, "parameters.of", message, row=place))
    return problems


def _of(row) -> str | None:
    try:
        of = parameters_of(row).get("of")
    except RuleErrors:
        return None
    return of if cell(row, "basis") == "yoy_percent" and isinstance(of, str) else None


def _base_points(criteria, stars):
    text = N_("the base points add up to %(points)s instead of 100")
    totals = dict.fromkeys(stars, 0)
    for row in criteria:
        if not flag_of(row, "veto") and not flag_of(row, "bonus"):
            totals[cell(row, "star")] += number_of(row, "max_points")
    return [
        Problem(star, "max_points", Message(text, {"points": plain(points)}), True, "stars", place)
        for place, (star, points) in enumerate(totals.items())
        if points != BASE_POINTS
    ]
