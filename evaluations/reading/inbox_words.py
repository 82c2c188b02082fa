"""What an item of the inbox says, worded when it is read: in the reader's language, as many as there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from scoring.models import ALL_STARS, StarCode

# code: the sentence for one and the one for several, or one sentence; %(branch)s, %(star)s, %(n)s, %(due)s … fill it.
SENTENCES = {
    "entry_opened": _("Entry is open."),
    "entry_closed": _("Entry is closed."),
    "entry_reopened": _("Entry is open again."),
    "review_began": _("The review has begun."),
    "taken_back": (
        _("%(branch)s was taken back to its township's check."),
        _("%(n)s branches were taken back to their townships' check."),
    ),
    "closed": _("The round is closed."),
    "to_check": (
        _("%(branch)s was submitted and waits for your check."),
        _("%(n)s branches were submitted and wait for your check."),
    ),
    "returned": (
        _("%(branch)s was returned to you for correction."),
        _("%(n)s branches were returned to you for correction."),
    ),
    "to_review": (
        _("%(branch)s was passed by its township and waits for your review."),
        _("%(n)s branches were passed by their townships and wait for your review."),
    ),
    "absent": (
        _("%(branch)s was recorded as not submitted."),
        _("%(n)s branches were recorded as not submitted."),
    ),
    "readmitted": (
        _("%(branch)s may submit after all, until %(due)s."),
        _("%(n)s branches may submit after all, until %(due)s."),
    ),
    "star_returned": (
        _("%(star)s of %(branch)s was returned: answer by %(due)s."),
        _("%(star)s of %(n)s branches was returned: answer by %(due)s."),
    ),
    "star_to_check": (
        _("%(star)s of %(branch)s was corrected and waits for your check."),
        _("%(star)s of %(n)s branches was corrected and waits for your check."),
    ),
    "star_corrected": (
        _("%(star)s of %(branch)s is back, corrected."),
        _("%(star)s of %(n)s branches is back, corrected."),
    ),
    "sent_back": (
        _("The organization department sent back %(star)s of %(branch)s."),
        _("The organization department sent back %(star)s of %(n)s branches."),
    ),
    "all_reviewed": (
        _("All departments are done with %(branch)s."),
        _("All departments are done with %(n)s branches."),
    ),
    "list_proposed": _("The list is proposed and waits for your approval."),
    "list_returned": _("The proposed list was returned to you."),
    "list_approved": _("The proposed list was approved."),
    "notice_opened": _("The public notice has opened."),
    "notice_withdrawn": _("The public notice was withdrawn; the county is under review again."),
    "confirmed": _("The results are confirmed and sealed."),
    "veto_reported": _("A veto was reported: %(branch)s, %(star)s."),
    "lift_asked": _("Lifting a veto is asked for: %(branch)s, %(star)s."),
    "veto_lifted": _("A veto was lifted: %(branch)s, %(star)s."),
    "veto_kept": _("A veto was kept: %(branch)s, %(star)s."),
    "objection_filed": _("An objection was filed: %(branch)s, %(star)s."),
    "objection_checked": _("An objection was checked and waits for its ruling: %(branch)s, %(star)s."),
    "objection_upheld": _("An objection was upheld: %(branch)s, %(star)s."),
    "objection_rejected": _("An objection was rejected: %(branch)s, %(star)s."),
    "appeal_filed": _("An appeal was filed: %(branch)s, %(star)s."),
    "appeal_granted": _("The appeal was granted: %(branch)s, %(star)s."),
    "appeal_dismissed": _("The appeal was dismissed: %(branch)s, %(star)s."),
    "revoked": _("A star was revoked: %(branch)s, %(star)s."),
    "extension_asked": _("%(unit)s asks for more time, until %(due)s."),
    "extension_granted": _("%(unit)s has more time, until %(due)s."),
    "extension_refused": _("More time for %(unit)s was refused."),
    "absence_asked": _("%(who)s asks you to act as %(role)s from %(first)s to %(last)s."),
    "absence_accepted": _("%(who)s takes it on to act as %(role)s from %(first)s to %(last)s."),
    "absence_declined": _("%(who)s declined to act as %(role)s from %(first)s to %(last)s."),
    "absence_ended": _("%(who)s ended the acting as %(role)s of %(first)s to %(last)s."),
    "due_entry": _("Entry closes on %(due)s; not submitted yet: %(n)s."),
    "due_data": _("Entry closes on %(due)s; values of %(department)s not given yet: %(n)s."),
    "due_township": _("Township checks end on %(due)s; waiting for you: %(n)s."),
    "due_department": _("Department reviews end on %(due)s; %(star)s not decided yet: %(n)s."),
    "due_answer": _("%(star)s was returned, to be answered by %(due)s; not answered yet: %(n)s."),
    "due_corrected": _("%(star)s was corrected and is to be checked by %(due)s; waiting for you: %(n)s."),
    "due_objection": _("The notice ends on %(due)s; objections open: %(n)s."),
    "due_appeal": _("Appeals to be ruled on by %(due)s: %(n)s."),
    "late_entry": _("Entry closed on %(due)s; not submitted: %(place)s, %(n)s."),
    "late_data": _("Entry closed on %(due)s; values of %(department)s not given: %(n)s."),
    "late_township": _("Township checks ended on %(due)s; not checked: %(place)s, %(n)s."),
    "late_department": _("Department reviews ended on %(due)s; %(star)s not decided: %(n)s."),
    "late_answer": _("%(star)s was to be answered by %(due)s; not answered: %(place)s, %(n)s."),
    "late_corrected": _("%(star)s was corrected and to be checked by %(due)s; not checked: %(place)s, %(n)s."),
    "late_objection": _("The notice ended on %(due)s; objections open: %(n)s."),
    "late_appeal": _("Appeals were to be ruled on by %(due)s; open: %(n)s."),
}  # fmt: skip


def sentence(code: str, params: Mapping, names: Mapping[str, str]) -> str:
    """The item's sentence; `names` are those of branches and townships by code. An unknown code says nothing wrong."""
    words = SENTENCES.get(code)
    if words is None:
        return gettext("Something has changed.")
    if isinstance(words, tuple):
        words = words[params.get("n", 1) != 1]
    filled = {"n": 1, "branch": "", "star": "", "due": "", "place": ""} | {
        name: shown(name, value, names) for name, value in params.items()
    }
    return str(words % filled)


def shown(name: str, value: object, names: Mapping[str, str]) -> object:
    reads: dict[str, Callable[[str], str]] = {
        "branch": lambda code: names.get(code, code), "place": lambda code: names.get(code, code), "star": star_word,
        "due": moment, "first": day, "last": day, "role": role_word,
    }  # fmt: skip
    return reads[name](str(value)) if name in reads else value


def star_word(code: str) -> str:
    if code == ALL_STARS:
        return gettext("all stars")
    return str(StarCode(code).label) if code in StarCode.values else gettext("the stars")


def role_word(code: str) -> str:
    return str(Role(code).label) if code in Role.values else code


def moment(text: str) -> str:
    """A time on the county's clock; a day where only that is known."""
    if not text:
        return ""
    at = datetime.fromisoformat(text)
    if len(text) == len("2026-11-24"):
        return date_format(at, gettext("j M"))
    return date_format(localtime(at), gettext("j M, H:i"))


def day(text: str) -> str:
    return date_format(date.fromisoformat(text), gettext("j M"))
