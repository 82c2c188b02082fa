"""How much evidence one unit may have on the portal's disk in a round; what was taken back lies there still."""

from __future__ import annotations

from django.db import connection
from django.db.models import Sum

from branches.models import SIGNIFICANT_DIGITS, Level
from evaluations.evidence.kinds import MEGABYTE, Refused
from evaluations.models import Evidence, EvidenceFile, RoundCounty
from evaluations.services.gates import Gate
from scoring.models import Criterion, Source
from scoring.standard import published_standard
from tables.message import N_, Message

MOST_OF_UNIT = 2048  # megabytes of a township or a department
ONE_UNIT = 4_199_011  # the first key of the lock under which a unit's bytes are counted
LOCK = "SELECT pg_advisory_xact_lock(%s, hashtext(%s))"
FULL = N_(
    "With this file your unit's evidence would be larger than %(most)s MB. Not uploaded; turn to the organization"
    " department."
)


def refuse_full_unit(county: RoundCounty, gate: Gate, row: Criterion, file: EvidenceFile) -> None:
    """Raise Refused where the unit that enters this criterion has no room for the file. Locks its count."""
    unit = department_of(row)
    prefix = gate.branch[: SIGNIFICANT_DIGITS[Level.COUNTY if unit else Level.TOWNSHIP]]
    rows = published_standard(county.round.criteria_set_id).criteria
    mine = [one.pk for one in rows if department_of(one) == unit]
    offered = Evidence.objects.filter(round=county.round_id, branch__code__startswith=prefix, criterion__in=mine)
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [ONE_UNIT, f"{county.round_id} {prefix} {unit}"])
    kept = EvidenceFile.objects.filter(pk__in=offered.values("file")).exclude(pk=file.pk).aggregate(bytes=Sum("size"))
    if (kept["bytes"] or 0) + file.size > MOST_OF_UNIT * MEGABYTE:
        raise Refused(Message(FULL, {"most": MOST_OF_UNIT}))


def department_of(row: Criterion) -> str:
    """The department that enters it; "" for the branch's township."""
    return "" if row.source == Source.TOWNSHIP else row.owner
