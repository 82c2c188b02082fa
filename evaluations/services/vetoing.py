"""Veto records: reported while a county is not sealed, lifted by two persons, kept where the second does not agree.

A record counts as soon as it stands: a counted veto's value is the number of its standing records (scoring.md 4.3). A
veto that is no count, a yes/no, is a value like any other: it is entered by its department and takes no record.

Locks as on the road: the county shared (so a list is published with the veto or not at all), the branch's submission
and stars; the revisions of those it touches rise, so that nobody decides on what they have not seen. A decided star is
not moved: the engine refuses it, and the organization department sees the record.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now

from accounts.models import Grant, User
from evaluations.models import Decision, RosterEntry, RoundCounty, StarReview, Submission, VetoRecord
from evaluations.services.absences import today
from evaluations.services.following import follow_up
from evaluations.services.private_numbers import private_number
from evaluations.services.road.persons import CONFLICT, ENTERED_IT, declared_by, entered_by, may_act, mixed_duties
from evaluations.services.road.steps import COUNTY, STATES
from evaluations.workflow import ASK_LIFT, KEEP_VETO, LIFT, REPORT_VETO, Action, Need, State, VetoStatus
from ledger.services import append
from scoring.models import ALL_STARS, STAR_CODES, Criterion, ValueType
from scoring.standard import published_standard
from tables.errors import BadCell
from tables.message import N_, Message
from tables.text import clean_text

LONGEST = {"document": 120, "reporter": 120, "finding": 300, "reason": 300}
PROSE = {"reporter", "finding", "reason"}  # what is written freely; a document number is none of a person's
EARLIEST = date(2000, 1, 1)
UNKNOWN = Message(N_("There is no such branch or veto in your area."))
LACKING = {
    "document": N_("Give the document number."), "reporter": N_("Say which unit reports it."),
    "finding": N_("Say what was found."), "reason": N_("Give a reason."),
}  # fmt: skip


class VetoRefused(Exception):
    """Why a veto was not reported, lifted or kept, as a Message; nothing was done."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


@dataclass(frozen=True)
class Report:
    """What a veto's report says. The finding names no private persons."""

    branch: str
    criterion: str
    document: str
    found_on: date | None
    reporter: str
    finding: str


def criteria_for_records(county: RoundCounty) -> list[Criterion]:
    """The veto criteria whose value is the number of their records, in the standard's order."""
    rows = published_standard(county.round.criteria_set_id).criteria
    return [row for row in rows if row.veto and row.value_type == ValueType.COUNT]


def role_for(user: User, action: Action, county: str, *, place: str, star: str) -> Grant | None:
    """The role by which this person acts on a veto of that star; on one of all stars, a reviewer of any."""
    stars = STAR_CODES if star == ALL_STARS else (star,)
    found = (may_act(user, action, county, place=place, star=one) for one in stars)
    return next((grant for grant in found if grant is not None), None)


def report_veto(county: RoundCounty, report: Report, *, by: User) -> VetoRecord:
    """Report a veto of a branch; the same reported again is one. Raises VetoRefused, kept in the ledger."""
    return VetoStep(county, REPORT_VETO, by).report(report)


def ask_lift(record: VetoRecord, county: RoundCounty, *, reason: str, document: str, by: User) -> VetoRecord:
    """Ask to lift a veto that stands. Raises VetoRefused, kept in the ledger."""
    return VetoStep(county, ASK_LIFT, by).move(record, reason=reason, document=document)


def rule_on_lift(
    record: VetoRecord, county: RoundCounty, *, lift: bool, reason: str, by: User, seen: str
) -> VetoRecord:
    """Lift a veto, or keep it: by somebody else than who asked. Raises VetoRefused, kept in the ledger."""
    return VetoStep(county, LIFT if lift else KEEP_VETO, by).move(record, reason=reason, seen=seen)


class VetoStep:
    """One step with one veto record, checked under its locks."""

    def __init__(self, county: RoundCounty, action: Action, by: User):
        self.county, self.action, self.by = county, action, by
        self.entry: RosterEntry | None = None
        self.texts: dict[str, str] = {}

    # The two ways in ----------------------------------------------------------------------------------------------
    def report(self, report: Report) -> VetoRecord:
        with transaction.atomic():
            self.lock(report.branch)
            criterion = next((row for row in criteria_for_records(self.county) if row.code == report.criterion), None)
            made = self.same_reported(report, criterion)
            if made is not None:
                return made
            why = self.refusal_of(report, criterion)
            if why is None:
                made = self.record(report, criterion)
                self.follow(made, criterion, "")
            else:
                self.keep(None, {"criterion": report.criterion, "refused": str(why)})
        if made is None:
            raise VetoRefused(why)
        return made

    def move(self, record: VetoRecord, *, reason: str, document: str = "", seen: str | None = None) -> VetoRecord:
        with transaction.atomic():
            self.lock(record.branch.code)
            record = VetoRecord.objects.select_for_update(of=("self",)).select_related("criterion").get(pk=record.pk)
            record.branch = self.entry.branch
            if self.is_repeated(record):
                return record
            why = self.refusal_to_move(record, {"reason": reason, "document": document}, seen)
            if why is None:
                before = record.status
                VetoRecord.objects.filter(pk=record.pk).update(**self.changes())
                self.follow(record, record.criterion, before)
            else:
                self.keep(record, {"refused": str(why)})
        if why is not None:
            raise VetoRefused(why)
        record.refresh_from_db()
        return record

    # Under the locks ----------------------------------------------------------------------------------------------
    def lock(self, branch: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(COUNTY, [self.county.pk])
            self.state = cursor.fetchone()[0]
        here = RosterEntry.objects.filter(round=self.county.round_id, county=self.county.county_id, branch__code=branch)
        self.entry = here.select_related("branch").first()
        if self.entry is not None:
            Submission.objects.select_for_update(of=("self",)).get(pk=self.entry.pk)
            list(StarReview.objects.select_for_update().filter(entry=self.entry).order_by("pk").values_list("pk"))

    def same_reported(self, report: Report, criterion: Criterion | None) -> VetoRecord | None:
        """The same report by the same person, still standing: a double click is no second veto."""
        if self.entry is None or criterion is None:
            return None
        same = self.standing(report, criterion).filter(found_on=report.found_on, reported_by__in=self.by.own_names)
        return same.first()

    def standing(self, report: Report, criterion: Criterion):
        rows = VetoRecord.objects.filter(round=self.county.round_id, branch=self.entry.branch_id, lifted_at=None)
        return rows.filter(criterion=criterion, document=report.document.strip())

    def refusal_of(self, report: Report, criterion: Criterion | None) -> Message | None:
        if self.entry is None or not self.holds(criterion.star if criterion else None):
            return UNKNOWN
        if criterion is None:
            return Message(N_("This is no veto that is reported: where it is a yes or no, its department enters it."))
        if self.state not in self.action.counties:
            return Message(STATES[State(self.state)])
        lacking = self.lacks(document=report.document, reporter=report.reporter, finding=report.finding)
        return lacking or self.wrong_report(report, criterion) or mixed_duties(self.by, self.grant)

    def wrong_report(self, report: Report, criterion: Criterion) -> Message | None:
        if report.found_on is None or not EARLIEST <= report.found_on <= today():
            return Message(N_("The date it was found lies in the past, or is today."))
        if (known := self.standing(report, criterion).first()) is not None:
            shown = {"by": known.reporter or known.reported_by}
            return Message(N_("A veto with this document number stands already, reported by %(by)s."), shown)
        return None

    def refusal_to_move(self, record: VetoRecord, given: dict[str, str], seen: str | None) -> Message | None:
        if not self.holds(record.criterion.star):
            return UNKNOWN
        if record.status not in self.action.sources:
            return Message(STANDS[record.status], {"by": record.lifted_by or record.lift_asked_by})
        if self.state not in self.action.counties:
            return Message(STATES[State(self.state)])
        if self.action != ASK_LIFT and seen != asked_mark(record):
            return Message(N_("Changed since you opened the page; nothing was done."))
        wanted = {"reason": given["reason"]}
        if Need.DOCUMENT in self.action.needs:
            wanted["document"] = given["document"]
        guards = (getattr(self, name) for name in self.action.guards)
        lacking = self.lacks(**wanted) or next((why for guard in guards if (why := guard(record))), None)
        return lacking or mixed_duties(self.by, self.grant)

    def holds(self, star: str | None) -> bool:
        """Does the person hold a role for it? Of a criterion that isn't there: any role that reports."""
        code = self.entry.branch.code
        self.grant = role_for(self.by, self.action, self.county.county_id, place=code, star=star or ALL_STARS)
        return self.grant is not None

    def lacks(self, **given: str) -> Message | None:
        """Texts as they are stored, each of them needed."""
        for name, text in given.items():
            try:
                self.texts[name] = clean_text(text, max_length=LONGEST[name])
            except BadCell as bad:
                return Message(N_("must be %(allowed)s"), {"allowed": bad.allowed})
            if not self.texts[name]:
                return Message(LACKING[name])
            if name in PROSE and (why := private_number(self.texts[name])):
                return why
        return None

    # Guards of the table ------------------------------------------------------------------------------------------
    def asked_by_another(self, record: VetoRecord) -> Message | None:
        if record.lift_asked_by in self.by.own_names:
            return Message(N_("You asked for the lifting: somebody else has to decide."))
        return None

    def entered_nothing(self, record: VetoRecord) -> Message | None:
        if entered_by(self.by, self.county.round_id, [record.branch_id]):
            return ENTERED_IT
        return CONFLICT if declared_by(self.by, [record.branch_id]) else None

    # What is written ----------------------------------------------------------------------------------------------
    def is_repeated(self, record: VetoRecord) -> bool:
        """Was this very step taken by the same person before? A double click is no refusal."""
        names, last = self.by.own_names, self.last_decision(record)
        if self.action == ASK_LIFT:
            return record.status == VetoStatus.LIFT_ASKED and record.lift_asked_by in names
        if self.action == LIFT:
            return record.status == VetoStatus.LIFTED and record.lifted_by in names
        kept = last is not None and (last.action, last.by) == (KEEP_VETO.key, self.by.ledger_name)
        return kept and record.status == VetoStatus.STANDING

    def last_decision(self, record: VetoRecord) -> Decision | None:
        steps = [one.key for one in (REPORT_VETO, ASK_LIFT, LIFT, KEEP_VETO)]
        return Decision.objects.filter(submission=self.entry.pk, star=record.criterion.star, action__in=steps).last()

    def record(self, report: Report, criterion: Criterion) -> VetoRecord:
        return VetoRecord.objects.create(
            round_id=self.county.round_id, branch_id=self.entry.branch_id, criterion=criterion,
            found_on=report.found_on, reported_by=self.by.ledger_name, **self.texts,
        )  # fmt: skip

    def changes(self) -> dict[str, object]:
        """The record's own fields, by action."""
        name, reason = self.by.ledger_name, self.texts["reason"]
        if self.action == ASK_LIFT:
            asked = {"lift_asked_by": name, "lift_asked_at": Now(), "lift_reason": reason}
            return asked | {"lift_document": self.texts["document"]}
        if self.action == LIFT:
            return {"lifted_by": name, "lifted_at": Now(), "lifted_reason": reason}
        return {"lift_asked_by": "", "lift_asked_at": None, "lift_reason": "", "lift_document": ""}

    def follow(self, record: VetoRecord, criterion: Criterion, before: str) -> None:
        """What a step brings with it: the stars' revisions, the decision, who is told, the ledger entry last."""
        stars = STAR_CODES if criterion.star == ALL_STARS else (criterion.star,)
        StarReview.objects.filter(entry=self.entry, star__in=stars).update(revision=F("revision") + 1)
        Decision.objects.create(
            submission_id=self.entry.pk, star=criterion.star, action=self.action.key, source=before,
            target=self.action.target, by=self.by.ledger_name, role=self.grant.role, acting_for=self.grant.acting_for,
            reason=self.texts.get("reason") or self.texts["finding"], criteria=[criterion.code],
            document=self.texts.get("document", ""),
        )  # fmt: skip
        follow_up(
            self.county, self.action.key, by=self.by, branches=[self.entry.branch.code],
            star=criterion.star if criterion.star != ALL_STARS else "", subject=str(record.pk),
            params={"star": criterion.star},
        )  # fmt: skip
        self.keep(record, {"criterion": criterion.code, "star": criterion.star, "from": before} | self.texts)

    def keep(self, record: VetoRecord | None, detail: dict[str, object]) -> None:
        grant = getattr(self, "grant", None)
        told = {
            "round": self.county.round.slug, "step": self.action.key, "veto": record.pk if record else None,
            "branch": self.entry.branch.code if self.entry else "", "role": grant.role if grant else "",
            "acting_for": grant.acting_for if grant else "",
        }  # fmt: skip
        step = "refuse" if "refused" in detail else self.action.key
        append(
            chain=self.county.county_id, actor=self.by.ledger_name, action=f"veto.{step}",
            subject=self.county.round.slug, detail=told | detail,
        )  # fmt: skip


STANDS = {
    VetoStatus.STANDING: N_("The veto stands; nobody asks for its lifting."),
    VetoStatus.LIFT_ASKED: N_("Its lifting is asked for already, by %(by)s."),
    VetoStatus.LIFTED: N_("It was lifted already by %(by)s."),
}


def asked_mark(record: VetoRecord) -> str:
    """What somebody who rules on a lifting has seen: a later request is another one."""
    return record.lift_asked_at.isoformat() if record.lift_asked_at else ""
