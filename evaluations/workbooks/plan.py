"""What one workbook is for: a township or a department, its branches, its criteria, and the columns of each sheet."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.http import Http404
from django.utils.translation import gettext

from accounts.access import EntryScope
from branches.models import Department, Region
from evaluations.models import EvaluationRound, RosterEntry, RoundCounty
from scoring.models import ALL_STARS, Criterion, Source
from scoring.standard import Standard, published_standard

NOTE, LAST = "note", "last"  # parts of a column's key beside a quarter's number
QUARTERS = (1, 2, 3, 4)


@dataclass(frozen=True)
class Unit:
    """A township or a department of the county: whose values one workbook holds."""

    township: Region | None = None
    department: Department | None = None

    @property
    def key(self) -> str:
        """How an address names it."""
        return self.township.code if self.township else f"department-{self.department.pk}"

    @property
    def name(self) -> str:
        return str(self.township or self.department)

    @property
    def scope(self) -> EntryScope:
        """What this unit alone may enter."""
        if self.township:
            return EntryScope(townships=frozenset({self.township.prefix}))
        return EntryScope(departments=frozenset({self.department.name}))

    def owns(self, row: Criterion) -> bool:
        """Is this criterion this unit's to enter?"""
        if not row.takes_entry:
            return False
        if self.township:
            return row.source == Source.TOWNSHIP
        return row.source != Source.TOWNSHIP and row.owner == self.department.name

    def within(self, scope: EntryScope) -> bool:
        """Does somebody with this scope enter for the unit?"""
        return self.scope.townships <= scope.townships and self.scope.departments <= scope.departments


def units_of(county: RoundCounty, scope: EntryScope) -> list[Unit]:
    """The units somebody enters for in this county, townships first."""
    codes = [prefix.ljust(12, "0") for prefix in scope.townships]
    towns = Region.objects.filter(code__in=codes).order_by("code") if codes else []
    named = Department.objects.filter(county=county.county_id, name__in=scope.departments) if scope.departments else []
    return [Unit(township=one) for one in towns] + [Unit(department=one) for one in named]


def unit_of(county: RoundCounty, scope: EntryScope, key: str) -> Unit:
    """The unit of that key, or the first one where none is named; 404 where it is not this person's."""
    for unit in units_of(county, scope):
        if key in ("", unit.key):
            return unit
    raise Http404


@dataclass(frozen=True)
class Column:
    """One column of a sheet: a criterion's value of a period, last year's, or the note."""

    row: Criterion
    part: str  # "" the year, "1" to "4" a quarter, LAST, NOTE

    @property
    def key(self) -> str:
        return f"{self.row.code}/{self.part}" if self.part else self.row.code

    @property
    def is_value(self) -> bool:
        return self.part not in (LAST, NOTE)

    @property
    def period(self) -> int:
        return int(self.part or 0)


@dataclass(frozen=True)
class Place:
    """One branch of the plan."""

    pk: int
    code: str
    name: str
    township: str
    households: int | None
    name_en: str = ""


class Plan:
    """A unit's branches and criteria in one round."""

    def __init__(self, county: RoundCounty, unit: Unit):
        self.county, self.unit = county, unit
        self.round: EvaluationRound = county.round
        self.standard: Standard = published_standard(self.round.criteria_set_id)
        self.rows = [row for row in self.standard.criteria if unit.owns(row)]
        self.by_code = {row.code: row for row in self.rows}

    @cached_property
    def branches(self) -> list[Place]:
        """By township, then by the branch's own order."""
        roster = RosterEntry.objects.filter(round=self.round, county=self.county.county_id)
        if self.unit.township:
            roster = roster.filter(township=self.unit.township.code)
        named = roster.order_by("township_id", "branch__sort_key", "branch__code").values_list(
            "branch_id",
            "branch__code",
            "branch__name",
            "township__name",
            "branch__households",
            "branch__name_en",
        )
        return [Place(*row) for row in named]

    @cached_property
    def by_branch(self) -> dict[str, Place]:
        return {place.code: place for place in self.branches}

    @cached_property
    def sheets(self) -> list[tuple[str, list[Column]]]:
        """The name and the columns of every sheet: one for each star that has something to enter."""
        stars = [(star.code, star.shown_name) for star in self.round.criteria_set.stars.order_by("order")]
        found = []
        for code, name in [*stars, (ALL_STARS, gettext("All stars"))]:
            columns = [column for row in self.rows if row.star == code for column in self.columns(row)]
            if columns:
                found.append((sheet_name(name, len(found)), columns))
        return found

    def columns(self, row: Criterion) -> list[Column]:
        """The value or its four quarters, last year's where there was a round, the note."""
        parts = [str(quarter) for quarter in QUARTERS] if row.periods == "quarters" else [""]
        if self.round.previous_id:
            parts.append(LAST)
        return [Column(row, part) for part in [*parts, NOTE]]


def sheet_name(name: str, place: int) -> str:
    """A star's name as a sheet may be called: no more than 31 characters, none of []:*?/\\ ."""
    kept = "".join(" " if char in "[]:*?/\\'" else char for char in name).strip()[:28]
    return kept or f"Sheet{place + 1}"
