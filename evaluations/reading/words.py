"""Numbers, levels and stars as people read them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy, pgettext_lazy

from scoring.models import STAR_CODES

UNITS = 10_000

SEALS = dict(zip(STAR_CODES, "产生文支法", strict=True))  # a slot's character stays Chinese, whatever the language
ICONS = dict(zip(STAR_CODES, ("bi-basket3", "bi-tree", "bi-book", "bi-flag-fill", "bi-shield-check"), strict=True))
SHORT = {
    "industry": pgettext_lazy("short star name", "Industry"),
    "ecology": pgettext_lazy("short star name", "Ecology"),
    "civility": pgettext_lazy("short star name", "Civility"),
    "governance": pgettext_lazy("short star name", "Branch"),
    "rule_of_law": pgettext_lazy("short star name", "Law"),
}
LEVELS = {
    5: gettext_lazy("5 stars"),
    4: gettext_lazy("4 stars"),
    3: gettext_lazy("3 stars"),
    2: gettext_lazy("2 stars"),
    1: gettext_lazy("1 star"),
    0: gettext_lazy("0 stars"),
}


@dataclass(frozen=True)
class Aligned:
    """A number cut at its decimal point, so that a column of them lines up."""

    whole: str
    fraction: str

    def __str__(self) -> str:
        return self.whole + self.fraction


def level_word(level: int | None) -> str:
    return "" if level is None else str(LEVELS[level])


def trimmed(units: int) -> str:
    """Ten-thousandths as the shortest exact decimal: 68000 is 6.8."""
    return f"{Decimal(units).scaleb(-4):f}".rstrip("0").rstrip(".") if units else "0"


def aligned(units: int) -> Aligned:
    whole, point, fraction = trimmed(units).partition(".")
    return Aligned(whole, point + fraction)


def two_places(number: Decimal | None) -> str:
    """A score, an index or a share: always two decimals; nothing where there is none."""
    return "" if number is None else f"{number:.2f}"


def signed(number: Decimal) -> str:
    """A change with its sign, as it is printed: +5.67, −2.61, 0.00."""
    if not number:
        return "0.00"
    return f"{'+' if number > 0 else '−'}{abs(number):.2f}"
