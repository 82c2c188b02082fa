"""The entry grid: one star × the branches of a township, or one criterion × the branches of a county.

Read in a fixed number of queries however many branches there are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q
from django.http import Http404
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.access import EntryScope
from branches.models import Branch
from evaluations.models import Rating, RosterEntry
from evaluations.reading.county import SeenCounty
from evaluations.reading.entry_cells import Cell, face, own_cell, read_only_cell, shown_last
from evaluations.reading.entry_columns import Column, columns_of, is_asked, slots_of
from evaluations.reading.entry_links import link
from evaluations.reading.entry_time import Deadline
from evaluations.reading.marks import StarHead, StarMark, star_state
from evaluations.services.explaining import select
from evaluations.services.gates import Gate, seen_gates
from evaluations.workbooks.held import NONE, held_last, held_now
from scoring.models import Criterion
from scoring.standard import Standard, published_standard

BESIDE = {"work": "work", "workbook": "entry_workbook", "submit": "entry_submit", "points": "entry_points"}
EVERY = "all"  # every star's columns beside each other
EFFECTIVE = """
    SELECT branch_id, criterion_id, period, effective_state, effective_units FROM evaluations_value
    WHERE round_id = %s AND branch_id = ANY(%s) AND criterion_id = ANY(%s) AND effective_state > 0
"""
GIVEN = """
    SELECT criterion_id, count(*) FROM evaluations_value
    WHERE round_id = %s AND branch_id = ANY(%s) AND criterion_id = ANY(%s) AND (reported_number IS NOT NULL OR reported_na)
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

    @property
    def missing(self) -> int:
        """How many of its open cells still have no value of this year."""
        return sum(cell.state in ("missing", "prefilled") and not cell.closed for cell in self.cells)


class Grid:
    """What both kinds have in common: branches, doors, values now and last year, the cells made of them."""

    star = ""

    def __init__(self, seen: SeenCounty, scope: EntryScope, query: Mapping[str, str]):
        self.seen, self.scope, self.query = seen, scope, query
        self.standard: Standard = published_standard(seen.round.criteria_set_id)
        self.town = query.get("township", "")

    @cached_property
    def own_rows(self) -> list[Criterion]:
        """The criteria the reader enters for any branch of this grid."""
        return [row for row in self.standard.criteria if self.is_own(row)]

    @cached_property
    def entries(self) -> list[RosterEntry]:
        """The branches, in the order of their names' pinyin."""
        roster = RosterEntry.objects.filter(round=self.seen.row.round_id, county=self.seen.row.county_id)
        roster = roster.filter(self.within()).select_related("branch", "township")
        return list(roster.order_by("township__code", "branch__sort_key", "branch__code"))

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
                equal = (
                    {held[where].text: same[entry.township_id, *where[1:], held[where].text]} if where in held else {}
                )
                before = last.get((branch, column.code), [])
                cells.append(own_cell(column, gate, held.get(where, NONE), before, Counter(equal)))
            else:
                cells.append(read_only_cell(column, given.get((branch, column.row.pk), {})))
        faces = [
            face(column, cell, now=place == 0)
            for place, (column, cell) in enumerate(zip(self.columns, cells, strict=True))
        ]
        return Line(
            entry.branch, cells, faces, self.mark_of(branch), self.last_of(branch, last), self.form_url(entry.branch)
        )

    def select(self, sql: str, criteria: list[int]) -> list[tuple]:
        return select(sql, [self.seen.row.round_id, self.branch_ids, criteria]) if criteria else []

    @cached_property
    def missing(self) -> dict[str, int]:
        """Criterion → how many of its values are still to be given, over all branches of the grid."""
        asked = {row.pk: row for row in self.own_rows if is_asked(row)}
        given = dict(select(GIVEN, [self.seen.row.round_id, self.branch_ids, list(asked)]))
        return {row.code: len(slots_of(row)) * len(self.entries) - given.get(pk, 0) for pk, row in asked.items()}

    @property
    def row_count(self) -> int:
        return len(self.entries) + 1

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
            "rows": [
                {"code": line.branch.code, "name": line.branch.shown_name, "households": line.branch.households, "url": line.url}
                for line in self.lines
            ],
            "cells": [[cell.as_dict() for cell in line.cells] for line in self.lines],
            "star": self.star,
        }  # fmt: skip

    def form_url(self, branch: Branch) -> str:
        return link(self.seen, "entry_branch", branch.code, **({"star": self.star} if self.star else {}))

    # What the two kinds say for themselves.
    def mark_of(self, branch: int) -> StarMark | None:
        return None

    def last_of(self, branch: int, last) -> str:
        return ""


class StarGrid(Grid):
    """One star, or all of them, × the branches of the reader's townships."""

    kind = "star"

    def is_own(self, row: Criterion) -> bool:
        return row.takes_entry and row.source == "township"

    def within(self) -> Q:
        found = Q(pk__in=[])
        for prefix in self.scope.townships:
            found |= Q(branch__code__startswith=prefix)
        return found & Q(township=self.town) if self.town else found

    @cached_property
    def star(self) -> str:
        """The star asked for, else the first that lacks something, else the first."""
        asked, codes = self.query.get("star", ""), [chip.code for chip in self.heads]
        if asked in codes or asked == EVERY:
            return asked
        lacking = [row.star for row in self.own_rows if self.missing.get(row.code)]
        return next((code for code in codes if code in lacking), codes[0])

    @cached_property
    def heads(self) -> list[StarHead]:
        return [StarHead(star) for star in self.seen.stars]

    @property
    def head(self) -> StarHead | None:
        return next((head for head in self.heads if head.code == self.star), None)

    @cached_property
    def rows(self) -> list[Criterion]:
        return [row for row in self.standard.criteria if row.takes_entry and self.star in (row.star, EVERY)]

    @property
    def chips(self) -> list[Chip]:
        chips = [
            Chip(head.code, head.label, self.missing_of(head.code), head.code == self.star, head.seal)
            for head in self.heads
        ]
        return [*chips, Chip(EVERY, _("All stars"), self.total_missing, self.star == EVERY)]

    def missing_of(self, star: str) -> int:
        return sum(self.missing.get(row.code, 0) for row in self.own_rows if row.star == star)

    @property
    def title(self) -> str:
        towns = {entry.township.shown_name for entry in self.entries}
        return _("Entry of %(place)s") % {"place": towns.pop() if len(towns) == 1 else self.seen.name}

    @property
    def label(self) -> str:
        return self.head.label if self.head else _("All stars")

    @cached_property
    def ratings(self) -> dict[int, Rating]:
        rows = Rating.objects.of(self.seen.row.round_id, self.seen.row.county_id)
        return {rating.branch_id: rating for rating in rows.filter(branch__in=self.branch_ids)}

    def mark_of(self, branch: int) -> StarMark | None:
        """The star by the last rating; for all stars, none."""
        rating = self.ratings.get(branch)
        if self.head is None or rating is None or rating.parked:
            return None
        return StarMark(self.head.star, star_state(self.head.star, rating), getattr(rating, self.star))

    def until(self, gate: Gate):
        return gate.township_until


class CriterionGrid(Grid):
    """One criterion of the reader's department × the branches of the county."""

    kind = "criterion"

    def __init__(self, seen: SeenCounty, scope: EntryScope, query: Mapping[str, str]):
        super().__init__(seen, scope, query)
        asked = query.get("criterion", "")
        if asked and asked not in {row.code for row in self.own_rows}:
            raise Http404

    def is_own(self, row: Criterion) -> bool:
        return row.takes_entry and row.source != "township" and row.owner in self.scope.departments

    def within(self) -> Q:
        return Q(township=self.town) if self.town else Q()

    @cached_property
    def criterion(self) -> Criterion | None:
        """The one asked for, else the first that lacks something, else the first."""
        rows = {row.code: row for row in self.own_rows}
        lacking = (code for code, missing in self.missing.items() if missing)
        return rows.get(self.query.get("criterion") or next(lacking, next(iter(rows), "")))

    @property
    def rows(self) -> list[Criterion]:
        return [self.criterion] if self.criterion else []

    @property
    def chips(self) -> list[Chip]:
        names = {star.code: star.shown_name for star in self.seen.stars}
        return [
            Chip(
                row.code,
                row.shown_name,
                self.missing.get(row.code, 0),
                row == self.criterion,
                group=names.get(row.star, ""),
            )
            for row in self.own_rows
        ]

    @property
    def title(self) -> str:
        return _("Entry of %(place)s") % {"place": pgettext("between names", ", ").join(sorted(self.scope.departments))}

    @property
    def label(self) -> str:
        return f"{self.criterion.code} {self.criterion.shown_name}" if self.criterion else ""

    def last_of(self, branch: int, last) -> str:
        column = self.columns[0]
        return " / ".join(shown_last(column, year) for year in last.get((branch, column.code), []))

    def until(self, gate: Gate):
        return gate.department_until


def grid_of(seen: SeenCounty, scope: EntryScope, query: Mapping[str, str]) -> Grid:
    """The grid asked for; without a wish the townships', else the department's. 404 for what the reader doesn't enter."""
    wants_criterion = "criterion" in query or not scope.townships
    if wants_criterion and not scope.departments:
        raise Http404
    return CriterionGrid(seen, scope, query) if wants_criterion else StarGrid(seen, scope, query)
