"""The list a county proposes, and the digest of everything that stands behind it: compared, never trusted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from evaluations.models import Proposal, RoundCounty
from evaluations.workflow import ProposalStatus
from scoring.models import STAR_CODES
from tables.message import N_

FORMAT = "five-star-list/1"
# What a branch is to get, and three digests of what that rests on: its inputs, its road, its vetoes.
LIST = """
    SELECT b.code, b.name, b.name_en, t.name, t.name_en, g.level, g.index::text, g.county_rank, coalesce(g.earned, ''),
        coalesce(g.vetoed, ''), coalesce(stars.withheld, ''), coalesce(g.parked, '') <> '', s.status = 'absent',
        coalesce(g.input_digest, ''), concat_ws(' ', s.status, s.revision, stars.road), coalesce(vetoes.standing, '')
    FROM evaluations_rosterentry r
    JOIN evaluations_submission s ON s.entry_id = r.id
    JOIN branches_branch b ON b.id = r.branch_id
    JOIN branches_region t ON t.code = r.township_id
    LEFT JOIN evaluations_rating g ON g.round_id = r.round_id AND g.branch_id = r.branch_id
    LEFT JOIN LATERAL (
        SELECT string_agg(concat_ws(' ', v.star, v.status, v.revision), ' ' ORDER BY v.star) AS road,
            string_agg(v.star, ' ' ORDER BY v.star) FILTER (WHERE v.status = 'not_recommended') AS withheld
        FROM evaluations_starreview v WHERE v.entry_id = r.id
    ) stars ON TRUE
    LEFT JOIN LATERAL (
        SELECT string_agg(
            concat_ws(' ', v.id, v.criterion_id, v.lift_asked_at IS NULL, v.lifted_at IS NULL), ' ' ORDER BY v.id
        ) AS standing
        FROM evaluations_vetorecord v WHERE v.round_id = r.round_id AND v.branch_id = r.branch_id
    ) vetoes ON TRUE
    WHERE r.round_id = %s AND r.county_id = %s
    ORDER BY g.county_rank NULLS LAST, b.code
"""
NAMES = (
    "branch", "name", "name_en", "township", "township_en", "level", "index", "rank", "earned", "vetoed", "withheld",
    "parked", "absent", "inputs", "road", "vetoes",
)  # fmt: skip
STARS = ("earned", "vetoed", "withheld")
BEHIND = ("inputs", "road", "vetoes")
# What of a branch's line differs, in words, the weightiest first.
PARTS = {
    "earned": N_("stars earned"), "level": N_("level"), "vetoes": N_("vetoes"), "road": N_("reviews"),
    "inputs": N_("values"), "rank": N_("rank"), "index": N_("index"), "name": N_("name"), "township": N_("name"),
}  # fmt: skip


@dataclass(frozen=True)
class Changed:
    """A branch whose line is another than on the list: what of it, as keys of PARTS."""

    branch: str
    name: str
    parts: tuple[str, ...]


def lines_of(county: RoundCounty) -> list[dict]:
    """The county's list as it stands, in rank order. Read it in the snapshot that rated the county."""
    with connection.cursor() as cursor:
        cursor.execute(LIST, [county.round_id, county.county_id])
        return [line_of(row) for row in cursor.fetchall()]


def line_of(row: Sequence) -> dict:
    line = dict(zip(NAMES, row, strict=True))
    for name in STARS:
        held = line[name].split()
        line[name] = [star for star in STAR_CODES if star in held]
    for name in BEHIND:
        line[name] = hashlib.sha256(line[name].encode()).hexdigest()
    return line


def canonical_list(county: RoundCounty, lines: list[dict]) -> str:
    """The list as the proposal keeps it: JSON, keys sorted, no spaces."""
    content = {"format": FORMAT, "round": county.round.slug, "county": county.county_id, "branches": lines}
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def digest_of(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()


def listed(proposal: Proposal) -> list[dict]:
    """A proposal's lines: branch, name, township, level, index, rank, earned, vetoed, withheld, parked, absent."""
    return json.loads(proposal.content)["branches"]


def current_proposal(county: RoundCounty) -> Proposal | None:
    """The list that is proposed, approved or on notice; None where there is none or it was returned."""
    return Proposal.objects.filter(county=county).exclude(status=ProposalStatus.RETURNED).first()


def changes(before: list[dict], after: list[dict]) -> list[Changed]:
    """The branches whose lines differ, those whose stars differ first; one more or one less differs in all."""
    old, new = ({line["branch"]: line for line in lines} for lines in (before, after))
    found = []
    for code in sorted(old.keys() | new.keys()):
        one, other = old.get(code, {}), new.get(code, {})
        parts = tuple(part for part in PARTS if one.get(part) != other.get(part))
        if parts:
            found.append(Changed(code, (other or one)["name"], parts))
    return sorted(found, key=lambda one: (list(PARTS).index(one.parts[0]), one.branch))
