"""The demo county as the files that the portal's own commands read (data-contract: regions, branches, values)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path

from demo.county import Village, regions, villages
from demo.raters import rows_of
from demo.years import LAST, NOW, make_years

REGIONS_FILE = "regions.csv"
BRANCHES_FILES = {LAST: f"branches-{LAST}.csv", NOW: f"branches-{NOW}.csv"}
RATERS = ("reported", "township", "department", "final")
VALUE_COLUMNS = ("branch", "indicator", "value", "period", "note", "document", "source", "as_of")


def values_file(year: int, rater: str) -> str:
    return f"values-{year}-{rater}.csv"


def write_files(directory: Path) -> list[Path]:
    """Write every file into the directory, made where it is missing; the same bytes each time."""
    directory.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, content in contents():
        path = directory / name
        path.write_bytes(content)
        paths.append(path)
    return paths


def contents() -> Iterator[tuple[str, bytes]]:
    """Yield each file's name and bytes."""
    yield REGIONS_FILE, table(("code", "name", "level"), regions())
    yield BRANCHES_FILES[LAST], branches_table(village for village in villages() if not village.is_new)
    yield BRANCHES_FILES[NOW], branches_table(villages())
    for year in make_years():
        rows = rows_of(year)
        for rater in RATERS:
            cells = [row.cells() for row in rows if row.rater == rater]
            if cells:
                yield values_file(year.number, rater), table(VALUE_COLUMNS, cells)


def branches_table(rows: Iterable[Village]) -> bytes:
    columns = ("code", "name", "kind", "population", "households")
    return table(columns, ((row.code, row.name, "village", row.population, row.households) for row in rows))


def table(columns: Iterable[str], rows: Iterable[Iterable]) -> bytes:
    """CSV in UTF-8; None is an empty cell."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode()
