"""What a cell of a workbook knows beyond its text; a CSV's cells are plain str."""


class PercentCell(str):
    """A number stored as 0.2 and shown as 20 %: whoever reads a percentage multiplies by 100."""

    __slots__ = ()


class DateCell(str):
    """A day, as YYYY-MM-DD: only a date column takes it, elsewhere the spreadsheet has misread what was typed."""

    __slots__ = ()
