"""Write tables that open safely: no text becomes a formula, numbers stay numbers."""

import csv
import os
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO
from typing import IO

import xlsxwriter

from tables.text import GUARDED, guard_formula, without_controls

Cell = str | int | Decimal | date | bool | None
BOM = "\ufeff"
CELL_LENGTH = 32_767
EXACT_DIGITS = 15  # a workbook's numbers are floats; what has more digits is written as text


def write_csv(file: IO[str], header: Sequence[str], rows: Iterable[Sequence[Cell]], *, bom: bool = False) -> None:
    """Write to a text file opened with encoding="utf-8" and newline=""; `bom` for files people open in a spreadsheet.

    Text that a spreadsheet would take for a formula gets an apostrophe before it, which reading takes off again.
    """
    if bom:
        file.write(BOM)
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([csv_cell(name) for name in header])
    writer.writerows([csv_cell(cell) for cell in row] for row in rows)


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Cell]], *, bom: bool = True) -> str:
    """A small table as CSV text for a download."""
    file = StringIO(newline="")
    write_csv(file, header, rows, bom=bom)
    return file.getvalue()


def csv_cell(cell: Cell) -> str:
    """One cell as CSV text: Decimals without exponent, True as 1, None as nothing, dates as YYYY-MM-DD."""
    if isinstance(cell, str):
        return guard_formula(without_controls(cell))
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        return format(cell, "f")
    return str(int(cell)) if isinstance(cell, int) else cell.isoformat()


def write_xlsx(
    file: IO[bytes] | str | os.PathLike[str],
    header: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    sheet: str = "Sheet1",
    footer: str = "",
) -> None:
    """Write a workbook of one sheet: bold frozen header, text cells formatted as text, numbers as numbers.

    `footer` is printed at the foot of every page and kept among the workbook's properties; no cell holds it.
    """
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    target = os.fspath(file) if isinstance(file, (str, os.PathLike)) else file
    with xlsxwriter.Workbook(target, options) as workbook:
        bold, text = workbook.add_format({"bold": True}), workbook.add_format({"num_format": "@"})
        worksheet = workbook.add_worksheet(sheet)
        worksheet.freeze_panes(1, 0)
        if footer:
            worksheet.set_footer(f"&L{footer}")
            workbook.set_properties({"comments": footer})
        for column, name in enumerate(header):
            worksheet.set_column(column, column, min(max(2 * len(name), 10), 40))
            worksheet.write_string(0, column, without_controls(name), bold)
        for number, row in enumerate(rows, 1):
            for column, cell in enumerate(row):
                put(worksheet, number, column, cell, text)


def xlsx_bytes(
    header: Sequence[str], rows: Iterable[Sequence[Cell]], *, sheet: str = "Sheet1", footer: str = ""
) -> bytes:
    """A small table as a workbook for a download."""
    file = BytesIO()
    write_xlsx(file, header, rows, sheet=sheet, footer=footer)
    return file.getvalue()


def put(worksheet: xlsxwriter.worksheet.Worksheet, row: int, column: int, cell: Cell, text_format: object) -> None:
    """Write one cell: a number only where a float holds it exactly as shown, everything else as text."""
    if cell is None or cell == "":
        return
    if isinstance(cell, int | Decimal) and len(Decimal(cell).as_tuple().digits) <= EXACT_DIGITS:
        worksheet.write_number(row, column, int(cell) if isinstance(cell, int) else cell)
        return
    text = without_controls(cell) if isinstance(cell, str) else csv_cell(cell)
    if GUARDED.match(text):  # reading takes one apostrophe off
        text = "'" + text
    worksheet.write_string(row, column, text[:CELL_LENGTH], text_format)
