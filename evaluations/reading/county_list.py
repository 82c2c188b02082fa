"""The proposed list: what it would be now, what was frozen, what changed since, and how it differs from last year."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from django.core.paginator import Paginator
from django.http import QueryDict
from django.utils.translation import gettext

from accounts.models import User
from evaluations.models import Proposal, SealedRating
from evaluations.reading.county import SeenCounty
from evaluations.reading.county_road import CountyRoad, in_reader_s
from evaluations.reading.marks import WORDS, StarHead
from evaluations.reading.people import names_of
from evaluations.reading.words import level_word
from evaluations.services.proposing import PARTS, Changed, changes, lines_of, listed
from evaluations.workflow import ProposalStatus, State

PAGE = 100
SEALED = ("branch__code", "level", "earned")
LAST_YEAR = ("up", "down", "same", "new")


@dataclass(frozen=True)
class Cell(StarHead):
    """One star of one branch on the list."""

    state: str

    @property
    def word(self) -> str:
        return str(WORDS[self.state])


@dataclass(frozen=True)
class Row:
    """One line of the list with what it was last year and what of it changed since it was frozen."""

    line: dict
    cells: list[Cell]
    last: int | None
    changed: str
    objected: str
    url: str

    @property
    def name(self) -> str:
        return in_reader_s(self.line["name"], self.line["name_en"])

    @property
    def township(self) -> str:
        return in_reader_s(self.line["township"], self.line["township_en"])

    @property
    def level_word(self) -> str:
        return level_word(self.line["level"])

    @property
    def last_word(self) -> str:
        return level_word(self.last)

    @property
    def against_last(self) -> str:
        """Up, down or the same against last year's level; new where there is none."""
        if self.last is None or self.line["level"] is None:
            return "new"
        return "same" if self.line["level"] == self.last else "up" if self.line["level"] > self.last else "down"


class ProposedList(CountyRoad):
    """The list page: the frozen list where there is one, else what it would be now."""

    def __init__(self, seen: SeenCounty, user: User, asked: QueryDict):
        super().__init__(seen, user)
        self.asked = asked
        self.only = asked.get("only", "") if asked.get("only") in (*LAST_YEAR, "changed", "absent") else ""
        level = asked.get("level", "")
        self.level = int(level) if level in ("0", "1", "2", "3", "4", "5") else None

    @property
    def is_frozen(self) -> bool:
        return self.proposal is not None

    @cached_property
    def now(self) -> list[dict]:
        return lines_of(self.row)

    @cached_property
    def lines(self) -> list[dict]:
        return listed(self.proposal) if self.proposal is not None else self.now

    @cached_property
    def changed(self) -> dict[str, Changed]:
        """What changed since the list was frozen, while it still has to be decided on."""
        if self.proposal is None or self.row.state != State.PROPOSED:
            return {}
        return {one.branch: one for one in changes(self.lines, self.now)}

    @cached_property
    def last_levels(self) -> dict[str, int | None]:
        """Branch code → last year's sealed level."""
        sealed = SealedRating.objects.filter(seal__round=self.row.round.previous_id, seal__county=self.row.county_id)
        return dict(sealed.values_list("branch__code", "level"))

    @cached_property
    def sealed(self) -> dict[str, tuple[int | None, set[str]]]:
        """Branch code → its level and stars as they were sealed."""
        if not self.row.is_official:
            return {}
        found = SealedRating.objects.filter(seal__round=self.row.round_id, seal__county=self.row.county_id)
        return {code: (level, set(earned.split())) for code, level, earned in found.values_list(*SEALED)}

    @cached_property
    def rows(self) -> list[Row]:
        return [self.row_of(line) for line in self.lines]

    def row_of(self, line: dict) -> Row:
        changed = self.changed.get(line["branch"])
        parts = "、".join(dict.fromkeys(gettext(PARTS[part]) for part in changed.parts)) if changed else ""
        level, earned = self.sealed.get(line["branch"], (line["level"], set(line["earned"])))
        out = [star for star in self.seen.stars if star.code in line["earned"] and star.code not in earned]
        line = line | {"level": level, "earned": [star for star in line["earned"] if star in earned]}
        cells = [Cell(star, "withheld" if star in out else state_on(line, star.code)) for star in self.seen.stars]
        objected = "、".join(star.shown_name for star in out)
        url = self.seen.url("county_branch", line["branch"])
        return Row(line, cells, self.last_levels.get(line["branch"]), parts, objected, url)

    @property
    def heads(self) -> list[StarHead]:
        return [StarHead(star) for star in self.seen.stars]

    @cached_property
    def levels(self) -> list[tuple[int, str, int, int]]:
        """(level, its word, branches on the list, branches last year), from five stars down."""
        now = Counter(line["level"] for line in self.lines)
        last = Counter(self.last_levels.values())
        return [(level, level_word(level), now[level], last[level]) for level in (5, 4, 3, 2, 1, 0)]

    @cached_property
    def moves(self) -> dict[str, int]:
        """How many branches rose, fell, stayed and are new against last year."""
        found = Counter(row.against_last for row in self.rows)
        return {name: found[name] for name in LAST_YEAR}

    @property
    def three_plus(self) -> int:
        return sum((line["level"] or 0) >= 3 for line in self.lines)

    @property
    def absent(self) -> int:
        return sum(line["absent"] for line in self.lines)

    @property
    def matching(self) -> list[Row]:
        rows = self.rows
        if self.only == "changed":
            rows = [row for row in rows if row.changed]
        elif self.only == "absent":
            rows = [row for row in rows if row.line["absent"]]
        elif self.only:
            rows = [row for row in rows if row.against_last == self.only]
        return rows if self.level is None else [row for row in rows if row.line["level"] == self.level]

    @cached_property
    def page(self):
        return Paginator(self.matching, PAGE).get_page(self.asked.get("page"))

    @property
    def pager(self) -> dict[str, object]:
        page, kept = self.page, f"only={self.only}&level={'' if self.level is None else self.level}"
        return {
            "first": page.start_index(), "last": page.end_index(), "total": page.paginator.count,
            "before": f"?{kept}&page={page.previous_page_number()}" if page.has_previous() else "",
            "after": f"?{kept}&page={page.next_page_number()}" if page.has_next() else "",
            "all": "",
        }  # fmt: skip

    @cached_property
    def earlier(self) -> list[tuple[Proposal, str]]:
        """The lists that were returned, the latest first, each with who returned it."""
        found = list(
            Proposal.objects.filter(county=self.row, status=ProposalStatus.RETURNED).defer("content").order_by("-pk")
        )
        names = names_of(one.returned_by for one in found)
        return [(one, names.get(one.returned_by, one.returned_by)) for one in found]

    @cached_property
    def people(self) -> dict[str, str]:
        """Who proposed and who approved, by name."""
        made = self.proposal
        names = names_of([made.made_by, made.approved_by]) if made else {}
        return {"made_by": names.get(made.made_by, ""), "approved_by": names.get(made.approved_by, "")} if made else {}


def state_on(line: dict, star: str) -> str:
    """A star's state on the list, as marks draw it."""
    if star in line["vetoed"]:
        return "vetoed"
    if star in line["earned"]:
        return "earned"
    return "withheld" if star in line["withheld"] or line["absent"] else "missed"
