"""A unit's workbook: a sheet for each star; what is entered is left open, all else locked; a hidden sheet tells whose.

Row 5, which is hidden, holds the columns' keys and column A the branches' codes: an upload is read by these, so rows
may be sorted. A last sheet lists the options with their texts.
"""

from __future__ import annotations

from io import BytesIO
from uuid import UUID

import xlsxwriter
from django.utils.translation import gettext as _

from evaluations.cells import NA
from evaluations.reading.raters import overruled
from evaluations.reading.values import said
from evaluations.services.entering import reader_of
from evaluations.workbooks.held import NONE, Held, Where, last_text
from evaluations.workbooks.options import FIRST as OPTIONS_FIRST
from evaluations.workbooks.options import OptionLists, shown_option
from evaluations.workbooks.plan import LAST, NOTE, Column, Place, Plan, sheet_name
from scoring.wording import NO, YES
from tables.text import without_controls

STAMP_SHEET = "_portal"
STAMP = "stamp"
BRANCH = "branch"  # what the key row begins with
NAME = "name"
HEAD, FIRST = 1, 5  # rows, from 0: of the names; of the first branch, just below the keys
FIXED = 3  # columns of codes and names
KEYS = 4  # the row, from 0, of the keys
A4, A3 = 9, 8  # paper
MOST_ON_A4 = 20  # columns that can still be read there
OPTION_WIDTH = 24
OPTIONS = {
    "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
}  # fmt: skip
COMMENT = {"author": "check", "x_scale": 2}  # what a check corrected: it counts, whatever stands in the cell
PROTECTION = {"format_columns": True, "format_rows": True}
FORMATS = {
    "title": {"bold": True, "font_size": 12},
    "key": {"font_color": "#6B6B6B", "font_size": 9, "num_format": "@"},
    "head": {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#F1EEE8", "border": 1},
    "hint": {"text_wrap": True, "valign": "top", "font_size": 9, "bg_color": "#F1EEE8", "border": 1},
    "name": {"num_format": "@", "bg_color": "#F7F5F1", "border": 1},
    LAST: {"font_color": "#6B6B6B", "bg_color": "#ECECEC", "border": 1},
    "value": {"locked": False, "border": 1},
    NOTE: {"locked": False, "border": 1, "num_format": "@", "bg_color": "#FBFBF4"},
}
WIDTHS = {LAST: 9, NOTE: 16}


class PlanBook:
    """Writes one plan with the values held now and last year."""

    def __init__(self, plan: Plan, held: dict[Where, Held], last: dict, stamp: UUID):
        self.plan, self.held, self.last, self.stamp = plan, held, last, stamp
        places = zip(plan.standard.criteria, plan.standard.compiled.criteria, strict=True)
        self.compiled = {row.code: compiled for row, compiled in places}
        self.options = OptionLists(plan.rows, options_name([name for name, _columns in plan.sheets]))

    def content(self) -> bytes:
        file = BytesIO()
        with xlsxwriter.Workbook(file, OPTIONS) as self.book:
            self.formats = {name: self.book.add_format(look) for name, look in FORMATS.items()}
            for name, columns in self.plan.sheets:
                self.write_sheet(name, columns)
            self.write_options()
            self.write_stamp()
        return file.getvalue()

    def write_sheet(self, name: str, columns: list[Column]) -> None:
        sheet = self.book.add_worksheet(name)
        sheet.protect("", PROTECTION)
        sheet.freeze_panes(FIRST, FIXED)
        sheet.set_column(0, 0, 14)
        sheet.set_column(1, 2, 11)
        for place, column in enumerate(columns, FIXED):
            sheet.set_column(place, place, width_of(column))
        sheet.set_row(1, 48)
        sheet.set_row(3, 84)
        sheet.set_row(KEYS, None, None, {"hidden": True})
        self.set_print(sheet, FIXED + len(columns))
        self.write_head(sheet, name, columns)
        for number, branch in enumerate(self.plan.branches, FIRST):
            self.write_branch(sheet, number, branch, columns)
        for place, column in enumerate(columns, FIXED):
            self.limit(sheet, place, column)

    @staticmethod
    def set_print(sheet, columns: int) -> None:
        """Across the page, all columns on it, the heads and the names again on each."""
        sheet.set_landscape()
        sheet.set_paper(A4 if columns <= MOST_ON_A4 else A3)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0, KEYS - 1)
        sheet.repeat_columns(0, FIXED - 1)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.set_footer("&C&P / &N")

    def write_head(self, sheet, name: str, columns: list[Column]) -> None:
        """Who and what; names; what is allowed; the rule; the keys."""
        title = _("%(unit)s, %(year)s, %(star)s: fill in the white cells; NA where not applicable, with a note.") % {
            "unit": self.plan.unit.name, "year": self.plan.round.year, "star": name
        }  # fmt: skip
        self.text(sheet, 0, 0, title, "title")
        names, keys = (_("Code"), _("Township"), _("Branch")), (BRANCH, "township", NAME)
        lines = [
            ("head", names, self.heading),
            ("hint", ("", "", ""), self.allowed),
            ("hint", ("", "", ""), self.rule),
            ("key", keys, lambda column: column.key),
        ]
        for number, (look, starts, write) in enumerate(lines, HEAD):
            for place, text in enumerate([*starts, *map(write, columns)]):
                self.text(sheet, number, place, text, look)

    def heading(self, column: Column) -> str:
        if column.part == LAST:
            return _("Last year")
        if column.part == NOTE:
            return _("Note")
        if column.part:
            return _("%(name)s, quarter %(quarter)s") % {"name": column.row.shown_name, "quarter": column.part}
        return column.row.shown_name

    def allowed(self, column: Column) -> str:
        """The unit and what a cell takes."""
        row, compiled = column.row, self.compiled[column.row.code]
        if not column.is_value:
            return ""
        if row.value_type == "choice":
            return " ".join(compiled.options)
        if row.value_type == "yesno":
            return f"{said(YES)} / {said(NO)}"
        return row.unit

    def rule(self, column: Column) -> str:
        if not column.is_value or column.period > 1:
            return ""
        compiled = self.compiled[column.row.code]
        return said(compiled.rule.explain(compiled))

    def write_branch(self, sheet, number: int, branch: Place, columns: list[Column]) -> None:
        for place, text in enumerate((branch.code, branch.township, branch.name)):
            self.text(sheet, number, place, text, "name")
        for place, column in enumerate(columns, FIXED):
            if column.part == LAST:
                values = self.last.get((branch.pk, column.row.code), [])
                self.text(sheet, number, place, last_text(self.compiled[column.row.code], values), LAST)
            elif column.part == NOTE:
                self.text(sheet, number, place, self.note(branch, column), NOTE)
            else:
                self.value(sheet, number, place, branch, column)

    def note(self, branch: Place, column: Column) -> str:
        return note_held(self.held, branch.pk, column)

    def value(self, sheet, number: int, place: int, branch: Place, column: Column) -> None:
        held = self.held.get((branch.pk, column.row.pk, column.period), NONE)
        text, look = held.text, self.formats["value"]
        later = overruled(self.compiled[column.row.code], held.raters)
        if later:
            sheet.write_comment(number, place, later, COMMENT)
        if not text:
            sheet.write_blank(number, place, None, look)
        elif text == NA or column.row.value_type == "choice":
            sheet.write_string(number, place, shown_option(column.row, text), look)
        elif column.row.value_type == "yesno":
            sheet.write_string(number, place, said(YES if text == "1" else NO), look)
        else:
            sheet.write_number(number, place, float(text), look)

    def limit(self, sheet, place: int, column: Column) -> None:
        """The drop-down or the range of a column's cells."""
        last = FIRST + len(self.plan.branches) - 1
        rule = self.validation(column, xlsxwriter.utility.xl_rowcol_to_cell(FIRST, place))
        if rule and last >= FIRST:
            sheet.data_validation(FIRST, place, last, place, rule)

    def validation(self, column: Column, cell: str) -> dict | None:
        if not column.is_value:
            return None
        row = column.row
        words = {"error_title": without_controls(row.shown_name)[:32]}
        if row.value_type == "choice":  # the code alone may be typed, which is not in the list
            return {"validate": "list", "source": self.options.ranges[row.code], "show_error": False}
        if row.value_type == "yesno":
            return words | {"validate": "list", "source": [said(YES), said(NO), NA]}
        tests = [f"ISNUMBER({cell})"]
        reader = reader_of(row)
        if reader.low is not None:
            tests.append(f"{cell}>={reader.low}")
        if reader.high is not None:
            tests.append(f"{cell}<={reader.high}")
        return words | {"validate": "custom", "value": f'=OR(AND({",".join(tests)}),{cell}="{NA}")'}

    def write_options(self) -> None:
        """The sheet of options, where there are any."""
        if not self.options.lines:
            return
        sheet = self.book.add_worksheet(self.options.sheet)
        sheet.protect("", PROTECTION)
        sheet.set_column(0, 0, 10)
        sheet.set_column(1, 1, 34)
        sheet.set_column(2, 2, 60)
        sheet.set_row(0, None, None, {"hidden": True})
        sheet.freeze_panes(OPTIONS_FIRST, 0)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(1)
        for number, texts in enumerate(self.options.texts()):
            for place, text in enumerate(texts):
                self.text(sheet, number, place, text, "head" if number < OPTIONS_FIRST else "name")

    def write_stamp(self) -> None:
        """The hidden sheet by which an upload is known again."""
        sheet = self.book.add_worksheet(STAMP_SHEET)
        sheet.protect("")
        sheet.hide()
        unit = self.plan.unit
        facts = {
            STAMP: str(self.stamp),
            "round": self.plan.round.slug,
            "county": self.plan.county.county_id,
            "unit": unit.key,
        }
        for number, pair in enumerate(facts.items()):
            for place, text in enumerate(pair):
                self.text(sheet, number, place, text, "key")

    def text(self, sheet, number: int, place: int, text: str, look: str) -> None:
        """Text stays text, whatever it begins with; an empty cell keeps its look."""
        if text:
            sheet.write_string(number, place, without_controls(str(text))[:32_767], self.formats[look])
        else:
            sheet.write_blank(number, place, None, self.formats[look])


def options_name(taken: list[str]) -> str:
    """What the sheet of options is called, unless a star is called so."""
    name = sheet_name(_("Options"), len(taken))
    return f"{name} 2" if name.casefold() in {one.casefold() for one in taken} else name


def width_of(column: Column) -> int:
    wide = column.is_value and column.row.value_type == "choice"
    return OPTION_WIDTH if wide else WIDTHS.get(column.part, 11)


def note_held(held: dict[Where, Held], branch: int, column: Column) -> str:
    """The note beside a criterion: of the year's value, or of the first quarter that has one."""
    periods = (1, 2, 3, 4) if column.row.periods == "quarters" else (0,)
    notes = (held.get((branch, column.row.pk, period), NONE).note for period in periods)
    return next((note for note in notes if note), "")
