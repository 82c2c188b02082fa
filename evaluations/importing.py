"""Values in from files: every cell is checked against its criterion, every error is named, nothing is kept half."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import IO

from django.db import transaction

from evaluations.cells import NOTHING, CriterionReader, Refused, check_households
from evaluations.models import EvaluationRound, RosterEntry
from evaluations.services.values import Recorded, receive, record_incoming
from scoring.standard import Standard, published_standard
from tables.columns import Date, Raw, Text, division_code
from tables.message import N_, Message
from tables.reading import open_table


class ValueFile:
    """Turns a file's rows into COPY text for `services.values.receive`, refusing what a criterion does not allow."""

    def __init__(self, evaluation: EvaluationRound) -> None:
        standard: Standard = published_standard(evaluation.criteria_set_id)
        self.readers = {row.code: CriterionReader(row) for row in standard.criteria}
        sealed = set(evaluation.seals.values_list("county_id", flat=True))
        roster = RosterEntry.objects.filter(round=evaluation)
        self.branches = {
            code: (pk, households, county in sealed)
            for code, pk, households, county in roster.values_list(
                "branch__code", "branch_id", "branch__households", "county_id"
            )
        }
        self.lines: IO[str] = tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n")

    def add(self, number: int, cells: Mapping[str, str]) -> None:
        """Add one row; raises Refused with the column and what it may hold."""
        branch_id, households, sealed = self.branch(cells["branch"])
        if sealed:
            raise Refused("branch", Message(N_("a branch whose county is not sealed in this round")))
        reader = self.reader(cells["indicator"])
        period = reader.period(cells.get("period", ""))
        parsed = reader.read_cell(cells["value"])
        check_households(reader, parsed, households)
        if parsed.na and not cells.get("note"):
            raise Refused("note", Message(N_("the reason why it is not applicable (NA needs one)")))
        flags = ("t" if parsed.na else "f", "t" if reader.counted else "f")
        value = (str(number), str(branch_id), str(reader.row.pk), str(period), parsed.number, escape(parsed.option))
        self.lines.write("\t".join((*value, *flags, *self.meta(cells))) + "\n")

    def branch(self, code: str) -> tuple:
        found = self.branches.get(code)
        if found is None:
            raise Refused("branch", Message(N_("the 12-digit code of a branch in this round")))
        return found

    def reader(self, code: str) -> CriterionReader:
        reader = self.readers.get(code)
        if reader is None:
            raise Refused("indicator", Message(N_("the code of a criterion in this round's set")))
        if reader.row.basis == "yoy_percent":
            raise Refused(
                "indicator", Message(N_("a criterion that takes values: this one is computed from two years"))
            )
        return reader

    @staticmethod
    def meta(cells: Mapping) -> list[str]:
        """Note, document, source and date as COPY cells."""
        day = cells.get("as_of")
        texts = [escape(cells.get(name) or "") for name in ("note", "document", "source")]
        return [*texts, day.isoformat() if day else NOTHING]


@lru_cache(maxsize=50_000)
def escape(text: str) -> str:
    """A text as a COPY cell."""
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


COLUMNS = {
    "branch": division_code(),
    "indicator": Text(max_length=32),
    "value": Raw(default=""),
    "period": Raw(default=""),
    "note": Text(max_length=300, optional=True, default=""),
    "document": Text(max_length=120, optional=True, default=""),
    "source": Text(max_length=120, optional=True, default=""),
    "as_of": Date(optional=True, default=None),
}


def load_values(
    evaluation: EvaluationRound, path: str | os.PathLike[str], *, rater: str, by: str, dry_run: bool = False
) -> Recorded:
    """Record a file's values as one rater's; raises TableRefused with every error, nothing kept."""
    table = open_table(path, COLUMNS)
    reader = ValueFile(evaluation)
    for number, cells in table:
        try:
            reader.add(number, dict(zip(COLUMNS, cells, strict=True)))
        except Refused as refused:
            found = cells[list(COLUMNS).index(refused.column)]
            table.errors.add(number, refused.column, str(found or ""), refused.allowed)
    with transaction.atomic():
        reader.lines.seek(0)
        for twice in receive(reader.lines):
            text = N_("the same branch, indicator and period as in row %(first)s")
            table.errors.add_row(twice.second, Message(text, {"first": twice.first}))
        table.errors.refuse()
        if dry_run:
            return Recorded({})
        return record_incoming(evaluation, rater=rater, columns=table.present, by=by, origin=origin_of(Path(path)))


def origin_of(path: Path) -> dict[str, str]:
    """What the ledger keeps of a file: its name and digest."""
    with path.open("rb") as file:
        return {"file": path.name, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}
