"""The current list of a confirmed county beside its yearly one, for who is signed in; and as a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.core.paginator import Paginator
from django.http import Http404, QueryDict

from accounts.models import User
from branches.working_days import today
from evaluations.models import SealedCounty, StarChange
from evaluations.reading.county import SeenCounty
from evaluations.reading.search import asked_for, named
from evaluations.reading.words import level_word
from evaluations.services.current import Standing, current_list, stars_after, stars_of
from evaluations.services.road.persons import may_act
from evaluations.workflow import REVOKE
from scoring.models import Star
from tables.writing import csv_text, xlsx_bytes

PAGE, WHOLE = 200, 3000
COLUMNS = (
    "current_rank", "yearly_rank", "branch", "name", "township", "current_level", "yearly_level", "index",
    "current_stars", "yearly_stars", "as_of", "document", "seal_sha256",
)  # fmt: skip


@dataclass(frozen=True)
class StandingRow:
    """One branch: where it stands and where it was sealed."""

    one: Standing
    gone: list[Star]
    added: list[Star]
    held: list[Star]
    url: str

    @property
    def branch(self):
        return self.one.sealed.branch

    @property
    def level_word(self) -> str:
        return level_word(self.one.level)

    @property
    def yearly_word(self) -> str:
        return level_word(self.one.sealed.level)


class StandingList:
    """One page of the list as it stands on a day, today unless the address names another."""

    def __init__(self, seen: SeenCounty, user: User, asked: QueryDict):
        if not (seen.is_official and seen.sight.ranking):
            raise Http404
        self.seen, self.user, self.asked = seen, user, asked
        self.search, self.town = asked_for(asked.get("q", "")), asked.get("township", "")[:12]

    @cached_property
    def seal(self) -> SealedCounty | None:
        rows = SealedCounty.objects.defer("content")
        return rows.filter(round=self.seen.row.round_id, county=self.seen.row.county_id).first()

    @cached_property
    def today(self) -> date:
        return today()

    @cached_property
    def on(self) -> date:
        try:
            return date.fromisoformat(self.asked.get("on", "")[:10])
        except ValueError:
            return self.today

    @cached_property
    def all(self) -> list[Standing]:
        return current_list(self.seal, self.on) if self.seal else []

    @cached_property
    def found(self) -> list[Standing]:
        return [one for one in self.all if self.is_found(one)]

    def is_found(self, one: Standing) -> bool:
        branch = one.sealed.branch
        return self.town in ("", branch.township_id) and (not self.search or named(branch, self.search))

    @cached_property
    def page(self):
        size = WHOLE if self.asked.get("show") == "all" else PAGE
        return Paginator(self.found, size).get_page(self.asked.get("page"))

    @cached_property
    def townships(self) -> list[tuple[str, str]]:
        towns = {one.sealed.branch.township for one in self.all}
        return sorted((town.code, town.shown_name) for town in towns)

    @property
    def is_filtered(self) -> bool:
        return bool(self.search or self.town)

    @property
    def rows(self) -> list[StandingRow]:
        return [self.row_of(one) for one in self.page]

    def row_of(self, one: Standing) -> StandingRow:
        before, code = stars_of(one.sealed), one.sealed.branch.code
        revokes = self.revokes and bool(one.earned)
        return StandingRow(
            one, self.stars(set(before) - set(one.earned)), self.stars(set(one.earned) - set(before)),
            self.stars(set(one.earned)), self.seen.url("revoke", code) if revokes else "",
        )  # fmt: skip

    def stars(self, codes: set[str]) -> list[Star]:
        return [star for star in self.seen.stars if star.code in codes]

    @cached_property
    def revokes(self) -> bool:
        """May this person revoke a star here?"""
        county = self.seen.row.county_id
        return self.seen.row.state in REVOKE.counties and may_act(self.user, REVOKE, county, place=county) is not None

    @cached_property
    def changes(self) -> list[StarChange]:
        """Every change, ahead ones too, the latest first."""
        if self.seal is None:
            return []
        rows = list(self.seal.changes.select_related("branch").order_by("-effective_on", "-pk"))
        names = {star.code: star.shown_name for star in self.seen.stars}
        for row in rows:
            row.star_name = names[row.star]
        return rows

    def address(self, **changes: str | int) -> str:
        query = self.asked.copy()
        query.pop("page", None)
        for name, value in changes.items():
            query[name] = str(value)
        return f"?{query.urlencode()}"

    @property
    def pager(self) -> dict[str, object]:
        page = self.page
        return {
            "first": page.start_index(), "last": page.end_index(), "total": page.paginator.count,
            "before": self.address(page=page.previous_page_number()) if page.has_previous() else "",
            "after": self.address(page=page.next_page_number()) if page.has_next() else "",
            "all": self.address(show="all") if page.paginator.num_pages > 1 else "",
        }  # fmt: skip

    def cells(self) -> Iterator[tuple]:
        """The whole list as rows of a file; each names the sealed file it comes from."""
        for one in self.all:
            sealed, branch = one.sealed, one.sealed.branch
            yield (
                one.county_rank, sealed.county_rank, branch.code, branch.name, branch.township.name, one.level,
                sealed.level, sealed.index, " ".join(one.earned), sealed.earned, self.on, self.seal.document,
                self.seal.sha256,
            )  # fmt: skip

    def as_csv(self) -> bytes:
        return csv_text(COLUMNS, self.cells()).encode()

    def as_xlsx(self) -> bytes:
        return xlsx_bytes(COLUMNS, self.cells(), sheet="current", footer=self.seen.seal_line)


class RevocationPage:
    """One branch of the list and the stars that can be revoked; 404 for whoever may not."""

    def __init__(self, listed: StandingList, code: str):
        rows = listed.seal.ratings.select_related("branch__township") if listed.seal and listed.revokes else None
        self.sealed = rows.filter(branch__code=code).first() if rows is not None else None
        if self.sealed is None:
            raise Http404
        self.branch, self.listed = self.sealed.branch, listed
        self.changes = [one for one in listed.changes if one.branch_id == self.branch.pk]

    @property
    def revision(self) -> int:
        return len(self.changes)

    @property
    def stars(self) -> list[Star]:
        """The stars that stand, with every change that was decided, even one ahead."""
        held = stars_after(stars_of(self.sealed), reversed(self.changes))
        return self.listed.stars(set(held))
