"""A county under entry: two townships, last year sealed in part, a clerk and departments, and edits of their values."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from accounts.access import EntryScope
from accounts.models import User
from accounts.roles import Role
from branches.models import Branch, Department
from evaluations.models import EvaluationRound, RoundCounty, Value
from evaluations.services.edits import Answer, Edit
from evaluations.services.entering import record_edits
from tests import factories

COUNTY = "419901000000"
TOWN, OTHER_TOWN = "419901001000", "419901002000"
FARMS = "县农业农村局"


@dataclass
class World:
    """One round this year and one last year over the same branches; `clerk` enters for the first township."""

    this: EvaluationRound
    last: EvaluationRound
    branches: list[Branch]
    clerk: User
    farms: User

    @property
    def county(self) -> RoundCounty:
        return RoundCounty.objects.select_related("round").get(round=self.this, county_id=COUNTY)

    @property
    def mine(self) -> list[Branch]:
        return [branch for branch in self.branches if branch.township_id == TOWN]

    @property
    def base(self) -> str:
        return f"/rounds/{self.this.slug}/{COUNTY}"

    def scope(self, user: User | None = None) -> EntryScope:
        return (user or self.clerk).entry_scope(COUNTY)

    def value(self, code: str, branch: Branch | None = None, period: int = 0) -> Value | None:
        branch = branch or self.branches[0]
        return Value.objects.filter(round=self.this, branch=branch, criterion__code=code, period=period).first()

    def edit(self, code: str = "WM-04", text: str = "", branch: Branch | None = None, **fields) -> Edit:
        return Edit(
            **{"key": uuid4(), "branch": (branch or self.branches[0]).code, "criterion": code, "text": text} | fields
        )

    def save(self, *edits: Edit, by: User | None = None) -> list[Answer]:
        person = by or self.clerk
        return record_edits(self.county, edits, scope=self.scope(person), by=person.ledger_name)

    def enter(self, code: str, text: str, branch: Branch | None = None, **fields) -> Answer:
        """One value of one branch, given by whoever owns it."""
        by = fields.pop("by", None)
        return self.save(self.edit(code, text, branch, **fields), by=by)[0]


def build(count: int = 2, others: int | None = None, *, checks: dict[str, str] | None = None) -> World:
    """`count` branches in each of two townships, or `others` in the second.

    `checks` replaces criteria's checks (code → JSON).
    """
    towns = [factories.township(TOWN, "示范镇"), factories.township(OTHER_TOWN, "望禾镇")]
    counts = (count, count if others is None else others)
    branches = [one for town, many in zip(towns, counts, strict=True) for one in factories.branches(many, town=town)]
    standard = factories.criteria_set(published=False)
    for code, text in (checks or {}).items():
        standard.criteria.filter(code=code).update(checks=text)
    factories.publish(standard)
    last = factories.round_of(branches, slug="r2025", year=2025, criteria_set=standard)
    this = factories.round_of(branches, slug="r2026", criteria_set=standard, previous=last)
    department = Department.objects.create(county_id=COUNTY, name=FARMS)
    clerk = factories.person(Role.ENTRY_CLERK, towns[0])
    farms = factories.person(Role.DEPARTMENT_CLERK, factories.county(), department=department)
    return World(this, last, branches, clerk, farms)
