"""Persons as pages name them: by unit and name, never by what they sign in with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from django.utils.translation import gettext

from accounts.models import Grant, User
from branches.operator import OPERATOR
from evaluations.services.edits import Answer
from ledger.services import SYSTEM
from tables.message import Message


def names_of(usernames: Iterable[str]) -> dict[str, str]:
    """Username → the account's label, in one query; none where there is nobody to name. Who has no account stays."""
    wanted = {name for name in usernames if name}
    known = User.objects.filter(username__in=wanted).only("username", "label") if wanted else []
    nobody = {OPERATOR: gettext("loaded by the system operator"), SYSTEM: gettext("the system")}
    return {name: nobody.get(name, name) for name in wanted} | {one.username: str(one) for one in known}


def acted(by: str, acting_for: str, names: Mapping[str, str]) -> str:
    """Who did something, and for whom while acting: B (for A)."""
    name = names.get(by, by)
    if not acting_for:
        return name
    return gettext("%(who)s (for %(absent)s)") % {"who": name, "absent": names.get(acting_for, acting_for)}


def refused_by_name(refused: Mapping[str, Message]) -> dict[str, Message]:
    """Why each was refused, with whoever is named in it as pages name them; the ledger keeps the account."""
    names = names_of(str(why.params["by"]) for why in refused.values() if "by" in why.params)
    return {
        one: replace(why, params={**why.params, "by": names.get(why.params["by"], "")}) if "by" in why.params else why
        for one, why in refused.items()
    }


def role_word(grant: Grant) -> str:
    """A role as a person would name it, with whom it is held for while they are absent."""
    word = str(grant.get_role_display())
    return gettext("%(who)s (for %(absent)s)") % {"who": word, "absent": grant.acting_for} if grant.acting_for else word


def with_names(answers: list[Answer], *, reader: str) -> list[Answer]:
    """Name who gave the other version of a conflict, and tell whether it was the reader, in another window."""
    theirs = [answer.theirs for answer in answers if answer.theirs]
    names = names_of(one.get("by", "") for one in theirs)
    for one in theirs:
        by = one.get("by", "")
        one |= {"mine": by == reader, "by": names.get(by, "")}
    return answers
