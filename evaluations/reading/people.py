"""Persons as pages name them: by unit and name, never by what they sign in with."""

from __future__ import annotations

from collections.abc import Iterable

from accounts.models import User
from evaluations.services.edits import Answer


def names_of(usernames: Iterable[str]) -> dict[str, str]:
    """Username → the account's label, in one query; none where there is nobody to name. Who has no account stays."""
    wanted = {name for name in usernames if name}
    known = User.objects.filter(username__in=wanted).only("username", "label") if wanted else []
    return {name: name for name in wanted} | {one.username: str(one) for one in known}


def with_names(answers: list[Answer], *, reader: str) -> list[Answer]:
    """Name who gave the other version of a conflict, and tell whether it was the reader, in another window."""
    theirs = [answer.theirs for answer in answers if answer.theirs]
    names = names_of(one.get("by", "") for one in theirs)
    for one in theirs:
        by = one.get("by", "")
        one |= {"mine": by == reader, "by": names.get(by, "")}
    return answers
