"""A confirmed star is revoked from a day on: the yearly list stays as it was sealed, the current list changes."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.utils.timezone import localtime

from accounts.models import User
from evaluations.models import RosterEntry, RoundCounty, StarChange
from evaluations.services.cases import Answer, Given, SealedCase
from evaluations.services.private_numbers import fit_to_keep
from evaluations.workflow import REVOKE, Action, ResultStatus
from scoring.models import STAR_CODES
from tables.message import N_, Message

FARTHEST = timedelta(days=366)  # a star revoked from a day that never comes would stand for ever


@transaction.atomic
def revoke(
    county: RoundCounty, *, branch: str, star: str, on: date | None, document: str, reason: str, by: User,
    seen_revision: int,
) -> Answer:  # fmt: skip
    """Take a star away from a day on; `seen_revision` is how many changes of the branch its revoker saw."""
    given = Given(reason=reason, document=document, on=on)
    return RevocationCase(county, REVOKE, by, given, seen_revision, branch, star).run()


class RevocationCase(SealedCase):
    """One star of one branch of a sealed list."""

    entered = Message(N_("You entered values of this branch: somebody else has to revoke its star."))

    def __init__(self, county: RoundCounty, action: Action, by: User, given: Given, seen: int, branch: str, star: str):
        super().__init__(county, action, by, given, seen)
        self.branch, self.star = branch, star

    def find(self) -> bool:
        known = RosterEntry.objects.filter(round=self.county.round_id, county=self.county.county_id)
        entry = known.filter(branch__code=self.branch).first()
        if self.star not in STAR_CODES or entry is None:
            return False
        self.branch_id = entry.branch_id
        if self.find_sealed():
            self.status = ResultStatus.EARNED if self.holds else ResultStatus.REVOKED
            self.revision = len(self.changes)
        return True

    def stands(self) -> Message:
        last = self.last_change if self.sealed else None
        if last is None:
            return Message(N_("The branch does not hold this star in the current list."))
        shown = {"day": last.effective_on.isoformat(), "document": last.document}
        return Message(N_("Revoked already from %(day)s, %(document)s."), shown)

    def is_repeated(self) -> bool:
        last = self.last_change if self.sealed else None
        if last is None or last.gained or last.cause != StarChange.Cause.REVOCATION:
            return False
        same = (last.by, last.document, last.effective_on)
        asked = (self.by.ledger_name, self.given.document.strip(), self.given.on)
        return same == asked and self.revision == self.seen + 1

    def lacks(self) -> Message | None:
        return super().lacks() or self.ill_dated()

    def ill_dated(self) -> Message | None:
        """Not before the star was confirmed or last given, and within a year: what was true on a day stays true."""
        sealed = self.confirmed_at or self.seal.sealed_at
        first = max([localtime(sealed).date(), *(one.effective_on for one in self.changes if one.star == self.star)])
        if self.given.on < first:
            return Message(
                N_("The star stands since %(day)s: it falls on that day or later."), {"day": first.isoformat()}
            )
        if self.given.on > self.today + FARTHEST:
            return Message(N_("The day lies more than a year ahead."))
        return None

    def take(self) -> None:
        self.change(
            gained=False, cause=StarChange.Cause.REVOCATION, on=self.given.on, document=self.given.document,
            reason=self.given.reason,
        )  # fmt: skip

    def detail(self) -> dict[str, object]:
        reason = fit_to_keep(self.given.reason)
        return {"reason": reason, "on": self.given.on.isoformat() if self.given.on else ""}
