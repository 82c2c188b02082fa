"""Who is told of which step, as one table, and the one function that tells them; services call it after a step."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.urls import reverse

from accounts.models import User
from accounts.roles import TOWNSHIP, WORKING, Role
from evaluations import workflow as road
from evaluations.models import Kind, RoundCounty
from evaluations.services.clearing import ENDS, clear
from evaluations.services.telling import Item, To, tell
from scoring.models import STAR_CODES

CLERK, HEAD, DATA, DEPARTMENT = (
    Role.ENTRY_CLERK, Role.TOWNSHIP_REVIEWER, Role.DEPARTMENT_CLERK, Role.DEPARTMENT_REVIEWER,
)  # fmt: skip
OF_STAR = "review_queue"  # a page of one star: what is told of it is told of each star
REVIEWER, APPROVER = Role.ORGANIZATION_REVIEWER, Role.ORGANIZATION_APPROVER


@dataclass(frozen=True)
class Told:
    """One line of the table: who (those who hold one of the roles where it happened), of what, and where it leads.

    `code` names the sentence in reading/inbox_words.py, `page` the county's page behind it.
    """

    roles: tuple[Role, ...]
    kind: Kind
    code: str
    page: str


REVIEWED, OBJECT = "advance", "object"  # what happens by itself, and what the public does, beside the road's own steps
ASK_TIME, GRANT_TIME, REFUSE_TIME = "ask_extension", "grant_extension", "refuse_extension"

# step: who is told. A step that isn't here is told to nobody.
FOLLOWED: dict[str, tuple[Told, ...]] = {
    road.OPEN_ENTRY.key: (Told((CLERK, DATA), Kind.WAITING, "entry_opened", "work"),),
    road.CLOSE_ENTRY.key: (
        Told((CLERK, DATA), Kind.DEADLINE, "entry_closed", "work"),
        Told((REVIEWER,), Kind.WAITING, "entry_closed", "county_road"),
    ),
    road.REOPEN_ENTRY.key: (Told((CLERK, DATA), Kind.WAITING, "entry_reopened", "work"),),
    road.BEGIN_REVIEW.key: (
        Told((HEAD,), Kind.WAITING, "review_began", "check"),
        Told((DEPARTMENT,), Kind.WAITING, "review_began", "review_queue"),
    ),
    road.SUBMIT.key: (Told((HEAD,), Kind.WAITING, "to_check", "check"),),
    road.RETURN.key: (Told((CLERK,), Kind.RETURNED, "returned", "work"),),
    road.PASS.key: (Told((DEPARTMENT,), Kind.WAITING, "to_review", "review_queue"),),
    road.RETAKE.key: (
        Told((HEAD,), Kind.WAITING, "taken_back", "check"),
        Told((DEPARTMENT,), Kind.RETURNED, "taken_back", "review_queue"),
    ),
    road.MARK_ABSENT.key: (Told((CLERK, HEAD), Kind.RETURNED, "absent", "ranking"),),
    road.READMIT.key: (Told((CLERK, HEAD), Kind.RETURNED, "readmitted", "work"),),
    road.RETURN_STAR.key: (Told((CLERK, DATA), Kind.RETURNED, "star_returned", "work"),),
    road.GIVE_BACK.key: (Told((CLERK, DATA), Kind.RETURNED, "star_returned", "work"),),
    road.ANSWER.key: (Told((HEAD,), Kind.WAITING, "star_to_check", "check"),),
    road.ANSWER_DATA.key: (Told((DEPARTMENT,), Kind.WAITING, "star_corrected", "review_queue"),),
    road.PASS_STAR.key: (Told((DEPARTMENT,), Kind.WAITING, "star_corrected", "review_queue"),),
    road.SEND_BACK.key: (Told((DEPARTMENT,), Kind.RETURNED, "sent_back", "review_queue"),),
    REVIEWED: (Told((REVIEWER,), Kind.WAITING, "all_reviewed", "county_road"),),
    road.PROPOSE.key: (Told((APPROVER,), Kind.LIST, "list_proposed", "county_list"),),
    road.RETURN_LIST.key: (Told((REVIEWER,), Kind.LIST, "list_returned", "county_road"),),
    road.APPROVE.key: (Told((REVIEWER,), Kind.LIST, "list_approved", "county_road"),),
    road.PUBLISH.key: (Told((REVIEWER, DEPARTMENT, HEAD, CLERK), Kind.LIST, "notice_opened", "public_county"),),
    road.WITHDRAW_NOTICE.key: (Told((REVIEWER, DEPARTMENT, HEAD), Kind.LIST, "notice_withdrawn", "ranking"),),
    road.CONFIRM.key: (Told((*sorted(WORKING), Role.VIEWER), Kind.RESULT, "confirmed", "ranking"),),
    road.CLOSE.key: (Told((*sorted(WORKING), Role.VIEWER), Kind.RESULT, "closed", "ranking"),),
    road.REPORT_VETO.key: (Told((REVIEWER, APPROVER, DEPARTMENT, HEAD), Kind.VETO, "veto_reported", "veto"),),
    road.ASK_LIFT.key: (Told((APPROVER,), Kind.VETO, "lift_asked", "veto"),),
    road.LIFT.key: (Told((REVIEWER, DEPARTMENT, HEAD), Kind.VETO, "veto_lifted", "veto"),),
    road.KEEP_VETO.key: (Told((REVIEWER, DEPARTMENT, HEAD), Kind.VETO, "veto_kept", "veto"),),
    OBJECT: (Told((REVIEWER, DEPARTMENT), Kind.OBJECTION, "objection_filed", "objections"),),
    road.CHECK_OBJECTION.key: (Told((REVIEWER, APPROVER), Kind.OBJECTION, "objection_checked", "objections"),),
    road.UPHOLD.key: (
        Told((REVIEWER, DEPARTMENT), Kind.OBJECTION, "objection_upheld", "objections"),
        Told((HEAD,), Kind.OBJECTION, "objection_upheld", "ranking"),
    ),
    road.REJECT.key: (Told((REVIEWER, DEPARTMENT), Kind.OBJECTION, "objection_rejected", "objections"),),
    road.APPEAL.key: (
        Told((APPROVER,), Kind.OBJECTION, "appeal_filed", "appeals"),
        Told((REVIEWER,), Kind.OBJECTION, "appeal_filed", "appeals"),
    ),
    road.GRANT_APPEAL.key: (
        Told((HEAD,), Kind.OBJECTION, "appeal_granted", "appeals"),
        Told((CLERK, REVIEWER), Kind.OBJECTION, "appeal_granted", "standing"),
    ),
    road.DISMISS_APPEAL.key: (
        Told((HEAD,), Kind.OBJECTION, "appeal_dismissed", "appeals"),
        Told((CLERK, REVIEWER), Kind.OBJECTION, "appeal_dismissed", "appeals"),
    ),
    road.REVOKE.key: (Told((REVIEWER, DEPARTMENT, HEAD), Kind.RESULT, "revoked", "standing"),),
    ASK_TIME: (Told((APPROVER,), Kind.EXTENSION, "extension_asked", "entry_overview"),),
    GRANT_TIME: (Told((CLERK, DATA), Kind.EXTENSION, "extension_granted", "work"),),
    REFUSE_TIME: (Told((CLERK, DATA), Kind.EXTENSION, "extension_refused", "work"),),
}


def follow_up(
    county: RoundCounty, step: str, *, by: User | None, branches: Sequence[str] = (), star: str = "",
    owners: Iterable[str] | None = None, subject: str = "", params: dict | None = None,
) -> None:  # fmt: skip
    """Tell whom a step concerns; call it in the step's transaction, before its ledger entry.

    `branches` are the codes it moved (or the township's own); none means the county as a whole. `owners` are the
    departments asked to do something, '' for the township; of what is the whole county's, none means all of them. Steps
    of one day are told together, n of them, but for those of one `subject` (a veto, an objection), which is also the
    page's argument. One statement for each township (or star) that is told, so a step across townships costs as many.
    """
    for told in FOLLOWED.get(step, ()):
        for one in STAR_CODES if told.page == OF_STAR and not star else (star,):
            for place, codes in places_of(told, county, branches).items():
                given = {"n": len(codes), "star": one} | ({"branch": codes[0]} if len(codes) == 1 else {})
                key, url = f"{told.code}:{county.pk}:{place}:{one}:{subject}", address(county, told.page, subject, one)
                item = Item(told.kind, told.code, key, county, given | (params or {}), url, daily=not subject)
                tell(item, to=[to for role in told.roles for to in holders(role, county, place, one, owners)], by=by)
    clear(county, ENDS.get(step, ()))


def places_of(told: Told, county: RoundCounty, branches: Sequence[str]) -> dict[str, list[str]]:
    """Region code → the branches told of there: by township where one of its people is told, else all together."""
    if not branches or not TOWNSHIP.intersection(told.roles):
        return {county.county_id: list(branches)}
    places: dict[str, list[str]] = {}
    for code in branches:
        places.setdefault(f"{code[:9]}000", []).append(code)
    return dict(sorted(places.items()))  # two who tell the same townships wait for each other and never in a ring


def holders(role: Role, county: RoundCounty, place: str, star: str, owners: Iterable[str] | None) -> list[To]:
    """Where a role is held that a step concerns."""
    asked = {""} if owners is None else set(owners)
    if role == CLERK and "" not in asked:
        return []
    if role in TOWNSHIP:
        if place == county.county_id:
            return [To(role, place, within=True)]
        return [To(role, place)]
    if role == DATA and owners is None and place == county.county_id:
        return [To(role, place)]
    if role == DATA:
        return [To(role, county.county_id, department=owner) for owner in sorted(asked - {""})]
    return [To(role, county.county_id, star=star if role == DEPARTMENT else "")]


def address(county: RoundCounty, page: str, subject: str = "", star: str = "") -> str:
    further = {"veto": [subject], OF_STAR: [star]}.get(page, [])
    return reverse(page, args=[county.round.slug, county.county_id, *further])
