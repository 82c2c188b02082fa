"""The floor: the same values read and the same result rows written, county by county, with nothing in between."""

from __future__ import annotations

import io
from contextlib import suppress
from pathlib import Path

import numpy as np
from django.db import ProgrammingError, connection, transaction

from bench.province import Rated
from evaluations.models import RosterEntry
from evaluations.services.rating import rate_county
from evaluations.services.results import COLUMNS
from scoring.standard import published_standard

READ = """
    COPY (
        SELECT branch_id, criterion_id, period, effective_state, effective_units FROM evaluations_value
        WHERE round_id = {round_id} AND branch_id = ANY('{{{ids}}}'::int[]) {criteria}
    ) TO STDOUT (FORMAT BINARY)
"""  # plain and binary, the quickest that needs no thought
RESULTS, FLOOR = "evaluations_rating", "bench_floor"  # the floor's table has the indexes and checks of the results


def execute(sql: str, parameters: list | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def empty(table: str) -> None:
    execute(f"TRUNCATE {table}")
    settle()


def settle() -> None:
    """Have the server write out what earlier runs left, outside of anybody's time (where it lets us ask)."""
    with suppress(ProgrammingError):
        execute("CHECKPOINT")


class Floor:
    """One round's floor; its rows are what a rating wrote, kept as COPY text in a directory."""

    def __init__(self, rated: Rated, rows: Path) -> None:
        self.rated, self.rows = rated, rows
        self.evaluation = rated.evaluation
        last = published_standard(self.evaluation.previous.criteria_set_id)
        self.of = [row.pk for row in last.criteria if row.code in last.of_places]
        self.ids = {county: self.branches_of(county) for county in rated.counties}
        self.texts: dict[str, bytes] = {}

    def branches_of(self, county: str) -> np.ndarray:
        roster = RosterEntry.objects.filter(round_id=self.rated.round_id, county_id=county).order_by("branch__code")
        return np.array(roster.values_list("branch_id", flat=True), np.int64)

    def capture(self) -> None:
        """Rate the round once, keep its rows and make the floor's own table."""
        for county in self.rated.counties:
            rate_county(self.evaluation, county)
            with connection.cursor() as cursor, (self.rows / county).open("wb") as file:
                sql = f"COPY (SELECT {COLUMNS} FROM {RESULTS} WHERE round_id = {self.rated.round_id}"
                cursor.cursor.copy_expert(f"{sql} AND county_id = '{county}') TO STDOUT", file)
        execute(f"CREATE TABLE IF NOT EXISTS {FLOOR} (LIKE {RESULTS} INCLUDING ALL)")

    def portal(self, county: str) -> None:
        """The real thing."""
        rate_county(self.evaluation, county)

    def load(self) -> None:
        """Take the kept rows into memory: reading the file is nobody's time."""
        self.texts = {county: (self.rows / county).read_bytes() for county in self.rated.counties}

    def rate(self, county: str) -> None:
        """Read a county's values and write its rows, in one transaction."""
        with transaction.atomic():
            self.read(county)
            self.write(self.texts[county])

    def replace(self, county: str) -> None:
        """The same where every row is there already and has to go first."""
        with transaction.atomic():
            self.read(county)
            self.delete(self.ids[county].tolist())
            self.write(self.texts[county])

    def read(self, county: str) -> None:
        ids = ",".join(map(str, self.ids[county].tolist()))
        of = f"AND criterion_id IN ({','.join(map(str, self.of)) or 0})"
        for round_id, criteria in ((self.rated.round_id, ""), (self.evaluation.previous_id, of)):
            with connection.cursor() as cursor:
                cursor.cursor.copy_expert(READ.format(round_id=round_id, ids=ids, criteria=criteria), io.BytesIO())

    def delete(self, branches: list[int]) -> None:
        execute(f"DELETE FROM {FLOOR} WHERE round_id = %s AND branch_id = ANY(%s)", [self.rated.round_id, branches])

    def write(self, text: bytes) -> None:
        with connection.cursor() as cursor:
            cursor.cursor.copy_expert(f"COPY {FLOOR} ({COLUMNS}) FROM STDIN", io.BytesIO(text))
