"""My work: what waits for a township's clerk, branch by branch, what came back and why, what is submitted."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.access import EntryScope
from evaluations.models import Decision, Extension, RosterEntry, State, Submission
from evaluations.reading.county import SeenCounty
from evaluations.reading.entry_links import link
from evaluations.reading.entry_share import Share
from evaluations.reading.entry_time import Deadline, database_now, deadline_of, extensions_of
from evaluations.reading.marks import StarHead
from evaluations.reading.search import named
from evaluations.services.completeness import Branch, Progress, progress_of, slots_of, township_rows
from evaluations.workflow import RETURN, WITHDRAW, Status
from scoring.models import Criterion


@dataclass(frozen=True)
class Action:
    """A button that leads to another page of entry."""

    url: str
    word: str
    icon: str


@dataclass(frozen=True)
class StarProgress(Share):
    """How many of a star's township values one branch has."""

    head: StarHead
    given: int
    asked: int
    url: str


@dataclass(frozen=True)
class Returned:
    """Why a branch came back, and what is to be corrected."""

    decision: Decision
    criteria: list[Criterion]


@dataclass(frozen=True)
class WorkRow:
    """One branch of the clerk's."""

    entry: RosterEntry
    progress: Progress
    stars: list[StarProgress]
    returned: Returned | None
    url: str
    next_url: str  # the form, opened at what is next; empty where nothing is
    in_time: bool  # is it taken now: in the township's time, or in its own where it was given back?

    @property
    def submission(self) -> Submission:
        return self.entry.submission

    @property
    def submitted(self) -> bool:
        return self.submission.status != Status.DRAFT

    @property
    def may_withdraw(self) -> bool:
        return self.in_time and self.submission.status in WITHDRAW.sources

    @property
    def ready(self) -> bool:
        """Could it be submitted as it is?"""
        return not self.submitted and self.progress.complete

    @property
    def waits(self) -> bool:
        return not self.submitted


@dataclass(frozen=True)
class Group:
    """Branches in the same state; `folded` where others come first."""

    label: str
    rows: list[WorkRow]
    folded: bool


class Work:
    """The branches that one clerk enters for, in the order of their names' pinyin; `search` leaves a few."""

    def __init__(self, seen: SeenCounty, scope: EntryScope, search: str = ""):
        self.seen, self.scope, self.search = seen, scope, search
        self.now = database_now()
        self.extensions = extensions_of(seen.row, townships=scope.townships, departments=scope.departments)
        self.criteria = township_rows(seen.round.criteria_set_id)

    @cached_property
    def entries(self) -> list[RosterEntry]:
        """All branches of the clerk's townships."""
        within = Q(pk__in=[])
        for prefix in self.scope.townships:
            within |= Q(branch__code__startswith=prefix)
        return list(roster(self.seen).filter(within).select_related("branch", "township", "submission"))

    @cached_property
    def returns(self) -> dict[int, Decision]:
        """Submission → the return that it waits with."""
        back = [entry.pk for entry in self.entries if entry.submission.unlocked]
        decisions = Decision.objects.filter(submission__in=back, action=RETURN.key)
        return {decision.submission_id: decision for decision in decisions.order_by("pk")}

    @cached_property
    def rows(self) -> list[WorkRow]:
        branches = [
            Branch(
                entry.branch_id, entry.township_id, tuple(entry.submission.unlocked),
                self.returns[entry.pk].at if entry.pk in self.returns else None,
            )
            for entry in self.entries
        ]  # fmt: skip
        found = progress_of(self.seen.round, branches)
        return [self.row_of(entry, found[entry.branch_id]) for entry in self.entries]

    @property
    def shown(self) -> list[WorkRow]:
        """The rows that the search leaves."""
        return [row for row in self.rows if not self.search or named(row.entry.branch, self.search)]

    @property
    def groups(self) -> list[Group]:
        """What the search leaves, by state: what came back and what lacks something first, the rest folded."""
        shown = self.shown
        open_now = [row for row in shown if row.waits and not row.ready]
        states = [
            (_("Being entered"), sorted(open_now, key=lambda row: row.returned is None)),
            (_("Complete, not submitted"), [row for row in shown if row.ready]),
            (_("Submitted"), [row for row in shown if row.submitted]),
        ]
        found = [(label, rows) for label, rows in states if rows]
        return [Group(label, rows, bool(place) and not self.search) for place, (label, rows) in enumerate(found)]

    def row_of(self, entry: RosterEntry, progress: Progress) -> WorkRow:
        code = entry.branch.code
        stars = [
            StarProgress(
                head, sum(slot in progress.given for slot in slots), len(slots),
                link(self.seen, "entry_branch", code, star=head.code, next=1),
            )
            for head, slots in self.heads
        ]  # fmt: skip
        open_now = entry.submission.status == Status.DRAFT
        returned = self.returned(entry) if open_now else None
        following = self.following(code, progress) if open_now else ""
        url = link(self.seen, "entry_branch", code)
        return WorkRow(entry, progress, stars, returned, url, following, self.in_time(entry))

    def in_time(self, entry: RosterEntry) -> bool:
        own = entry.submission.answer_due
        return self.deadline.open or (own is not None and self.now <= own and self.seen.row.state in WITHDRAW.counties)

    def following(self, branch: str, progress: Progress) -> str:
        """The branch's form, opened at what was returned or adds up wrongly, else at what is missing or unexplained."""
        star = {row.code: row.star for row in self.criteria}
        wrong = [*progress.untouched, *(code for code, _period in progress.wrong)]
        for code in wrong:
            if code in star:
                return f"{link(self.seen, 'entry_branch', branch, star=star[code])}#{code}"
        for code, _period in [*progress.missing, *progress.unexplained]:
            return link(self.seen, "entry_branch", branch, star=star[code], next=1)
        return ""

    @cached_property
    def heads(self) -> list[tuple[StarHead, list]]:
        """The stars of which a township enters anything, each with its places."""
        slots = [(row.star, slot) for row in self.criteria for slot in slots_of(row)]
        heads = [(StarHead(star), [slot for code, slot in slots if code == star.code]) for star in self.seen.stars]
        return [(head, own) for head, own in heads if own]

    def returned(self, entry: RosterEntry) -> Returned | None:
        decision = self.returns.get(entry.pk)
        if decision is None:
            return None
        return Returned(decision, [row for row in self.criteria if row.code in decision.criteria])

    # Figures --------------------------------------------------------------------------------------------------------
    @cached_property
    def deadline(self) -> Deadline:
        """The township's own; of several townships', the one that ends first."""
        towns = sorted({entry.township_id for entry in self.entries}) or [""]
        own = [
            deadline_of(self.seen.row, self.now, [one for one in self.extensions if one.township_id == town])
            for town in towns
        ]
        return min(own, key=lambda deadline: deadline.ends or self.now)

    @property
    def any_deadline(self) -> Deadline:
        """What the page says about time: the township's, for a department's clerk the department's.

        Of several departments', the first still ahead, else the last.
        """
        if self.scope.townships:
            return self.deadline
        own = [
            deadline_of(self.seen.row, self.now, self.of_department(name)) for name in sorted(self.scope.departments)
        ]
        ahead = [deadline for deadline in own if not deadline.past]
        first_or_last = min if ahead else max
        return first_or_last(ahead or own, key=lambda deadline: deadline.ends or self.now)

    def of_department(self, name: str) -> list[Extension]:
        return [one for one in self.extensions if one.department and one.department.name == name]

    @property
    def units(self) -> list[tuple[str, str]]:
        """What an extension may be asked for: townships by code, departments by name."""
        towns = {entry.township_id: entry.township.shown_name for entry in self.entries}
        return [*sorted(towns.items()), *((name, name) for name in sorted(self.scope.departments))]

    @property
    def actions(self) -> list[Action]:
        """The other ways to enter."""
        if self.deadline.state != State.OPEN:
            return []
        star = next((head.code for head, _slots in self.heads), "all") if self.scope.townships else "all"
        actions = [
            Action(link(self.seen, "entry_grid", star=star), _("Grid"), "bi-grid-3x3"),
            Action(link(self.seen, "entry_workbook"), _("Workbook"), "bi-file-earmark-excel"),
        ]
        if self.scope.departments:
            actions.append(Action(link(self.seen, "entry_import"), _("Import a table"), "bi-upload"))
        if self.scope.townships:
            actions.append(Action(link(self.seen, "entry_burden"), _("Burden of entry"), "bi-clock"))
        return actions

    @property
    def waiting(self) -> list[WorkRow]:
        return [row for row in self.rows if row.waits]

    @property
    def back(self) -> list[WorkRow]:
        """Those that came back."""
        return [row for row in self.rows if row.returned]

    @property
    def ready(self) -> int:
        return sum(row.ready for row in self.rows)

    @property
    def submitted(self) -> int:
        return sum(row.submitted for row in self.rows)

    @property
    def missing(self) -> int:
        return sum(len(row.progress.missing) for row in self.waiting)

    @property
    def unexplained(self) -> int:
        return sum(len(row.progress.unexplained) for row in self.waiting)

    @property
    def next_url(self) -> str:
        """The next open value: of what came back first, then in the order of the list."""
        return next((row.next_url for row in [*self.back, *self.waiting] if row.next_url), "")


def roster(seen: SeenCounty) -> QuerySet[RosterEntry]:
    """The county's branches in the round, in the order of their names' pinyin."""
    found = RosterEntry.objects.filter(round=seen.row.round_id, county=seen.row.county_id)
    return found.order_by("branch__sort_key", "branch__code")
