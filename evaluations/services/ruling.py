"""An objection is checked by the star's department and ruled on by the organization department.

Before the seal an upheld objection withholds the star in the county's rating; after it the sealed list stays and the
ruling counts in the current list only.
"""

from __future__ import annotations

import json
from functools import cached_property

from django.db import transaction
from django.db.models import F

from accounts.models import User
from evaluations.models import Objection, RatingMark, RoundCounty, StarChange, StarReview
from evaluations.services.cases import Answer, Given, SealedCase
from evaluations.services.road.persons import reviewed_branch
from evaluations.services.sealed import columns_of
from evaluations.workflow import (
    CHECK_OBJECTION,
    OFFICIAL,
    OPEN_OBJECTIONS,
    REJECT,
    UPHOLD,
    Action,
    Need,
    ObjectionStatus,
    StarStatus,
    Status,
)
from scoring import engine
from scoring.compiled import CompiledSet
from tables.message import N_, Message


@transaction.atomic
def rule(
    county: RoundCounty, action: Action, objection: int, *, by: User, seen_revision: int, finding: str = "",
    reply: str = "", document: str = "",
) -> Answer:  # fmt: skip
    """Check an objection, uphold it or reject it; refusals are answers, kept in the ledger."""
    given = Given(finding=finding, reply=reply, document=document)
    return ObjectionCase(county, action, by, given, seen_revision, objection).run()


class ObjectionCase(SealedCase):
    """One step with one objection."""

    def __init__(self, county: RoundCounty, action: Action, by: User, given: Given, seen: int, pk: int):
        super().__init__(county, action, by, given, seen)
        self.pk = pk

    def find(self) -> bool:
        rows = Objection.objects.select_for_update(of=("self",)).select_related("entry__branch", "entry__submission")
        self.one = rows.filter(pk=self.pk, county=self.county).first()
        if self.one is None:
            return False
        branch = self.one.entry.branch
        self.branch, self.branch_id, self.star = branch.code, branch.pk, self.one.star
        self.status, self.revision, self.receipt = self.one.status, self.one.revision, self.one.receipt
        self.is_sealed = self.state in OFFICIAL and self.find_sealed()
        return True

    def stands(self) -> Message:
        words = {
            ObjectionStatus.FILED: N_("The department has not checked it yet: it is ruled on after that."),
            ObjectionStatus.CHECKED: N_("Checked already by %(by)s."),
            ObjectionStatus.UPHELD: N_("Ruled on already by %(by)s: upheld."),
            ObjectionStatus.REJECTED: N_("Ruled on already by %(by)s: rejected."),
        }
        by = self.one.checked_by if self.status == ObjectionStatus.CHECKED else self.one.ruled_by
        return Message(words[ObjectionStatus(self.status)], {"by": by})

    def is_repeated(self) -> bool:
        by = self.one.checked_by if self.action == CHECK_OBJECTION else self.one.ruled_by
        same = by == self.by.ledger_name and self.status == self.action.target
        return same and self.revision == self.seen + 1

    def lacks(self) -> Message | None:
        """A ruling after the seal changes a list that was published: it names its decision."""
        if why := super().lacks():
            return why
        if self.gives_back and not self.given.document:
            return Message(N_("The results are sealed: giving the star back needs a decision number."))
        return None

    def reviewed_by_others(self) -> Message | None:
        if reviewed_branch(self.by, self.county.round_id, self.branch_id):
            return Message(N_("You took part in the review of this branch: somebody else has to rule on it."))
        return None

    def checked_by_another(self) -> Message | None:
        if {self.one.checked_by, self.one.recorded_by} & set(self.by.own_names):
            return Message(N_("You checked this objection or took it down: somebody else has to rule on it."))
        return None

    @cached_property
    def gives_back(self) -> bool:
        """Does this ruling bring back a star that was withheld at the seal only because the objection was open?

        Asked once: the answer may take a run of the engine on the sealed county, and every ruling waits for the locks.
        """
        if self.action != REJECT or not self.is_sealed or self.was_given:
            return False
        others = Objection.objects.filter(entry=self.one.entry_id, star=self.star).exclude(pk=self.pk)
        if others.filter(status__in=[*OPEN_OBJECTIONS, ObjectionStatus.UPHELD]).exists():
            return False
        return not self.withheld_otherwise and self.would_be_earned

    @property
    def withheld_otherwise(self) -> bool:
        reviews = StarReview.objects.filter(entry=self.one.entry_id, star=self.star)
        absent = self.one.entry.submission.status == Status.ABSENT
        return absent or reviews.filter(status=StarStatus.NOT_RECOMMENDED).exists()

    @property
    def would_be_earned(self) -> bool:
        """Would the branch have earned the star at the seal, had nothing been withheld? The sealed file says it."""
        content = json.loads(self.seal.content)
        compiled = CompiledSet.from_dict(content["standard"])
        columns = columns_of(content, compiled)
        row = next(place for place, one in enumerate(content["roster"]) if one["branch"] == self.branch)
        star = compiled.star_places[self.star]
        columns.withheld[row, star] = False
        return bool(engine.rate(compiled, columns).earned[row, star])

    def take(self) -> None:
        gives_back = self.gives_back  # before the objection changes
        fields = {"status": self.action.target, "revision": F("revision") + 1}
        if self.action == CHECK_OBJECTION:
            fields |= {"finding": self.given.finding, "checked_by": self.by.ledger_name, "checked_at": self.now}
        else:
            fields |= {"reply": self.given.reply, "document": self.given.document}
            fields |= {"ruled_by": self.by.ledger_name, "ruled_at": self.now}
        Objection.objects.filter(pk=self.pk).update(**fields)
        if self.action == UPHOLD and not self.is_sealed:
            RatingMark.objects.create(round_id=self.county.round_id, county_id=self.county.county_id)
        if gives_back:
            self.change(
                gained=True, cause=StarChange.Cause.OBJECTION, on=self.today, document=self.given.document,
                reason=self.given.document,  # the reply is for who objected, not for every reader of the list
            )  # fmt: skip

    def detail(self) -> dict[str, object]:
        return {"objection": self.pk}


def needs_of(action: Action, *, sealed: bool) -> tuple[Need, ...]:
    """What the form of this step asks for; after the seal a rejection may give a star back, by a decision number."""
    if action == REJECT and sealed:
        return (*action.needs, Need.DOCUMENT)
    return action.needs
