"""What a file did wrong: one cell, a row or the file itself, all of it together, the first 200 spelled out."""

import unicodedata
from collections.abc import Iterable

from tables.message import N_, Message

SHOWN = 200
FOUND_LENGTH = 40


class BadCell(ValueError):
    """A cell's text is not allowed in its column; `allowed` says what is."""

    def __init__(self, allowed: Message):
        self.allowed = allowed
        super().__init__(str(allowed))


class TableRefused(Exception):
    """A file was not taken, and nothing of it; `messages` are sentences for the person who sent it."""

    def __init__(self, messages: Iterable[Message]):
        self.messages = list(messages)
        super().__init__("\n".join(map(str, self.messages)))


def displayed(found: str) -> str:
    """The found text as a sentence can carry it: short, on one line, no invisible or reversing characters."""
    kept = "".join(char if char.isprintable() else " " for char in found[: FOUND_LENGTH + 1])
    kept = unicodedata.normalize("NFC", kept)
    return kept if len(kept) <= FOUND_LENGTH else kept[:FOUND_LENGTH] + "…"


class Errors:
    """Collects the errors of one file: keeps the first 200 as Messages and counts all."""

    def __init__(self, file: str):
        self.file = displayed(file)
        self.first: list[tuple[int, Message]] = []  # with the row, 0 for the whole file
        self.count = 0

    def add(self, row: int, column: str, found: str, allowed: Message) -> None:
        """A cell holds what its column does not allow."""
        shown = displayed(found)
        params = {"file": self.file, "row": row, "column": column, "found": shown, "allowed": allowed}
        if shown.strip():
            text = N_("%(file)s, row %(row)s, column %(column)s: found “%(found)s”, allowed: %(allowed)s")
        else:
            text = N_("%(file)s, row %(row)s, column %(column)s: the cell is empty, allowed: %(allowed)s")
        self._keep(Message(text, params), row)

    def add_row(self, row: int, problem: Message) -> None:
        """A whole row is wrong, as when it repeats another."""
        params = {"file": self.file, "row": row, "problem": problem}
        self._keep(Message(N_("%(file)s, row %(row)s: %(problem)s"), params), row)

    def add_file(self, problem: Message) -> None:
        """The file as a whole is wrong, as when a column is missing."""
        self._keep(Message(N_("%(file)s: %(problem)s"), {"file": self.file, "problem": problem}))

    def messages(self) -> list[Message]:
        """The first 200 errors in the order of the file's rows, then how many there are when that is more."""
        shown = [message for _row, message in sorted(self.first, key=lambda kept: kept[0])]
        if self.count <= SHOWN:
            return shown
        more = Message(
            N_("%(file)s: %(count)s errors in all, the first %(shown)s are shown"),
            {"file": self.file, "count": self.count, "shown": SHOWN},
        )
        return [*shown, more]

    def refuse(self) -> None:
        """Raise TableRefused with everything collected, if anything was."""
        if self:
            raise TableRefused(self.messages())

    def __bool__(self) -> bool:
        return self.count > 0

    def __len__(self) -> int:
        return self.count

    def _keep(self, message: Message, row: int = 0) -> None:
        self.count += 1
        if len(self.first) < SHOWN:
            self.first.append((row, message))


def refuse_file(file: str, problem: Message) -> TableRefused:
    """The exception for a file that cannot be read at all: one sentence."""
    errors = Errors(file)
    errors.add_file(problem)
    return TableRefused(errors.messages())
