"""E2: a department's workbook of 600 branches × 60 criteria checked and taken over; the memory of its reader."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from django.db.models.functions import Now

from accounts.models import Grant, User
from accounts.roles import Role
from bench.figures import Figure
from bench.province import Rated
from branches.models import Department
from evaluations.models import EvaluationRound, RosterEntry, RoundCounty, State, Upload, UploadKind, Value, WorkbookCopy
from evaluations.services.confirming import confirm, take_over_if_due
from evaluations.services.handing_out import workbook_of
from evaluations.services.takeover import choice_of
from evaluations.services.uploads import read_if_due, take_upload
from evaluations.workbooks.held import Held
from evaluations.workbooks.plan import Plan, Unit
from evaluations.workbooks.writing import STAMP_SHEET, PlanBook
from scoring.models import CriteriaSet, Criterion, Source, Star
from scoring.parameters import parse_parameters

SECONDS, MEGABYTES = 10, 256
OWNER = "bench"
MEASURE = """
import resource, subprocess, sys
subprocess.run([sys.executable, "-m", *sys.argv[1:]], stdout=subprocess.DEVNULL, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def measure(rated: Rated, times: int) -> list[Figure]:
    """Seconds from the file's arrival to its last value committed, and the peak of the process that reads it."""
    evaluation = own_round(rated)
    county = RoundCounty.objects.select_related("round", "county").get(round=evaluation)
    unit = Unit(department=Department.objects.get(county=county.county_id, name=OWNER))
    clerk = clerk_of(unit)
    seconds: dict[str, list[float]] = {"check": [], "apply": []}
    cells, memory = 0, []
    for _turn in range(times):
        Value.objects.filter(round=evaluation).delete()
        content = filled(county, unit, random.Random(4199))
        memory.append(peak(content))
        started = time.perf_counter()
        upload = take_upload(county, kind=UploadKind.WORKBOOK, name="e2.xlsx", content=content, by=clerk.ledger_name)
        read_if_due(upload.pk)
        checked = time.perf_counter()
        cells = Upload.objects.get(pk=upload.pk).counts["new"]
        confirm(upload, user=clerk, choice=choice_of(upload))
        take_over_if_due(upload.pk)
        seconds["check"].append(checked - started)
        seconds["apply"].append(time.perf_counter() - checked)
        upload.refresh_from_db(fields=["counts"])
        assert upload.counts["written"] == cells == Value.objects.filter(round=evaluation).count()
    what = f"workbook of {rated.branches} × 60 ({cells:,} cells), sent to committed"
    both = [check + apply for check, apply in zip(*seconds.values(), strict=True)]
    return [
        Figure("E2", what, runs=seconds, ratios=both, target=SECONDS),
        Figure("E2m", "peak memory of the process that reads it", "MB", {"peak": memory}, memory, MEGABYTES),
    ]


def own_round(rated: Rated) -> EvaluationRound:
    """A round of the same branches in which one department enters all 60 criteria."""
    (county,) = rated.counties
    standard = all_entered(rated.evaluation.criteria_set)
    made = EvaluationRound.objects.create(
        slug=f"e2-{rated.branches}", region_id=county, year=2027, document="bench", criteria_set=standard
    )
    roster = RosterEntry.objects.filter(round=rated.round_id)
    RosterEntry.objects.bulk_create(
        [
            RosterEntry(round=made, branch_id=one.branch_id, county_id=county, township_id=one.township_id)
            for one in roster
        ]
    )
    RoundCounty.objects.create(round=made, county_id=county, state=State.OPEN, document="bench")
    Department.objects.create(county_id=county, name=OWNER)
    return made


def all_entered(shipped: CriteriaSet) -> CriteriaSet:
    """The shipped standard with one owner; what is computed or counted there becomes a plain count."""
    made = CriteriaSet.objects.create(name="e2", kind=shipped.kind)
    stars = list(shipped.stars.all())
    for star in stars:
        star.pk, star.criteria_set = None, made
    Star.objects.bulk_create(stars)
    rows = list(shipped.criteria.order_by("order"))
    for row in rows:
        if not row.takes_entry:
            row.star = stars[0].code if row.star == "all" else row.star
            row.veto, row.max_points, row.value_type, row.basis = False, 1, "count", "value"
            row.rule, row.parameters, row.mandatory, row.bonus = "threshold", '{"op":"==","value":0}', False, False
        row.pk, row.criteria_set, row.source, row.department = None, made, Source.DEPARTMENT, OWNER
        row.checks = "{}"
    Criterion.objects.bulk_create(rows)
    CriteriaSet.objects.filter(pk=made.pk).update(published_at=Now())
    return made


def clerk_of(unit: Unit) -> User:
    user = User.objects.create(username="bench-e2", label="bench")
    Grant.objects.create(
        user=user, role=Role.DEPARTMENT_CLERK, region_id=unit.department.county_id, department=unit.department
    )
    return user


def filled(county: RoundCounty, unit: Unit, rng: random.Random) -> bytes:
    """The workbook as it comes back with every cell filled in."""
    workbook_of(county, unit, by="bench")
    stamp = unit_stamp(county)
    plan = Plan(county, unit)
    held = {}
    for row in plan.rows:
        options = [option[0] for option in parse_parameters(row.parameters).get("options", ())]
        for branch in plan.branches:
            for period in (1, 2, 3, 4) if row.periods == "quarters" else (0,):
                held[branch.pk, row.pk, period] = Held(given(row, options, rng))
    return PlanBook(plan, held, {}, stamp).content()


def unit_stamp(county: RoundCounty) -> UUID:
    return WorkbookCopy.objects.filter(county=county).latest("pk").stamp


def given(row: Criterion, options: list[str], rng: random.Random) -> str:
    if options:
        return str(rng.choice(options))
    if row.value_type == "yesno":
        return rng.choice("01")
    if row.value_type == "count":
        return str(rng.randrange(60))
    return str(Decimal(rng.randrange(100, 10_000)) / 100)  # below 1 it is doubted among percentages, and not ticked


def peak(content: bytes) -> float:
    """Megabytes the reading process held at most, as the kernel counted them."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "e2.xlsx"
        path.write_bytes(content)
        command = [sys.executable, "-c", MEASURE, "tables.xlsx_book_child", str(path), STAMP_SHEET]
        said = subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path(__file__).parent.parent)
    return int(said.stdout) / 1024
