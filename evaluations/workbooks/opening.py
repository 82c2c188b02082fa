"""An upload opened: whose plan it speaks of, what it was handed out with, its rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from accounts.access import EntryScope
from evaluations.models import RoundCounty, Upload, UploadKind, WorkbookCopy
from evaluations.workbooks.plan import Plan, Unit
from evaluations.workbooks.reading import PlanReader, refuse_problems, stamp_of
from evaluations.workbooks.tables import TableReader
from evaluations.workbooks.writing import STAMP_SHEET
from tables.errors import TableRefused
from tables.message import N_, Message
from tables.reading import ZIP
from tables.xlsx_book import Book, BookRow, CsvBook


@dataclass
class Opened:
    """A file ready to be read. `base` is None where nothing was handed out."""

    plan: Plan
    base: Mapping[str, list] | None
    reader: PlanReader | TableReader
    rows: Iterable[BookRow]
    total: int


@contextmanager
def opened(upload: Upload, scope: EntryScope) -> Iterator[Opened]:
    """Open what was sent; TableRefused where it is not what it should be, or not the sender's."""
    content = bytes(upload.content)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "upload"
        path.write_bytes(content)
        if content.startswith(ZIP):
            with Book(path, hidden=STAMP_SHEET) as book:
                refuse_problems(book)
                yield opened_book(upload, book, scope)
        else:
            refuse_csv(upload)
            with CsvBook(path) as book:
                refuse_problems(book)
                yield opened_table(upload, book, scope)


def opened_book(upload: Upload, book: Book, scope: EntryScope) -> Opened:
    if upload.kind == UploadKind.TABLE:
        return opened_table(upload, book, scope)
    copy = copy_of(book, upload.county)
    unit = Unit(copy.township, copy.department)
    refuse_stranger(unit, scope)
    plan = Plan(upload.county, unit)
    return Opened(plan, copy.base, PlanReader(plan), book, book.rows)


def opened_table(upload: Upload, book: Book, scope: EntryScope) -> Opened:
    plan = department_plan(upload, scope)
    return Opened(plan, None, TableReader(plan), book, book.rows)


def refuse_csv(upload: Upload) -> None:
    if upload.kind != UploadKind.TABLE:
        raise TableRefused([Message(N_("This is no workbook. Upload the .xlsx that was downloaded here."))])


def copy_of(book: Book, county: RoundCounty) -> WorkbookCopy:
    """What was handed out under the workbook's stamp; TableRefused for any other workbook."""
    stamp = stamp_of(book)
    copies = WorkbookCopy.objects.select_related("county__round", "county__county", "township", "department")
    copy = copies.filter(stamp=stamp).first() if stamp else None
    if copy is None:
        text = N_("This is no workbook of this portal, or too old a one. Download it here, fill it in, upload it.")
        raise TableRefused([Message(text)])
    if copy.county_id != county.pk:
        params = {"county": copy.county.county.name, "year": copy.county.round.year}
        raise TableRefused([Message(N_("This is the workbook of %(county)s, %(year)s. Upload it there."), params)])
    return copy


def department_plan(upload: Upload, scope: EntryScope) -> Plan:
    unit = Unit(department=upload.department)
    refuse_stranger(unit, scope)
    return Plan(upload.county, unit)


def refuse_stranger(unit: Unit, scope: EntryScope) -> None:
    if not unit.within(scope):
        text = N_("This workbook is that of %(unit)s, for which you do not enter values.")
        raise TableRefused([Message(text, {"unit": unit.name})])
