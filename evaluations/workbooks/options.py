"""The sheet that says what each option means; the drop-downs of the other sheets take their lists from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from django.utils.translation import gettext as _

from evaluations.cells import NA
from scoring.models import Criterion
from scoring.parameters import parse_parameters
from tables.text import without_controls

OPTIONS = "_options"  # in its first cell, by which the sheet is known again
FIRST = 2  # the row, from 0, of its first option
LISTED = 2  # its column, from 0, of the options
CELL = 250  # characters of an option in a drop-down


@lru_cache(maxsize=2000)
def option_texts(parameters: str) -> dict[str, str]:
    """Code → the code with its text, as it stands in a cell; a text that says no more is left out."""
    found = {}
    for code, text, *_points in parse_parameters(parameters).get("options", ()):
        words = without_controls(str(text)).strip()
        found[str(code)] = f"{code} {words}"[:CELL] if words and words != str(code) else str(code)
    return found


def shown_option(row: Criterion, code: str) -> str:
    """An option as a cell of the workbook shows it."""
    return option_texts(row.parameters).get(code, code)


class OptionLists:
    """Where the options of each criterion stand in the sheet."""

    def __init__(self, rows: Iterable[Criterion], sheet: str):
        self.sheet = sheet
        self.lines: list[tuple[str, str, str]] = []
        self.ranges: dict[str, str] = {}
        for row in rows:
            if row.value_type == "choice":
                self.add(row)

    def add(self, row: Criterion) -> None:
        start = FIRST + len(self.lines) + 1
        self.lines += [(row.code, row.shown_name, text) for text in (*option_texts(row.parameters).values(), NA)]
        self.ranges[row.code] = f"='{self.sheet}'!$C${start}:$C${FIRST + len(self.lines)}"

    def texts(self) -> Iterator[tuple[str, ...]]:
        """The rows of the sheet, from its first."""
        yield (OPTIONS,)
        yield _("Criterion"), _("Name"), _("Option: choose it, or type its code alone")
        yield from self.lines
