"""A township appeals for a star its branch did not get; others than the first reviewers decide."""

from __future__ import annotations

import secrets

from django.db import transaction
from django.db.models import F

from accounts.models import User
from evaluations.models import Appeal, Objection, RosterEntry, RoundCounty, StarChange
from evaluations.services.cases import Answer, Given, SealedCase
from evaluations.services.road.counties import last_appeal_day
from evaluations.services.road.persons import reviewed_branch, ruled_on_branch
from evaluations.workflow import APPEAL, GRANT_APPEAL, OPEN_OBJECTIONS, Action, AppealStatus
from scoring.models import STAR_CODES
from tables.message import N_, Message

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
LONGEST_REASON = 1000


@transaction.atomic
def appeal(county: RoundCounty, *, branch: str, star: str, reason: str, document: str = "", by: User) -> Answer:
    """File a township's appeal for one star of one of its branches; the receipt names it."""
    return FiledCase(county, APPEAL, by, Given(reason=reason, document=document), 0, branch, star).run()


@transaction.atomic
def rule_on_appeal(
    county: RoundCounty, action: Action, pk: int, *, by: User, seen_revision: int, reply: str, document: str = ""
) -> Answer:
    """Grant an appeal or dismiss it; granted, the star stands in the current list from the day of the ruling."""
    return AppealCase(county, action, by, Given(reply=reply, document=document), seen_revision, pk).run()


class FiledCase(SealedCase):
    """An appeal that is being filed."""

    def __init__(self, county: RoundCounty, action: Action, by: User, given: Given, seen: int, branch: str, star: str):
        super().__init__(county, action, by, given, seen)
        self.branch, self.star = branch, star
        self.longest, self.lines = self.longest | {"reason": LONGEST_REASON}, ("reason",)
        self.earlier: Appeal | None = None

    def find(self) -> bool:
        known = RosterEntry.objects.filter(round=self.county.round_id, branch__code=self.branch)
        if self.star not in STAR_CODES or not known.filter(county=self.county.county_id).exists():
            return False
        self.find_sealed()
        if self.sealed is not None:
            earlier = Appeal.objects.filter(seal=self.seal, branch=self.sealed.branch_id, star=self.star).first()
            self.earlier, self.receipt = earlier, earlier.receipt if earlier else ""
        return True

    def is_repeated(self) -> bool:
        """The same township sending it again gets the receipt it has."""
        return self.sealed is not None and self.earlier is not None and self.earlier.filed_by in self.by.own_names

    def appeal_in_time(self) -> Message | None:
        self.county.confirmed_at, self.county.appeal_days = self.confirmed_at, self.appeal_days
        last = last_appeal_day(self.county)
        if self.sealed is None or last is None:
            return Message(N_("Nothing is confirmed for this branch."))
        if self.today > last:
            return Message(N_("The time to appeal ended on %(day)s."), {"day": last.isoformat()})
        return None

    def star_not_earned(self) -> Message | None:
        if self.was_given:
            return Message(N_("The branch holds this star: there is nothing to appeal."))
        if self.earlier is not None:
            return Message(N_("There is an appeal for this star already: %(receipt)s."), {"receipt": self.receipt})
        return None

    def take(self) -> None:
        drawn = "".join(secrets.choice(ALPHABET) for _place in range(8))
        made = Appeal.objects.create(
            seal=self.seal, branch_id=self.sealed.branch_id, star=self.star, reason=self.given.reason,
            document=self.given.document, receipt=f"FH-{self.county.round.year}-{drawn[:4]}-{drawn[4:]}",
            filed_by=self.by.ledger_name,
        )  # fmt: skip
        self.receipt, self.pk = made.receipt, made.pk

    def detail(self) -> dict[str, object]:
        return {"appeal": getattr(self, "pk", 0), "receipt": self.receipt}


class AppealCase(SealedCase):
    """A ruling on an appeal."""

    def __init__(self, county: RoundCounty, action: Action, by: User, given: Given, seen: int, pk: int):
        super().__init__(county, action, by, given, seen)
        self.pk = pk

    def find(self) -> bool:
        rows = Appeal.objects.select_for_update(of=("self",)).select_related("branch")
        self.one = rows.filter(pk=self.pk, seal__round=self.county.round_id, seal__county=self.county.county_id).first()
        if self.one is None:
            return False
        branch = self.one.branch
        self.branch, self.branch_id, self.star = branch.code, branch.pk, self.one.star
        self.status, self.revision, self.receipt = self.one.status, self.one.revision, self.one.receipt
        return self.find_sealed()

    def stands(self) -> Message:
        words = {
            AppealStatus.UPHELD: N_("Ruled on already by %(by)s: granted."),
            AppealStatus.REJECTED: N_("Ruled on already by %(by)s: dismissed."),
        }
        return Message(words[AppealStatus(self.status)], {"by": self.one.ruled_by})

    def is_repeated(self) -> bool:
        same = self.one.ruled_by == self.by.ledger_name and self.status == self.action.target
        return same and self.revision == self.seen + 1

    def filed_by_another(self) -> Message | None:
        if self.one.filed_by in self.by.own_names:
            return Message(N_("You filed this appeal: somebody else has to decide on it."))
        return None

    def not_a_first_reviewer(self) -> Message | None:
        asked = self.by, self.county.round_id, self.branch_id
        if reviewed_branch(*asked) or ruled_on_branch(*asked):
            return Message(N_("You took part in the first review of this branch: somebody else decides its appeal."))
        return None

    def refusal(self) -> Message | None:
        return super().refusal() or (self.cannot_be_given() if self.action == GRANT_APPEAL else None)

    def cannot_be_given(self) -> Message | None:
        """A star is given once, and not over the head of an objection to it."""
        if self.was_given:
            return Message(N_("The branch was given this star already: the appeal can be dismissed only."))
        pending = Objection.objects.filter(
            county=self.county, entry__branch=self.sealed.branch_id, star=self.star, status__in=OPEN_OBJECTIONS
        )
        if pending.exists():
            return Message(N_("An objection to this star is still open: it is ruled on first."))
        return None

    def take(self) -> None:
        Appeal.objects.filter(pk=self.pk).update(
            status=self.action.target, revision=F("revision") + 1, reply=self.given.reply,
            ruling_document=self.given.document, ruled_by=self.by.ledger_name, ruled_at=self.now,
        )  # fmt: skip
        if self.action == GRANT_APPEAL:
            self.change(
                gained=True, cause=StarChange.Cause.APPEAL, on=self.today, document=self.given.document,
                reason=self.given.reply,
            )  # fmt: skip

    def detail(self) -> dict[str, object]:
        return {"appeal": self.pk, "receipt": self.receipt}
