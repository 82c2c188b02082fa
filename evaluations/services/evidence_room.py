"""How much evidence may be shown for a branch, and lie on the disk for one unit, what was taken back counted too."""

from __future__ import annotations

from django.conf import settings
from django.db import connection
from django.db.models import Q, Sum

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
FULL_BRANCH = N_(
    "With this file the branch's evidence would be larger than %(most)s MB. Not uploaded; take another file back first."
)


def refuse_full(county: RoundCounty, gate: Gate, row: Criterion, file: EvidenceFile) -> None:
    """Raise Refused where the unit that enters this criterion has no room for the file, for this branch or in all.

    Locks the unit's count. A branch's files that were taken back are not in what is submitted for it.
    """
    unit = department_of(row)
    prefix = gate.branch[: SIGNIFICANT_DIGITS[Level.COUNTY if unit else Level.TOWNSHIP]]
    rows = published_standard(county.round.criteria_set_id).criteria
    mine = [one.pk for one in rows if department_of(one) == unit]
    offered = Evidence.objects.filter(round=county.round_id, branch__code__startswith=prefix, criterion__in=mine)
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [ONE_UNIT, f"{county.round_id} {prefix} {unit}"])
    shown = offered.filter(branch=gate.branch_id, removed_at=None)
    kept = EvidenceFile.objects.filter(pk__in=offered.values("file")).exclude(pk=file.pk)
    bytes_of = kept.aggregate(unit=Sum("size"), branch=Sum("size", filter=Q(pk__in=shown.values("file"))))
    for name, most, full in (("branch", settings.EVIDENCE_OF_BRANCH_MB, FULL_BRANCH), ("unit", MOST_OF_UNIT, FULL)):
        if (bytes_of[name] or 0) + file.size > most * MEGABYTE:
            raise Refused(Message(full, {"most": most}))


def department_of(row: Criterion) -> str:
    """The department that enters it; "" for the branch's township."""
    return "" if row.source == Source.TOWNSHIP else row.owner
