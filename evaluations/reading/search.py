"""Finding a branch by what people type: any part of its name, the initials of its pinyin, or its code."""

from __future__ import annotations

from django.db.models import Q

from branches.models import Branch

LONGEST = 40
COUNTY = 6  # significant digits of a county's code


def asked_for(text: str) -> str:
    """What was typed, as it is looked for."""
    return text.strip()[:LONGEST].replace("\0", "")


def matching(text: str, county: str) -> Q:
    """A condition on rows that have a branch of that county: name, English name, initials or code as typed.

    The county's code narrows the search by the index on codes, so that a province costs no more than its county.
    """
    found = Q(branch__name__icontains=text) | Q(branch__name_en__icontains=text)
    found |= Q(branch__initials__startswith=text.lower()) | Q(branch__code=text)
    return Q(branch__code__startswith=county[:COUNTY]) & found


def named(branch: Branch, text: str) -> bool:
    """The same of one branch that is read already."""
    low = text.lower()
    in_name = low in branch.name.lower() or low in branch.name_en.lower()
    return in_name or branch.initials.startswith(low) or branch.code == text
