"""The ranking file for one reader: the columns of the data contract, blank where the page would show nothing."""

from __future__ import annotations

import io
from collections.abc import Iterator
from decimal import Decimal

from evaluations.reading.county import SeenCounty
from evaluations.services.export import COLUMNS, ranking_rows
from scoring.models import STAR_CODES
from tables.writing import write_csv, write_xlsx

TEXTS = {"branch", "name", "township", "earned", "status"}
AT = {name: place for place, name in enumerate(COLUMNS)}


def seen_rows(seen: SeenCounty) -> Iterator[tuple[str, ...]]:
    """The rows of the branches this person may list, with only the cells the page shows.

    In rank order for those who see the ranking; for everybody else by branch code, or the order would tell it.
    """
    rows = ranking_rows(seen.round, seen.row.county_id)
    if not seen.sight.ranking:
        rows = sorted(rows, key=lambda cells: cells[AT["branch"]])
    for cells in rows:
        if seen.sight.ranking or seen.sight.lists_branch(cells[AT["branch"]]):
            yield tuple(masked(seen, cells))


def masked(seen: SeenCounty, cells: tuple[str, ...]) -> list[str]:
    """One row with what this person may not see left blank."""
    sight, code, row = seen.sight, cells[AT["branch"]], list(cells)
    opened = sight.opens_branch(code)
    if not sight.ranking:
        row[AT["county_rank"]] = ""
    if not (sight.ranking or opened):
        for name in ("township_rank", "level", "index"):
            row[AT[name]] = ""
        row[AT["earned"]] = " ".join(star for star in cells[AT["earned"]].split() if star in sight.stars)
    for star in STAR_CODES:
        if not sight.shows_star(code, star):
            row[AT[star]] = ""
    return row


def as_csv(seen: SeenCounty) -> bytes:
    """UTF-8 with a byte order mark, so that Excel and WPS read the Chinese."""
    out = io.StringIO()
    write_csv(out, COLUMNS, seen_rows(seen), bom=True)
    return out.getvalue().encode()


def as_xlsx(seen: SeenCounty) -> bytes:
    """The same columns as a workbook, numbers as numbers."""
    out = io.BytesIO()
    write_xlsx(out, COLUMNS, (typed(row) for row in seen_rows(seen)), sheet="ranking", footer=seen.seal_line)
    return out.getvalue()


def typed(row: tuple[str, ...]) -> list[str | Decimal]:
    return [cell if name in TEXTS or not cell else Decimal(cell) for name, cell in zip(COLUMNS, row, strict=True)]
