"""A county in which everything happens: two years, ties, vetoes, gaps, corrections, a parked branch, edits pending.

Beside it 另一县, whose round is open and not rated, and a run in every state. Every place has an English name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Value
from django.db.models.functions import Concat, Right, Substr
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from branches.models import Branch, Department, Region
from evaluations.models import EvaluationRound, RatingRun
from evaluations.services.rating import rate_county
from evaluations.services.seal import seal_round
from tests import factories
from tests.evaluations.random_values import fill
from tests.evaluations.rounds import give, set_by_sql
from tests.factories import person
from tests.pages.world import COUNTY, OTHER_COUNTY, appointed

FIRST, PARKED, PLAIN = "419901001200", "419901001201", "419901001202"
RUNS = ("running", "cancelled", "done", "failed")


@dataclass
class RichCounty:
    """The round of this year, the sealed one before it, the other county's, runs by state, people by role."""

    this: EvaluationRound
    last: EvaluationRound
    unrated: EvaluationRound
    runs: dict[str, RatingRun] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)

    @property
    def base(self) -> str:
        return f"/rounds/{self.this.slug}/{COUNTY}"


def build(count: int = 12) -> RichCounty:
    """Make the county, rate and seal last year, rate this year, and leave an edit uncounted."""
    towns = [factories.township("419901001000", "示范镇"), factories.township("419901002000", "望禾镇")]
    rated = [one for town in towns for one in factories.branches(count // 2, town=town)]
    stranger = factories.branches(1, town=factories.township("419902001000", "边远乡"))
    factories.RegionFactory._meta.model.objects.filter(pk=OTHER_COUNTY).update(name="另一县")
    standard = factories.criteria_set("乡村支部评星标准2026")
    last = factories.round_of(rated, slug="demo-2025", year=2025, criteria_set=standard)
    this = factories.round_of(rated, slug="demo-2026", criteria_set=standard, previous=last)
    unrated = factories.round_of(stranger, slug="other-2026", criteria_set=standard)
    give_values(last, this, rated)
    name_in_english()
    rate_county(last, COUNTY)
    seal_round(last, document="示组发〔2026〕3号", by="test")
    rate_county(this, COUNTY)
    give(this, rated[2], "CY-01", Decimal("18.5"), rater="final")  # not counted yet
    made = RichCounty(this, last, unrated, runs_of(this))
    made.people = {role: appointed(role, rated[0]) for role in Role}
    made.people["stranger"] = person(Role.ORGANIZATION_REVIEWER, Region.objects.get(pk=OTHER_COUNTY))
    return made


def give_values(last: EvaluationRound, this: EvaluationRound, rated: list[Branch]) -> None:
    """Random values, but for the first branches: one parked, one plain and the two last tied."""
    fill(last, rated, 1)
    fill(this, rated[3:-2], 2)
    for branch in (*rated[:3], *rated[-2:]):
        factories.give(this, branch)
    give(this, rated[0], "CY-02", Decimal(25))
    set_by_sql(this, rated[1], "CY-05", "99")


def name_in_english() -> None:
    Region.objects.update(name_en=Concat(Value("Wanghejia "), Substr("code", 7, 3)))
    Branch.objects.update(name_en=Concat(Value("Qingshiling "), Right("code", 3)))


def runs_of(this: EvaluationRound) -> dict[str, RatingRun]:
    """One run in each state; the failed one names its county and reason."""
    now = timezone.now()
    whole = {"round": this, "requested_by": "organization_reviewer", "counties": 1, "branches": 12}
    made = {
        "done": RatingRun.objects.create(
            **whole, state="done", finished_at=now, counties_done=1, branches_done=12, changed=12, parked=1
        ),
        "failed": RatingRun.objects.create(**whole, state="done", finished_at=now, failures=1),
        "cancelled": RatingRun.objects.create(**whole, state="cancelled"),
        "running": RatingRun.objects.create(**whole, state="running", branches_done=5),
    }
    made["failed"].steps.create(county_id=COUNTY, state="failed", branches=12, tries=5, error="ValueError: 12")
    for state in ("cancelled", "running"):
        made[state].steps.create(county_id=COUNTY, state="waiting", branches=12)
    return made


def departments() -> set[str]:
    return set(Department.objects.values_list("name", flat=True))
