"""Reading a rule's JSON parameters: decimals only, bounded, every problem named at once.

Implements the parameter checks of scoring.md §3. PURE.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from scoring.units import to_units
from tables.json_text import read_json
from tables.message import N_, Message

MAX_DEPTH = 5
NUMERIC_TYPES = ("number", "percent", "count")
FieldError = tuple[str, Message]


class RuleErrors(ValueError):
    """Everything wrong with a rule's parameters: [(field, Message), …]."""

    def __init__(self, errors: Iterable[FieldError]):
        self.errors = list(errors)
        super().__init__("; ".join(f"{field}: {message}" for field, message in self.errors))


@dataclass(frozen=True)
class CriterionFacts:
    """What a rule must know of its criterion; max_points in units."""

    value_type: str
    max_points: int
    basis: str = "value"
    periods: str = "year"
    mandatory: bool = False
    veto: bool = False
    bonus: bool = False
    star: str = ""
    unit: str = ""
    direction: str = "higher"


def parse_parameters(text: str) -> dict:
    """Return the JSON object in `text` with Decimal or int numbers; {} for an empty text.

    Raises RuleErrors on anything but one object of moderate size and depth.
    """
    problem = RuleErrors([("parameters", Message(N_("must be one JSON object, such as {\"zero_at\": 20}")))])
    try:
        parsed = read_json(text, depth=MAX_DEPTH) if text.strip() else {}
    except (ValueError, RecursionError, ArithmeticError):
        raise problem from None
    if not isinstance(parsed, dict):
        raise problem
    return parsed


class Parameters:
    """One rule's parameters being read; collects every problem, `finish` raises them."""

    def __init__(self, parameters: Mapping, criterion: CriterionFacts, keys: tuple[str, ...]):
        self.given = parameters
        self.errors: list[FieldError] = []
        self._refuse_unknown((*keys, "of", "on_fail"))
        self._check_of(criterion)
        self._check_on_fail(criterion)

    def refuse(self, field: str, text: str, **params) -> None:
        """Note one problem of a field."""
        self.errors.append((field, Message(text, params)))

    def finish(self) -> None:
        """Raise RuleErrors when anything was refused."""
        if self.errors:
            raise RuleErrors(self.errors)

    def number(self, field: str, low: int | None = None) -> int | None:
        """Return a required number in units, or None after noting what is wrong."""
        if field not in self.given:
            self.refuse(field, N_("is required: a number"))
            return None
        return self.as_units(field, self.given[field], low)

    def optional_number(self, field: str) -> int | None:
        """Return a number in units, None when it is absent."""
        return self.number(field) if field in self.given else None

    def as_units(self, field: str, value, low: int | None = None, high: int | None = None) -> int | None:
        """Return `value` in units, within low..high (units), or None after noting what is wrong."""
        try:
            if isinstance(value, bool) or not isinstance(value, int | Decimal):
                raise ValueError
            units = to_units(value)
        except (ValueError, ArithmeticError):
            self.refuse(field, N_("must be a number below 10^10 with at most 4 decimals"))
            return None
        if low is not None and units < low:
            self.refuse(field, N_("must not be negative"))
            return None
        if high is not None and units > high:
            self.refuse(field, N_("must not be above the criterion's max_points"))
            return None
        return units

    def rows(self, field: str, width: int, shape: str) -> list[list]:
        """Return a required non-empty list of lists of one width, [] after noting what is wrong."""
        value = self.given.get(field)
        if not isinstance(value, list) or not value:
            self.refuse(field, N_("is required: a list of %(shape)s"), shape=shape)
            return []
        if any(not isinstance(row, list) or len(row) != width for row in value):
            self.refuse(field, N_("each entry must be %(shape)s"), shape=shape)
            return []
        return value

    def _refuse_unknown(self, known):
        for key in self.given:
            if key not in known:
                self.refuse(key, N_("is not a parameter of this rule; allowed are %(known)s"), known=", ".join(known))

    def _check_of(self, criterion):
        value = self.given.get("of")
        if criterion.basis == "yoy_percent" and not value:
            self.refuse("of", N_("is required: the code of the criterion whose growth is scored"))
        elif "of" in self.given and not isinstance(value, str):
            self.refuse("of", N_("must be a criterion's code"))

    def _check_on_fail(self, criterion):
        value = self.given.get("on_fail")
        if not criterion.veto:
            if "on_fail" in self.given:
                self.refuse("on_fail", N_("is only for vetoes"))
        elif value not in ("veto_star", "veto_all"):
            self.refuse("on_fail", N_("is required on a veto: veto_star or veto_all"))
        elif criterion.star == "all" and value != "veto_all":
            self.refuse("on_fail", N_("must be veto_all for the star all"))
