"""The samples drawn for visits on site: how to draw each again, and what was found."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from accounts.models import User
from accounts.roles import Role
from evaluations.models import SiteCheck, SiteSample
from evaluations.reading.county import SeenCounty
from evaluations.reading.people import names_of
from evaluations.reading.review_queue import head_of
from evaluations.services.road import may_act
from evaluations.services.sampling import drawn_from, problems_of
from evaluations.workflow import RECOMMEND


@dataclass(frozen=True)
class SampleLine:
    """One draw; `problems` is None until it is drawn again."""

    sample: SiteSample
    checks: list[SiteCheck]
    by: str
    again: str
    problems: list[str] | None = None

    @property
    def visited(self) -> int:
        return sum(one.checked_on is not None for one in self.checks)

    @property
    def differing(self) -> int:
        return sum(one.agrees is False for one in self.checks)


class SamplePage:
    """The samples of one star, the latest first."""

    def __init__(self, seen: SeenCounty, star: str, again: str, *, reader: User):
        self.seen, self.reader, self.again = seen, reader, again
        self.head = head_of(seen, star)

    @cached_property
    def lines(self) -> list[SampleLine]:
        samples = list(SiteSample.objects.filter(county=self.seen.row, star=self.head.code).order_by("-pk"))
        checks: dict[int, list[SiteCheck]] = {}
        rows = SiteCheck.objects.filter(sample__in=samples).select_related("entry__branch", "entry__township")
        for one in rows.order_by("pk"):
            checks.setdefault(one.sample_id, []).append(one)
        names = names_of(one.by for one in samples)
        return [
            SampleLine(
                one, checks.get(one.pk, []), names.get(one.by, one.by), f"?again={one.pk}",
                problems_of(one, county=self.seen.row) if str(one.pk) == self.again else None,
            )
            for one in samples
        ]  # fmt: skip

    @cached_property
    def drawable(self) -> int:
        """How many branches have reached the review."""
        return len(drawn_from(self.seen.row, self.head.code))

    @cached_property
    def is_own(self) -> bool:
        county = self.seen.row.county_id
        return may_act(self.reader, RECOMMEND, county, place=county, star=self.head.code) is not None

    @property
    def acts(self) -> bool:
        return self.is_own and self.seen.row.state in RECOMMEND.counties

    @cached_property
    def writable(self) -> set[int]:
        """The visits this person may write down: those nobody has yet, and their own."""
        mine = {"", *self.reader.own_names} if self.acts else set()
        return {one.pk for line in self.lines for one in line.checks if one.by in mine}

    @property
    def audits(self) -> bool:
        return Role.AUDITOR in self.seen.sight.workers
