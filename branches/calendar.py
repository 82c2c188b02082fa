"""Holidays and worked weekends: the State Council's schedule from a file, a county's own days from the admin."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

from django.db import transaction

from branches.loading import Loaded
from branches.models import SpecialDay
from ledger.services import SYSTEM, append
from tables.columns import Boolean, Date, Text
from tables.message import N_, Message
from tables.reading import INVALID, open_table

SCHEDULE = Path(__file__).parent / "data" / "special_days.csv"  # 2025 and 2026, as the State Council published them
DAY_COLUMNS = {"day": Date(), "working": Boolean(), "name": Text(max_length=40)}
KEPT = ("working", "name")


def load_special_days(path: str | os.PathLike[str] = SCHEDULE, *, by: str) -> Loaded:
    """Create or update the days that are what their weekday does not say, everywhere; a day absent is left alone."""
    table = open_table(path, DAY_COLUMNS, keep_bad_rows=True)
    rows: dict[date, tuple] = {}
    for number, (day, *rest) in table:
        if day in rows:
            text = N_("the day %(day)s is in row %(first)s already")
            table.errors.add_row(number, Message(text, {"day": str(day), "first": rows[day][0]}))
        elif day is not INVALID:
            rows[day] = (number, *rest)
    table.errors.refuse()
    return store_days({day: dict(zip(KEPT, rest, strict=True)) for day, (_number, *rest) in rows.items()}, by=by)


@transaction.atomic
def store_days(wanted: dict[date, dict], *, by: str) -> Loaded:
    stored = {row.pop("on"): row for row in SpecialDay.objects.filter(county=None).values("on", *KEPT)}
    created = [SpecialDay(on=day, **row) for day, row in wanted.items() if day not in stored]
    changed = [day for day, row in wanted.items() if day in stored and stored[day] != row]
    SpecialDay.objects.bulk_create(created)
    for day in changed:
        SpecialDay.objects.filter(county=None, on=day).update(**wanted[day])
    if created or changed:
        append(
            chain=SYSTEM, actor=by, action="special_days.load", subject="specialday",
            detail={"rows": len(wanted), "created": len(created), "changed": len(changed)},
        )  # fmt: skip
    return Loaded(len(wanted), len(created), len(changed))


@transaction.atomic
def save_special_day(day: SpecialDay, *, by: str) -> SpecialDay:
    """Save one day of a county, or of everywhere; the chain it belongs to keeps what changed."""
    before = SpecialDay.objects.filter(pk=day.pk).values("county_id", "on", *KEPT).first()
    day.full_clean()
    day.save()
    after = {"county_id": day.county_id, "on": day.on, "working": day.working, "name": day.name}
    if after != before:
        note(day, "special_day.save", {"before": told(before), "after": told(after)}, by)
    return day


@transaction.atomic
def delete_special_day(day: SpecialDay, *, by: str) -> None:
    note(day, "special_day.delete", {"on": str(day.on), "working": day.working, "name": day.name}, by)
    day.delete()


def note(day: SpecialDay, action: str, detail: dict, by: str) -> None:
    append(chain=day.county_id or SYSTEM, actor=by, action=action, subject=str(day.on), detail=detail)


def told(row: dict | None) -> dict | None:
    """A row as the ledger holds it."""
    return row and row | {"on": str(row["on"])}
