"""One branch in front of its township's reviewer: every value beside last year's, and what changed since a return."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property

from django.http import Http404
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from branches.models import Branch
from evaluations.models import Decision, RosterEntry, StarReview, State
from evaluations.reading.county import SeenCounty
from evaluations.reading.criteria import CriterionLine, lines_of
from evaluations.reading.entry_time import database_now, deadline_of, extensions_of
from evaluations.reading.evidence import files_of
from evaluations.reading.marks import StarHead
from evaluations.reading.people import names_of
from evaluations.reading.review_changes import Change, Changes
from evaluations.reading.review_check import RETURNS_OF_STAR, within
from evaluations.reading.review_rows import is_jump, limit_of
from evaluations.reading.review_values import option_meanings
from evaluations.reading.values import GivenValues
from evaluations.services.completeness import township_rows
from evaluations.services.explaining import NO_SIZE
from evaluations.services.road import may_act
from evaluations.services.road.stamps import stamps
from evaluations.workflow import RETURN, Action, Need, StarStatus, Status, Subject, actions_of
from scoring.models import Criterion
from scoring.standard import published_standard

ANSWER_DAYS = 3  # offered for an answer to a return
STANDS = {
    Status.DRAFT: gettext_lazy("Being entered: it has not been submitted, or was returned or withdrawn."),
    Status.PASSED: gettext_lazy("Passed on by the township: the departments have it."),
    Status.REVIEWED: gettext_lazy("Every star is reviewed: the organization department has it."),
    Status.ABSENT: gettext_lazy("Recorded as not submitted."),
}


@dataclass(frozen=True)
class TownLine:
    """One criterion in front of the reviewer."""

    line: CriterionLine
    jumps: bool
    returned: bool
    head: StarHead | None

    @property
    def options(self) -> list[tuple[str, str, str, bool]]:
        meanings = option_meanings(self.line.row)
        return [(code, meanings.get(code, ""), points, chosen) for code, points, chosen in self.line.options]


class TownPage:
    """A branch of the reviewer's townships, or one star of it that came back; 404 where it is neither's."""

    subject = Subject.SUBMISSION

    def __init__(self, seen: SeenCounty, places: tuple[str, ...], code: str, star: str = "", *, reader: User):
        self.seen, self.reader, self.star = seen, reader, star
        rows = RosterEntry.objects.filter(within(places), round=seen.row.round_id, county=seen.row.county_id)
        self.entry = rows.select_related("branch", "township", "submission").filter(branch__code=code).first()
        self.head = next((StarHead(one) for one in seen.stars if one.code == star), None)
        if self.entry is None or bool(star) != bool(self.head):
            raise Http404
        if star:
            self.subject = Subject.STAR

    @property
    def branch(self) -> Branch:
        return self.entry.branch

    @cached_property
    def review(self) -> StarReview | None:
        return StarReview.objects.filter(entry=self.entry, star=self.star).first() if self.star else None

    @property
    def status(self) -> str:
        if self.star:
            return self.review.status if self.review else StarStatus.WAITING
        return self.entry.submission.status

    @property
    def stands(self) -> str:
        """Where it is instead, where nothing waits for the township's word: what a stale link is told."""
        if self.star:
            return "" if self.status == StarStatus.CORRECTED else str(StarStatus(self.status).label)
        return str(STANDS.get(self.status, ""))

    @cached_property
    def wish(self) -> str:
        evaluation = self.seen.round
        revision = (self.review.revision if self.review else 0) if self.star else self.entry.submission.revision
        known = stamps(evaluation.pk, evaluation.criteria_set_id, [self.branch.pk], self.star)
        return f"{self.branch.code}:{revision}:{known[self.branch.pk]}"

    @cached_property
    def steps(self) -> list[Action]:
        county = self.seen.row
        return [
            action
            for action in actions_of(self.subject, self.status)
            if county.state in action.counties
            and may_act(self.reader, action, county.county_id, place=self.branch.code, star=self.star)
        ]

    @property
    def plain(self) -> list[Action]:
        """The steps that ask for nothing: buttons of their own."""
        return [action for action in self.steps if not action.needs]

    @property
    def asking(self) -> Action | None:
        """The step back, with its reason and criteria."""
        return next((action for action in self.steps if action.needs), None)

    # What is looked at -----------------------------------------------------------------------------------------------
    @cached_property
    def criteria(self) -> list[Criterion]:
        """The township's own, or those of the star that may be given."""
        if not self.star:
            return list(township_rows(self.seen.round.criteria_set_id))
        rows = published_standard(self.seen.round.criteria_set_id).criteria
        return [row for row in rows if row.star == self.star and row.takes_entry]

    @cached_property
    def lines(self) -> list[TownLine]:
        standard = published_standard(self.seen.round.criteria_set_id)
        values = GivenValues(self.seen.round, self.entry.branch_id)
        found = lines_of(standard, values, None, [], sight=self.seen.sight, code=self.branch.code)
        files = files_of(self.seen.round, self.branch, self.seen.sight)
        own = {row.code for row in self.criteria}
        heads = {star.code: StarHead(star) for star in self.seen.stars}
        asked = set(self.returned.criteria) if self.returned else set()
        made = [
            TownLine(
                replace(line, files=tuple(files.get(line.row.code, ()))), jumps(line), line.row.code in asked,
                heads.get(line.row.star),
            )
            for line in found
            if line.row.code in own
        ]  # fmt: skip
        return sorted(made, key=lambda one: not one.returned) if self.star else made

    @cached_property
    def returned(self) -> Decision | None:
        """The return it came back from."""
        actions = RETURNS_OF_STAR if self.star else (RETURN.key,)
        rows = Decision.objects.filter(submission=self.entry.pk, star=self.star, action__in=actions)
        return rows.order_by("pk").last()

    @property
    def returned_by(self) -> str:
        return names_of([self.returned.by]).get(self.returned.by, "") if self.returned else ""

    @cached_property
    def changes(self) -> list[Change]:
        """What was changed since the return, by whoever changed it."""
        if self.returned is None:
            return []
        asked = [row for row in self.criteria if not self.star or row.code in self.returned.criteria]
        return Changes(self.seen.round, self.entry.branch_id, asked, self.returned.at).all()

    @property
    def untouched(self) -> list[str]:
        """What was returned and is as it was."""
        touched = {change.row.code for change in self.changes}
        return [code for code in (self.returned.criteria if self.returned else ()) if code not in touched]

    @cached_property
    def over(self) -> bool:
        """Is entry over, so that a return has to say until when it is answered?"""
        if self.asking is not None and Need.DUE in self.asking.needs:
            return True
        own = extensions_of(self.seen.row, townships=frozenset({self.entry.township_id}), departments=frozenset())
        deadline = deadline_of(self.seen.row, database_now(), own)
        return self.seen.row.state != State.OPEN or deadline.past

    @property
    def offered_due(self) -> datetime:
        day = localtime() + timedelta(days=ANSWER_DAYS)
        return day.replace(hour=18, minute=0, second=0, microsecond=0)

    @property
    def url(self) -> str:
        if self.star:
            return self.seen.url("check_star", self.branch.code, self.star)
        return self.seen.url("check_branch", self.branch.code)

    @property
    def title(self) -> str:
        if self.head is None:
            return self.branch.shown_name
        return _("%(branch)s: %(star)s") % {"branch": self.branch.shown_name, "star": self.head.label}


def jumps(line: CriterionLine) -> bool:
    """Did the value change against last year's by more than the limit?"""
    if line.row.value_type in NO_SIZE or not line.row.takes_entry or line.given.missing or line.last is None:
        return False
    return is_jump(line.given.units, line.last.units, limit_of(line.row))
