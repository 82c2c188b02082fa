"""The cells of an entry grid: what each holds, the state it is drawn in, and its few bytes of HTML.

A grid of 60 branches × 60 criteria has thousands of cells that look alike: equal faces are made once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from evaluations.models.value import MISSING, NOT_APPLICABLE, REPORTED
from evaluations.reading.entry_columns import Column
from evaluations.reading.raters import overruled, ruling
from evaluations.reading.values import said
from evaluations.services.explaining import NO_SIZE, explain
from evaluations.services.gates import Gate
from evaluations.spellings import is_reason
from evaluations.workbooks.held import NONE, Held
from scoring.units import SCALE, to_decimal

ICONS = {
    "warned": "bi-exclamation-triangle-fill",
    "prefilled": "bi-arrow-counterclockwise",
    "returned": "bi-arrow-return-left",
    "overruled": "bi-person-check-fill",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One place. `text` is the value as one types it, `offered` last year's where it only has to be confirmed."""

    held: Held = NONE
    text: str = ""
    na: bool = False
    state: str = ""  # "", missing, na, overruled, prefilled, returned, warned
    last: str = ""
    offered: str = ""
    why: str = ""  # what has to be explained
    overruled: str = ""  # both values in a sentence, where a later rater's counts instead of this one
    ruling: dict[str, object] = field(default_factory=dict)  # that rater's, for the browser
    closed: str = ""  # why nothing can be entered here; empty where it can
    lacks: bool = False  # it is the reader's, asked for, and has no value of this year

    def as_dict(self) -> dict[str, object]:
        """What the browser needs of it, without what is empty."""
        held = self.held
        parts = {
            "v": self.text, "r": held.revision, "n": held.note, "d": held.document, "s": held.source,
            "a": held.as_of.isoformat() if held.as_of else "", "l": self.last, "p": self.offered,
            "w": self.why, "x": self.closed, "na": self.na, "st": self.state, "o": self.ruling,
        }  # fmt: skip
        return {name: part for name, part in parts.items() if part}


def own_cell(column: Column, gate: Gate, held: Held, last: list, same: int) -> Cell:
    """A cell the reader enters: open, or closed by the county's state, the deadline or the submission.

    `last` are last year's (period, state, units), `same` counts the township's branches with the same value.
    """
    closed = gate.closed_for(column.row)
    na, text = held.text == "NA", "" if held.text == "NA" else held.text
    if column.row.value_type == "yesno" and text:
        text = "true" if text == "1" else "false"
    year = next((one for one in last if one[0] == column.period), None)
    shown = "" if year is None else shown_last(column, year)
    offered = column.text_of(*year[1:]) if year and column.row.stable and not text and not na else ""
    why = "" if is_reason(held.note) or not text else explained(column, text, year, same)
    both, later = overruled(column.compiled, held.raters, mine=True), ruled(column, held)
    state = own_state(column, gate, text, na, offered, why, bool(both))
    lacks = column.counts() and not text and not na
    return Cell(held, text, na, state, shown, offered, why, both, later, said(closed) if closed else "", lacks)


def ruled(column: Column, held: Held) -> dict[str, object]:
    """What counts instead of the value entered, as the browser shows and compares it; empty where nothing does."""
    found = ruling(column.compiled, held.raters)
    if not found:
        return {}
    state = NOT_APPLICABLE if found["na"] else REPORTED
    return found | {"number": column.text_of(state, int((found["number"] or 0) * SCALE))}


def own_state(column: Column, gate: Gate, text: str, na: bool, offered: str, why: str, overruled: bool) -> str:
    returned = column.code in gate.unlocked
    if why:
        return "warned"
    if returned:
        return "returned"
    if overruled and (text or na):
        return "overruled"
    if na:
        return "na"
    if text:
        return ""
    return "prefilled" if offered else ("missing" if column.counts() else "")


def explained(column: Column, text: str, year: tuple | None, same: int) -> str:
    """What asks for a note, in words."""
    last = to_decimal(year[2]) if year and year[1] == REPORTED else None
    number = None if column.row.value_type in NO_SIZE else Decimal(text)
    return " ".join(said(message) for message in explain(column.row, number, last, same))


def shown_last(column: Column, year: tuple) -> str:
    _period, state, units = year
    if state == NOT_APPLICABLE:
        return _("not applicable")
    text = column.text_of(state, units)
    return f"{column.shown(text)} {column.unit}".strip() if text and not column.is_choice else column.shown(text)


def read_only_cell(column: Column, given: dict[int, tuple[int, int]]) -> Cell:
    """A cell of another owner: period → (effective state, units)."""
    states = {state for state, _units in given.values()} - {MISSING}
    if not states:
        return Cell(state="missing")
    if states == {NOT_APPLICABLE}:
        return Cell(na=True, state="na")
    parts = [column.text_of(*given.get(period, (MISSING, 0))) or "–" for period in column.periods]
    return Cell(text=" / ".join(parts) if len(parts) > 1 else parts[0])


def face(column: Column, cell: Cell, *, now: bool) -> SafeString:
    """The cell's table data; `now` marks the one column a phone shows."""
    text = cell.text or cell.offered
    shown = column.shown(text) if text and len(column.periods) == 1 else text
    missing, heard = said_of(cell, column.mine)
    is_open = column.mine and not cell.closed
    kind = ("cell--choice " if column.is_choice else "") + ("" if column.mine else "is-others ")
    return drawn(_("not applicable") if cell.na else shown, cell.state, kind, is_open, now, missing, heard)


def said_of(cell: Cell, mine: bool) -> tuple[str, str]:
    """(the word the cell shows for what isn't there, what a screen reader is told of its state)."""
    if cell.state == "missing":
        word = _("to be entered") if mine else _("not in yet")
        return word, f"{word} {cell.overruled}".strip()
    if cell.overruled:
        return "", " ".join(filter(None, [cell.why, cell.overruled]))
    if cell.na:
        return "", cell.held.note
    words = {"prefilled": _("last year's, to be confirmed"), "returned": _("returned, to be changed")}
    return "", cell.why or words.get(cell.state, "")


@lru_cache(maxsize=20_000)
def drawn(text: str, state: str, kind: str, is_open: bool, now: bool, missing: str, heard: str) -> SafeString:
    """The HTML of a cell; equal ones are made once a process."""
    classes = ["cell", *kind.split()] + [f"is-{state}"] * bool(state)
    classes += ["is-locked"] * (not is_open) + ["is-col-now"] * now
    icon = format_html('<i class="bi {} cell__m" aria-hidden="true"></i>', ICONS[state]) if state in ICONS else ""
    return format_html(
        '<td role="gridcell" class="{}" tabindex="-1"{}{}>{}<span class="cell__v">{}</span>{}</td>',
        " ".join(classes),
        format_html(' data-missing="{}"', missing) if missing else "",
        "" if is_open else mark_safe(' aria-readonly="true"'),
        icon,
        text,
        format_html('<span class="visually-hidden">{}</span>', heard) if heard else "",
    )
