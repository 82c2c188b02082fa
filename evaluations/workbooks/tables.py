"""A department's own table: one value a row (long), or one branch a row with a column for each criterion (wide)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from evaluations.cells import PERIODS
from evaluations.workbooks.found import Found, address, refused
from evaluations.workbooks.naming import Names
from evaluations.workbooks.plan import LAST, NOTE, Place, Plan
from scoring.models import Criterion
from tables.columns import Date
from tables.errors import BadCell, TableRefused, displayed
from tables.message import N_, Message
from tables.xlsx_book import BookRow

WORDS = {  # what departments call the columns
    "branch": ("branch", "code", "代码", "支部代码", "村代码", "区划代码", "行政区划代码", "12位代码"),
    "name": ("name", "branchname", "village", "名称", "村", "村名", "村名称", "村(社区)", "支部", "支部名称", "行政村"),
    "township": ("township", "town", "乡镇", "镇", "乡", "所属乡镇", "乡(镇)", "乡镇(街道)"),
    "indicator": ("indicator", "criterion", "指标", "指标代码", "指标名称"),
    "value": ("value", "值", "数值", "指标值", "数据"),
    "period": ("period", "quarter", "季度", "期", "周期"),
    "note": ("note", "备注", "说明"),
    "document": ("document", "文号", "依据文号"),
    "source": ("source", "来源", "数据来源"),
    "as_of": ("as_of", "date", "日期", "数据日期", "截止日期"),
    "": ("no", "no.", "序号", "编号"),  # counted for people only
}
ERRORS = ("错误", "errors")  # the column we put into a CSV that goes back
KNOWN = dict.fromkeys(ERRORS, "") | {word: name for name, words in WORDS.items() for word in words}
ONE_VALUE = frozenset(("indicator", "value"))
OF_LONG = ONE_VALUE | {"period"}
QUARTER = re.compile(r"(.+?)[/ ,]*(?:Q([1-4])|(?:第?([1-4一二三四])季度?)|/([1-4]))\Z", re.IGNORECASE)
CHINESE = {"一": "1", "二": "2", "三": "3", "四": "4"}


@dataclass(frozen=True)
class Head:
    """What one column of a table holds: something of the row, or a criterion's value or note."""

    name: str = ""
    row: Criterion | None = None
    part: str = ""
    problem: Message | None = None


@dataclass
class Heads:
    """The header read: a name or a criterion for each column."""

    heads: list[Head] = field(default_factory=list)

    @property
    def names(self) -> set[str]:
        return {head.name for head in self.heads}

    @property
    def is_long(self) -> bool:
        return ONE_VALUE <= self.names

    def fitting(self, cells: list[str]) -> Heads:
        """The same with a problem for each column of the other shape, which would be passed over in silence."""
        text = N_("“%(name)s”: a table has “indicator” and “value”, or a column for each criterion, not both")
        fits = (lambda head: not head.row) if self.is_long else (lambda head: head.name not in OF_LONG)
        pairs = zip(self.heads, cells, strict=True)
        return Heads([
            head if fits(head) else Head(problem=Message(text, {"name": displayed(cell)})) for head, cell in pairs
        ])  # fmt: skip


class TableReader:
    """The values of a table of one department; every row and column that is not understood becomes an error."""

    def __init__(self, plan: Plan):
        self.plan, self.branches = plan, Names(plan)
        self.all = {}
        for row in plan.standard.criteria:
            for name in (row.code, row.name, row.name_en):
                self.all.setdefault(tidy(name), row)
        self.taken: dict[tuple[str, str, int], str] = {}
        self.named: set[int] = set()  # columns with a head
        self.told: set[int] = set()  # columns that were told to have none

    def cells(self, rows: Iterator[BookRow]) -> Iterator[Found]:
        heads, sheet = None, ""
        for row in rows:
            if not row.shows or row.sheet != sheet and heads is not None:
                yield from self.other_sheet(row)
                continue
            sheet = row.sheet
            if row.hidden:
                yield at(row, 0, Message(N_("the row is hidden; show it or delete it")))
            elif heads is None:
                heads = self.heads(row)
                yield from (at(row, place, head.problem) for place, head in enumerate(heads.heads) if head.problem)
            else:
                yield from self.row(row, heads)

    @staticmethod
    def other_sheet(row: BookRow) -> Iterator[Found]:
        if row.shows and row.number == 1:
            yield at(row, 0, Message(N_("only the first sheet is read; put everything there, or delete this one")))

    def heads(self, row: BookRow) -> Heads:
        """The header; TableRefused where it names no branch or no criterion."""
        heads = Heads([self.head(cell) for cell in row.cells])
        self.named = {place for place, cell in enumerate(row.cells) if cell.strip()}
        named = [head.name or (head.row.code + head.part if head.row else "") for head in heads.heads]
        first = {name: place for place, name in reversed(list(enumerate(named)))}
        twice = [displayed(row.cells[place]) for place, name in enumerate(named) if name and first[name] != place]
        if twice:
            raise TableRefused([Message(N_("columns given twice: %(names)s"), {"names": ", ".join(twice[:20])})])
        if not heads.names & {"branch", "name"}:
            text = N_("the first row must name the columns; one must be “code” or “name” of the branch")
            raise TableRefused([Message(text)])
        if not heads.is_long and not any(head.row or head.problem for head in heads.heads):
            text = N_("no column is headed by a criterion's code or name, nor are there “indicator” and “value”")
            raise TableRefused([Message(text)])
        return heads.fitting(row.cells)

    def head(self, cell: str) -> Head:
        text = tidy(cell[:200])
        if not text or text in KNOWN:
            return Head(KNOWN.get(text, ""))
        row, part = self.criterion(text)
        if row is None:
            return Head(
                problem=Message(N_("“%(name)s” is no column of a table and no criterion"), {"name": displayed(cell)})
            )
        if part == LAST:
            return Head()
        if row.code not in self.plan.by_code:
            return Head(problem=not_yours(row))
        return Head(row=row, part=part)

    def criterion(self, text: str) -> tuple[Criterion | None, str]:
        """The criterion a head names, and which part of it: a quarter, the note, or "" for the year."""
        if text in self.all:
            return self.all[text], ""
        for part in (NOTE, LAST):
            if text.endswith(f"/{part}") and text[: -len(part) - 1] in self.all:
                return self.all[text[: -len(part) - 1]], part
        match = QUARTER.fullmatch(text)
        if match and match[1] in self.all:
            quarter = match[2] or match[3] or match[4]
            return self.all[match[1]], CHINESE.get(quarter, quarter)
        return None, ""

    def row(self, row: BookRow, heads: Heads) -> Iterator[Found]:
        cells = row.cells + [""] * (len(heads.heads) - len(row.cells))
        if not any(cell.strip() for cell in cells):
            return
        yield from self.unnamed(row)
        said = {head.name: cells[place] for place, head in enumerate(heads.heads) if head.name}
        branch = self.branches.find(*(str(said.get(name, "")) for name in ("branch", "name", "township")))
        if isinstance(branch, Message):
            yield at(row, place_of(heads, "branch" if said.get("branch", "").strip() else "name"), branch)
        elif heads.is_long:
            yield self.once(row, self.long(row, heads, branch, said))
        else:
            for found in self.wide(row, heads, branch, cells, said):
                yield self.once(row, found)

    def unnamed(self, row: BookRow) -> Iterator[Found]:
        """The first value of each column without a head, which would be passed over in silence."""
        for place, cell in enumerate(row.cells):
            if cell.strip() and place not in self.named | self.told:
                self.told.add(place)
                yield at(row, place, Message(N_("the column has no name in the first row, so it is not read")))

    def once(self, row: BookRow, found: Found) -> Found:
        """The cell, unless its value stood before: then where."""
        if found.problem is None and found.text.strip():
            place = (found.branch.code, found.row.code, found.period)
            before = self.taken.setdefault(place, found.cell)
            if before != found.cell:
                found.problem = Message(N_("the same value as in cell %(cell)s"), {"cell": before})
        return found

    def wide(
        self, row: BookRow, heads: Heads, branch: Place, cells: list[str], said: dict[str, str]
    ) -> Iterator[Found]:
        """Each criterion's value, with what the row says of all of them and the note that is its own."""
        notes = {
            head.row.code: cells[place] for place, head in enumerate(heads.heads) if head.row and head.part == NOTE
        }
        for place, head in enumerate(heads.heads):
            if head.row is None or head.part == NOTE:
                continue
            text = cells[place]
            if not text.strip() and refused(text) is None:  # what a table leaves empty is not in it
                continue
            period, problem = period_of(head.row, head.part)
            found = Found(row.sheet, address(place, row.number), branch, head.row, period, text)
            found.problem = refused(text) or (problem if text.strip() else None)
            tell(found, said)
            found.note = notes.get(head.row.code, "").strip() or found.note
            yield found

    def long(self, row: BookRow, heads: Heads, branch: Place, said: dict[str, str]) -> Found:
        """One value with all that its row says of it."""
        found = Found(row.sheet, address(place_of(heads, "value"), row.number), branch, text=said["value"])
        named = self.all.get(tidy(said["indicator"]))
        if named is None:
            found.problem = Message(N_("“%(name)s” is no criterion"), {"name": displayed(said["indicator"])})
            return found
        if named.code not in self.plan.by_code:
            found.problem = not_yours(named)
            return found
        found.row = named
        found.period, found.problem = period_of(named, said.get("period", "").strip())
        found.problem = found.problem or refused(said["value"])
        tell(found, said)
        return found


def tell(found: Found, said: dict[str, str]) -> None:
    """Take over what a row says beside its values: note, document, source and date."""
    for name in ("note", "document", "source"):
        setattr(found, name, said.get(name, "").strip() or None)
    try:
        found.as_of = Date(default=None).read(said.get("as_of", ""))
    except BadCell as bad:
        found.problem = Message(N_("the date must be %(allowed)s"), {"allowed": bad.allowed})


def period_of(row: Criterion, part: str) -> tuple[int, Message | None]:
    """The period a column or a cell names; a problem for a quarter of a yearly criterion, or the reverse."""
    part = CHINESE.get(part, part.upper().lstrip("Q"))
    if part not in PERIODS:
        return 0, Message(N_("empty for the year, or a quarter 1 to 4"))
    if (part != "") != (row.periods == "quarters"):
        text = (
            N_("this criterion is given by quarters 1 to 4")
            if part == ""
            else N_("this criterion is given by the year")
        )
        return 0, Message(text)
    return PERIODS[part], None


def not_yours(row: Criterion) -> Message:
    """Refuse, by name, what another enters or nobody does."""
    params = {"code": row.code, "name": row.name, "owner": row.owner or Message(N_("the township"))}
    if row.source == "township":
        params["owner"] = Message(N_("the township"))
    if not row.takes_entry:
        return Message(N_("%(code)s %(name)s is computed, never entered"), params)
    return Message(N_("%(code)s %(name)s is entered by %(owner)s, not by this department"), params)


def at(row: BookRow, place: int, problem: Message | None) -> Found:
    text = str(row.cells[place]) if place < len(row.cells) else ""
    return Found(row.sheet, address(place, row.number), text=text, problem=problem)


def place_of(heads: Heads, name: str) -> int:
    return next((place for place, head in enumerate(heads.heads) if head.name == name), 0)


def tidy(name: str) -> str:
    """A head as it is looked up: no blanks, one kind of bracket, letters as they are but for the fixed words."""
    text = "".join(unicodedata.normalize("NFKC", name).split())
    return text.lower() if text.lower() in KNOWN else text
