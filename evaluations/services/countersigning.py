"""Co-departments say of a criterion whether its values are as they know them, before its star is decided on.

A criterion names its departments in order: the first owns the value, the others countersign (domain.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import F

from accounts.access import grant_for
from accounts.models import Grant, User
from branches.models import Department
from evaluations.models import Countersign, RoundCounty, StarReview
from evaluations.services.private_numbers import fit_to_keep, private_number
from evaluations.services.road.persons import CONFLICT
from evaluations.services.road.stars import LockedStar, StarStep
from evaluations.services.road.steps import LONGEST_REASON, Asked, Outcome, Wish
from evaluations.workflow import DATA, RECOMMEND
from ledger.services import append
from scoring.models import ALL_STARS, Criterion
from tables.errors import BadCell
from tables.message import N_, Message
from tables.text import clean_text

# The revision of a criterion's value is that of its periods together; of what isn't there, 0.
REVISIONS = """
    SELECT branch_id, sum(revision)::bigint FROM evaluations_value
    WHERE round_id = %s AND branch_id = ANY(%s) AND criterion_id = %s GROUP BY 1
"""
GIVEN_BY = """
    SELECT v.branch_id FROM evaluations_value v
    WHERE v.round_id = %s AND v.branch_id = ANY(%s) AND v.criterion_id = %s AND (v.updated_by = ANY(%s)
        OR EXISTS (SELECT FROM evaluations_valueevent o WHERE o.pgh_obj_id = v.id AND o.updated_by = ANY(%s)))
"""
AGREE, DISSENT = "criterion.countersign", "criterion.dissent"


@dataclass(frozen=True)
class Word:
    """What a co-department says of some branches' values of one criterion."""

    agrees: bool
    note: str = ""


def named_departments(row: Criterion) -> tuple[str, ...]:
    """The departments a criterion names, without the remarks in brackets."""
    names = (part.replace("(", "（").split("（")[0].strip() for part in row.department.split("、"))
    return tuple(dict.fromkeys(name for name in names if name))


def co_departments(row: Criterion) -> tuple[str, ...]:
    """Those that countersign: the ones named after the owner, of a criterion that has values and a star of its own."""
    return named_departments(row)[1:] if row.takes_entry and row.star != ALL_STARS else ()


def signing_grant(user: User, county: str, department: str) -> Grant | None:
    """The role by which this person signs for the department; a clerk of it gives its data and its word."""
    held = [one for one in user.held_grants if one.department is not None and one.department.name == department]
    return grant_for(held if user.is_active else [], DATA, county, place=county)


def revisions_of(round_id: int, branches: Sequence[int], criterion: int) -> dict[int, int]:
    """Branch id → the revision of its value of the criterion; 0 where there is none."""
    found = dict.fromkeys(branches, 0)
    with connection.cursor() as cursor:
        cursor.execute(REVISIONS, [round_id, list(branches), criterion])
        found.update(cursor.fetchall())
    return found


@transaction.atomic
def countersign(
    county: RoundCounty, row: Criterion, wishes: Sequence[Wish], word: Word, *, department: str, by: User
) -> Outcome:
    """Sign for some branches, or dissent with a note, each judged by itself.

    A wish's revision is the value's that was seen. As many queries for 600 branches as for one.
    """
    return SigningStep(county, row, word, department, by).run(wishes)


class SigningStep(StarStep):
    """A countersignature under the locks of a star's step: it is for or against a value that stands still."""

    def __init__(self, county: RoundCounty, row: Criterion, word: Word, department: str, by: User):
        super().__init__(county, RECOMMEND, by, Asked(word.note), row.star)
        self.row, self.word, self.department = row, word, department
        self.checks = (self.is_asked_for, self.gives_its_reason, self.gave_nothing, self.is_no_relative)

    def grant_at(self, branch: str) -> Grant | None:
        if branch not in self.grants:
            self.grants[branch] = signing_grant(self.by, self.county.county_id, self.department)
        return self.grants[branch]

    def is_repeated(self, one: LockedStar, wish: Wish) -> bool:
        return False

    def lock(self, codes: Sequence[str]) -> dict[str, LockedStar]:
        found = super().lock(codes)
        ids = [one.branch_id for one in found.values()]
        self.known = revisions_of(self.county.round_id, ids, self.row.pk)
        with connection.cursor() as cursor:
            names = self.by.own_names
            cursor.execute(GIVEN_BY, [self.county.round_id, ids, self.row.pk, names, names])
            self.given = {branch for (branch,) in cursor.fetchall()}
        return found

    def is_as_seen(self, one: LockedStar, wish: Wish) -> bool:
        return self.known[one.branch_id] == wish.seen_revision

    def is_asked_for(self, one: LockedStar) -> Message | None:
        if self.department in co_departments(self.row):
            return None
        return Message(N_("This criterion is not countersigned by your department."))

    def gives_its_reason(self, one: LockedStar) -> Message | None:
        try:
            self.asked.reason = clean_text(self.word.note, max_length=LONGEST_REASON)
        except BadCell as bad:
            return Message(N_("must be %(allowed)s"), {"allowed": bad.allowed})
        if self.word.agrees or self.asked.reason:
            return private_number(self.asked.reason)
        return Message(N_("Say in the note why you do not agree."))

    def gave_nothing(self, one: LockedStar) -> Message | None:
        if one.branch_id in self.given:
            return Message(N_("You gave this value: somebody else has to countersign it."))
        return None

    def is_no_relative(self, one: LockedStar) -> Message | None:
        """A clerk has a hand in every branch by other criteria; a declared conflict bars their word on this one."""
        return CONFLICT if one.branch_id in self.declared else None

    # What is done --------------------------------------------------------------------------------------------------
    def take(self, passed: list[LockedStar], outcome: Outcome) -> None:
        if passed:
            signer = Department.objects.get(county_id=self.county.county_id, name=self.department)
            Countersign.objects.bulk_create([self.signed(one, signer) for one in passed], batch_size=2000)
            if not self.word.agrees:  # whoever is about to recommend has to see it first
                stars = StarReview.objects.filter(pk__in=[one.review_id for one in passed])
                stars.update(revision=F("revision") + 1, changed_at=self.at)
            outcome.moved = [one.branch for one in passed]
        self.note_word(passed, outcome)

    def signed(self, one: LockedStar, signer: Department) -> Countersign:
        return Countersign(
            entry_id=one.entry_id, criterion=self.row, department=signer, value_revision=self.known[one.branch_id],
            agrees=self.word.agrees, note=self.asked.reason, by=self.by.ledger_name, at=self.at,
        )  # fmt: skip

    def note_word(self, passed: list[LockedStar], outcome: Outcome) -> None:
        if not passed and not outcome.refused:
            return
        grants = [grant for grant in self.grants.values() if grant]
        action = AGREE if self.word.agrees else DISSENT
        detail = {
            "round": self.county.round.slug, "star": self.star, "criterion": self.row.code,
            "department": self.department, "branches": [one.branch for one in passed],
            "note": fit_to_keep(self.asked.reason),
            "role": sorted({grant.role for grant in grants}),
            "acting_for": sorted({grant.acting_for for grant in grants} - {""}),
            "refused": {branch: str(why) for branch, why in outcome.refused.items()},
        }  # fmt: skip
        append(
            chain=self.county.county_id, actor=self.by.ledger_name,
            action=action if passed else "criterion.refuse_countersign", subject=self.county.round.slug, detail=detail,
        )  # fmt: skip
