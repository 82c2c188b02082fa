"""Of each subject beside the road one in every status, and how an action of the table is taken with one of them.

Everything a guard asks for is in order: the notice runs and so does the time to appeal, others did what came before.
`standing` reads from the database what stands where, so that a move is judged by what is kept, not by the answer.
"""

from __future__ import annotations

from contextlib import suppress

from accounts.models import User
from evaluations.models import Appeal, Objection, StarChange, StarReview, VetoRecord
from evaluations.services.appealing import appeal, rule_on_appeal
from evaluations.services.objecting import ObjectionRefused, file_objection
from evaluations.services.revoking import revoke
from evaluations.services.ruling import rule
from evaluations.services.vetoing import VetoRefused, ask_lift, asked_mark, report_veto, rule_on_lift
from evaluations.workflow import (
    APPEAL,
    ASK_LIFT,
    LIFT,
    RECORD_OBJECTION,
    REPORT_VETO,
    Action,
    AppealStatus,
    Need,
    ObjectionStatus,
    ResultStatus,
    StarStatus,
    State,
    Subject,
    VetoStatus,
)
from scoring.models import Criterion
from tests.review import noticed, veto_steps, world
from tests.review.noticed import DOCUMENT, REPLY, TEXT
from tests.review.world import STAR, Review

OTHERS = ("industry", "civility", "governance")
ANOTHER, REASON, FINDING = "another", "须说明的理由", "经现场核查，情况属实。"


class Placed:
    """The cases of one subject in one branch of the first township."""

    home: State  # where the county stands while its cases are judged

    def __init__(self, county: Review):
        self.county, self.branch, self.row = county, county.branches[0], county.county
        self.given = {
            Need.REASON: REASON, Need.DOCUMENT: DOCUMENT, Need.REPLY: REPLY, Need.FINDING: FINDING,
            Need.DATE: noticed.day(),
        }  # fmt: skip
        self.cases = self.place()
        self.before = set(self.standing().items())
        county.stand(self.home)

    def asked(self, action: Action) -> dict[str, object]:
        """What the form of this action gives, all of it in order."""
        return {str(need): self.given[need] for need in action.needs}


class Vetoes(Placed):
    home = State.UNDER_REVIEW

    def __init__(self):
        super().__init__(world.build(1, others=0))

    def place(self) -> dict[str, VetoRecord]:
        criterion = Criterion.objects.get(criteria_set=self.row.round.criteria_set, code="ST-V1")
        asked = {"lift_asked_by": ANOTHER, "lift_asked_at": world.now(), "lift_reason": REASON}
        lifted = {"lifted_by": "a third", "lifted_at": world.now(), "lifted_reason": REASON}
        fields = {VetoStatus.STANDING: {}, VetoStatus.LIFT_ASKED: asked, VetoStatus.LIFTED: asked | lifted}
        made = {"round": self.row.round, "branch": self.branch, "criterion": criterion, "reported_by": ANOTHER}
        return {
            str(status): VetoRecord.objects.create(document=f"环罚〔2026〕{status}", **made, **more)
            for status, more in fields.items()
        }

    def standing(self) -> dict[int, str]:
        return {one.pk: one.status for one in VetoRecord.objects.all()}

    def take(self, action: Action, one: VetoRecord, by: User, *, reason="", document="", finding="", date=None) -> None:
        with suppress(VetoRefused):
            if action == REPORT_VETO:
                told = veto_steps.report(self.county, document=document, finding=finding, found_on=date)
                report_veto(self.row, told, by=by)
            elif action == ASK_LIFT:
                ask_lift(one, self.row, reason=reason, document=document, by=by)
            else:
                seen = asked_mark(VetoRecord.objects.get(pk=one.pk))
                rule_on_lift(one, self.row, lift=action == LIFT, reason=reason, by=by, seen=seen)


class Objections(Placed):
    home = State.ON_NOTICE

    def __init__(self):
        super().__init__(noticed.build(1, others=0))

    def place(self) -> dict[str, Objection]:
        return {str(status): self.objection(status) for status in ObjectionStatus}

    def objection(self, status: ObjectionStatus) -> Objection:
        checked = status != ObjectionStatus.FILED
        ruled = checked and status != ObjectionStatus.CHECKED
        return Objection.objects.create(
            county=self.row, notice=self.row.notices.get(), entry=self.county.row(), star=STAR, text=TEXT,
            receipt=f"YY-{status}", status=status, finding=FINDING if checked else "",
            checked_by=ANOTHER if checked else "", reply=REPLY if ruled else "", ruled_by="a third" if ruled else "",
        )  # fmt: skip

    def standing(self) -> dict[int, str]:
        return dict(Objection.objects.values_list("pk", "status"))

    def take(self, action: Action, one: Objection, by: User, **given: object) -> None:
        if action == RECORD_OBJECTION:
            with suppress(ObjectionRefused):
                file_objection(self.row, noticed.wanted(self.county), by=by)
        else:
            rule(self.row, action, one.pk, by=by, seen_revision=one.revision, **given)


class Appeals(Placed):
    """The branch did not get four stars: for three there are appeals, for the fourth there is none yet."""

    home = State.CONFIRMED

    def __init__(self):
        county = noticed.build(1, others=0)
        lost = StarReview.objects.filter(entry=county.row(), star__in=(STAR, *OTHERS))
        lost.update(status=StarStatus.NOT_RECOMMENDED)
        self.seal = noticed.seal(county)
        super().__init__(county)

    def place(self) -> dict[str, Appeal]:
        return {
            str(status): Appeal.objects.create(
                seal=self.seal, branch=self.branch, star=star, reason=REASON, receipt=f"FH-{status}", filed_by=ANOTHER,
                status=status, reply=REPLY, ruled_by="" if status == AppealStatus.FILED else "a third",
            )
            for star, status in zip(OTHERS, AppealStatus, strict=True)
        }  # fmt: skip

    def standing(self) -> dict[int, str]:
        return dict(Appeal.objects.values_list("pk", "status"))

    def take(self, action: Action, one: Appeal, by: User, **given: object) -> None:
        if action == APPEAL:
            appeal(self.row, branch=self.branch.code, star=STAR, by=by, **given)
        else:
            rule_on_appeal(self.row, action, one.pk, by=by, seen_revision=one.revision, **{"reply": ""} | given)


class Results(Placed):
    """One star of the sealed list that stands and one that was revoked."""

    home = State.CONFIRMED

    def __init__(self):
        county = noticed.build(1, others=0)
        self.seal = noticed.seal(county)
        super().__init__(county)

    def place(self) -> dict[str, str]:
        StarChange.objects.create(
            seal=self.seal, branch=self.branch, star=OTHERS[0], gained=False, cause=StarChange.Cause.REVOCATION,
            effective_on=noticed.day(), document="示组发〔2026〕1号", reason=REASON, by=ANOTHER,
        )  # fmt: skip
        return {str(ResultStatus.EARNED): STAR, str(ResultStatus.REVOKED): OTHERS[0]}

    def standing(self) -> dict[str, str]:
        changes = StarChange.objects.order_by("pk").values_list("star", "gained")
        now = {star: ResultStatus.EARNED if gained else ResultStatus.REVOKED for star, gained in changes}
        return {STAR: ResultStatus.EARNED} | now

    def take(self, action: Action, one: str, by: User, *, document="", reason="", date=None) -> None:
        told = {"document": document, "reason": reason, "on": date}
        revoke(self.row, branch=self.branch.code, star=one, by=by, seen_revision=1, **told)


PLACED = {
    Subject.VETO: Vetoes, Subject.OBJECTION: Objections, Subject.APPEAL: Appeals, Subject.RESULT: Results,
}  # fmt: skip
