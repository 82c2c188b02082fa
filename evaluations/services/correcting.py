"""A value corrected inside a star's review: written beside the reported one, never over it (domain.md, The year).

Who may recommend a star may correct its values, while it is under their review. Who gave the value stays known:
a correction changes neither `updated_by` nor `updated_at`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.db import transaction
from django.db.models import F

from accounts.models import User
from branches.models import Branch
from evaluations.cells import CriterionReader, Parsed, Refused, check_households, check_reason
from evaluations.checking import relation_errors
from evaluations.models import RATERS, Correction, RoundCounty, StarReview, Value
from evaluations.services.edits import DOCUMENT
from evaluations.services.entering import reader_of
from evaluations.services.private_numbers import fit_to_keep, private_number
from evaluations.services.road.stars import LockedStar, StarStep
from evaluations.services.road.steps import LONGEST_REASON, Asked, Outcome, Wish
from evaluations.services.sums import numbers_only, related_numbers
from evaluations.services.writing import number_of
from evaluations.workflow import RECOMMEND
from ledger.services import append
from scoring.models import Criterion
from scoring.standard import published_standard
from scoring.units import plain, to_units
from tables.errors import BadCell
from tables.message import N_, Message
from tables.numbers import plain_digits
from tables.text import clean_text

NA = "NA"
MUST = N_("must be %(allowed)s")
CORRECTED, TAKEN_BACK, REFUSED = "value.correct", "value.take_back", "value.refuse_correction"


@dataclass(frozen=True)
class Fix:
    """One value to be corrected, as it was typed: an empty text takes a correction back."""

    branch: str
    criterion: str
    period: int
    text: str
    reason: str
    document: str = ""
    seen_revision: int = 0


@transaction.atomic
def correct(county: RoundCounty, fix: Fix, *, star: str, by: User) -> Outcome:
    """Give the department's value beside the one reported, or take it back; a refusal is an answer."""
    return CorrectionStep(county, fix, by, star).run([Wish(fix.branch, 0)])


class CorrectionStep(StarStep):
    """A correction under the locks of a star's step, by those who take its step `recommend`."""

    def __init__(self, county: RoundCounty, fix: Fix, by: User, star: str):
        super().__init__(county, RECOMMEND, by, Asked(fix.reason), star)
        self.fix, self.document, self.parsed = fix, "", Parsed()
        self.checks = (
            self.entered_nothing, self.is_of_the_star, self.gives_texts, self.is_the_value_seen, self.can_be_read,
            self.is_another, self.keeps_sums,
        )  # fmt: skip

    def is_repeated(self, one: LockedStar, wish: Wish) -> bool:
        return False

    def is_as_seen(self, one: LockedStar, wish: Wish) -> bool:
        """What counts is the revision of the value itself, which is looked at below."""
        return True

    # What is wrong with it -----------------------------------------------------------------------------------------
    @cached_property
    def row(self) -> Criterion | None:
        own = [row for row in self.returnable if row.code == self.fix.criterion]
        return own[0] if own else None

    def is_of_the_star(self, one: LockedStar) -> Message | None:
        if self.row is None:
            return Message(N_("There is no such value in this star."))
        try:
            reader_of(self.row).period(str(self.fix.period or ""))
        except Refused as refused:
            return Message(MUST, {"allowed": refused.allowed})
        return None

    def gives_texts(self, one: LockedStar) -> Message | None:
        try:
            self.asked.reason = clean_text(self.fix.reason, max_length=LONGEST_REASON)
            self.document = clean_text(self.fix.document, max_length=DOCUMENT)
        except BadCell as bad:
            return Message(MUST, {"allowed": bad.allowed})
        if not self.asked.reason:
            return Message(N_("A correction needs its reason."))
        return private_number(self.asked.reason)

    def is_the_value_seen(self, one: LockedStar) -> Message | None:
        place = {"round": self.county.round_id, "branch": one.branch_id, "criterion": self.row}
        self.value = Value.objects.select_for_update().filter(**place, period=self.fix.period).first()
        if (self.value.revision if self.value else 0) == self.fix.seen_revision:
            return None
        return Message(N_("The value has changed since you opened the page; nothing was written."))

    def can_be_read(self, one: LockedStar) -> Message | None:
        reader, text = reader_of(self.row), self.fix.text.strip()
        try:
            self.parsed = reader.read_cell(plain_digits(text))
            check_reason(self.parsed, self.asked.reason)
            check_households(reader, self.parsed, self.households_of(one, reader))
        except Refused as refused:
            words = {"found": text[:40], "allowed": refused.allowed}
            return refused.sentence or Message(N_("“%(found)s”: must be %(allowed)s"), words)
        return None

    def households_of(self, one: LockedStar, reader: CriterionReader) -> int | None:
        if reader.row.basis != "per_100_households":
            return None
        return Branch.objects.values_list("households", flat=True).get(pk=one.branch_id)

    def is_another(self, one: LockedStar) -> Message | None:
        given = (number_of(self.parsed), self.parsed.na)
        if given == (None, False):
            stands = self.value is not None and rated(self.value, "department") != (None, False)
            return None if stands else Message(N_("There is no correction to take back."))
        if self.value is not None and given == counting(self.value):
            return Message(N_("That is the value already."))
        return None

    def keeps_sums(self, one: LockedStar) -> Message | None:
        """A part is no larger than its whole, seen together with the other values that count."""
        evaluation = self.county.round
        standard = published_standard(evaluation.criteria_set_id)
        standing = related_numbers(evaluation, standard, [one.branch_id])
        numbers = numbers_only(standing.get((one.branch_id, self.fix.period), {}))
        errors = relation_errors(standard, self.row.code, numbers | {self.row.code: self.number_after})
        return errors[0] if errors else None

    @property
    def number_after(self) -> Decimal | None:
        if number_of(self.parsed) is not None or self.parsed.na or self.value is None:
            return number_of(self.parsed)
        return counting(self.value, without="department")[0]

    # What is done --------------------------------------------------------------------------------------------------
    def take(self, passed: list[LockedStar], outcome: Outcome) -> None:
        before = after = ""
        for one in passed:
            before = text_of(self.value) if self.value else ""
            value = self.write(one)
            after = text_of(value)
            Correction.objects.create(
                value=value, entry_id=one.entry_id, star=self.star, before=before, after=after,
                reason=self.asked.reason, document=self.document, by=self.by.ledger_name, at=self.at,
            )  # fmt: skip
            StarReview.objects.filter(pk=one.review_id).update(revision=F("revision") + 1, changed_at=self.at)
            outcome.moved = [one.branch]
        self.note_correction(passed, outcome, before, after)

    def write(self, one: LockedStar) -> Value:
        """Only the department's part of the value and its revision are written."""
        own = {
            "department_number": number_of(self.parsed), "department_option": self.parsed.option,
            "department_na": self.parsed.na,
        }  # fmt: skip
        if self.value is None:
            place = {"round": self.county.round, "branch_id": one.branch_id, "criterion": self.row}
            return Value.objects.create(**place, period=self.fix.period, **own)
        Value.objects.filter(pk=self.value.pk).update(**own, revision=F("revision") + 1)
        return Value.objects.get(pk=self.value.pk)

    def note_correction(self, passed: list[LockedStar], outcome: Outcome, before: str, after: str) -> None:
        grant = self.grants.get(self.fix.branch)
        done = CORRECTED if self.fix.text.strip() else TAKEN_BACK
        detail = {
            "round": self.county.round.slug, "star": self.star, "branch": self.fix.branch,
            "criterion": self.fix.criterion[:32], "period": self.fix.period, "before": before, "after": after,
            "reason": fit_to_keep(self.asked.reason[:LONGEST_REASON]), "document": self.document,
            "role": grant.role if grant else "", "acting_for": grant.acting_for if grant else "",
            "refused": {branch: str(why) for branch, why in outcome.refused.items()},
        }  # fmt: skip
        append(
            chain=self.county.county_id, actor=self.by.ledger_name, action=done if passed else REFUSED,
            subject=self.county.round.slug, detail=detail,
        )  # fmt: skip


def rated(value: Value, rater: str) -> tuple[Decimal | None, bool]:
    return getattr(value, f"{rater}_number"), getattr(value, f"{rater}_na")


def counting(value: Value, *, without: str = "") -> tuple[Decimal | None, bool]:
    """What counts: the last rater's number, or that it isn't applicable; of the others, where one is left out."""
    given = [rated(value, rater) for rater in reversed(RATERS) if rater != without]
    return next((one for one in given if one != (None, False)), (None, False))


def text_of(value: Value) -> str:
    """What counts as the record keeps it, in no language: an option's code, a plain number, NA, or nothing."""
    for rater in reversed(RATERS):
        number, na = rated(value, rater)
        if na:
            return NA
        if number is not None:
            return getattr(value, f"{rater}_option") or plain(to_units(number))
    return ""
