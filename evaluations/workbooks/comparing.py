"""A file's cells beside what was handed out and what stands now: unchanged, new, in conflict or wrong."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from accounts.access import EntryScope
from evaluations.cells import NA, NOTHING, Parsed, Refused
from evaluations.checking import FRACTION
from evaluations.models import RoundCounty, UploadRow, Way
from evaluations.services.edits import Answer, Edit
from evaluations.services.entering import Entering, reader_of
from evaluations.services.explaining import reasons_of
from evaluations.services.gates import Gate
from evaluations.services.writing import Ready
from evaluations.workbooks.found import Found, shown
from evaluations.workbooks.fractions import Fractions
from evaluations.workbooks.held import NONE, Held, Where, text_of_parsed
from evaluations.workbooks.plan import NOTE, Plan
from scoring.wording import joined
from tables.cells import PercentCell
from tables.errors import TableRefused
from tables.message import N_, Message
from tables.numbers import hundredfold, plain_digits
from tables.text import without_controls

MOST = 60_000  # cells that differ: what is written in one transaction while others wait
Kind = UploadRow.Kind


@dataclass(slots=True)
class Changed:
    """A cell that says something else than what it was compared with."""

    place: int
    found: Found
    base: list  # [text, revision] when handed out
    edit: Edit | None = None
    problem: Message | None = None


class Judging(Entering):
    """Keeps why an edit may not be written as a message: a worker doesn't know its reader's language.

    `writes` is False where a file is only looked at: nobody has to wait for that. `asked` is when the writing was asked
    for, by which deadlines are judged; None for now.
    """

    def __init__(
        self, county: RoundCounty, scope: EntryScope, by: str, *, writes: bool = False, asked: datetime | None = None
    ):
        super().__init__(county, scope, by)
        self.writes, self.asked = writes, asked
        self.reasons: dict[UUID, list[Message]] = {}

    def doors(self, branches: Collection[str], *, alone: bool) -> dict[str, Gate]:
        found = super().doors(branches, alone=alone)
        return {code: replace(gate, asked=self.asked) for code, gate in found.items()} if self.asked else found

    def no(self, edit: Edit, status: str, message: Message) -> Answer:
        self.reasons[edit.key] = [message]
        return Answer(str(edit.key), status, edit.revision)


class Comparison:
    """Collects a file's cells; `rows()` are those that matter. `base` is None for a table that was never handed out."""

    def __init__(self, plan: Plan, base: Mapping[str, list] | None, held: dict[Where, Held], document: dict):
        self.plan, self.base, self.held, self.given = plan, base, held, document
        self.changed: list[Changed] = []
        self.same = self.seen = 0
        self.fractions = Fractions()

    def add(self, found: Found) -> None:
        """Keep the cell unless it is as it was; a cell that cannot be read differs by that."""
        self.seen += 1
        if found.problem is not None:
            self.keep(Changed(self.seen, found, ["", 0], problem=found.problem))
            return
        if self.base is None and not found.text.strip():  # what a table leaves empty is not in it
            return
        where = (found.branch.pk, found.row.pk, found.period)
        held = self.held.get(where, NONE)
        base = [held.text, held.revision] if self.base is None else self.base.get(found.key, ["", 0])
        text = self.read(found, held)
        self.fractions.count(found.row, found.period, text)
        note = self.note(found, held)
        edit = self.edit(found, held, text, note)
        if text == base[0] and papers(edit) == papers(held) or (not text and not base[0] and found.period):
            self.same += 1
            return
        self.keep(Changed(self.seen, found, base, edit))

    def keep(self, changed: Changed) -> None:
        self.changed.append(changed)
        if len(self.changed) > MOST:
            text = N_("more than %(most)s cells differ or are wrong; send it in parts, as by township or by quarter")
            raise TableRefused([Message(text, {"most": MOST})])

    @staticmethod
    def read(found: Found, held: Held) -> str:
        """The cell's text as it would be held; what cannot be read stays as it was seen, to be refused with its reason.

        A percent cell equals the text of what it stores: 94.7% stores 0.947, and is another value than 0.947.
        """
        is_percent = isinstance(found.text, PercentCell)
        if found.text == held.text and not is_percent:
            return held.text
        text = found.text if is_percent else plain_digits(found.text)
        try:
            return text_of_parsed(reader_of(found.row).read_cell(text))
        except Refused:
            return hundredfold(text.strip()) if is_percent and found.row.value_type == "percent" else str(text)

    def note(self, found: Found, held: Held) -> str:
        """The note the value shall have: the file's where it was changed there, else the one that stands."""
        if found.note is None:
            return held.note
        note = found.note.strip()
        if self.base is None:
            return note or held.note
        before = self.base.get(f"{found.branch.code}|{found.row.code}|{NOTE}", "")
        return held.note if note == before else note

    def edit(self, found: Found, held: Held, text: str, note: str) -> Edit:
        """The cell as an edit; another number leaves the day behind that the one it replaces was of."""
        na = text == NA
        given = self.given
        return Edit(
            key=UUID(int=self.seen), branch=found.branch.code, criterion=found.row.code, period=found.period,
            text="" if na else str(text), na=na, note=note,
            document=held.document if found.document is None else found.document,
            source=found.source or given.get("source") or held.source,
            as_of=found.as_of or given.get("as_of") or (held.as_of if text == held.text else None),
            way=Way.IMPORTED, revision=held.revision,
        )  # fmt: skip

    def rows(self, scope: EntryScope, by: str) -> list[UploadRow]:
        """Judge what changed as the writing will; inside a transaction, since the doors are locked to be read."""
        edits = [one.edit for one in self.changed if one.edit]
        entering = Judging(self.plan.county, scope, by)
        ready = entering.judge(edits)[0] if edits else []
        read = {one.edit.key: one for one in ready}
        judged = reasons_of(self.plan.round, ready) if ready else {}
        reasons = entering.reasons | {key: without_fractions(said) for key, said in judged.items()}
        pairs = [(read[one.edit.key], one.found) for one in self.changed if one.edit and one.edit.key in read]
        doubts = self.fractions.doubted(self.plan.round, pairs)
        for key, doubt in doubts.items():
            reasons[key] = [doubt, *reasons.get(key, [])]
        rows = (self.row(one, read, reasons, doubts) for one in self.changed)
        return [row for row in rows if row is not None]

    def row(
        self, one: Changed, read: dict[UUID, Ready], reasons: dict[UUID, list[Message]], doubts: Container[UUID] = ()
    ) -> UploadRow | None:
        found, edit = one.found, one.edit
        row = UploadRow(place=one.place, sheet=found.sheet[:40], cell=found.cell[:12], found=shown(found.text))
        if found.branch and found.row:
            row.branch_id, row.criterion_id, row.period = found.branch.pk, found.row.pk, found.period
            held = self.held.get((found.branch.pk, found.row.pk, found.period), NONE)
            row.old, row.theirs, row.seen = one.base[0][:60], held.text[:60], held.revision
        said = reasons.get(edit.key, []) if edit else [one.problem]
        row.message = packed(joined(said)) if said else None
        if edit is None or edit.key not in read:
            row.kind, row.wanted = Kind.ERROR, False
            return row
        ready = read[edit.key]
        if text_of_parsed(ready.parsed) == held.text and papers(ready.edit) == papers(held):
            self.same += 1
            return None
        row = self.valued(row, one, ready)
        row.wanted = row.wanted and edit.key not in doubts
        return row

    @staticmethod
    def valued(row: UploadRow, one: Changed, ready: Ready) -> UploadRow:
        """The row of a value that may be written: new, or in conflict where the portal has moved on since.

        A cell that was emptied takes a value back, which nobody shall do by oversight.
        """
        edit, parsed = ready.edit, ready.parsed
        conflict = edit.revision != one.base[1]
        row.kind, row.wanted = (Kind.CONFLICT, False) if conflict else (Kind.NEW, parsed != Parsed())
        row.number = None if parsed.number == NOTHING else parsed.number
        row.option, row.na = parsed.option, parsed.na
        row.note, row.document, row.source, row.as_of = edit.note, edit.document, edit.source, edit.as_of
        return row


def without_fractions(reasons: list[Message]) -> list[Message]:
    """A file's percentages are judged column by column (fractions.py), not each by itself."""
    return [one for one in reasons if one.text != FRACTION]


def papers(one: Edit | Held) -> tuple[str, str, str, date | None]:
    """What is said beside a value: another source or date makes it another, though the number is the same."""
    return one.note, one.document, one.source, one.as_of


def counts_of(rows: Iterable[UploadRow], same: int) -> dict[str, int]:
    """How many rows are of which kind, how many cells are as they were."""
    counts = dict.fromkeys(Kind.values, 0) | {"same": same}
    for row in rows:
        counts[row.kind] += 1
    return counts


def packed(message: Message) -> list:
    """A message as JSON holds it; `unpacked` gives it back."""
    params = {name: packed(one) if isinstance(one, Message) else plain(one) for name, one in message.params.items()}
    return [message.text, params]


def plain(value: object) -> object:
    return value if isinstance(value, int) else without_controls(str(value))


def unpacked(kept: list) -> Message:
    text, params = kept
    return Message(text, {name: unpacked(one) if isinstance(one, list) else one for name, one in params.items()})
