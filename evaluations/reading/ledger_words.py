"""The ledger's codes in words: what was done, and what its detail says."""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from accounts.roles import Role
from evaluations.workflow import ACTIONS, STATUSES, Subject
from scoring.models import StarCode

WORDS: dict[str, Promise] = {
    "account.password": gettext_lazy("Password set"),
    "account.save": gettext_lazy("Account changed"),
    "account.sign_in": gettext_lazy("Signed in"),
    "account.sign_out": gettext_lazy("Signed out"),
    "account.unlock": gettext_lazy("Lock lifted"),
    "role.give": gettext_lazy("Role given"),
    "role.take": gettext_lazy("Role taken away"),
    "branch.save": gettext_lazy("Branch changed"),
    "branches.load": gettext_lazy("Branches loaded"),
    "regions.load": gettext_lazy("Regions loaded"),
    "department.save": gettext_lazy("Department changed"),
    "criteria.draft": gettext_lazy("Criteria set drafted"),
    "criteria.edit": gettext_lazy("Criteria changed"),
    "criteria.delete": gettext_lazy("Criterion deleted"),
    "criteria.publish": gettext_lazy("Criteria set published"),
    "round.open": gettext_lazy("Round opened"),
    "round.draft": gettext_lazy("Round drafted"),
    "round.edit": gettext_lazy("Round changed"),
    "round.seal": gettext_lazy("Results sealed"),
    "deadline.set": gettext_lazy("Deadline set"),
    "deadline.refuse_step": gettext_lazy("Change of the deadline refused"),
    "calendar.set": gettext_lazy("Calendar changed"),
    "calendar.refuse_step": gettext_lazy("Change of the calendar refused"),
    "extension.ask": gettext_lazy("Extension asked for"),
    "extension.grant": gettext_lazy("Extension granted"),
    "extension.refuse": gettext_lazy("Extension refused"),
    "extension.refuse_step": gettext_lazy("Step with an extension refused"),
    "extension.decide": gettext_lazy("Extension decided on"),
    "values.load": gettext_lazy("Values loaded from a file"),
    "rating.request": gettext_lazy("Rating asked for"),
    "rating.done": gettext_lazy("Rating finished"),
    "rating.stop": gettext_lazy("Rating stopped"),
    "rating.resume": gettext_lazy("Rating resumed"),
    "upload.send": gettext_lazy("File sent in"),
    "upload.apply": gettext_lazy("File taken over"),
    "upload.discard": gettext_lazy("File discarded"),
    "value.correct": gettext_lazy("Value corrected"),
    "value.take_back": gettext_lazy("Correction taken back"),
    "value.refuse_correction": gettext_lazy("Correction refused"),
    "value.refuse_step": gettext_lazy("Correction refused"),
    "criterion.countersign": gettext_lazy("Countersigned"),
    "criterion.dissent": gettext_lazy("Dissent"),
    "criterion.refuse_countersign": gettext_lazy("Countersignature refused"),
    "sample.draw": gettext_lazy("Site-check sample drawn"),
    "sample.visit": gettext_lazy("Visit on site recorded"),
    "sample.refuse_step": gettext_lazy("Sample or visit refused"),
    "conflict.declare": gettext_lazy("Conflict of interest declared"),
    "conflict.end": gettext_lazy("Conflict of interest ended"),
    "objection.file": gettext_lazy("Objection filed"),
    "special_days.load": gettext_lazy("Holidays loaded"),
    "absence.ask": gettext_lazy("Deputy asked"),
    "absence.accept": gettext_lazy("Deputyship taken on"),
    "absence.decline": gettext_lazy("Deputyship declined"),
    "absence.end": gettext_lazy("Deputyship ended"),
    "absence.refuse": gettext_lazy("Deputyship refused"),
    "ledger.export": gettext_lazy("Ledger exported"),
    "ledger.verify": gettext_lazy("Ledger verified"),
}
KEYS: dict[str, Promise] = {
    "round": gettext_lazy("round"),
    "step": gettext_lazy("step"),
    "star": gettext_lazy("star"),
    "branches": gettext_lazy("branches"),
    "branch": gettext_lazy("branch"),
    "refused": gettext_lazy("refused"),
    "reason": gettext_lazy("reason"),
    "criteria": gettext_lazy("criteria"),
    "role": gettext_lazy("role"),
    "acting_for": gettext_lazy("acting for"),
    "from": pgettext_lazy("a status before", "from"),
    "to": pgettext_lazy("a status after", "to"),
    "due": gettext_lazy("to be answered by"),
    "values": gettext_lazy("values"),
    "late": gettext_lazy("late"),
    "document": gettext_lazy("document number"),
    "before": gettext_lazy("before"),
    "after": gettext_lazy("after"),
    "sha256": gettext_lazy("SHA-256"),
    "digest": gettext_lazy("digest"),
    "file": gettext_lazy("file"),
    "changed": gettext_lazy("changed"),
    "year": gettext_lazy("year"),
    "criterion": gettext_lazy("criterion"),
    "department": gettext_lazy("department"),
    "note": gettext_lazy("note"),
    "size": gettext_lazy("branches drawn"),
    "seed": gettext_lazy("seed"),
    "finding": gettext_lazy("finding"),
}
MOST_NAMED = 5  # of a list; the rest is counted, and whole in the export


@dataclass(frozen=True)
class Fact:
    name: str
    value: str


def action_word(action: str) -> str:
    """What was done: a step of the road by its button's words, anything else by WORDS, or as it is stored."""
    subject, _dot, key = action.partition(".")
    if key == "refuse" and subject in Subject.values:
        return _("Refused (%(what)s)") % {"what": Subject(subject).label}
    if key in ACTIONS and ACTIONS[key].subject == subject:
        return str(ACTIONS[key].label)
    return str(WORDS.get(action, action))


def facts_of(detail: str) -> list[Fact]:
    """An entry's detail as named facts; what is empty or false is left out."""
    told = json.loads(detail)
    subject = ACTIONS[told["step"]].subject if told.get("step") in ACTIONS else None
    return [Fact(str(KEYS.get(key, key)), in_words(key, value, subject)) for key, value in told.items() if value]


def brief_of(detail: str) -> str:
    """What an entry is about in a line: the star, the branch or how many, who was refused, why."""
    told = json.loads(detail)
    branches, refused = told.get("branches") or [], told.get("refused")
    parts = [str(StarCode(told["star"]).label)] if told.get("star") in StarCode.values else []
    if isinstance(branches, list) and branches:
        more = ngettext("%(count)s branch", "%(count)s branches", len(branches)) % {"count": len(branches)}
        parts.append(str(branches[0]) if len(branches) == 1 else more)
    if isinstance(refused, dict) and refused:
        parts.append(_("refused: %(count)s") % {"count": told.get("refusals") or len(refused)})
    elif isinstance(refused, str) and refused:
        parts.append(refused)
    return " · ".join([*parts, *([str(told["reason"])] if told.get("reason") else [])])


def in_words(key: str, value: object, subject: Subject | None) -> str:
    """One fact's value as a person reads it."""
    if key == "step":
        return str(ACTIONS[value].label if value in ACTIONS else WORDS.get(value, value))
    if key == "role":
        return listed([str(Role(one).label) for one in as_list(value) if one in Role.values])
    if key in ("from", "to") and subject is not None:
        labels = dict(STATUSES[subject].choices)
        return listed([str(labels.get(one, one)) for one in as_list(value)])
    if isinstance(value, dict):
        return listed([f"{name}: {text}" for name, text in value.items()])
    if value is True:
        return _("yes")
    return listed([str(one) for one in as_list(value)])


def as_list(value: object) -> list:
    return value if isinstance(value, list) else [value]


def listed(words: list[str]) -> str:
    """Some of a list, and how many more there are."""
    shown = pgettext("between names", ", ").join(words[:MOST_NAMED])
    more = len(words) - MOST_NAMED
    return shown if more <= 0 else _("%(some)s and %(more)s more") % {"some": shown, "more": more}
