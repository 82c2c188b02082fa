"""The branches that have not submitted once entry is over: who they are, and those recorded so."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import ngettext

from accounts.models import User
from evaluations.deadline_forms import moment
from evaluations.models import Decision, RosterEntry
from evaluations.reading.county import SeenCounty
from evaluations.reading.entry_time import database_now
from evaluations.services.road import may_act
from evaluations.workflow import MARK_ABSENT, READMIT, Action, Status


class AbsentList:
    """Branches never submitted, and branches recorded as absent with the reason."""

    def __init__(self, seen: SeenCounty, user: User, posted: QueryDict):
        self.seen, self.row, self.posted = seen, seen.row, posted
        self.mine = may_act(user, MARK_ABSENT, self.row.county_id, place=self.row.county_id) is not None

    @property
    def is_time(self) -> bool:
        """Does the county stand where it may be recorded?"""
        return self.row.state in MARK_ABSENT.counties

    def entries(self, status: str) -> list[RosterEntry]:
        rows = RosterEntry.objects.filter(round=self.row.round_id, county=self.row.county_id)
        rows = rows.filter(submission__status=status).select_related("branch", "township", "submission")
        return list(rows.order_by("branch__code"))

    @cached_property
    def drafts(self) -> list[RosterEntry]:
        return self.entries(Status.DRAFT)

    @cached_property
    def absent(self) -> list[tuple[RosterEntry, str]]:
        """Each with the reason it was recorded for."""
        found = self.entries(Status.ABSENT)
        marked = Decision.objects.filter(submission__in=[one.pk for one in found], action=MARK_ABSENT.key)
        why = dict(marked.order_by("pk").values_list("submission", "reason"))
        return [(one, why.get(one.pk, "")) for one in found]

    @cached_property
    def now(self) -> datetime:
        return database_now()

    @property
    def due(self) -> datetime | None:
        """Until when a branch let in again may submit, as it was typed."""
        field = moment("")
        try:
            return field.clean(self.posted.get("due", "")) if self.posted.get("step") == READMIT.key else None
        except ValidationError:
            return None

    @staticmethod
    def told(action: Action, count: int) -> str:
        if action == READMIT:
            words = ngettext(
                "%(count)s branch may submit after all.", "%(count)s branches may submit after all.", count
            )
        else:
            words = ngettext(
                "%(count)s branch is recorded as not submitted.",
                "%(count)s branches are recorded as not submitted.",
                count,
            )
        return words % {"count": count}
