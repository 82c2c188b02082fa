"""What stood on notice, seen from now: what rulings and vetoes brought since is taken back, the rest is as it was.

An upheld objection to this notice withholds one star; a veto reported or lifted changes its criterion's count and the
revisions of the stars it touches. Nothing else may have moved, of these branches or of any other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from django.db import connection, transaction

from evaluations.models import Objection, PublicNotice, RoundCounty
from evaluations.models.value import MISSING, REPORTED
from evaluations.services.columns import CountyInputs, read_county
from evaluations.services.results import input_digests, rank
from evaluations.workflow import LIFT, PUBLISH, REPORT_VETO, ObjectionStatus, Subject, actions_of
from scoring import engine
from scoring.models import ALL_STARS
from scoring.units import SCALE

VETO_STEPS = [action.key for action in actions_of(Subject.VETO)]
COUNTED = {REPORT_VETO.key: 1, LIFT.key: -1}  # what a step adds to a criterion's standing records
# Their numbers say what came since: both are taken under the county's lock, and a clock may not tell them apart.
SINCE = """
    SELECT b.code, d.action, d.criteria[1]
    FROM evaluations_decision d
    JOIN evaluations_rosterentry r ON r.id = d.submission_id
    JOIN branches_branch b ON b.id = r.branch_id
    WHERE r.round_id = %(round)s AND r.county_id = %(county)s AND d.action = ANY(%(steps)s) AND d.id > %(opened)s
"""
OPENED = "SELECT coalesce(max(id), 0) FROM evaluations_decision WHERE county_id = %s AND action = %s"
# As proposing.LIST has it, but for the revisions that these steps made.
ROADS = """
    SELECT b.code, concat_ws(' ', s.status, s.revision, stars.road)
    FROM evaluations_rosterentry r
    JOIN evaluations_submission s ON s.entry_id = r.id
    JOIN branches_branch b ON b.id = r.branch_id
    LEFT JOIN LATERAL (
        SELECT string_agg(concat_ws(' ', v.star, v.status, v.revision - since.steps), ' ' ORDER BY v.star) AS road
        FROM evaluations_starreview v CROSS JOIN LATERAL (
            SELECT count(*) AS steps FROM evaluations_decision d
            WHERE d.submission_id = r.id AND d.action = ANY(%(steps)s) AND d.id > %(opened)s
                AND d.star IN (v.star, %(all)s)
        ) since
        WHERE v.entry_id = r.id
    ) stars ON TRUE
    WHERE r.round_id = %(round)s AND r.county_id = %(county)s AND b.code = ANY(%(branches)s)
"""


class Noticed:
    """A county whose notice runs, and what was decided on it since."""

    def __init__(self, county: RoundCounty, notice: PublicNotice):
        self.county, self.notice = county, notice
        self.asked = {"round": county.round_id, "county": county.county_id, "steps": VETO_STEPS, "all": ALL_STARS}
        upheld = Objection.objects.filter(county=county, notice=notice, status=ObjectionStatus.UPHELD)
        self.upheld: list[tuple[str, str]] = list(upheld.values_list("entry__branch__code", "star"))
        with connection.cursor() as cursor:
            cursor.execute(OPENED, [county.pk, PUBLISH.key])
            self.asked["opened"] = cursor.fetchone()[0]
            cursor.execute(SINCE, self.asked)
            self.vetoes: list[tuple[str, str, str]] = cursor.fetchall()

    def differing(self, before: Sequence[Mapping], after: Sequence[Mapping]) -> list[str]:
        """The names of the branches that what came since does not explain, in the order of the list on notice."""
        now = {line["branch"]: dict(line) for line in after}
        self.take_back(now)
        known = {line["branch"] for line in before}
        wrong = [line["name"] for line in before if not self.is_as_it_was(line, now.get(line["branch"]))]
        return wrong + [line["name"] for code, line in now.items() if code not in known]

    def is_as_it_was(self, before: Mapping, after: Mapping | None) -> bool:
        behind = ["inputs", "road"]
        if before["branch"] not in {branch for branch, *_rest in self.vetoes}:
            behind.append("vetoes")
        return after is not None and all(before[name] == after[name] for name in behind)

    def take_back(self, lines: dict[str, dict]) -> None:
        """Put digests of the county without what came since in place of those of the county as it stands."""
        if self.vetoes:
            self.replace(lines, "road", self.roads())
        if self.upheld or self.vetoes:
            self.replace(lines, "inputs", self.inputs())

    @staticmethod
    def replace(lines: dict[str, dict], name: str, texts: Mapping[str, str]) -> None:
        for code in lines.keys() & texts.keys():
            lines[code][name] = hashlib.sha256(texts[code].encode()).hexdigest()

    def roads(self) -> dict[str, str]:
        with connection.cursor() as cursor:
            cursor.execute(ROADS, self.asked | {"branches": [branch for branch, *_rest in self.vetoes]})
            return dict(cursor.fetchall())

    @transaction.atomic
    def inputs(self) -> dict[str, str]:
        """Branch → digest of its inputs: the county rated without what came since, as it was for the list."""
        inputs = read_county(self.county.round, self.county.county_id)
        places = {code: row for row, code in enumerate(inputs.codes)}
        for branch, star in self.upheld:
            if branch in places:
                inputs.columns.withheld[places[branch], inputs.standard.compiled.star_places[star]] = False
        self.take_back_vetoes(inputs, places)
        rated = rank(inputs, engine.rate(inputs.standard.compiled, inputs.columns))
        return dict(zip(inputs.codes, input_digests(inputs, rated), strict=True))

    def take_back_vetoes(self, inputs: CountyInputs, places: Mapping[str, int]) -> None:
        columns, standard = inputs.columns, inputs.standard
        counted = {row.code: standard.record_counted.get(row.pk) for row in standard.criteria}
        for branch, action, criterion in self.vetoes:
            if action in COUNTED and branch in places and counted.get(criterion) is not None:
                at = places[branch], counted[criterion]
                columns.units[at] -= COUNTED[action] * SCALE
                columns.state[at] = REPORTED if columns.units[at] else MISSING
