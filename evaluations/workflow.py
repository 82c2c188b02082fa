"""The road of a round as one table: what moves, from where to where, who may move it, when, and what that needs.

Statuses, actions, buttons, lists, permissions, the generated tests and the diagram in docs/workflow.md come from here
(domain.md, The year). Adding a step is adding rows. Everything here is plain data: services/road checks an action
under its locks and moves what it is about; a guard is the name of a check there.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.roles import Role


class Subject(TextChoices):
    """What moves."""

    COUNTY = "county", _("county")
    SUBMISSION = "submission", _("submission")
    STAR = "star", _("star")
    PROPOSAL = "proposal", _("proposed list")
    VETO = "veto", _("veto record")
    OBJECTION = "objection", _("objection")
    APPEAL = "appeal", _("appeal")
    RESULT = "result", _("confirmed star")


class State(TextChoices):
    """Where a county stands in the year."""

    DRAFT = "draft", _("Draft")
    OPEN = "open", _("Open for entry")
    CLOSED_FOR_ENTRY = "closed_for_entry", _("Closed for entry")
    UNDER_REVIEW = "under_review", _("Under review")
    PROPOSED = "proposed", _("Proposed")
    ON_NOTICE = "on_notice", _("On public notice")
    CONFIRMED = "confirmed", _("Confirmed")
    CLOSED = "closed", _("Closed")


class Status(TextChoices):
    """Where a branch's submission stands. Passed by its township, its stars are reviewed side by side."""

    DRAFT = "draft", _("Being entered")
    SUBMITTED = "submitted", _("Township check")
    PASSED = "passed", _("Department review")
    REVIEWED = "reviewed", _("Organization department")
    ABSENT = "absent", _("Not submitted")


class StarStatus(TextChoices):
    """Where the review of one star of one branch stands."""

    WAITING = "waiting", pgettext_lazy("star review", "Not yet passed by the township")
    REVIEWING = "reviewing", _("Under department review")
    RETURNED = "returned", pgettext_lazy("star review", "Returned for correction")
    CORRECTED = "corrected", _("Corrected, township check")
    RECOMMENDED = "recommended", _("Recommended")
    NOT_RECOMMENDED = "not_recommended", _("Not recommended")


class ProposalStatus(TextChoices):
    LISTED = "listed", _("Awaiting approval")
    APPROVED = "approved", _("Approved")
    RETURNED = "returned", pgettext_lazy("proposed list", "Returned")


class VetoStatus(TextChoices):
    STANDING = "standing", _("Standing")
    LIFT_ASKED = "lift_asked", _("Lifting asked for")
    LIFTED = "lifted", _("Lifted")


class ObjectionStatus(TextChoices):
    FILED = "filed", _("Filed")
    CHECKED = "checked", _("Checked by the department")
    UPHELD = "upheld", _("Upheld")
    REJECTED = "rejected", _("Rejected")


class AppealStatus(TextChoices):
    FILED = "filed", _("Filed")
    UPHELD = "upheld", _("Upheld")
    REJECTED = "rejected", _("Rejected")


class ResultStatus(TextChoices):
    EARNED = "earned", _("Star earned")
    REVOKED = "revoked", _("Star revoked")


STATUSES: dict[Subject, type[TextChoices]] = {
    Subject.COUNTY: State, Subject.SUBMISSION: Status, Subject.STAR: StarStatus, Subject.PROPOSAL: ProposalStatus,
    Subject.VETO: VetoStatus, Subject.OBJECTION: ObjectionStatus, Subject.APPEAL: AppealStatus,
    Subject.RESULT: ResultStatus,
}  # fmt: skip
OFFICIAL = (State.CONFIRMED, State.CLOSED)
DECIDED = (StarStatus.RECOMMENDED, StarStatus.NOT_RECOMMENDED)
OPEN_OBJECTIONS = (ObjectionStatus.FILED, ObjectionStatus.CHECKED)

# What the public reads of a status; a status that isn't here is never shown to it.
PUBLIC_LABELS: dict[TextChoices, Promise] = {
    State.ON_NOTICE: _("On public notice"),
    State.CONFIRMED: _("Confirmed"),
    State.CLOSED: _("Confirmed"),
    ObjectionStatus.FILED: _("Received, not yet checked"),
    ObjectionStatus.CHECKED: _("Checked, not yet ruled on"),
    ObjectionStatus.UPHELD: _("Upheld"),
    ObjectionStatus.REJECTED: _("Rejected"),
}


class Need(TextChoices):
    """What an action's form asks for."""

    REASON = "reason", _("reason")
    CRITERIA = "criteria", _("criteria concerned")
    DUE = "due", _("to be answered by")
    DOCUMENT = "document", _("document number")
    DATE = "date", _("date")
    REPLY = "reply", _("reply")
    FINDING = "finding", _("finding")


@dataclass(frozen=True)
class Action:
    """One step: what it moves, from where to where, who may take it, while the county stands where, and its needs."""

    key: str
    label: Promise
    subject: Subject
    sources: tuple[TextChoices, ...]
    target: TextChoices
    roles: tuple[Role, ...]
    counties: tuple[State, ...]
    needs: tuple[Need, ...] = ()
    guards: tuple[str, ...] = ()

    @property
    def needs_reason(self) -> bool:
        return Need.REASON in self.needs


CLERK, HEAD = (Role.ENTRY_CLERK,), (Role.TOWNSHIP_REVIEWER,)
DATA, DEPARTMENT = (Role.DEPARTMENT_CLERK,), (Role.DEPARTMENT_REVIEWER,)
REVIEWER, APPROVER = (Role.ORGANIZATION_REVIEWER,), (Role.ORGANIZATION_APPROVER,)
REPORTERS = (Role.DEPARTMENT_REVIEWER, Role.ORGANIZATION_REVIEWER)
ENTRY = (State.OPEN, State.CLOSED_FOR_ENTRY, State.UNDER_REVIEW)  # a returned branch is corrected in any of them
REVIEW = (State.UNDER_REVIEW,)
BEFORE_SEAL = (State.OPEN, State.CLOSED_FOR_ENTRY, State.UNDER_REVIEW, State.PROPOSED, State.ON_NOTICE)

# The county ----------------------------------------------------------------------------------------------------------
OPEN_ENTRY = Action(
    "open", _("Open for entry"), Subject.COUNTY, (State.DRAFT,), State.OPEN, APPROVER, (State.DRAFT,),
    (Need.DOCUMENT,), ("has_roster", "has_calendar", "prepared_by_another"),
)  # fmt: skip
CLOSE_ENTRY = Action(
    "close_entry", _("Close entry"), Subject.COUNTY, (State.OPEN,), State.CLOSED_FOR_ENTRY, REVIEWER, (State.OPEN,),
    (), ("deadline_over",),
)  # fmt: skip
REOPEN_ENTRY = Action(
    "reopen_entry", _("Reopen entry"), Subject.COUNTY, (State.CLOSED_FOR_ENTRY,), State.OPEN, APPROVER,
    (State.CLOSED_FOR_ENTRY,), (Need.REASON, Need.DUE), ("due_ahead",),
)  # fmt: skip
BEGIN_REVIEW = Action(
    "begin_review", _("Begin review"), Subject.COUNTY, (State.CLOSED_FOR_ENTRY,), State.UNDER_REVIEW, REVIEWER,
    (State.CLOSED_FOR_ENTRY,),
)  # fmt: skip
PROPOSE = Action(
    "propose", _("Propose the list"), Subject.COUNTY, (State.UNDER_REVIEW,), State.PROPOSED, REVIEWER, REVIEW,
    (), ("all_reviewed", "no_lift_pending", "corrected_nothing", "entered_nothing"),
)  # fmt: skip
PUBLISH = Action(
    "publish", _("Open the public notice"), Subject.COUNTY, (State.PROPOSED,), State.ON_NOTICE, APPROVER,
    (State.PROPOSED,), (), ("list_approved", "unchanged", "has_contact", "reviewed_nothing", "proposed_by_another"),
)  # fmt: skip
WITHDRAW_NOTICE = Action(
    "withdraw_notice", _("Withdraw the notice"), Subject.COUNTY, (State.ON_NOTICE,), State.UNDER_REVIEW, APPROVER,
    (State.ON_NOTICE,), (Need.REASON,),
)  # fmt: skip
CONFIRM = Action(
    "confirm", _("Confirm and seal"), Subject.COUNTY, (State.ON_NOTICE,), State.CONFIRMED, APPROVER,
    (State.ON_NOTICE,), (),
    (
        "notice_over", "no_lift_pending", "nothing_unnoticed", "changed_by_rulings_only", "reviewed_nothing",
        "proposed_by_another",
    ),
)  # fmt: skip
CLOSE = Action(
    "close", _("Close the round"), Subject.COUNTY, (State.CONFIRMED,), State.CLOSED, APPROVER, (State.CONFIRMED,),
    (), ("appeals_over", "objections_ruled"),
)  # fmt: skip

# A branch's submission -----------------------------------------------------------------------------------------------
SUBMIT = Action(
    "submit", _("Submit"), Subject.SUBMISSION, (Status.DRAFT,), Status.SUBMITTED, CLERK, ENTRY, (),
    ("in_time", "complete"),
)  # fmt: skip
WITHDRAW = Action(
    "withdraw", _("Withdraw"), Subject.SUBMISSION, (Status.SUBMITTED,), Status.DRAFT, CLERK, ENTRY, (),
    ("in_time", "not_begun"),
)  # fmt: skip
RETURN = Action(
    "return", _("Return for correction"), Subject.SUBMISSION, (Status.SUBMITTED,), Status.DRAFT, HEAD, ENTRY,
    (Need.REASON, Need.CRITERIA), ("names_criteria", "leaves_time", "entered_nothing"),
)  # fmt: skip
PASS = Action(
    "pass", pgettext_lazy("township check", "Pass"), Subject.SUBMISSION, (Status.SUBMITTED,), Status.PASSED, HEAD,
    ENTRY, (), ("entered_nothing",),
)  # fmt: skip
RETAKE = Action(
    "retake", _("Take back to the township"), Subject.SUBMISSION, (Status.PASSED,), Status.SUBMITTED, HEAD, ENTRY, (),
    ("no_star_decided", "entered_nothing"),
)  # fmt: skip
MARK_ABSENT = Action(
    "mark_absent", _("Record as not submitted"), Subject.SUBMISSION, (Status.DRAFT,), Status.ABSENT, REVIEWER,
    (State.CLOSED_FOR_ENTRY, State.UNDER_REVIEW), (Need.REASON,), ("entered_nothing",),
)  # fmt: skip
READMIT = Action(
    "readmit", _("Let it submit after all"), Subject.SUBMISSION, (Status.ABSENT,), Status.DRAFT, REVIEWER,
    (State.CLOSED_FOR_ENTRY, State.UNDER_REVIEW), (Need.REASON, Need.DUE), ("due_ahead", "entered_nothing"),
)  # fmt: skip

# One star of a branch ------------------------------------------------------------------------------------------------
RECOMMEND = Action(
    "recommend", _("Recommend"), Subject.STAR, (StarStatus.REVIEWING,), StarStatus.RECOMMENDED, DEPARTMENT, REVIEW,
    (), ("entered_nothing", "settles_dissent"),
)  # fmt: skip
NOT_RECOMMEND = Action(
    "not_recommend", _("Do not recommend"), Subject.STAR, (StarStatus.REVIEWING,), StarStatus.NOT_RECOMMENDED,
    DEPARTMENT, REVIEW, (Need.REASON,), ("entered_nothing",),
)  # fmt: skip
RETURN_STAR = Action(
    "return_star", _("Return for correction"), Subject.STAR, (StarStatus.REVIEWING,), StarStatus.RETURNED, DEPARTMENT,
    REVIEW, (Need.REASON, Need.CRITERIA, Need.DUE), ("names_criteria", "due_ahead", "entered_nothing"),
)  # fmt: skip
RECONSIDER = Action(
    "reconsider", _("Take back the opinion"), Subject.STAR, (*DECIDED, StarStatus.RETURNED), StarStatus.REVIEWING,
    DEPARTMENT, REVIEW, (),
    ("entered_nothing",),
)  # fmt: skip
RESUME = Action(
    "resume", _("Go on without an answer"), Subject.STAR, (StarStatus.RETURNED,), StarStatus.REVIEWING, DEPARTMENT,
    REVIEW, (), ("answer_overdue", "entered_nothing"),
)  # fmt: skip
ANSWER = Action(
    "answer", _("Send the correction"), Subject.STAR, (StarStatus.RETURNED,), StarStatus.CORRECTED, CLERK, REVIEW, (),
    ("answer_in_time", "asked_of_township", "corrected_all"),
)  # fmt: skip
ANSWER_DATA = Action(
    "answer_data", _("Send the corrected data"), Subject.STAR, (StarStatus.RETURNED,), StarStatus.REVIEWING, DATA,
    REVIEW, (), ("answer_in_time", "asked_of_department", "corrected_all"),
)  # fmt: skip
PASS_STAR = Action(
    "pass_star", _("Pass the correction"), Subject.STAR, (StarStatus.CORRECTED,), StarStatus.REVIEWING, HEAD, REVIEW,
    (), ("entered_nothing",),
)  # fmt: skip
GIVE_BACK = Action(
    "give_back", _("Return the correction"), Subject.STAR, (StarStatus.CORRECTED,), StarStatus.RETURNED, HEAD, REVIEW,
    (Need.REASON, Need.CRITERIA, Need.DUE), ("names_criteria", "due_ahead", "entered_nothing"),
)  # fmt: skip
SEND_BACK = Action(
    "send_back", _("Return to the department"), Subject.STAR, DECIDED, StarStatus.REVIEWING, REVIEWER, REVIEW,
    (Need.REASON,), ("entered_nothing",),
)  # fmt: skip

# The proposed list ---------------------------------------------------------------------------------------------------
APPROVE = Action(
    "approve", _("Approve the list"), Subject.PROPOSAL, (ProposalStatus.LISTED,), ProposalStatus.APPROVED, APPROVER,
    (State.PROPOSED,), (Need.DOCUMENT,), ("unchanged", "proposed_by_another", "reviewed_nothing"),
)  # fmt: skip
RETURN_LIST = Action(
    "return_list", _("Return the list"), Subject.PROPOSAL, (ProposalStatus.LISTED, ProposalStatus.APPROVED),
    ProposalStatus.RETURNED, APPROVER, (State.PROPOSED,), (Need.REASON,),
)  # fmt: skip

# Veto records: reported at any time before the seal, lifted only by two ----------------------------------------------
REPORT_VETO = Action(
    "report_veto", _("Report a veto"), Subject.VETO, (), VetoStatus.STANDING, REPORTERS, BEFORE_SEAL,
    (Need.DOCUMENT, Need.DATE, Need.FINDING),
)  # fmt: skip
ASK_LIFT = Action(
    "ask_lift", _("Ask to lift the veto"), Subject.VETO, (VetoStatus.STANDING,), VetoStatus.LIFT_ASKED, REPORTERS,
    BEFORE_SEAL, (Need.REASON, Need.DOCUMENT),
)  # fmt: skip
LIFT = Action(
    "lift", _("Lift the veto"), Subject.VETO, (VetoStatus.LIFT_ASKED,), VetoStatus.LIFTED, APPROVER, BEFORE_SEAL,
    (Need.REASON,), ("asked_by_another", "entered_nothing"),
)  # fmt: skip
KEEP_VETO = Action(
    "keep_veto", _("Keep the veto"), Subject.VETO, (VetoStatus.LIFT_ASKED,), VetoStatus.STANDING, APPROVER,
    BEFORE_SEAL, (Need.REASON,), ("asked_by_another", "entered_nothing"),
)  # fmt: skip

# Objections and appeals ----------------------------------------------------------------------------------------------
RULING = (State.ON_NOTICE, State.CONFIRMED, State.CLOSED)
RECORD_OBJECTION = Action(
    "record_objection", _("Take down an objection"), Subject.OBJECTION, (), ObjectionStatus.FILED, REVIEWER,
    (State.ON_NOTICE,), (), ("notice_runs", "star_on_list"),
)  # fmt: skip
CHECK_OBJECTION = Action(
    "check_objection", _("Give the finding"), Subject.OBJECTION, (ObjectionStatus.FILED,), ObjectionStatus.CHECKED,
    DEPARTMENT, RULING, (Need.FINDING,), ("entered_nothing",),
)  # fmt: skip
UPHOLD = Action(
    "uphold", _("Uphold the objection"), Subject.OBJECTION, (ObjectionStatus.CHECKED,), ObjectionStatus.UPHELD,
    APPROVER, RULING, (Need.DOCUMENT, Need.REPLY), ("checked_by_another", "reviewed_by_others", "entered_nothing"),
)  # fmt: skip
REJECT = Action(
    "reject", _("Reject the objection"), Subject.OBJECTION, (ObjectionStatus.CHECKED,), ObjectionStatus.REJECTED,
    APPROVER, RULING, (Need.REPLY,), ("checked_by_another", "reviewed_by_others", "entered_nothing"),
)  # fmt: skip
APPEAL = Action(
    "appeal", _("Appeal"), Subject.APPEAL, (), AppealStatus.FILED, HEAD, (State.CONFIRMED,), (Need.REASON,),
    ("appeal_in_time", "star_not_earned"),
)  # fmt: skip
GRANT_APPEAL = Action(
    "grant_appeal", _("Grant the appeal"), Subject.APPEAL, (AppealStatus.FILED,), AppealStatus.UPHELD, APPROVER,
    OFFICIAL, (Need.DOCUMENT, Need.REPLY), ("filed_by_another", "not_a_first_reviewer", "entered_nothing"),
)  # fmt: skip
DISMISS_APPEAL = Action(
    "dismiss_appeal", _("Dismiss the appeal"), Subject.APPEAL, (AppealStatus.FILED,), AppealStatus.REJECTED, APPROVER,
    OFFICIAL, (Need.REPLY,), ("filed_by_another", "not_a_first_reviewer", "entered_nothing"),
)  # fmt: skip
REVOKE = Action(
    "revoke", _("Revoke star"), Subject.RESULT, (ResultStatus.EARNED,), ResultStatus.REVOKED, APPROVER, OFFICIAL,
    (Need.DOCUMENT, Need.DATE, Need.REASON), ("entered_nothing",),
)  # fmt: skip

ACTIONS: dict[str, Action] = {
    action.key: action
    for action in (
        OPEN_ENTRY, CLOSE_ENTRY, REOPEN_ENTRY, BEGIN_REVIEW, PROPOSE, PUBLISH, WITHDRAW_NOTICE, CONFIRM, CLOSE,
        SUBMIT, WITHDRAW, RETURN, PASS, RETAKE, MARK_ABSENT, READMIT,
        RECOMMEND, NOT_RECOMMEND, RETURN_STAR, RECONSIDER, RESUME, ANSWER, ANSWER_DATA, PASS_STAR, GIVE_BACK, SEND_BACK,
        APPROVE, RETURN_LIST,
        REPORT_VETO, ASK_LIFT, LIFT, KEEP_VETO,
        RECORD_OBJECTION, CHECK_OBJECTION, UPHOLD, REJECT, APPEAL, GRANT_APPEAL, DISMISS_APPEAL, REVOKE,
    )
}  # fmt: skip


def actions_of(subject: Subject, status: str | None = None) -> list[Action]:
    """The steps of a subject; with a status, those that lead from there. What buttons and lists are made of."""
    return [one for one in ACTIONS.values() if one.subject == subject and (status is None or status in one.sources)]
