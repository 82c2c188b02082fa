"""All branches of a county with their five stars: where each review stands, and every difference between raters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote

from django.core.paginator import Paginator
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from evaluations.reading.county import SeenCounty
from evaluations.reading.county_road import in_reader_s
from evaluations.reading.marks import WORDS, StarHead
from evaluations.reading.search import asked_for, named
from evaluations.reading.words import level_word, two_places
from evaluations.services.explaining import select
from evaluations.workflow import StarStatus, Status
from scoring.models import STAR_CODES, Star

PAGE = 100
# One row per branch: what it has, where it stands, and how many things of each kind somebody should look at. Each is
# counted for the branch itself by an index: what other counties and years hold costs nothing here.
BRANCHES = f"""
    SELECT b.code, b.name, b.name_en, b.initials, t.code, t.name, t.name_en, s.status, s.revision, g.level, g.index,
        coalesce(g.earned, ''), coalesce(g.vetoed, ''), coalesce(g.unmet, ''),
        {", ".join(f"g.{one}" for one in STAR_CODES)},
        coalesce(stars.reviews, ''), differing.count, corrected.count, standing.count, asked.count, dissent.count
    FROM evaluations_rosterentry r
    JOIN evaluations_submission s ON s.entry_id = r.id
    JOIN branches_branch b ON b.id = r.branch_id
    JOIN branches_region t ON t.code = r.township_id
    LEFT JOIN evaluations_rating g ON g.round_id = r.round_id AND g.branch_id = r.branch_id
    CROSS JOIN LATERAL (
        SELECT string_agg(v.star || ':' || v.status, ' ') AS reviews
        FROM evaluations_starreview v WHERE v.entry_id = r.id
    ) stars
    CROSS JOIN LATERAL (
        SELECT count(*) FROM evaluations_value
        WHERE round_id = r.round_id AND branch_id = r.branch_id AND (
            (township_number IS NOT NULL OR township_na) AND (township_number, township_na)
                IS DISTINCT FROM (reported_number, reported_na)
            OR (department_number IS NOT NULL OR department_na) AND (department_number, department_na)
                IS DISTINCT FROM (reported_number, reported_na)
            OR (final_number IS NOT NULL OR final_na) AND (final_number, final_na)
                IS DISTINCT FROM (reported_number, reported_na)
        )
    ) differing
    CROSS JOIN LATERAL (SELECT count(*) FROM evaluations_correction c WHERE c.entry_id = r.id) corrected
    CROSS JOIN LATERAL (
        SELECT count(*) FROM evaluations_vetorecord
        WHERE round_id = r.round_id AND branch_id = r.branch_id AND lifted_at IS NULL
    ) standing
    CROSS JOIN LATERAL (
        SELECT count(*) FROM evaluations_objection o WHERE o.entry_id = r.id AND o.status IN ('filed', 'checked')
    ) asked
    CROSS JOIN LATERAL (
        SELECT count(*) FROM (
            SELECT DISTINCT ON (c.criterion_id, c.department_id) c.agrees
            FROM evaluations_countersign c WHERE c.entry_id = r.id ORDER BY c.criterion_id, c.department_id, c.id DESC
        ) last WHERE NOT last.agrees
    ) dissent
    WHERE r.round_id = %(round)s AND r.county_id = %(county)s
    ORDER BY b.code
"""
ONLY: dict[str, Promise] = {
    "waiting": _("Not yet reviewed"),
    "not_recommended": _("Not recommended"),
    "differs": _("Raters differ"),
    "corrected": _("Corrected"),
    "vetoed": _("With a veto"),
    "objected": _("Objection open"),
    "dissent": _("A department does not agree"),
    "absent": _("Not submitted"),
}
REVIEW_GLYPHS = {StarStatus.RECOMMENDED: "bi-check2", StarStatus.NOT_RECOMMENDED: "bi-x-lg"}


@dataclass(frozen=True)
class StarCell(StarHead):
    """One star of one branch: how its score stands, and where its review is."""

    state: str
    review: str
    result: object

    @property
    def word(self) -> str:
        return str(WORDS[self.state])

    @property
    def score(self) -> str:
        return two_places(self.result)

    @property
    def review_word(self) -> str:
        return str(StarStatus(self.review).label) if self.review else str(StarStatus.WAITING.label)

    @property
    def review_glyph(self) -> str:
        return REVIEW_GLYPHS.get(self.review, "bi-hourglass")


@dataclass(frozen=True)
class BranchRow:
    """One branch's line."""

    code: str
    name: str
    name_en: str
    initials: str
    township: str
    township_name: str
    status: str
    revision: int
    level: int | None
    index: str
    cells: list[StarCell]
    differs: int
    corrected: int
    vetoed: int
    objected: int
    dissent: int

    @property
    def shown_name(self) -> str:
        return in_reader_s(self.name, self.name_en)

    @property
    def status_word(self) -> str:
        return str(Status(self.status).label)

    @property
    def level_word(self) -> str:
        return level_word(self.level)

    @property
    def waiting(self) -> bool:
        return self.status not in (Status.REVIEWED, Status.ABSENT)

    @property
    def absent(self) -> bool:
        return self.status == Status.ABSENT

    @property
    def not_recommended(self) -> bool:
        return any(cell.review == StarStatus.NOT_RECOMMENDED for cell in self.cells)


class CountyBranches:
    """The branches that the filters of an address leave; what isn't known leaves all."""

    def __init__(self, seen: SeenCounty, asked: QueryDict):
        self.seen, self.row = seen, seen.row
        self.only = asked.get("only", "") if asked.get("only") in ONLY else ""
        self.status = asked.get("status", "") if asked.get("status") in Status.values else ""
        self.township = asked.get("township", "").replace("\0", "")[:12]
        star, _dot, review = asked.get("star", "").partition(".")
        self.star = (star, review) if star in STAR_CODES and review in StarStatus.values else None
        self.search = asked_for(asked.get("q", ""))
        self.number = asked.get("page")

    @cached_property
    def rows(self) -> list[BranchRow]:
        found = select(BRANCHES, {"round": self.row.round_id, "county": self.row.county_id})
        return [row_of(self.seen.stars, row) for row in found]

    @cached_property
    def matching(self) -> list[BranchRow]:
        return [row for row in self.rows if self.leaves(row)]

    def leaves(self, row: BranchRow) -> bool:
        if self.only and not getattr(row, self.only):
            return False
        if self.star and not any((cell.code, cell.review) == self.star for cell in row.cells):
            return False
        if self.township not in ("", row.township) or self.status not in ("", row.status):
            return False
        return not self.search or named(row, self.search)

    @property
    def chips(self) -> list[tuple[str, str, int]]:
        """(filter, its word, how many branches it leaves), of those that leave any."""
        counts = [(name, str(word), sum(bool(getattr(row, name)) for row in self.rows)) for name, word in ONLY.items()]
        return [one for one in counts if one[2] or one[0] == self.only]

    @property
    def townships(self) -> list[tuple[str, str]]:
        return list(dict.fromkeys((row.township, row.township_name) for row in self.rows))

    @property
    def heads(self) -> list[StarHead]:
        return [StarHead(star) for star in self.seen.stars]

    @property
    def is_filtered(self) -> bool:
        return bool(self.only or self.status or self.township or self.search or self.star)

    @cached_property
    def page(self):
        return Paginator(self.matching, PAGE).get_page(self.number)

    @property
    def pager(self) -> dict[str, object]:
        page = self.page
        star = ".".join(self.star) if self.star else ""
        kept = f"only={self.only}&status={self.status}&township={self.township}&star={star}&q={quote(self.search)}"
        return {
            "first": page.start_index(), "last": page.end_index(), "total": page.paginator.count, "all": "",
            "before": f"?{kept}&page={page.previous_page_number()}" if page.has_previous() else "",
            "after": f"?{kept}&page={page.next_page_number()}" if page.has_next() else "",
        }  # fmt: skip


def row_of(stars: list[Star], row: tuple) -> BranchRow:
    code, name, name_en, initials, township, town, town_en, status, revision, level, index, *rest = row
    names, scores, counts = rest[:3], rest[3:8], rest[9:]
    reviews = dict(pair.split(":") for pair in rest[8].split())
    earned, vetoed, unmet = (set(text.split()) for text in names)
    results = dict(zip(STAR_CODES, scores, strict=True))
    cells = []
    for star in stars:
        score = results[star.code]
        state = state_of(star, score, earned, vetoed, unmet)
        cells.append(StarCell(star, state, reviews.get(star.code, ""), score))
    return BranchRow(
        code, name, name_en, initials, township, in_reader_s(town, town_en), status, revision, level,
        two_places(index), cells, *counts,
    )  # fmt: skip


def state_of(star: Star, score, earned: set[str], vetoed: set[str], unmet: set[str]) -> str:
    """A star's state, as marks.star_state has it."""
    if score is None:
        return "unrated"
    for state, held in (("vetoed", vetoed), ("earned", earned), ("unmet", unmet)):
        if star.code in held:
            return state
    return "withheld" if score >= star.pass_line else "missed"
