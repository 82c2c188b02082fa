"""The branches of a county that one person enters anything of: one by its code, its neighbours, names."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q, QuerySet
from django.http import Http404

from accounts.access import EntryScope
from branches.models import Branch
from evaluations.models import RosterEntry
from evaluations.reading.county import SeenCounty


def within(seen: SeenCounty, scope: EntryScope) -> QuerySet[RosterEntry]:
    rows = RosterEntry.objects.filter(round=seen.row.round_id, county=seen.row.county_id)
    if scope.departments:
        return rows
    reached = Q(pk__in=[])
    for prefix in scope.townships:
        reached |= Q(branch__code__startswith=prefix)
    return rows.filter(reached)


def entry_of(seen: SeenCounty, scope: EntryScope, code: str) -> RosterEntry:
    """The branch's place on the roster; 404 where the reader enters nothing of it."""
    entry = within(seen, scope).select_related("branch", "township", "submission").filter(branch__code=code).first()
    if entry is None or not scope.covers(code):
        raise Http404
    return entry


def before(seen: SeenCounty, scope: EntryScope, branch: Branch) -> RosterEntry | None:
    key, code = branch.sort_key, branch.code
    rows = within(seen, scope).filter(Q(branch__sort_key__lt=key) | Q(branch__sort_key=key, branch__code__lt=code))
    return rows.select_related("branch").order_by("-branch__sort_key", "-branch__code").first()


def after(seen: SeenCounty, scope: EntryScope, branch: Branch) -> RosterEntry | None:
    key, code = branch.sort_key, branch.code
    rows = within(seen, scope).filter(Q(branch__sort_key__gt=key) | Q(branch__sort_key=key, branch__code__gt=code))
    return rows.select_related("branch").order_by("branch__sort_key", "branch__code").first()


def names_of_branches(seen: SeenCounty, scope: EntryScope, codes: Sequence[str]) -> dict[str, str]:
    """Code → name, of those of these branches that the person enters anything of."""
    entries = within(seen, scope).filter(branch__code__in=codes).select_related("branch")
    return {entry.branch.code: entry.branch.shown_name for entry in entries if scope.covers(entry.branch.code)}
