"""A criteria set from its two files: every cell checked by the rules of scoring.md, errors by file, row and column."""

from __future__ import annotations

import os
from decimal import Decimal

from scoring.checks import Problem, check_set
from scoring.models import STAR_CODES, CriteriaSet
from scoring.services import write_draft
from tables.columns import Choice, Column, Raw, Text
from tables.message import N_, Message
from tables.reading import Table, TableRefused, open_table

LINE = Raw(default="")
STAR_COLUMNS: dict[str, Column] = {
    "star": Choice(options=STAR_CODES), "label": Text(max_length=30, default=""),
    "label_en": Text(max_length=60, default=""), "pass_line": LINE, "weight": LINE, "bonus_cap": LINE,
    "lead_department": Text(max_length=60, default=""), "order": LINE,
}  # fmt: skip
CRITERION_COLUMNS: dict[str, Column] = {
    "star": LINE, "code": LINE, "name": Text(max_length=120, default=""), "name_en": Text(max_length=200, default=""),
    "value_type": LINE, "unit": Text(max_length=20, default=""), "direction": LINE, "basis": LINE, "periods": LINE,
    "rule": LINE, "parameters": LINE, "max_points": LINE, "mandatory": LINE, "veto": LINE, "bonus": LINE,
    "source": LINE, "department": Text(max_length=200, default=""), "evidence": Text(max_length=300, default=""),
    "required": Raw(optional=True, default=""), "files": Raw(optional=True, default=""),
    "stable": Raw(optional=True, default=""), "checks": Raw(optional=True, default=""),
}  # fmt: skip
FLAGS = ("mandatory", "veto", "bonus", "required", "stable")
YES = ("1", "true", "True")


def load_criteria(
    name: str, criteria: str | os.PathLike[str], stars: str | os.PathLike[str], *, kind: str, by: str
) -> tuple[CriteriaSet, bool, list[Problem]]:
    """Write a draft set from files; return it, whether anything changed, and the warnings.

    Raises TableRefused with the errors of both files; StandardRefused where a published set has other content.
    """
    criteria_table, star_table = open_table(criteria, CRITERION_COLUMNS), open_table(stars, STAR_COLUMNS)
    criterion_rows = rows_of(criteria_table, CRITERION_COLUMNS)
    star_rows = rows_of(star_table, STAR_COLUMNS)
    problems = check_set([row for _number, row in criterion_rows], [star_named(row) for _number, row in star_rows])
    for problem in problems:
        if not problem.warning:
            tables = {"criteria": (criteria_table, criterion_rows), "stars": (star_table, star_rows)}
            report(*tables[problem.table], problem)
    refuse_both(criteria_table, star_table)
    made, changed = write_draft(
        name=name, kind=kind, by=by,
        stars=[star_fields(row) for _number, row in star_rows],
        criteria=[criterion_fields(row, place) for place, (_number, row) in enumerate(criterion_rows, 1)],
    )  # fmt: skip
    return made, changed, [problem for problem in problems if problem.warning]


def rows_of(table: Table, columns: dict[str, Column]) -> list[tuple[int, dict[str, str]]]:
    return [(number, dict(zip(columns, cells, strict=True))) for number, cells in table]


def refuse_both(*tables: Table) -> None:
    """Refuse with the errors of both files together."""
    messages = [message for table in tables for message in table.errors.messages()]
    if messages:
        raise TableRefused(messages)


def report(table: Table, rows: list[tuple[int, dict[str, str]]], problem: Problem) -> None:
    """Put a problem of the set at its row and column, or on the file where it concerns no single row."""
    if problem.row is None:
        text = N_("%(code)s, %(field)s: %(problem)s")
        params = {"code": problem.code, "field": problem.field, "problem": problem.message}
        table.errors.add_file(Message(text, params))
        return
    number, row = rows[problem.row]
    column = "star" if problem.table == "stars" and problem.field == "code" else problem.field
    if column in row:
        table.errors.add(number, column, row[column], problem.message)
    else:
        allowed = Message(N_("“%(field)s” %(problem)s"), {"field": problem.field, "problem": problem.message})
        table.errors.add(number, "parameters", row["parameters"], allowed)


def star_named(row: dict[str, str]) -> dict[str, str]:
    """A star's row as the models name its columns."""
    return {("code" if name == "star" else name): value for name, value in row.items()}


def star_fields(row: dict[str, str]) -> dict:
    numbers = {name: fixed(row[name]) for name in ("pass_line", "weight", "bonus_cap")}
    return star_named(row) | numbers | {"order": int(row["order"])}


def criterion_fields(row: dict[str, str], order: int) -> dict:
    """A criterion's row as the models hold it."""
    flags = {name: row[name] in YES for name in FLAGS}
    texts = {"parameters": row["parameters"] or "{}", "checks": row["checks"] or "{}"}
    return (
        row | flags | texts | {"max_points": fixed(row["max_points"]), "files": int(row["files"] or 0), "order": order}
    )


def fixed(text: str) -> Decimal:
    """A checked number with the four places its column keeps, so that a row read back equals the row written."""
    return Decimal(text).quantize(Decimal("0.0001"))
