"""Finding a branch by what people type: any part of its name, the initials of its pinyin, or its code."""

from __future__ import annotations

from django.db.models import Q

from branches.models import Branch

LONGEST = 40


def asked_for(text: str) -> str:
    """What was typed, as it is looked for."""
    return text.strip()[:LONGEST].replace("\0", "")


def matching(text: str, branch: str = "branch__") -> Q:
    """A condition on rows that have a branch: name, English name, initials or code as typed."""
    found = Q(**{f"{branch}name__icontains": text}) | Q(**{f"{branch}name_en__icontains": text})
    return found | Q(**{f"{branch}initials__startswith": text.lower()}) | Q(**{f"{branch}code": text})


def named(branch: Branch, text: str) -> bool:
    """The same of one branch that is read already."""
    low = text.lower()
    in_name = low in branch.name.lower() or low in branch.name_en.lower()
    return in_name or branch.initials.startswith(low) or branch.code == text
