"""A branch's page of entry: of one star at a time what is asked, what is given, what it earns and what is lacking."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property

from accounts.access import EntryScope
from branches.models import Branch
from evaluations.models import Decision, Rating, RosterEntry, State, VetoRecord
from evaluations.reading.county import SeenCounty
from evaluations.reading.criteria import CriterionLine, lines_of, lines_of_star
from evaluations.reading.entry_links import link
from evaluations.reading.entry_now import rated_now
from evaluations.reading.entry_places import Place
from evaluations.reading.entry_questions import Question, Tab
from evaluations.reading.entry_roster import after, before, entry_of
from evaluations.reading.evidence import EvidenceLine, files_of
from evaluations.reading.gaps import Advice, Gap
from evaluations.reading.marks import StarHead, StarMark, marks_of
from evaluations.reading.people import names_of
from evaluations.reading.values import GivenValues, said
from evaluations.reading.words import trimmed
from evaluations.services.completeness import Branch as Looked
from evaluations.services.completeness import Cell, Explaining, is_asked, periods_of
from evaluations.services.gates import Gate, is_past, seen_gates
from evaluations.workflow import RETURN, WITHDRAW, Status
from scoring.models import ALL_STARS, Criterion, Source
from scoring.standard import Standard, published_standard
from scoring.units import to_units


class EntryPage:
    """One branch as one clerk enters it; 404 for whoever enters nothing of it."""

    def __init__(self, seen: SeenCounty, scope: EntryScope, code: str, star: str = ""):
        self.seen, self.scope, self.asked_star = seen, scope, star
        self.entry = entry_of(seen, scope, code)
        self.branch: Branch = self.entry.branch

    # What is known ---------------------------------------------------------------------------------------------------
    @cached_property
    def standard(self) -> Standard:
        return published_standard(self.seen.round.criteria_set_id)

    @cached_property
    def values(self) -> GivenValues:
        return GivenValues(self.seen.round, self.branch.pk)

    @cached_property
    def gate(self) -> Gate:
        return seen_gates(self.seen.row, [self.branch.code], self.scope)[self.branch.code]

    @cached_property
    def records(self) -> list[VetoRecord]:
        return list(VetoRecord.objects.filter(round=self.seen.row.round_id, branch=self.branch, lifted_at=None))

    @cached_property
    def rating(self) -> Rating | None:
        """The branch as it would be rated this moment."""
        stored = Rating.objects.filter(round_id=self.seen.row.round_id, branch=self.branch).first()
        return rated_now(self.standard, self.values, self.branch, self.records, stored)

    @cached_property
    def lines(self) -> list[CriterionLine]:
        """Every criterion the reader may see."""
        sight, code = self.seen.sight, self.branch.code
        return lines_of(self.standard, self.values, self.rating, self.records, sight=sight, code=code)

    @cached_property
    def files(self) -> dict[str, list[EvidenceLine]]:
        return files_of(self.seen.round, self.branch, self.seen.sight)

    @property
    def returned_by(self) -> str:
        """Who sent it back, by name."""
        return names_of([self.returned.by])[self.returned.by] if self.returned else ""

    @cached_property
    def returned(self) -> Decision | None:
        """The return that the branch waits with."""
        submission = self.entry.submission
        if submission.status != Status.DRAFT or not submission.revision:
            return None
        last = submission.decisions.order_by("-pk").first()
        return last if last and last.action == RETURN.key else None

    # What is asked ---------------------------------------------------------------------------------------------------
    @cached_property
    def mine(self) -> list[Criterion]:
        """What the reader enters of this branch."""
        return [row for row in self.standard.criteria if self.scope.enters(self.branch.code, row)]

    @cached_property
    def explaining(self) -> Explaining:
        looked = Looked(self.branch.pk, self.entry.township_id)
        return Explaining(self.seen.round, [looked], tuple(self.mine))

    @cached_property
    def places(self) -> dict[str, list[Place]]:
        """Criterion code → its values, for what the reader enters."""
        return {row.code: [self.place(row, period) for period in periods_of(row)] for row in self.mine}

    def place(self, row: Criterion, period: int) -> Place:
        value = self.values.now.get((row.code, period))
        closed = self.gate.closed_for(row)
        compiled = self.standard.compiled.criteria[self.standard.compiled.places[row.code]]
        warnings: list[str] = []
        if value is not None and not closed:
            cell = Cell(value.reported_number, value.reported_na, value.note, value.updated_at)
            looked = Looked(self.branch.pk, self.entry.township_id)
            warnings = [said(one) for one in self.explaining.of(looked, row, (row.code, period), cell)]
        return Place(
            self.branch.code, row, compiled, period, value, self.values.last.get((row.code, period)),
            said(closed) if closed else "", tuple(warnings), row.code in self.unlocked,
        )  # fmt: skip

    @property
    def unlocked(self) -> list[str]:
        """What came back, from the township or, once passed on, from a department."""
        submission = self.entry.submission
        return submission.unlocked if submission.status in (Status.DRAFT, Status.PASSED) else []

    @cached_property
    def questions(self) -> list[Question]:
        """The criteria of the star being looked at, in the standard's order."""
        return self.questions_of(self.star)

    def questions_of(self, star: str) -> list[Question]:
        return [
            Question(
                line, self.places.get(line.row.code, []), self.files.get(line.row.code, []), self.branch.households
            )
            for line in self.lines
            if line.row.star in (star, ALL_STARS)
        ]

    @property
    def sheets(self) -> list[tuple[StarHead, list[Question]]]:
        """Star by star everything the reader enters, for paper; what is of no star alone stands in the first."""
        found, printed = [], set()
        for star in self.seen.stars:
            own = [one for one in self.questions_of(star.code) if one.mine and one.row.code not in printed]
            printed |= {one.row.code for one in own}
            found += [(StarHead(star), own)] if own else []
        return found

    @property
    def here(self) -> str:
        return self.address(self.star)

    @property
    def own(self) -> list[Question]:
        return [question for question in self.questions if question.mine]

    @property
    def asking(self) -> list[Question]:
        """What can be entered now."""
        return [question for question in self.own if not question.closed]

    @property
    def shut_own(self) -> list[Question]:
        return [question for question in self.own if question.closed]

    @property
    def others(self) -> list[Question]:
        """What departments give: looked at only."""
        return [question for question in self.questions if not question.mine]

    @property
    def open_places(self) -> list[Place]:
        """The values on the page that can be entered now."""
        return [place for question in self.own for place in question.places if not place.closed]

    @property
    def offers(self) -> list[Place]:
        return [place for place in self.open_places if place.offer]

    # Tabs, and what is next ------------------------------------------------------------------------------------------
    @cached_property
    def tabs(self) -> list[Tab]:
        """The stars of which the reader sees anything."""
        seen = {line.row.star for line in self.lines}
        heads = [StarHead(star) for star in self.seen.stars if star.code in seen or seen == {ALL_STARS}]
        return [Tab(head, *self.tally(head.code), self.address(head.code), head.code == self.star) for head in heads]

    def tally(self, star: str) -> tuple[int, int]:
        """(missing, asked) of what the reader enters in this star."""
        own = [place for code in self.codes_of(star) for place in self.places[code] if is_asked(place.row)]
        return sum(place.missing and not place.closed for place in own), len(own)

    def codes_of(self, star: str) -> list[str]:
        return [row.code for row in self.mine if row.star in (star, ALL_STARS)]

    @cached_property
    def star(self) -> str:
        """The star asked for, else the first with something missing, else the first that asks anything."""
        codes = [star.code for star in self.seen.stars]
        if self.asked_star in codes:
            return self.asked_star
        asking = [code for code in codes if self.codes_of(code)]
        missing = [code for code in asking if self.tally(code)[0]]
        return next(iter(missing or asking or codes), "")

    @property
    def missing(self) -> int:
        return sum(place.missing and not place.closed for place in self.asked)

    @property
    def asked(self) -> list[Place]:
        return [place for places in self.places.values() for place in places if is_asked(place.row)]

    def next_open(self) -> Place | None:
        """The first value that is missing or waits for a note: of this star, else of any."""
        waiting = [
            place for places in self.places.values() for place in places
            if not place.closed and ((place.missing and is_asked(place.row)) or place.warnings)
        ]  # fmt: skip
        here = [place for place in waiting if place.row.star == self.star]
        return next(iter(here or waiting), None)

    def address(self, star: str, anchor: str = "") -> str:
        url = link(self.seen, "entry_branch", self.branch.code, star=star)
        return f"{url}#{anchor}" if anchor else url

    # The star's result -----------------------------------------------------------------------------------------------
    @cached_property
    def mark(self) -> StarMark | None:
        """The star's result as the values stand; None where the reader may not see it."""
        if self.rating is None:
            return None
        found = marks_of([star for star in self.seen.stars if star.code == self.star], self.rating, self.seen.sight)
        return next((mark for mark in found if mark.state != "hidden"), None)

    @cached_property
    def gap(self) -> Gap | None:
        """What the star still lacks."""
        mark = self.mark
        if mark is None or mark.result is None or mark.state in ("earned", "unrated"):
            return None
        advice = Advice(self.standard, self.values, self.branch, self.rating, self.records)
        return advice.gap_of(mark, lines_of_star(self.lines, mark.code))

    # Neighbours ------------------------------------------------------------------------------------------------------
    @cached_property
    def before(self) -> RosterEntry | None:
        return before(self.seen, self.scope, self.branch)

    @cached_property
    def after(self) -> RosterEntry | None:
        return after(self.seen, self.scope, self.branch)

    # What is shut ----------------------------------------------------------------------------------------------------
    @property
    def submitted(self) -> bool:
        return self.entry.submission.status != Status.DRAFT

    @property
    def may_withdraw(self) -> bool:
        return self.entry.submission.status in WITHDRAW.sources

    @property
    def enters_township(self) -> bool:
        return any(row.source == Source.TOWNSHIP for row in self.mine)

    @property
    def due(self) -> datetime | None:
        """The deadline that counts for the reader: of several units', the first still ahead, else the last."""
        times = sorted({self.gate.ends(row) for row in self.mine} - {None})
        return next((time for time in times if time >= self.gate.now), times[-1] if times else self.gate.due)

    @property
    def past(self) -> bool:
        return self.gate.state == State.OPEN and is_past(self.gate.now, self.due, None)

    @property
    def shut(self) -> str:
        """Why nothing of this branch can be entered now, where it isn't its own submission."""
        if self.gate.state == State.OPEN and not self.past:
            return ""
        reasons = [self.gate.closed_for(row) for row in self.mine]
        return said(reasons[0]) if reasons and None not in reasons else ""

    @property
    def returned_links(self) -> list[tuple[str, str]]:
        stars = {row.code: row.star for row in self.mine}
        codes = self.returned.criteria if self.returned else []
        return [(code, self.address(stars[code], code)) for code in codes if code in stars]

    @property
    def pass_line(self) -> str:
        return trimmed(to_units(self.mark.star.pass_line)) if self.mark else ""

    @property
    def grid_url(self) -> str:
        return link(self.seen, "entry_grid", star=self.star)
