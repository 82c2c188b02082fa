"""What entry asks of townships: values asked, kept, imported and typed, and the hours that typing is held to take.

Counted from the values as they stand, per township and round. Nothing is measured of anybody: the time of a typed value
is one published figure, the same for all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property

from django.conf import settings
from django.db import connection
from django.http import Http404
from django.utils.translation import gettext as _

from branches.models import Region
from evaluations.models import EvaluationRound
from evaluations.reading.charts import Chart, Figure, drawn
from evaluations.reading.county import SeenCounty
from evaluations.services.completeness import slots_of, township_rows

TOWNSHIP = 9  # significant digits of a township's code
COUNTED = """
    SELECT r.township_id, count(DISTINCT r.branch_id),
        count(v.id) FILTER (WHERE v.way = 'kept'), count(v.id) FILTER (WHERE v.way = 'imported'),
        count(v.id) FILTER (WHERE v.way = 'typed')
    FROM evaluations_rosterentry r
    LEFT JOIN evaluations_value v ON v.round_id = r.round_id AND v.branch_id = r.branch_id
        AND v.criterion_id = ANY(%s) AND (v.reported_number IS NOT NULL OR v.reported_na)
    WHERE r.round_id = %s AND r.county_id = %s AND r.township_id LIKE ANY(%s)
    GROUP BY r.township_id
    ORDER BY r.township_id
"""


@dataclass(frozen=True)
class Burden:
    """A township's values of a round, or several townships' together; `asked` counts every period of every branch."""

    branches: int = 0
    asked: int = 0
    kept: int = 0
    imported: int = 0
    typed: int = 0

    def __add__(self, other: Burden) -> Burden:
        return Burden(
            self.branches + other.branches,
            self.asked + other.asked,
            self.kept + other.kept,
            self.imported + other.imported,
            self.typed + other.typed,
        )

    @property
    def missing(self) -> int:
        return self.asked - self.kept - self.imported - self.typed

    @property
    def hours(self) -> Decimal:
        """Typed values at the published time each, in hours with one decimal."""
        seconds = Decimal(self.typed * settings.ENTRY_SECONDS_PER_VALUE)
        return (seconds / 3600).quantize(Decimal("0.1"), ROUND_HALF_UP)


@dataclass(frozen=True)
class BurdenLine:
    """One township, this round and the one before; `last` is None where it was not in that."""

    name: str
    now: Burden
    last: Burden | None


def burdens_of(evaluation: EvaluationRound, county: str, prefixes: Sequence[str]) -> dict[str, Burden]:
    """Township code → its burden in one round, for townships whose codes begin so; one query."""
    rows = township_rows(evaluation.criteria_set_id)
    slots = sum(len(slots_of(row)) for row in rows)
    with connection.cursor() as cursor:
        within = [f"{prefix}%" for prefix in prefixes]
        cursor.execute(COUNTED, [[row.pk for row in rows], evaluation.pk, county, within])
        return {town: Burden(branches, branches * slots, *ways) for town, branches, *ways in cursor.fetchall()}


class BurdenPage:
    """The burden of the townships that a person answers for or oversees; 404 where there are none."""

    def __init__(self, seen: SeenCounty):
        self.seen = seen
        self.prefixes = sorted(prefix for prefix in seen.sight.prefixes if len(prefix) <= TOWNSHIP)
        if not self.prefixes:
            raise Http404

    @property
    def seconds(self) -> int:
        return settings.ENTRY_SECONDS_PER_VALUE

    @cached_property
    def lines(self) -> list[BurdenLine]:
        now = burdens_of(self.seen.round, self.seen.row.county_id, self.prefixes)
        before = self.seen.round.previous
        last = burdens_of(before, self.seen.row.county_id, self.prefixes) if before else {}
        names = Region.objects.in_bulk(list(now))
        return [BurdenLine(names[code].shown_name, burden, last.get(code)) for code, burden in now.items()]

    @cached_property
    def total(self) -> BurdenLine:
        """All townships shown, together."""
        last = [line.last for line in self.lines if line.last is not None]
        return BurdenLine(
            _("Together"), sum((line.now for line in self.lines), Burden()), sum(last, Burden()) if last else None
        )

    @cached_property
    def chart(self) -> Chart:
        """Hours of typing, this year's beside last year's."""
        return drawn(
            [Figure(line.name, line.now.hours, line.last.hours if line.last else None) for line in self.lines],
            caption=_("Hours of typing by township, this round and the one before"),
            name_head=_("Township"),
            now_head=_("Hours"),
            last_head=_("Last year"),
        )
