"""A workbook of ours come back: every cell of its open columns, wherever its rows have been moved to."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from evaluations.workbooks.found import Found, address, refused
from evaluations.workbooks.naming import spelled
from evaluations.workbooks.options import OPTIONS
from evaluations.workbooks.plan import NOTE, Column, Place, Plan
from evaluations.workbooks.writing import BRANCH, FIXED, NAME, STAMP, STAMP_SHEET
from tables.errors import TableRefused, displayed
from tables.message import N_, Message
from tables.xlsx_book import Book, BookRow

ABOVE = 20  # rows in which the keys must be found


def stamp_of(book: Book) -> UUID | None:
    """What the hidden sheet says; None for a workbook that is not ours."""
    for row in book:
        if row.sheet == STAMP_SHEET and len(row.cells) > 1 and row.cells[0] == STAMP:
            try:
                return UUID(row.cells[1])
            except ValueError:
                return None
    return None


def refuse_problems(book: Book) -> None:
    """Raise TableRefused for what makes a workbook as a whole unfit: merged cells, other hidden sheets."""
    if book.problems:
        raise TableRefused(book.problems[:20])


class PlanReader:
    """The cells of one plan's workbook, row by row."""

    def __init__(self, plan: Plan):
        self.plan = plan
        self.name_at: int | None = None  # the column of the branches' names in the sheet being read
        self.columns = {column.key: column for row in plan.rows for column in plan.columns(row)}
        self.seen: set[tuple[str, str]] = set()
        self.taken: dict[tuple[str, str], str] = {}  # a branch's code and a column's key: where its value stands

    def cells(self, rows: Iterator[BookRow]) -> Iterator[Found]:
        """Every value cell of every branch, and an error for every row or column that is not understood.

        The row of keys is hidden, as it was handed out; no other may be.
        """
        sheet, keys, passed = "", None, ""
        for row in rows:
            if row.cells[:1] == [OPTIONS]:
                passed = row.sheet
            if row.sheet in (STAMP_SHEET, passed):
                continue
            if row.sheet != sheet:
                sheet, keys = row.sheet, None
            if keys is None and row.cells and row.cells[0].strip() == BRANCH:
                keys = self.keys(row)
                yield from self.unknown(row)
            else:
                yield from self.below(row, keys)
                keys = keys or ([] if row.number > ABOVE else None)

    def below(self, row: BookRow, keys: list[Column | None] | None) -> Iterator[Found]:
        """A row that isn't the keys': what stands above them says nothing."""
        if row.hidden:
            yield wrong(row, 0, Message(N_("the row is hidden; show it or delete it")))
        elif keys:
            yield from self.row(row, keys)
        elif keys is None and row.number > ABOVE:
            yield wrong(row, 0, Message(N_("the row of keys, which begins with “branch”, is missing in this sheet")))

    def keys(self, row: BookRow) -> list[Column | None]:
        """The column each cell of the key row stands for."""
        texts = [cell.strip() for cell in row.cells]
        self.name_at = texts.index(NAME) if NAME in texts else None
        named = [self.columns.get(text) for text in texts]
        given = [column for column in named if column is not None]
        if len(set(given)) < len(given):
            raise TableRefused([Message(N_("%(sheet)s: a column is given twice"), {"sheet": row.sheet})])
        return named

    def unknown(self, row: BookRow) -> Iterator[Found]:
        for place, cell in enumerate(row.cells[FIXED:], FIXED):
            if cell.strip() and cell.strip() not in self.columns:
                yield wrong(row, place, Message(N_("this column is not one of the workbook's")))

    def row(self, row: BookRow, keys: list[Column | None]) -> Iterator[Found]:
        """One branch's values in one sheet, each with the note beside its criterion."""
        cells = row.cells + [""] * (len(keys) - len(row.cells))
        if not any(cells):
            return
        branch = self.branch(row, cells)
        if isinstance(branch, Message):
            yield wrong(row, 0, branch)
            return
        notes = {column.row.code: cells[at] for at, column in enumerate(keys) if column and column.part == NOTE}
        for place, column in enumerate(keys):
            if column is None or not column.is_value:
                continue
            text, note = cells[place], notes.get(column.row.code)
            cell = address(place, row.number)
            before = self.taken.setdefault((branch.code, column.key), f"{row.sheet}!{cell}")
            problem = refused(text) or (refused(note) if note else None)
            if before != f"{row.sheet}!{cell}":  # as where a sheet was copied
                problem = Message(N_("the same value as in cell %(cell)s"), {"cell": before})
            yield Found(row.sheet, cell, branch, column.row, column.period, text, note, problem=problem)

    def branch(self, row: BookRow, cells: list[str]) -> Place | Message:
        """The branch of the row's code, whose name the row must say: codes move when only some columns are sorted."""
        code = cells[0].strip()
        branch = self.plan.by_branch.get(code)
        if branch is None:
            return Message(N_("“%(code)s” is no branch of this workbook"), {"code": displayed(code)})
        if (row.sheet, code) in self.seen:
            return Message(N_("the branch %(code)s stands in two rows of this sheet"), {"code": code})
        said = "" if self.name_at is None else spelled(cells[self.name_at])
        if said and said not in (spelled(branch.name), spelled(branch.name_en)):
            params = {"code": code, "name": branch.name, "found": displayed(said)}
            return Message(N_("the code %(code)s is that of %(name)s, the row says %(found)s"), params)
        self.seen.add((row.sheet, code))
        return branch


def wrong(row: BookRow, place: int, problem: Message) -> Found:
    found = str(row.cells[place]) if place < len(row.cells) else ""
    return Found(row.sheet, address(place, row.number), text=found, problem=problem)
