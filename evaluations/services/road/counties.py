"""The steps of a county through the year, from its opening to its end."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F, Max
from django.db.models.functions import Now
from django.utils.timezone import localtime

from accounts.models import User
from branches.working_days import today, working_day_after, working_days_between
from evaluations.models import Appeal, Proposal, PublicNotice, RosterEntry, RoundCounty, Submission, VetoRecord
from evaluations.services.confirming import on_their_way
from evaluations.services.following import follow_up
from evaluations.services.proposing import canonical_list, digest_of, listed
from evaluations.services.rating import in_snapshot
from evaluations.services.road.persons import corrected_any, entered_any
from evaluations.services.road.steps import Outcome
from evaluations.services.road.whole import NAMED, Given, WholeStep
from evaluations.services.seal import hold_off_edits, seal_in_snapshot
from evaluations.workflow import (
    CLOSE_ENTRY,
    CONFIRM,
    OPEN_ENTRY,
    OPEN_OBJECTIONS,
    PROPOSE,
    PUBLISH,
    WITHDRAW_NOTICE,
    Action,
    AppealStatus,
    ProposalStatus,
    State,
    Status,
)
from tables.message import N_, Message

JUDGED = (PROPOSE, PUBLISH, CONFIRM)  # decided on results: rated and written in one snapshot that nobody writes beside
GRACE = timedelta(minutes=2)  # what was sent in time and waits for a lock is taken
LAST_TIME = "SELECT max(until) FROM evaluations_extension WHERE county_id = %s AND granted"


def move_county(
    county: RoundCounty, action: Action, *, by: User, seen_revision: int, reason: str = "", document: str = ""
) -> Outcome:
    """Take one step with a county; `seen_revision` is the county's as the person's page had it."""

    def work() -> Outcome:
        return CountyStep(county, action, by, Given(seen_revision, reason, document)).run()

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
        """What is sealed is what was on notice, but for vetoes and objections that came since."""
        old, new = ({line["branch"]: line for line in lines} for lines in (listed(self.proposal), self.lines))
        objected = set(self.row.objections.values_list("entry__branch__code", flat=True))
        wrong = [
            line["name"]
            for code, line in old.items()
            if code not in objected and not is_explained(line, new.get(code, {}))
        ] + [line["name"] for code, line in new.items() if code not in old]
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
        opened = {"document": self.given.document} if self.action == OPEN_ENTRY else {}
        self.move_county(self.action.target, **opened)
        self.decide()

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
        return told

    def note(self, why: Message | None) -> None:
        if self.action != CONFIRM or why is not None:  # the seal's own entry is the step's
            super().note(why)


def is_explained(before: dict, after: dict) -> bool:
    """Does a branch's line rest on what it rested on, or is there another veto since?"""
    if before["vetoes"] != after.get("vetoes"):
        return bool(after)
    return all(before[name] == after.get(name) for name in ("inputs", "road"))


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


def last_time(county: RoundCounty) -> datetime:
    """When the last of the county's units may still submit."""
    with connection.cursor() as cursor:
        cursor.execute(LAST_TIME, [county.pk])
        return max(filter(None, (county.entry_due, cursor.fetchone()[0])))


def close_overdue() -> int:
    """Close entry where its time and every extension is over: the clock's own step. Return how many counties."""
    due = RoundCounty.objects.filter(state=State.OPEN, entry_due__lt=Now() - GRACE)
    return sum(close_by_clock(county) for county in due.order_by("pk"))


@transaction.atomic
def close_by_clock(county: RoundCounty) -> bool:
    step = CountyStep(county, CLOSE_ENTRY, None, Given(0))
    step.lock()
    row = step.row
    if row.state != State.OPEN or row.entry_due is None:
        return False
    last = last_time(row)
    if step.received <= last + GRACE or on_their_way(row, last):
        return False
    step.before = step.row.state
    step.take()
    step.note(None)
    return True
