"""The rows of an upload on their way into the database: thousands in one COPY."""

from __future__ import annotations

import json
from collections.abc import Sequence
from io import StringIO

from django.db import connection

from evaluations.cells import NOTHING
from evaluations.importing import escape
from evaluations.models import Upload, UploadRow

COLUMNS = (
    "place", "kind", "sheet", "cell", "branch_id", "criterion_id", "period", "found", "number", "option", "na",
    "note", "document", "source", "as_of", "old", "theirs", "message", "seen", "wanted",
)  # fmt: skip


def store_rows(upload: Upload, rows: Sequence[UploadRow]) -> None:
    """Keep the rows of an upload that has none."""
    text = StringIO()
    for row in rows:
        cells = [cell_of(getattr(row, name)) for name in COLUMNS if name != "message"]
        cells.insert(COLUMNS.index("message"), NOTHING if row.message is None else escape(json.dumps(row.message)))
        text.write("\t".join((str(upload.pk), *cells, "f")) + "\n")
    text.seek(0)
    names = ", ".join(("upload_id", *COLUMNS, "applied"))
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY evaluations_uploadrow ({names}) FROM STDIN", text)


def cell_of(value: object) -> str:
    """One column's value as COPY text."""
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return "t" if value else "f"
    return escape(str(value))
