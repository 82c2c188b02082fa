"""What a cell of a workbook knows beyond its text; a CSV's cells are plain str."""

from tables.message import Message


class PercentCell(str):
    """A number stored as 0.2 and shown as 20 %: whoever reads a percentage multiplies by 100."""

    __slots__ = ()


class DateCell(str):
    """A day, as YYYY-MM-DD: only a date column takes it, elsewhere the spreadsheet has misread what was typed."""

    __slots__ = ()


class RefusedCell(str):
    """What no column takes, such as a formula; `allowed` says what to put there instead."""

    allowed: Message

    def __new__(cls, found: str, allowed: Message) -> "RefusedCell":
        cell = super().__new__(cls, found)
        cell.allowed = allowed
        return cell
