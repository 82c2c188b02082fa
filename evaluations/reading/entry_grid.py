"""What every entry grid has: branches, doors, values now and last year, and the cells made of them.

Read in a fixed number of queries however many branches there are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from operator import attrgetter

from django.utils.safestring import SafeString

from accounts.access import EntryScope
from branches.models import Branch
from evaluations.models import RosterEntry
from evaluations.reading.county import SeenCounty
from evaluations.reading.entry_cells import Cell, face, own_cell, read_only_cell
from evaluations.reading.entry_columns import Column, columns_of
from evaluations.reading.entry_links import link
from evaluations.reading.entry_time import Deadline
from evaluations.reading.marks import StarMark
from evaluations.services.completeness import is_asked, periods_of
from evaluations.services.explaining import select
from evaluations.services.gates import Gate, seen_gates
from evaluations.workbooks.held import NONE, held_last, held_now
from scoring.models import Criterion
from scoring.standard import Standard, published_standard

BESIDE = {"work": "work", "workbook": "entry_workbook", "submit": "entry_submit", "points": "entry_points"}
EFFECTIVE = """
    SELECT branch_id, criterion_id, period, effective_state, effective_units FROM evaluations_value
    WHERE round_id = %s AND branch_id = ANY(%s) AND criterion_id = ANY(%s) AND effective_state > 0
"""
GIVEN = """
    SELECT criterion_id, count(*) FROM evaluations_value
    WHERE round_id = %s AND branch_id = ANY(%s) AND criterion_id = ANY(%s)
        AND (reported_number IS NOT NULL OR reported_na)
    GROUP BY criterion_id
"""


@dataclass(frozen=True)
class Chip:
    """A star or a criterion one may turn to, and how many of its values are missing."""

    key: str
    label: str
    missing: int
    current: bool
    seal: str = ""
    group: str = ""


@dataclass(frozen=True)
class Line:
    """One branch of the grid."""

    branch: Branch
    cells: list[Cell]
    faces: list[SafeString]
    mark: StarMark | None
    last: str
    url: str
    town: str  # its township's name, where the grid is of several

    @property
    def missing(self) -> int:
        """How many of its cells still have no value of this year, open or not: what submitting asks for."""
        return sum(cell.lacks for cell in self.cells)

    def as_dict(self) -> dict[str, object]:
        branch, name = self.branch, self.branch.shown_name
        return {"code": branch.code, "name": name, "town": self.town, "households": branch.households, "url": self.url}


@dataclass(frozen=True)
class Group:
    """The lines of one township; without a name where the grid is of one township only."""

    name: str
    lines: list[Line]

    @property
    def missing(self) -> int:
        return sum(line.missing for line in self.lines)


class Grid:
    """What both kinds have in common: branches, doors, values now and last year, the cells made of them."""

    star = ""

    def __init__(self, seen: SeenCounty, scope: EntryScope, query: Mapping[str, str]):
        self.seen, self.scope, self.query = seen, scope, query
        self.standard: Standard = published_standard(seen.round.criteria_set_id)

    @cached_property
    def own_rows(self) -> list[Criterion]:
        """The criteria the reader enters for any branch of this grid."""
        return [row for row in self.standard.criteria if self.is_own(row)]

    @cached_property
    def roster(self) -> list[RosterEntry]:
        """Every branch the reader enters something for: by township, then in the order of their names' pinyin."""
        roster = RosterEntry.objects.filter(round=self.seen.row.round_id, county=self.seen.row.county_id)
        roster = roster.filter(self.within()).select_related("branch", "township")
        return list(roster.order_by("township__code", "branch__sort_key", "branch__code"))

    @cached_property
    def towns(self) -> dict[str, str]:
        """Code → name of the townships one may turn to."""
        return {entry.township_id: entry.township.shown_name for entry in self.roster}

    @property
    def town(self) -> str:
        """The one township shown; what is no township of the reader's limits nothing."""
        asked = self.query.get("township", "")
        return asked if asked in self.towns else ""

    @cached_property
    def entries(self) -> list[RosterEntry]:
        return [entry for entry in self.roster if self.town in ("", entry.township_id)]

    @cached_property
    def branch_ids(self) -> list[int]:
        return [entry.branch_id for entry in self.entries]

    @cached_property
    def doors(self) -> dict[str, Gate]:
        return seen_gates(self.seen.row, [entry.branch.code for entry in self.entries], self.scope)

    @cached_property
    def columns(self) -> list[Column]:
        return columns_of(self.standard, self.rows, self.is_own)

    @cached_property
    def lines(self) -> list[Line]:
        """Every branch with its cells."""
        mine = [column.row for column in self.columns if column.mine]
        others = [column.row.pk for column in self.columns if not column.mine]
        held = held_now(self.seen.round, self.branch_ids, {row.pk for row in mine})
        last = held_last(self.seen.round, self.branch_ids, {row.code: row for row in mine}.values())
        given: dict[tuple[int, int], dict] = {}
        for branch, criterion, period, state, units in self.select(EFFECTIVE, others):
            given.setdefault((branch, criterion), {})[period] = (state, units)
        same = Counter((entry.township_id, *where[1:], one.text) for entry, where, one in self.by_branch(held))
        return [self.line(entry, held, last, given, same) for entry in self.entries]

    def by_branch(self, held):
        entries = {entry.branch_id: entry for entry in self.entries}
        return ((entries[where[0]], where, one) for where, one in held.items())

    def line(self, entry: RosterEntry, held, last, given, same) -> Line:
        gate, branch = self.doors[entry.branch.code], entry.branch_id
        cells = []
        for column in self.columns:
            if column.mine:
                where = (branch, column.row.pk, column.period)
                one, before = held.get(where, NONE), last.get((branch, column.code), [])
                equal = same[entry.township_id, *where[1:], one.text]
                cells.append(own_cell(column, gate, one, before, equal))
            else:
                cells.append(read_only_cell(column, given.get((branch, column.row.pk), {})))
        pairs = zip(self.columns, cells, strict=True)
        faces = [face(column, cell, now=place == 0) for place, (column, cell) in enumerate(pairs)]
        year, url = self.last_of(branch, last), self.form_url(entry.branch)
        town = entry.township.shown_name if self.is_of_several else ""
        return Line(entry.branch, cells, faces, self.mark_of(branch), year, url, town)

    @property
    def is_of_several(self) -> bool:
        return len(self.towns) > 1 and not self.town

    @cached_property
    def groups(self) -> list[Group]:
        return [Group(name, list(lines)) for name, lines in groupby(self.lines, key=attrgetter("town"))]

    def select(self, sql: str, criteria: list[int]) -> list[tuple]:
        return select(sql, [self.seen.row.round_id, self.branch_ids, criteria]) if criteria else []

    @cached_property
    def missing(self) -> dict[str, int]:
        """Criterion → how many of its values are still to be given, over all branches of the grid."""
        asked = {row.pk: row for row in self.own_rows if is_asked(row)}
        given = dict(select(GIVEN, [self.seen.row.round_id, self.branch_ids, list(asked)]))
        return {row.code: len(periods_of(row)) * len(self.entries) - given.get(pk, 0) for pk, row in asked.items()}

    @property
    def row_count(self) -> int:
        return len(self.entries) + 1 + (len(self.groups) if self.is_of_several else 0)

    @property
    def column_count(self) -> int:
        return len(self.columns) + 2

    @property
    def own_columns(self) -> list[tuple[int, Column]]:
        """(place, column) of those the reader enters: what a phone turns between."""
        return [(place, column) for place, column in enumerate(self.columns) if column.mine]

    @property
    def links(self) -> dict[str, str]:
        """The pages beside the grid, where the portal has them."""
        return {name: link(self.seen, page) for name, page in BESIDE.items()}

    @property
    def total_missing(self) -> int:
        return sum(self.missing.values())

    @property
    def offered(self) -> int:
        """How many of last year's facts wait to be confirmed."""
        return sum(cell.state == "prefilled" and not cell.closed for line in self.lines for cell in line.cells)

    @property
    def deadline(self) -> Deadline | None:
        gate = next(iter(self.doors.values()), None)
        return gate and Deadline(gate.state, gate.now, gate.due, self.until(gate))

    def data(self) -> dict[str, object]:
        """What the browser works on."""
        return {
            "columns": [column.as_dict() for column in self.columns],
            "rows": [line.as_dict() for line in self.lines],
            "cells": [[cell.as_dict() for cell in line.cells] for line in self.lines],
            "lacking": {chip.key: chip.missing for chip in self.chips},
            "star": self.star,
        }  # fmt: skip

    def form_url(self, branch: Branch) -> str:
        return link(self.seen, "entry_branch", branch.code, **({"star": self.star} if self.star else {}))

    @property
    def full_title(self) -> str:
        """What the printed page is of: the place, the star or criterion, the one township."""
        return " · ".join(part for part in (self.title, self.label, self.towns.get(self.town, "")) if part)

    # What the kinds of grid (entry_grids.py) say for themselves, besides `is_own`, `within`, `rows` and `until`.
    def mark_of(self, branch: int) -> StarMark | None:
        return None

    def last_of(self, branch: int, last) -> str:
        return ""
