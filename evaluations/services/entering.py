"""Values given on pages: one or many at once, each judged by itself, none ever overwriting what its giver had not seen.

A value carries a revision. An edit names the revision it was based on; where the value has moved on, nothing is written
and both versions go back.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext

from accounts.access import EntryScope
from evaluations.cells import CriterionReader, Parsed, Refused, check_day, check_households, check_reason
from evaluations.checking import related_codes
from evaluations.models import RoundCounty
from evaluations.services.edits import (
    CONFLICT,
    DOCUMENT,
    LOCKED,
    NOTE,
    REFUSED,
    SAVED,
    SOURCE,
    UNKNOWN,
    Answer,
    Edit,
    SentBefore,
    answers_before,
    keep_answers,
)
from evaluations.services.explaining import warnings_of
from evaluations.services.gates import Gate, gates
from evaluations.services.private_numbers import private_number
from evaluations.services.sums import refused_sums
from evaluations.services.writing import Ready, Standing, is_same, standing_values, write_values
from scoring.models import Criterion, Source
from scoring.standard import Standard, published_standard
from scoring.units import plain, to_units
from tables.errors import BadCell
from tables.message import N_, Message
from tables.numbers import plain_digits
from tables.text import clean_text

MOST_EDITS = 500


def record_edits(county: RoundCounty, edits: Sequence[Edit], *, scope: EntryScope, by: str) -> list[Answer]:
    """Write the edits that may be written, in one transaction; answer each, in the order given.

    Raises ValueError for more than MOST_EDITS, or for two edits of one value.
    """
    refuse_muddle(edits)
    known: dict[UUID, Answer] = {}
    while True:  # once, unless a key was sent before
        fresh = [edit for edit in edits if edit.key not in known]
        try:
            made = take_fresh(county, fresh, scope, by) if fresh else {}
            return [known.get(edit.key) or made[edit.key] for edit in edits]
        except SentBefore:
            known = answers_before(edits, by, county.pk)


@transaction.atomic
def take_fresh(county: RoundCounty, edits: Sequence[Edit], scope: EntryScope, by: str) -> dict[UUID, Answer]:
    """Write edits whose keys nobody sent before, and their answers; raises SentBefore, with nothing written."""
    made = Entering(county, scope, by).take(edits)
    keep_answers(edits, made, by, county.pk)
    return made


def refuse_muddle(edits: Sequence[Edit]) -> None:
    if len(edits) > MOST_EDITS:
        raise ValueError(gettext("At most %(most)s values can be sent at once.") % {"most": MOST_EDITS})
    if len({edit.place for edit in edits}) < len(edits) or len({edit.key for edit in edits}) < len(edits):
        raise ValueError(gettext("Two edits speak of the same value."))


class Entering:
    """One request's edits of one county on their way into the database; used inside a transaction."""

    writes = True

    def __init__(self, county: RoundCounty, scope: EntryScope, by: str):
        self.county, self.scope, self.by = county, scope, by
        self.round = county.round
        self.standard: Standard = published_standard(self.round.criteria_set_id)
        self.rows = self.standard.by_code

    def take(self, edits: Sequence[Edit]) -> dict[UUID, Answer]:
        ready, answers = self.judge(edits)
        self.write(ready, answers)
        return answers

    def judge(self, edits: Sequence[Edit]) -> tuple[list[Ready], dict[UUID, Answer]]:
        """What may be written, and the answers of what may not; nothing is written."""
        related = related_codes(self.standard)
        alone = self.writes and any(edit.criterion in related for edit in edits)
        doors = self.doors({edit.branch for edit in edits}, alone=alone)
        answers: dict[UUID, Answer] = {}
        ready: list[Ready] = []
        for edit in edits:
            read = self.read(edit, doors)
            if isinstance(read, Answer):
                answers[edit.key] = read
            else:
                ready.append(read)
        return self.without_wrong_sums(ready, answers), answers

    def doors(self, branches: Collection[str], *, alone: bool) -> dict[str, Gate]:
        return gates(self.county, branches, self.scope, alone=alone)

    def read(self, edit: Edit, doors: dict[str, Gate]) -> Ready | Answer:
        """The edit read and allowed, or why not."""
        gate, row = doors.get(edit.branch), self.rows.get(edit.criterion)
        if gate is None or row is None or not self.scope.covers(edit.branch):
            return self.no(edit, UNKNOWN, Message(N_("There is no such value in this round.")))
        if not self.scope.enters(edit.branch, row):
            return self.no(edit, LOCKED, Message(N_("entered by %(owner)s"), {"owner": row.owner or row.source}))
        closed = gate.closed_for(row)
        if closed:
            return self.no(edit, LOCKED, closed)
        try:
            edit = cleaned(of_its_source(edit, row))
            return Ready(edit, gate, row, self.parse(edit, row, gate))
        except Refused as refused:
            return self.no(edit, REFUSED, refusal(edit, refused))

    def parse(self, edit: Edit, row: Criterion, gate: Gate) -> Parsed:
        reader = reader_of(row)
        reader.period(str(edit.period or ""))
        parsed = Parsed(na=True) if edit.na else reader.read_cell(plain_digits(edit.text))
        check_reason(parsed, edit.note)  # however it was said: "NA" may be typed too
        check_households(reader, parsed, gate.households)
        if edit.as_of is not None:
            check_day(edit.as_of, localdate(gate.now))
        return parsed

    @staticmethod
    def no(edit: Edit, status: str, message: Message) -> Answer:
        return Answer(str(edit.key), status, edit.revision, message.translated(gettext))

    def without_wrong_sums(self, ready: list[Ready], answers: dict[UUID, Answer]) -> list[Ready]:
        """Leave out what would make a part larger than its whole (`checks`), seen together with what is stored."""
        wrong = refused_sums(self.round, self.standard, ready)
        for one in ready:
            if one.edit.key in wrong:
                answers[one.edit.key] = self.no(one.edit, REFUSED, wrong[one.edit.key])
        return [one for one in ready if one.edit.key not in wrong]

    def write(self, ready: list[Ready], answers: dict[UUID, Answer]) -> None:
        """Write what is still as its giver saw it; the rest is a conflict, or was the same already."""
        if not ready:
            return
        written = write_values(self.round, sorted(ready, key=lambda one: one.place), self.by)
        behind = [one for one in ready if one.place not in written]
        standing = standing_values(self.round, behind) if behind else {}
        kept = [one for one in ready if one.place in written or is_same(one, standing)]
        warnings = warnings_of(self.round, kept)
        for one in ready:
            key = one.edit.key
            if one.place in written:
                answers[key] = Answer(str(key), SAVED, written[one.place], warnings=warnings.get(key, []))
            elif is_same(one, standing):
                answers[key] = Answer(str(key), SAVED, standing[one.place].revision, warnings=warnings.get(key, []))
            else:
                answers[key] = conflict(one, standing.get(one.place))


def reader_of(row: Criterion) -> CriterionReader:
    """The reader of a published criterion, made once a process: a published set never changes."""
    return readers(row.criteria_set_id)[row.code]


@lru_cache(maxsize=32)
def readers(criteria_set_id: int) -> dict[str, CriterionReader]:
    return {row.code: CriterionReader(row) for row in published_standard(criteria_set_id).criteria}


def of_its_source(edit: Edit, row: Criterion) -> Edit:
    """A township's value is its own and of today: no other source or date is taken from its page."""
    return replace(edit, source="", as_of=None) if row.source == Source.TOWNSHIP else edit


def cleaned(edit: Edit) -> Edit:
    """The edit with its texts as they are stored; raises Refused with what a text may hold.

    Row history keeps them for ever, so they hold no private number.
    """
    texts = {}
    for name, longest in (("note", NOTE), ("document", DOCUMENT), ("source", SOURCE)):
        try:
            texts[name] = clean_text(getattr(edit, name), max_length=longest)
        except BadCell as bad:
            raise Refused(name, bad.allowed) from None
        if name != "document" and (why := private_number(texts[name])):
            raise Refused(name, "", why)
    return replace(edit, **texts)


def refusal(edit: Edit, refused: Refused) -> Message:
    """What was found, what is allowed."""
    if refused.sentence is not None:
        return refused.sentence
    if refused.column == "as_of":
        return Message(
            N_("“%(found)s”: must be %(allowed)s"), {"found": edit.as_of.isoformat(), "allowed": refused.allowed}
        )
    if refused.column != "value":
        return Message(N_("must be %(allowed)s"), {"allowed": refused.allowed})
    return Message(
        N_("“%(found)s”: must be %(allowed)s"), {"found": edit.text.strip()[:40], "allowed": refused.allowed}
    )


def conflict(one: Ready, there: Standing | None) -> Answer:
    """Both versions side by side; nothing was written."""
    edit = one.edit
    if there is None:  # the giver saw a value that is no longer there
        return Answer(str(edit.key), CONFLICT, 0, gettext("Taken back by someone else meanwhile."), theirs={})
    shown = gettext("not applicable") if there.na else shown_number(one.row, there)
    theirs = {
        "text": shown, "value": there.option or ("" if there.number is None else plain_number(there.number)),
        "na": there.na, "note": there.note, "document": there.document, "source": there.source,
        "as_of": there.as_of.isoformat() if there.as_of else "", "revision": there.revision,
        "by": there.updated_by, "at": there.updated_at.isoformat(),
    }  # fmt: skip
    message = gettext("Changed to %(theirs)s; yours is %(mine)s. Keep which?")
    mine = gettext("not applicable") if edit.na else edit.text.strip() or gettext("empty")
    return Answer(
        str(edit.key), CONFLICT, edit.revision,
        message % {"theirs": shown or gettext("empty"), "mine": mine}, theirs=theirs,
    )  # fmt: skip


def shown_number(row: Criterion, there: Standing) -> str:
    """A stored value as its giver would type it: an option's code, yes or no, a plain number."""
    if there.number is None or there.option:
        return there.option
    if row.value_type == "yesno":
        return gettext("yes") if there.number else gettext("no")
    return plain_number(there.number)


def plain_number(number: Decimal) -> str:
    return plain(to_units(number))
