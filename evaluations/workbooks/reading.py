"""A workbook of ours come back: every cell of its open columns, wherever its rows have been moved to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from uuid import UUID

from evaluations.workbooks.found import Found, address, refused
from evaluations.workbooks.naming import spelled
from evaluations.workbooks.options import OPTIONS
from evaluations.workbooks.plan import NOTE, Column, Place, Plan
from evaluations.workbooks.writing import BRANCH, FIXED, NAME, STAMP, STAMP_SHEET
from tables.errors import TableRefused, displayed
from tables.message import N_, Message
from tables.xlsx_book import Book, BookRow

NOT_OURS = N_("this column is not one of the workbook's")


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
        # Of the sheet being read: the column of the branches' names, those with a key, those told to have none
        self.name_at: int | None = None
        self.named: set[int] = set()
        self.told: set[int] = set()
        self.columns = {column.key: column for row in plan.rows for column in plan.columns(row)}
        self.seen: set[tuple[str, str]] = set()
        self.taken: dict[tuple[str, str], str] = {}  # a branch's code and a column's key: where its value stands

    def cells(self, rows: Iterable[BookRow]) -> Iterator[Found]:
        """Every value cell of every branch, and an error for every sheet, row or column that is not understood."""
        for name, sheet in groupby(rows, key=lambda row: row.sheet):
            if name != STAMP_SHEET:
                yield from self.sheet(sheet)

    def sheet(self, rows: Iterable[BookRow]) -> Iterator[Found]:
        """One sheet's cells; what stands above its keys says nothing, unless it is a branch's or there are no keys.

        The row of keys is hidden, as it was handed out; no other may be.
        """
        keys, above = None, []
        for row in rows:
            if row.cells[:1] == [OPTIONS]:
                return
            if keys is None and row.cells and row.cells[0].strip() == BRANCH:
                keys = self.keys(row)
                yield from self.unknown(row)
                yield from self.too_high(above)
            elif row.hidden:
                yield wrong(row, 0, Message(N_("the row is hidden; show it or delete it")))
            elif keys is None:
                above.append(row)
            else:
                yield from self.row(row, keys)
        if keys is None:
            yield from self.without_keys(above)

    def too_high(self, above: Iterable[BookRow]) -> Iterator[Found]:
        """A branch's rows above the keys, as where all rows were sorted."""
        for row in above:
            if row.cells and row.cells[0].strip() in self.plan.by_branch:
                yield wrong(row, 0, Message(N_("the row stands above the hidden row of keys; put it below")))

    @staticmethod
    def without_keys(rows: Iterable[BookRow]) -> Iterator[Found]:
        """The first cell of a sheet that says something without keys, as one to which only the visible was copied."""
        for row in rows:
            for place, cell in enumerate(row.cells):
                if cell.strip():
                    text = N_("the row of keys, which begins with “branch”, is missing in this sheet")
                    yield wrong(row, place, Message(text))
                    return

    def keys(self, row: BookRow) -> list[Column | None]:
        """The column each cell of the key row stands for."""
        texts = [cell.strip() for cell in row.cells]
        self.name_at = texts.index(NAME) if NAME in texts else None
        self.named, self.told = {place for place, text in enumerate(texts) if text}, set()
        named = [self.columns.get(text) for text in texts]
        given = [column for column in named if column is not None]
        if len(set(given)) < len(given):
            raise TableRefused([Message(N_("%(sheet)s: a column is given twice"), {"sheet": row.sheet})])
        return named

    def unknown(self, row: BookRow) -> Iterator[Found]:
        for place, cell in enumerate(row.cells[FIXED:], FIXED):
            if cell.strip() and cell.strip() not in self.columns:
                yield wrong(row, place, Message(NOT_OURS))

    def unnamed(self, row: BookRow) -> Iterator[Found]:
        """The first value of each column without a key, as of one that was inserted."""
        for place, cell in enumerate(row.cells[FIXED:], FIXED):
            if cell.strip() and place not in self.named | self.told:
                self.told.add(place)
                yield wrong(row, place, Message(NOT_OURS))

    def row(self, row: BookRow, keys: list[Column | None]) -> Iterator[Found]:
        """One branch's values in one sheet, each with the note beside its criterion."""
        cells = row.cells + [""] * (len(keys) - len(row.cells))
        if not any(cells):
            return
        branch = self.branch(row, cells)
        if isinstance(branch, Message):
            yield wrong(row, 0, branch)
            return
        yield from self.unnamed(row)
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
