"""Working days of a county, counted by the database: what SpecialDay says of a day, else its weekday.

A county's own row outweighs the one for everywhere. Days are those of Asia/Shanghai, whatever a machine's zone.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.conf import settings
from django.db import connection

from branches.models import SpecialDay

TODAY = "(now() AT TIME ZONE %s)::date"


def today() -> date:
    """The day it is on the database's clock."""
    return _one(f"SELECT {TODAY}", settings.TIME_ZONE)


def now() -> datetime:
    """The moment it is on the database's clock."""
    return _one("SELECT now()")


def working_day_after(day: date, days: int, county: str) -> date:
    """The `days`-th working day after that day; that day itself never counts."""
    return _one("SELECT branches_working_day_after(%s, %s, %s)", day, days, county)


def is_working_day(day: date, county: str) -> bool:
    return _one("SELECT branches_is_working_day(%s, %s)", day, county)


def working_days_between(after: date, last: date, county: str) -> int:
    """How many working days lie after the first day, up to the last and including it; 0 where the last is earlier."""
    return _one(
        "SELECT count(*) FROM generate_series(%s::date + 1, %s::date, interval '1 day') AS d (at)"
        " WHERE branches_is_working_day(d.at::date, %s)",
        after, last, county,
    )  # fmt: skip


def years_without_schedule(days: Iterable[date]) -> list[int]:
    """Of the years of these days, those whose holidays nobody has loaded yet: only weekends are known of them."""
    years = sorted({day.year for day in days})
    known = SpecialDay.objects.filter(county=None, on__year__in=years).values_list("on__year", flat=True)
    return [year for year in years if year not in set(known)]


def _one(sql: str, *asked: object):
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        return cursor.fetchone()[0]
