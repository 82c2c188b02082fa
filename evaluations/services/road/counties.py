"""The steps of a county through the year, from its opening to its end."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Max
from django.utils.timezone import localtime

from accounts.models import User
from branches.working_days import today, working_day_after, working_days_between
from evaluations.models import Appeal, Proposal, PublicNotice, RosterEntry, RoundCounty, Submission, VetoRecord
from evaluations.services.confirming import on_their_way
from evaluations.services.deadlines import LATEST, last_time
from evaluations.services.following import follow_up
from evaluations.services.proposing import canonical_list, digest_of, listed
from evaluations.services.rating import in_snapshot
from evaluations.services.road.noticed import Noticed
from evaluations.services.road.persons import corrected_any, entered_any
from evaluations.services.road.steps import Outcome
from evaluations.services.road.whole import NAMED, Given, WholeStep
from evaluations.services.seal import hold_off_edits, seal_in_snapshot
from evaluations.workflow import (
    CONFIRM,
    OPEN_ENTRY,
    OPEN_OBJECTIONS,
    PROPOSE,
    PUBLISH,
    REOPEN_ENTRY,
    WITHDRAW_NOTICE,
    Action,
    AppealStatus,
    ProposalStatus,
    State,
    Status,
)
from tables.message import N_, Message

JUDGED = (PROPOSE, PUBLISH, CONFIRM)  # decided on results: rated and written in one snapshot that nobody writes beside


def move_county(
    county: RoundCounty, action: Action, *, by: User, seen_revision: int, reason: str = "", document: str = "",
    due: datetime | None = None,
) -> Outcome:  # fmt: skip
    """Take one step with a county; `seen_revision` is the county's as the person's page had it."""

    def work() -> Outcome:
        return CountyStep(county, action, by, Given(seen_revision, reason, document, due)).run()

    if action in JUDGED:
        return in_snapshot(county.round_id, county.county_id, work, first=hold_off_edits)
    with transaction.atomic():
        return work()


class CountyStep(WholeStep):
    """One step of the county itself."""

    # Guards: what is in the way, or nothing ---------------------------------------------------------------------------
    def has_roster(self) -> Message | None:
        if RosterEntry.objects.filter(round=self.row.round_id, county=self.row.county_id).exists():
            return None
        return Message(N_("No branch takes part yet."))

    def has_calendar(self) -> Message | None:
        times = (self.row.entry_due, self.row.township_due, self.row.department_due)
        if not self.row.prepared_by or None in times:
            return Message(N_("The calendar is not prepared yet."))
        if not self.received < times[0] <= times[1] <= times[2]:
            return Message(N_("The times of the calendar are not ahead, one after the other."))
        return None

    def prepared_by_another(self) -> Message | None:
        if self.row.prepared_by in self.by.own_names:
            return Message(N_("You prepared the calendar: somebody else opens the county."))
        return None

    def deadline_over(self) -> Message | None:
        """The deadline and every extension granted lie behind, and all that was confirmed in time is written."""
        if self.row.entry_due is None:
            return Message(N_("No deadline is set."))
        last = last_time(self.row)
        if self.received > last:
            return on_their_way(self.row, last)
        until = localtime(last).strftime("%Y-%m-%d %H:%M")
        return Message(N_("The deadline or an extension is not over yet: %(until)s."), {"until": until})

    def due_ahead(self) -> Message | None:
        """Entry opens again until a time to come: with the old one the clock would close it within a minute."""
        due = self.given.due
        if due is None or due <= self.received:
            return Message(N_("Say until when entry is open again: a time to come."))
        if due > self.received + LATEST:
            return Message(N_("The deadline lies more than two years ahead."))
        if self.row.township_due is not None and due > self.row.township_due:
            return Message(N_("Entry ends first, then the township checks, then the department reviews."))
        return None

    def all_reviewed(self) -> Message | None:
        here = Submission.objects.filter(entry__round=self.row.round_id, entry__county=self.row.county_id)
        waiting = here.exclude(status__in=[Status.REVIEWED, Status.ABSENT]).count()
        if waiting:
            return Message(N_("Branches not yet reviewed: %(count)s."), {"count": waiting})
        return None

    def no_lift_pending(self) -> Message | None:
        here = RosterEntry.objects.filter(round=self.row.round_id, county=self.row.county_id).values("branch")
        asked = VetoRecord.objects.filter(round=self.row.round_id, branch__in=here, lifted_at=None)
        waiting = asked.exclude(lift_asked_at=None).count()
        if waiting:
            return Message(N_("Vetoes whose lifting waits for its decision: %(count)s."), {"count": waiting})
        return None

    def corrected_nothing(self) -> Message | None:
        if corrected_any(self.by, self.row.round_id, self.row.county_id):
            return Message(N_("You corrected values of this county: somebody else has to propose."))
        return None

    def list_approved(self) -> Message | None:
        if self.proposal is None or self.proposal.status != ProposalStatus.APPROVED:
            return Message(N_("The list is not approved yet."))
        return None

    def has_contact(self) -> Message | None:
        if not self.row.contact:
            return Message(N_("The calendar names no contact for the public yet."))
        return None

    def notice_over(self) -> Message | None:
        if self.notice is None:
            return Message(N_("There is no public notice."))
        first, now = self.notice.first_day - timedelta(days=1), today()
        lasted = working_days_between(first, now - timedelta(days=1), self.row.county_id)
        if now > self.notice.last_day and lasted >= self.notice.days:
            return None
        if now > self.notice.last_day:  # holidays that were entered after it had opened
            shown = {"lasted": lasted, "days": self.notice.days}
            return Message(N_("The public notice has lasted %(lasted)s of %(days)s working days."), shown)
        return Message(N_("The public notice lasts to the end of %(day)s."), {"day": str(self.notice.last_day)})

    def nothing_unnoticed(self) -> Message | None:
        """The public had its days for every star that is sealed: what came on top needs a notice of its own."""
        shown = {line["branch"]: set(line["earned"]) for line in listed(self.proposal)}
        gained = [line["name"] for line in self.lines if not set(line["earned"]) <= shown.get(line["branch"], set())]
        if not gained:
            return None
        return Message(
            N_("Stars that were not on the notice: %(count)s branches (%(names)s). Withdraw the notice first."),
            {"count": len(gained), "names": "、".join(gained[:NAMED])},
        )

    def changed_by_rulings_only(self) -> Message | None:
        """What is sealed is what was on notice, but for what vetoes and rulings since explain."""
        wrong = Noticed(self.row, self.notice).differing(listed(self.proposal), self.lines)
        if not wrong:
            return None
        return Message(
            N_("Changed since the notice opened: %(count)s branches (%(names)s). Withdraw the notice first."),
            {"count": len(wrong), "names": "、".join(wrong[:NAMED])},
        )

    def entered_nothing(self) -> Message | None:
        if entered_any(self.by, self.row.round_id, self.row.county_id):
            return Message(N_("You entered values of this county: somebody else has to propose."))
        return None

    def appeals_over(self) -> Message | None:
        last = last_appeal_day(self.row)
        if last is not None and today() <= last:
            return Message(N_("Appeals may be filed to the end of %(day)s."), {"day": str(last)})
        here = Appeal.objects.filter(seal__round=self.row.round_id, seal__county=self.row.county_id)
        waiting = here.filter(status=AppealStatus.FILED).count()
        return Message(N_("Appeals not ruled on: %(count)s."), {"count": waiting}) if waiting else None

    def objections_ruled(self) -> Message | None:
        """Open ones withhold a star and keep their senders' contact details: none is left behind."""
        waiting = self.row.objections.filter(status__in=OPEN_OBJECTIONS).count()
        return Message(N_("Objections not ruled on: %(count)s."), {"count": waiting}) if waiting else None

    @property
    def notice(self) -> PublicNotice | None:
        return open_notice(self.row)

    # What is done -----------------------------------------------------------------------------------------------------
    def take(self) -> None:
        if self.action == CONFIRM:
            self.seal()
            return
        if self.action == PROPOSE:
            self.propose()
        elif self.action == PUBLISH:
            self.publish()
        elif self.action == WITHDRAW_NOTICE:
            self.withdraw()
        self.old_due = self.row.entry_due
        self.move_county(self.action.target, **self.opened_with())
        self.decide()

    def opened_with(self) -> dict[str, object]:
        """What opening writes beside the state, and opening again."""
        if self.action == REOPEN_ENTRY:
            return {"entry_due": self.given.due}
        return {"document": self.given.document} if self.action == OPEN_ENTRY else {}

    def propose(self) -> None:
        content = canonical_list(self.row, self.lines)
        last = self.row.proposals.aggregate(last=Max("number"))["last"] or 0
        self.made = Proposal.objects.create(
            county=self.row, number=last + 1, content=content, digest=digest_of(content), made_by=self.actor
        )

    def publish(self) -> None:
        """From tomorrow, to the end of the last working day; an edition's number is never used again."""
        last = self.row.notices.aggregate(last=Max("edition"))["last"] or 0
        now = today()
        self.made = PublicNotice.objects.create(
            proposal=self.proposal, county=self.row, edition=last + 1, opened_by=self.actor,
            first_day=now + timedelta(days=1), days=self.row.notice_days, contact=self.row.contact,
            last_day=working_day_after(now, self.row.notice_days, self.row.county_id),
        )  # fmt: skip

    def withdraw(self) -> None:
        here = PublicNotice.objects.filter(county=self.row, withdrawn_at=None)
        here.update(withdrawn_at=self.at, withdrawn_reason=self.given.reason)
        give_back_list(self.proposal, self)

    def seal(self) -> None:
        """The state comes with the seal: it says that open objections count as not earned."""
        self.given.document = self.proposal.minutes
        told = self.detail() | {"edition": self.notice.edition, "proposal": self.proposal.number}
        self.move_county(State.CONFIRMED, confirmed_at=self.at)
        self.decide()
        follow_up(self.row, CONFIRM.key, by=self.by)
        self.made = seal_in_snapshot(
            self.row.round, self.row.county_id, document=self.given.document, by=self.actor, state=State.CONFIRMED,
            noted=told,
        )  # fmt: skip

    def detail(self) -> dict[str, object]:
        told, made = super().detail(), getattr(self, "made", None)
        if isinstance(made, Proposal):
            told |= {"proposal": made.number, "digest": made.digest}
        if isinstance(made, PublicNotice):
            days = {"first": str(made.first_day), "last": str(made.last_day)}
            told |= {"proposal": self.proposal.number, "edition": made.edition, "days": made.days} | days
        if self.action == REOPEN_ENTRY:
            told |= self.told_times()
        return told

    def told_times(self) -> dict[str, str]:
        """Until when entry was open, and until when it is or was asked to be."""
        before = getattr(self, "old_due", self.row.entry_due)
        return {name: at.isoformat() if at else "" for name, at in (("before", before), ("after", self.given.due))}

    def note(self, why: Message | None) -> None:
        if self.action != CONFIRM or why is not None:  # the seal's own entry is the step's
            super().note(why)


def give_back_list(proposal: Proposal, step: WholeStep) -> None:
    """The list is no longer anybody's to decide on; the review goes on."""
    Proposal.objects.filter(pk=proposal.pk).update(
        status=ProposalStatus.RETURNED, revision=F("revision") + 1, returned_by=step.actor, returned_at=step.at,
        returned_reason=step.given.reason,
    )  # fmt: skip


def open_notice(county: RoundCounty) -> PublicNotice | None:
    """The notice the county is or was confirmed by; None before, and after it was withdrawn."""
    return PublicNotice.objects.filter(county=county, withdrawn_at=None).first()


def last_appeal_day(county: RoundCounty):
    """The last day on which a township may appeal; None where the county was confirmed on paper."""
    if county.confirmed_at is None:
        return None
    return working_day_after(localtime(county.confirmed_at).date(), county.appeal_days, county.county_id)
