"""One star of every branch of a county as its reviewers' list needs it: read in a fixed number of queries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from branches.models import shown_name
from evaluations.checking import limits_of
from evaluations.models import EvaluationRound, RoundCounty
from evaluations.reading.marks import NEAR
from evaluations.reading.words import two_places
from evaluations.services.explaining import NO_SIZE, select
from evaluations.services.road.dissent import dissented
from evaluations.services.road.stamps import stamps
from evaluations.workflow import DECIDED, StarStatus
from scoring.models import ALL_STARS, STAR_CODES, Criterion, Star
from scoring.standard import published_standard

JUMP = Decimal(50)  # percent of last year's value, where the standard names no limit of its own
ROWS = """
    SELECT r.id, b.id, b.code, b.name, b.name_en, b.initials, b.sort_key, r.township_id, t.name, t.name_en,
        s.submitted_at, v.id, v.status, v.revision, v.changed_at, v.due, {score}, g.earned, g.vetoed, g.unmet,
        l.revision, l.stamp
    FROM evaluations_rosterentry r
    JOIN branches_branch b ON b.id = r.branch_id
    JOIN branches_region t ON t.code = r.township_id
    JOIN evaluations_submission s ON s.entry_id = r.id
    LEFT JOIN evaluations_starreview v ON v.entry_id = r.id AND v.star = %s
    LEFT JOIN evaluations_rating g ON g.round_id = r.round_id AND g.branch_id = r.branch_id
    LEFT JOIN evaluations_starlook l ON l.review_id = v.id AND l.person = %s
    WHERE r.round_id = %s AND r.county_id = %s
    ORDER BY b.code
"""
# Read by the index of values and compared here: beside each other in one query, both years were planned badly.
SIZES = """
    SELECT v.branch_id, v.criterion_id, v.period, v.effective_units FROM evaluations_value v
    WHERE v.round_id = %s AND v.branch_id = ANY(%s) AND v.criterion_id = ANY(%s) AND v.effective_state = 1
"""
VETOED = """
    SELECT DISTINCT v.branch_id FROM evaluations_vetorecord v JOIN scoring_criterion c ON c.id = v.criterion_id
    JOIN evaluations_rosterentry r ON r.round_id = v.round_id AND r.branch_id = v.branch_id
    WHERE v.round_id = %s AND r.county_id = %s AND v.lifted_at IS NULL AND c.star IN (%s, %s)
"""
CORRECTED = """
    SELECT DISTINCT c.entry_id FROM evaluations_correction c JOIN evaluations_rosterentry r ON r.id = c.entry_id
    WHERE r.round_id = %s AND r.county_id = %s AND c.star = %s
"""
SAMPLED = """
    SELECT k.entry_id, bool_and(k.checked_on IS NOT NULL) FROM evaluations_sitecheck k
    JOIN evaluations_sitesample m ON m.id = k.sample_id WHERE m.county_id = %s AND m.star = %s GROUP BY 1
"""


@dataclass(frozen=True)
class ReviewRow:
    """A branch in the list of a star. `near` is the distance to the line either side, of a star that has a score."""

    entry_id: int
    branch_id: int
    code: str
    name: str
    name_en: str
    initials: str
    sort_key: str
    township: str
    town_name: str
    town_name_en: str
    submitted_at: datetime | None
    review_id: int | None
    status: str | None
    revision: int | None
    changed_at: datetime | None
    due: datetime | None
    score: Decimal | None
    earned: str | None
    vetoed: str | None
    unmet: str | None
    look_revision: int | None
    look_stamp: int | None
    # what the other queries add
    line: Decimal = Decimal(0)
    stamp: int = 0
    jumps: int = 0
    veto: bool = False
    dissent: bool = False
    corrected: bool = False
    sampled: bool = False
    visited: bool = False

    @property
    def shown_name(self) -> str:
        return shown_name(self)

    @property
    def shown_township(self) -> str:
        return shown_name(Town(self.town_name, self.town_name_en))

    @property
    def wish(self) -> str:
        """What a form sends of this row: the branch, and what was seen of it."""
        return f"{self.code}:{self.revision or 0}:{self.stamp}"

    @property
    def waiting(self) -> bool:
        return self.status == StarStatus.REVIEWING

    @property
    def decided(self) -> bool:
        return self.status in DECIDED

    @property
    def back(self) -> bool:
        """Is it with the township or a department to be corrected?"""
        return self.status in (StarStatus.RETURNED, StarStatus.CORRECTED)

    @property
    def here(self) -> bool:
        """Has the township passed it on?"""
        return self.status not in (None, StarStatus.WAITING)

    @property
    def changed(self) -> bool:
        """Has anything changed since this person last left its page?"""
        seen = self.look_revision is not None
        return self.waiting and seen and (self.look_revision, self.look_stamp) != (self.revision, self.stamp)

    @property
    def status_word(self) -> str:
        return str(StarStatus(self.status or StarStatus.WAITING).label)

    @property
    def distance(self) -> Decimal | None:
        return None if self.score is None else self.score - self.line

    @property
    def near(self) -> bool:
        return self.distance is not None and abs(self.distance) < NEAR

    @property
    def below(self) -> bool:
        return self.distance is not None and self.distance < 0

    @property
    def shown_score(self) -> str:
        return two_places(self.score)

    @property
    def shown_distance(self) -> str:
        return "" if self.distance is None else two_places(abs(self.distance))


@dataclass(frozen=True)
class Town:
    name: str
    name_en: str


def review_rows(county: RoundCounty, star: Star, person: str) -> list[ReviewRow]:
    """Every branch of the county with this star's review, in the order of their codes; in a fixed number of queries."""
    place, code = [county.round_id, county.county_id], star.code
    if code not in STAR_CODES:  # it becomes the name of a column
        raise ValueError(code)
    found = select(ROWS.format(score=f"g.{code}"), [code, person, *place])
    marks = stamps(county.round_id, county.round.criteria_set_id, [row[1] for row in found], code)
    criteria = [row for row in published_standard(county.round.criteria_set_id).criteria if row.star == code]
    jumps = jumps_of(county.round, criteria, [row[1] for row in found])
    vetoes = {row[0] for row in select(VETOED, [*place, code, ALL_STARS])}
    dissents = dissented([row[0] for row in found], [row.pk for row in criteria])
    corrected = {row[0] for row in select(CORRECTED, [*place, code])}
    sampled = dict(select(SAMPLED, [county.pk, code]))
    return [
        ReviewRow(
            *row, star.pass_line, marks[row[1]], jumps[row[1]], row[1] in vetoes, row[0] in dissents,
            row[0] in corrected, row[0] in sampled, sampled.get(row[0], False),
        )
        for row in found
    ]  # fmt: skip


def limit_of(row: Criterion) -> Decimal:
    """The change against last year, in percent, above which a value counts as a jump."""
    own = limits_of(row).max_change_percent
    return JUMP if own is None else own


def jumps_of(evaluation: EvaluationRound, criteria: Iterable[Criterion], branches: Sequence[int]) -> Counter[int]:
    """Branch id → how many of its values jumped against last year's; three queries, one without a year before."""
    sized = {row.pk: row for row in criteria if row.takes_entry and row.value_type not in NO_SIZE}
    if evaluation.previous_id is None:
        return Counter()
    last_set = evaluation.previous.criteria_set_id
    ids = {row.code: row.pk for row in published_standard(last_set).criteria}
    same = {pk: ids[row.code] for pk, row in sized.items() if row.code in ids}
    last = sizes_of(evaluation.previous_id, branches, same.values())
    now = sizes_of(evaluation.pk, branches, same)
    limits = {pk: limit_of(row) for pk, row in sized.items()}
    return Counter(
        branch
        for (branch, criterion, period), units in now.items()
        if is_jump(units, last.get((branch, same[criterion], period)), limits[criterion])
    )


def sizes_of(round_id: int, branches: Sequence[int], criteria: Iterable[int]) -> dict[tuple[int, int, int], int]:
    """(branch, criterion, period) → the number that counts, in ten-thousandths."""
    return {tuple(row[:3]): row[3] for row in select(SIZES, [round_id, list(branches), list(criteria)])}


def is_jump(now: int | None, last: int | None, limit: Decimal) -> bool:
    """Did a number change by more than that many percent? What was nothing, or isn't there, is no base."""
    if not last or now is None:
        return False
    return abs(now - last) * 100 > limit * abs(last)
