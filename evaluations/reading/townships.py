"""The townships of a county, by share of branches at three stars or more (scoring.md §5)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum

from branches.models import Region
from evaluations.models import Rating, SealedRating
from evaluations.reading.county import SeenCounty
from evaluations.reading.words import two_places
from scoring.ranking import RankedUnit, UnitLine, unit_table

LEVELS = (5, 4, 3, 2, 1, 0)


@dataclass(frozen=True)
class TownshipRow:
    """One township's line, and the county's own at the foot."""

    code: str
    name: str
    line: UnitLine
    rank: int
    levels: tuple[int, ...] = ()
    last: UnitLine | None = None

    @property
    def share(self) -> str:
        return as_places(self.line.share)

    @property
    def index_mean(self) -> str:
        return as_places(self.line.index_mean)

    @property
    def last_share(self) -> str:
        return as_places(self.last.share) if self.last else ""


def as_places(hundredths: int | None) -> str:
    return two_places(None if hundredths is None else Decimal(hundredths).scaleb(-2))


@dataclass(frozen=True)
class TownshipTable:
    """The townships in rank order, and the county as a whole."""

    rows: list[TownshipRow]
    county: TownshipRow

    def named(self, code: str) -> str:
        return next((row.name for row in self.rows if row.code == code), "")


def counted(ratings: QuerySet, township: str) -> QuerySet:
    """Counts by level and the index's sum, a row per township."""
    levels = {f"level_{level}": Count("pk", filter=Q(level=level)) for level in LEVELS}
    rows = ratings.values(township).annotate(
        rated=Count("level"), three_plus=Count("pk", filter=Q(level__gte=3)), total=Sum("index"),
        indexed=Count("index"), **levels,
    )  # fmt: skip
    return rows.order_by(township)


def line_of(row: dict) -> UnitLine:
    return UnitLine(row["rated"], row["three_plus"], int((row["total"] or 0) * 100), row["indexed"])


def township_table(seen: SeenCounty, *, with_last: bool = False) -> TownshipTable:
    """The county's townships ranked; with_last adds each one's line of the last sealed round."""
    counts = list(counted(Rating.objects.of(seen.row.round_id, seen.row.county_id), "township_id"))
    names = {region.code: region.shown_name for region in townships_of(seen)}
    last = last_lines(seen) if with_last else {}
    levels = {row["township_id"]: tuple(row[f"level_{level}"] for level in LEVELS) for row in counts}
    ranked = unit_table([(row["township_id"], line_of(row)) for row in counts])
    rows = [township_row(unit, names, levels, last) for unit in ranked]
    return TownshipTable(rows, county_row(seen, rows, last))


def township_row(unit: RankedUnit, names: dict, levels: dict, last: dict) -> TownshipRow:
    code = str(unit.key)
    return TownshipRow(code, names[code], unit.line, unit.rank, levels[code], last.get(code))


def county_row(seen: SeenCounty, rows: list[TownshipRow], last: dict[str, UnitLine]) -> TownshipRow:
    """The sum of the townships: the county's own figures."""
    line = sum((row.line for row in rows), UnitLine(0, 0))
    levels = tuple(sum(row.levels[place] for row in rows) for place in range(len(LEVELS)))
    before = sum(last.values(), UnitLine(0, 0)) if last else None
    return TownshipRow(seen.row.county_id, seen.name, line, 0, levels, before)


def townships_of(seen: SeenCounty) -> QuerySet[Region]:
    """The townships the reader's branches lie in."""
    return Region.objects.filter(pk__in=seen.ratings().values("township_id")).order_by("code")


def last_lines(seen: SeenCounty) -> dict[str, UnitLine]:
    """Each township's line in the round named as previous, once that is sealed."""
    if seen.round.previous_id is None:
        return {}
    sealed = SealedRating.objects.filter(seal__round=seen.round.previous_id, seal__county=seen.row.county_id)
    return {row["branch__township_id"]: line_of(row) for row in counted(sealed, "branch__township_id")}
