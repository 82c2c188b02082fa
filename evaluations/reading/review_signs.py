"""What a co-department countersigns: its criteria, and of one of them every branch's value with its word so far."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.core.paginator import Paginator
from django.http import Http404, QueryDict

from accounts.models import User
from branches.models import shown_name
from evaluations.models import RATERS, Value
from evaluations.reading.county import SeenCounty
from evaluations.reading.marks import StarHead
from evaluations.reading.raters import in_words
from evaluations.reading.review_rows import Town
from evaluations.reading.review_values import RATER_WORDS
from evaluations.reading.search import asked_for
from evaluations.reading.values import QUARTERS
from evaluations.services.countersigning import co_departments, signing_grant
from evaluations.services.explaining import select
from evaluations.workflow import RECOMMEND, StarStatus
from scoring.compiled import CompiledCriterion
from scoring.models import Criterion
from scoring.standard import published_standard

PAGE = 100
COUNTS = """
    SELECT x.criterion_id, count(*) FILTER (WHERE v.id IS NOT NULL),
        count(*) FILTER (WHERE v.id IS NOT NULL AND w.agrees),
        count(*) FILTER (WHERE v.id IS NOT NULL AND NOT w.agrees)
    FROM evaluations_rosterentry r
    CROSS JOIN unnest(%s::int[], %s::text[], %s::text[]) AS x (criterion_id, star, department)
    LEFT JOIN evaluations_starreview v ON v.entry_id = r.id AND v.star = x.star AND v.status = 'reviewing'
    LEFT JOIN LATERAL (
        SELECT c.agrees FROM evaluations_countersign c JOIN branches_department d ON d.id = c.department_id
        WHERE c.entry_id = r.id AND c.criterion_id = x.criterion_id AND d.name = x.department
        ORDER BY c.id DESC LIMIT 1
    ) w ON true
    WHERE r.round_id = %s AND r.county_id = %s
    GROUP BY 1
"""
ROWS = """
    SELECT r.id, b.id, b.code, b.name, b.name_en, b.initials, t.name, t.name_en, v.status, coalesce(n.revision, 0),
        w.agrees, w.note, w.value_revision
    FROM evaluations_rosterentry r
    JOIN branches_branch b ON b.id = r.branch_id
    JOIN branches_region t ON t.code = r.township_id
    LEFT JOIN evaluations_starreview v ON v.entry_id = r.id AND v.star = %s
    LEFT JOIN (
        SELECT branch_id, sum(revision) AS revision FROM evaluations_value
        WHERE round_id = %s AND criterion_id = %s GROUP BY 1
    ) n ON n.branch_id = r.branch_id
    LEFT JOIN LATERAL (
        SELECT c.agrees, c.note, c.value_revision FROM evaluations_countersign c
        JOIN branches_department d ON d.id = c.department_id
        WHERE c.entry_id = r.id AND c.criterion_id = %s AND d.name = %s ORDER BY c.id DESC LIMIT 1
    ) w ON true
    WHERE r.round_id = %s AND r.county_id = %s
    ORDER BY b.code
"""


@dataclass(frozen=True)
class SignRow:
    """A branch of which the co-department says whether the value is as it knows it."""

    entry_id: int
    branch_id: int
    code: str
    name: str
    name_en: str
    initials: str
    town_name: str
    town_name_en: str
    status: str | None
    revision: int
    agrees: bool | None
    note: str | None
    signed_revision: int | None

    @property
    def shown_name(self) -> str:
        return shown_name(self)

    @property
    def shown_township(self) -> str:
        return shown_name(Town(self.town_name, self.town_name_en))

    @property
    def wish(self) -> str:
        return f"{self.code}:{self.revision}"

    @property
    def open(self) -> bool:
        """May it be signed now?"""
        return self.status == StarStatus.REVIEWING

    @property
    def stale(self) -> bool:
        return self.signed_revision is not None and self.signed_revision != self.revision

    @property
    def unsigned(self) -> bool:
        """Does it still wait for a word on the value as it is now?"""
        return self.open and (self.agrees is None or self.stale)

    @property
    def dissent(self) -> bool:
        return self.agrees is False


FILTERS = {
    "waiting": lambda row: row.unsigned,
    "signed": lambda row: row.agrees is True and not row.stale,
    "dissent": lambda row: row.dissent,
    "all": lambda row: True,
}


@dataclass(frozen=True)
class SignLine:
    """One criterion that a department countersigns, with how far it is."""

    row: Criterion
    head: StarHead
    department: str
    open: int
    signed: int
    dissents: int
    url: str

    @property
    def left(self) -> int:
        return max(0, self.open - self.signed - self.dissents)


def own_departments(seen: SeenCounty, reader: User) -> list[str]:
    """The departments for which this person may sign."""
    return sorted(name for name in seen.sight.departments if signing_grant(reader, seen.row.county_id, name))


def sign_lines(seen: SeenCounty, reader: User) -> list[SignLine]:
    """The criteria that the reader's departments countersign; two queries."""
    heads = {star.code: StarHead(star) for star in seen.stars}
    rows = published_standard(seen.round.criteria_set_id).criteria
    asked = [(row, name) for row in rows for name in own_departments(seen, reader) if name in co_departments(row)]
    columns = [[row.pk for row, _n in asked], [row.star for row, _n in asked], [name for _r, name in asked]]
    found = {one[0]: one[1:] for one in select(COUNTS, [*columns, seen.row.round_id, seen.row.county_id])}
    return [
        SignLine(row, heads[row.star], name, *found.get(row.pk, (0, 0, 0)), seen.url("countersign", row.code))
        for row, name in asked
    ]


class SignPage:
    """One criterion's values of every branch, as its co-department sees them; 404 where it is none of theirs."""

    def __init__(self, seen: SeenCounty, code: str, asked: QueryDict, *, reader: User):
        self.seen, self.asked, self.reader = seen, asked, reader
        rows = {row.code: row for row in published_standard(seen.round.criteria_set_id).criteria}
        names = own_departments(seen, reader)
        self.row = rows.get(code)
        mine = [name for name in (co_departments(self.row) if self.row else ()) if name in names]
        if not mine:
            raise Http404
        self.department = mine[0]
        self.head = next(StarHead(star) for star in seen.stars if star.code == self.row.star)
        self.show = asked.get("show", "") if asked.get("show") in FILTERS else "waiting"
        self.search = asked_for(asked.get("q", ""))

    @cached_property
    def everything(self) -> list[SignRow]:
        place = [self.seen.row.round_id, self.seen.row.county_id]
        asked = [self.row.star, place[0], self.row.pk, self.row.pk, self.department, *place]
        return [SignRow(*row) for row in select(ROWS, asked)]

    @cached_property
    def shown(self) -> list[SignRow]:
        low = self.search.lower()
        found = [
            row
            for row in self.everything
            if not low or low in row.name.lower() or row.initials.startswith(low) or row.code == low
        ]
        return [row for row in found if FILTERS[self.show](row)]

    @cached_property
    def page(self):
        return Paginator(self.shown, PAGE).get_page(self.asked.get("page"))

    @property
    def rows(self) -> list[tuple[SignRow, list[str]]]:
        """The branches of this page, each with what was given: a line a period."""
        rows = list(self.page)
        words = self.words([row.branch_id for row in rows])
        return [(row, words.get(row.branch_id, [])) for row in rows]

    def words(self, branches: list[int]) -> dict[int, list[str]]:
        standard = published_standard(self.seen.round.criteria_set_id)
        compiled = next(one for one in standard.compiled.criteria if one.code == self.row.code)
        values = Value.objects.filter(round=self.seen.row.round_id, branch__in=branches, criterion=self.row)
        found: dict[int, list[str]] = {}
        for value in values.order_by("period"):
            found.setdefault(value.branch_id, []).append(in_one_line(compiled, value))
        return found

    @property
    def chips(self) -> list[tuple[str, int]]:
        return [(key, sum(map(keeps, self.everything))) for key, keeps in FILTERS.items()]

    @property
    def waiting(self) -> list[SignRow]:
        """What still waits for a word, of the rows shown: nobody signs values they were not shown."""
        return [row for row in self.page if row.unsigned]

    @property
    def signs(self) -> bool:
        return self.seen.row.state in RECOMMEND.counties

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
        }  # fmt: skip


def in_one_line(compiled: CompiledCriterion, value: Value) -> str:
    """What counts, with what was reported where that is something else."""
    given = [(rater, text) for rater in RATERS if (text := in_words(compiled, value, rater))]
    name = f"{QUARTERS[value.period]} " if value.period else ""
    if not given:
        return f"{name}–"
    used = given[-1][1]
    if given[0][1] == used:
        return name + used
    return f"{name}{used} ({RATER_WORDS[given[0][0]]} {given[0][1]})"
