"""Regions and branches from files: every row checked, then one statement, and only what differs."""

from __future__ import annotations

import os
from dataclasses import dataclass

from django.db import models, transaction

from branches.models import PARENT, SIGNIFICANT_DIGITS, Branch, Kind, Level, Region, ancestor_code
from branches.pinyin import initials, sort_key
from ledger.services import append
from tables.columns import Choice, Integer, Text, division_code
from tables.message import N_, Message
from tables.reading import INVALID, Table, open_table

REGION_COLUMNS = {
    "code": division_code(),
    "name": Text(max_length=60),
    "level": Choice(options=tuple(Level.values)),
}
BRANCH_COLUMNS = {
    "code": division_code(),
    "name": Text(max_length=60),
    "kind": Choice(options=tuple(Kind.values)),
    "population": Integer(default=None),
    "households": Integer(default=None),
}
BATCH = 5000


@dataclass(frozen=True)
class Loaded:
    """How many rows a file had, and how many of them were new or different."""

    rows: int
    created: int
    changed: int


def load_regions(path: str | os.PathLike[str], *, by: str) -> Loaded:
    """Create or update regions from a file; raises TableRefused with every error, nothing kept."""
    table = open_table(path, REGION_COLUMNS, keep_bad_rows=True)
    rows = read_once(table)
    levels = {code: level for code, (_number, _name, level) in rows.items()}
    known = levels | dict(Region.objects.exclude(code__in=levels).values_list("code", "level"))
    for code, (number, _name, level) in rows.items():
        if level is INVALID:
            continue
        check_region(table, number, code, level, known)
    table.errors.refuse()
    return store(
        Region,
        {code: {"name": name, "level": level} for code, (_number, name, level) in rows.items()},
        by=by,
        action="regions.load",
    )


def read_once(table: Table) -> dict[str, tuple]:
    """The rows by code, with their numbers; a code given twice is an error that names both rows.

    Bad cells stay as INVALID, so that what is wrong elsewhere in a row is said in the same answer.
    """
    rows: dict[str, tuple] = {}
    for number, (code, *rest) in table:
        if code is INVALID:
            continue
        if code in rows:
            text = N_("the code %(code)s is in row %(first)s already")
            table.errors.add_row(number, Message(text, {"code": code, "first": rows[code][0]}))
            continue
        rows[code] = (number, *rest)
    return rows


def check_region(table: Table, number: int, code: str, level: str, known: dict[str, str]) -> None:
    digits = SIGNIFICANT_DIGITS[Level(level)]
    parent_level = PARENT.get(Level(level))
    own = code[: SIGNIFICANT_DIGITS[parent_level]] if parent_level else ""
    if code[digits:].strip("0") or not code[len(own) : digits].strip("0"):
        allowed = Message(
            N_("for a %(level)s, %(digits)s digits that are not all 0 after its parent's, then zeros"),
            {"level": level, "digits": digits},
        )
        table.errors.add(number, "code", code, allowed)
    elif parent_level and known.get(ancestor_code(code, parent_level)) != parent_level:
        allowed = Message(
            N_("a region whose parent %(parent)s exists (a %(level)s)"),
            {"parent": ancestor_code(code, parent_level), "level": parent_level.value},
        )
        table.errors.add(number, "code", code, allowed)


def load_branches(path: str | os.PathLike[str], *, by: str) -> Loaded:
    """Create or update branches from a file; raises TableRefused with every error, nothing kept."""
    table = open_table(path, BRANCH_COLUMNS, keep_bad_rows=True)
    rows = read_once(table)
    townships = set(Region.objects.filter(level=Level.TOWNSHIP).values_list("code", flat=True))
    kinds = dict(Branch.objects.values_list("code", "kind"))
    for code, (number, _name, kind, _population, _households) in rows.items():
        township = ancestor_code(code, Level.TOWNSHIP)
        if township not in townships or code == township:
            allowed = Message(N_("a code whose first 9 digits are a known township's"))
            table.errors.add(number, "code", code, allowed)
        elif kind is not INVALID and kinds.get(code, kind) != kind:
            table.errors.add(number, "kind", kind, Message(N_("%(kind)s, as it was before"), {"kind": kinds[code]}))
    table.errors.refuse()
    return store(
        Branch,
        {code: branch_fields(code, *rest) for code, (_number, *rest) in rows.items()},
        by=by,
        action="branches.load",
    )


def branch_fields(code: str, name: str, kind: str, population: int | None, households: int | None) -> dict:
    return {
        "name": name,
        "kind": kind,
        "population": population,
        "households": households,
        "township_id": ancestor_code(code, Level.TOWNSHIP),
        "sort_key": sort_key(name),
        "initials": initials(name),
    }


@transaction.atomic
def store(model: type[models.Model], wanted: dict[str, dict], *, by: str, action: str) -> Loaded:
    """Insert what is new, update what differs, leave the rest alone; one ledger entry when anything changed."""
    fields = list(next(iter(wanted.values()), {}))
    stored = {row.pop("code"): row for row in model.objects.values("code", *fields)}
    created = [model(code=code, **row) for code, row in wanted.items() if code not in stored]
    changed = [code for code, row in wanted.items() if code in stored and stored[code] != row]
    model.objects.bulk_create(created, batch_size=BATCH)
    for row in model.objects.filter(code__in=changed).iterator(chunk_size=BATCH) if changed else ():
        model.objects.filter(pk=row.pk).update(**wanted[row.code])
    if created or changed:
        append(
            chain="system", actor=by, action=action, subject=model._meta.model_name,
            detail={"rows": len(wanted), "created": len(created), "changed": len(changed)},
        )  # fmt: skip
    return Loaded(len(wanted), len(created), len(changed))
