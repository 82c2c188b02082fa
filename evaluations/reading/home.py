"""The first page: a county's figures at a glance, for what the reader may see of it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from evaluations.models import SealedRating
from evaluations.reading.charts import Chart, Figure, drawn
from evaluations.reading.county import SeenCounty
from evaluations.reading.townships import TownshipTable
from evaluations.reading.words import LEVELS, two_places

HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True)
class Totals:
    """Counts over the branches the reader sees."""

    branches: int
    rated: int
    levels: dict[int, int]
    stars: dict[str, int]
    vetoed: int = 0

    @property
    def three_plus(self) -> int:
        return sum(count for level, count in self.levels.items() if level >= 3)

    @property
    def share(self) -> str:
        """Percent of rated branches at three stars or more."""
        if not self.rated:
            return ""
        return two_places((Decimal(self.three_plus) * 100 / self.rated).quantize(HUNDREDTH, ROUND_HALF_UP))

    @property
    def parked(self) -> int:
        return self.branches - self.rated


def totals(ratings: QuerySet, star_codes: list[str], *, vetoes: bool = False) -> Totals:
    """Count one set of results in one query."""
    counts = {f"level_{level}": Count("pk", filter=Q(level=level)) for level in LEVELS}
    counts |= {f"star_{code}": Count("pk", filter=Q(earned__contains=code)) for code in star_codes}
    if vetoes:
        counts["vetoed_branches"] = Count("pk", filter=~Q(vetoed=""))
    row = ratings.aggregate(branches=Count("pk"), rated=Count("level"), **counts)
    return Totals(
        row["branches"],
        row["rated"],
        {level: row[f"level_{level}"] for level in LEVELS},
        {code: row[f"star_{code}"] for code in star_codes},
        row.get("vetoed_branches", 0),
    )


def last_totals(seen: SeenCounty, star_codes: list[str]) -> Totals | None:
    """The same of the last sealed round, for the same branches; None where none is sealed."""
    if seen.round.previous_id is None:
        return None
    sealed = SealedRating.objects.filter(seal__round=seen.round.previous_id, seal__county=seen.row.county_id)
    found = totals(sealed.filter(seen.within_sight()), star_codes)
    return found if found.branches else None


class Glance:
    """Everything the first page draws of one county."""

    def __init__(self, seen: SeenCounty, townships: TownshipTable | None):
        codes = [head.code for head in seen.shown_stars]
        self.seen = seen
        self.townships = townships
        self.now = totals(seen.ratings(), codes, vetoes=seen.opens_all)
        self.last = last_totals(seen, codes)

    @property
    def five(self) -> int:
        return self.now.levels[5]

    @property
    def last_five(self) -> int:
        return self.last.levels[5] if self.last else 0

    @property
    def last_head(self) -> str:
        return _("last year") if self.last else ""

    @property
    def levels(self) -> Chart:
        figures = [
            Figure(
                str(word),
                self.now.levels[level],
                self.last.levels[level] if self.last else None,
                url=self.seen.url("ranking") + f"?level={level}",
            )
            for level, word in LEVELS.items()
        ]
        return drawn(
            figures,
            caption=_("Branches by level"),
            name_head=_("Level"),
            now_head=_("branches"),
            last_head=self.last_head,
        )

    @property
    def stars(self) -> Chart:
        figures = [
            Figure(
                head.label,
                self.now.stars[head.code],
                self.last.stars[head.code] if self.last else None,
                url=self.seen.url("ranking") + f"?star={head.code}",
                star=head,
            )
            for head in self.seen.shown_stars
        ]
        return drawn(
            figures, caption=_("Branches that earn each star"), name_head=_("Star"), now_head=_("branches"),
            last_head=self.last_head,
        )  # fmt: skip

    @property
    def shares(self) -> Chart | None:
        """The townships by share of branches at three stars or more, the county's own as a line."""
        if self.townships is None:
            return None
        figures = [
            Figure(
                row.name,
                Decimal(row.line.share or 0).scaleb(-2),
                shown=row.share,
                note=f"{row.line.three_plus} / {row.line.rated}",
                url=self.seen.url("ranking") + f"?township={row.code}",
            )
            for row in self.townships.rows
        ]
        return drawn(
            figures, caption=_("Share of branches at three stars or more, by township"), name_head=_("Township"),
            now_head=_("three stars or more, %"), line=Decimal(self.townships.county.line.share or 0).scaleb(-2),
        )  # fmt: skip
