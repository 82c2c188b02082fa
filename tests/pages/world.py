"""Two counties in one city round, and somebody of every role: what is whose is known to the letter.

County 示范县 has 示范镇 (近水村 of the branch viewer, 同里村) and 望禾镇 (邻禾村); 另一县 has 远山村. Every value
carries a document number that says where it belongs, KEY.place.star.owner, so that a page can be searched for what it
leaks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from branches.models import Branch, Department
from evaluations.models import (
    Decision,
    EvaluationRound,
    Extension,
    Objection,
    Proposal,
    PublicNotice,
    RatingRun,
    SiteSample,
    State,
    Upload,
    Value,
    VetoRecord,
)
from evaluations.services.handing_out import workbook_of
from evaluations.services.rating import rate_county
from evaluations.services.runs import start_run
from evaluations.workbooks.plan import Unit
from tests import factories
from tests.factories import person

COUNTY, OTHER_COUNTY = "419901000000", "419902000000"
DEPARTMENT, STAR = "县农业农村局", "ecology"
COUNTERSIGNED = "ST-07"  # of that star, by that department beside the one that gives it
PLACES = {
    "own": ("419901001000", "示范镇", "419901001201", "近水村", "js"),
    "mate": ("419901001000", "示范镇", "419901001202", "同里村", "tl"),
    "sibling": ("419901002000", "望禾镇", "419901002201", "邻禾村", "lh"),
    "other": ("419902001000", "边远乡", "419902001201", "远山村", "ys"),
}
CODES = {place: row[2] for place, row in PLACES.items()}
NAMES = {place: row[3] for place, row in PLACES.items()}
NOWHERE = "419901001999"
STAFF = (Role.CRITERIA_ADMINISTRATOR, Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDITOR)


@dataclass
class World:
    """The round over both counties, a round of the other county alone, a run of each, and the people by role."""

    round: EvaluationRound
    foreign: EvaluationRound
    run: RatingRun
    foreign_run: RatingRun
    people: dict[str, User] = field(default_factory=dict)
    receipts: dict[str, str] = field(default_factory=dict)
    extensions: dict[str, int] = field(default_factory=dict)
    uploads: dict[str, int] = field(default_factory=dict)
    vetoes: dict[str, int] = field(default_factory=dict)
    visits: dict[str, int] = field(default_factory=dict)
    objections: dict[str, int] = field(default_factory=dict)

    def set_state(self, state: str, *, county: str = COUNTY) -> None:
        self.round.counties.filter(county_id=county).update(state=state)


def build() -> World:
    """Make both counties, give every branch values, rate them, and appoint everybody."""
    branches = {place: branch_at(place) for place in PLACES}
    factories.county(OTHER_COUNTY, "另一县")
    city = factories.Region.objects.get(code="419900000000")
    standard = factories.criteria_set("standard-2026")
    made = factories.round_of(list(branches.values()), slug="city-2026", criteria_set=standard, region=city)
    foreign = factories.round_of([branches["other"]], slug="foreign-2026", criteria_set=standard)
    for place, branch in branches.items():
        income = {"CY-04": Decimal(20000 + int(branch.code[-3:])), "CY-02": Decimal(60 if place == "own" else 30)}
        factories.give(made, branch, income)
        mark_values(made, branch, place)
    for code in (COUNTY, OTHER_COUNTY):
        rate_county(made, code)
    rate_county(foreign, OTHER_COUNTY)
    world = World(made, foreign, start_run(made, by="test"), start_run(foreign, by="test"))
    world.people = {role: appointed(role, branches["own"]) for role in Role}
    world.people["city_viewer"] = person(Role.VIEWER, city)
    world.people["city_organization"] = person(Role.ORGANIZATION_REVIEWER, city)
    for place in ("own", "other"):
        note_entry(world, branches[place], place)
        note_upload(world, branches[place], place)
        note_veto(world, branches[place], place)
        note_visit(world, branches[place], place)
        note_objection(world, branches[place], place)
    return world


def note_visit(world: World, branch: Branch, place: str) -> None:
    """A branch drawn for a visit on site."""
    entry = world.round.roster.get(branch=branch)
    county = world.round.counties.get(county=entry.county_id)
    drawn = SiteSample.objects.create(
        county=county, star=STAR, size=1, of=1, ledger_sequence=0, ledger_hash="0" * 64, seed="0" * 64, by="test"
    )
    world.visits[place] = drawn.checks.create(entry=entry).pk


def note_entry(world: World, branch: Branch, place: str) -> None:
    """A submission that was taken back again, with its receipt, and an extension asked for."""
    entry = world.round.roster.get(branch=branch)
    made = Decision.objects.create(
        submission=entry.submission, action="submit", source="draft", target="submitted", by=f"clerk-{place}"
    )
    world.receipts[place] = f"SB-{world.round.year}-{made.pk:06d}"
    county = world.round.counties.get(county=entry.county_id)
    asked = Extension.objects.create(
        county=county, township=branch.township, until=timezone.now(), reason="停电", asked_by="clerk"
    )
    world.extensions[place] = asked.pk


def note_veto(world: World, branch: Branch, place: str) -> None:
    """A veto of the star that the department reviewer reviews."""
    made = VetoRecord.objects.create(
        round=world.round, branch=branch, criterion=world.round.criteria_set.criteria.get(code="ST-V1"),
        document=f"KEY.{place}.{STAR}.veto", found_on=timezone.localdate(), reporter="x", finding="x",
        reported_by="reviewer",
    )  # fmt: skip
    world.vetoes[place] = made.pk


def note_objection(world: World, branch: Branch, place: str) -> None:
    """An objection to the star that the department reviewer reviews, from a notice that is over."""
    entry = world.round.roster.get(branch=branch)
    county = world.round.counties.get(county=entry.county_id)
    proposal = Proposal.objects.create(
        county=county, number=1, status="approved", content='{"branches":[]}', digest="0" * 64, made_by="a",
        minutes="x", approved_by="b",
    )  # fmt: skip
    notice = PublicNotice.objects.create(
        proposal=proposal, county=county, edition=1, opened_by="b", first_day="2026-01-05", last_day="2026-01-09",
        days=5, contact="x", withdrawn_at=timezone.now(), withdrawn_reason="x",
    )  # fmt: skip
    made = Objection.objects.create(
        county=county, notice=notice, entry=entry, star=STAR, text=f"KEY.{place}.{STAR}.text", receipt=f"YY-{place}"
    )
    world.objections[place] = made.pk


def note_upload(world: World, branch: Branch, place: str) -> None:
    """A workbook sent in by the township's clerk and read; in the other county the clerk has no right to."""
    county = world.round.counties.select_related("round").get(county=branch.county_code)
    content = workbook_of(county, Unit(township=branch.township), by="test")
    sent = Upload.objects.create(
        county=county, kind="workbook", state="checked", name="填报.xlsx", sha256="0" * 64, content=content,
        made_by=world.people[Role.ENTRY_CLERK].ledger_name, township=branch.township,
    )  # fmt: skip
    row = {"criterion": world.round.criteria_set.criteria.get(code="WM-04"), "branch": branch, "cell": "J6"}
    sent.rows.create(place=1, kind="error", sheet="文明幸福星", found="x", message=["%(found)s", {"found": "x"}], **row)
    world.uploads[place] = sent.pk


def branch_at(place: str) -> Branch:
    town, town_name, code, name, letters = PLACES[place]
    return factories.BranchFactory(
        township=factories.township(town, town_name), code=code, name=name, initials=letters + "c"
    )


def mark_values(made: EvaluationRound, branch: Branch, place: str) -> None:
    values = list(Value.objects.filter(round=made, branch=branch).select_related("criterion"))
    for value in values:
        owner = "farms" if value.criterion.owner == DEPARTMENT else "office"
        value.document = f"KEY.{place}.{value.criterion.star}.{owner}"
    Value.objects.bulk_update(values, ["document"], batch_size=500)


def appointed(role: Role, branch: Branch) -> User:
    """Somebody who holds the role where it is usually held; those with work in the admin may enter it."""
    county = factories.county(COUNTY)
    places = {
        Role.ENTRY_CLERK: {"region": branch.township},
        Role.TOWNSHIP_REVIEWER: {"region": branch.township},
        Role.DEPARTMENT_REVIEWER: {"region": county, "star": STAR},
        Role.DEPARTMENT_CLERK: {
            "region": county,
            "department": Department.objects.get_or_create(county=county, name=DEPARTMENT)[0],
        },
        Role.BRANCH_VIEWER: {"branch": branch},
        Role.SYSTEM_ADMINISTRATOR: {},
        Role.SECURITY_ADMINISTRATOR: {},
        Role.AUDITOR: {},
    }
    user = person(role, **places.get(role, {"region": county}))
    if role in STAFF:
        user.is_staff = True
        user.save(update_fields=["is_staff"])
    return user


STATES = {"provisional": State.OPEN, "confirmed": State.CONFIRMED}
