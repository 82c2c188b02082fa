"""The files offered for a branch's values, as one person may see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import Http404
from django.utils.translation import gettext, ngettext, pgettext

from accounts.access import Sight
from branches.models import Branch
from evaluations.evidence.kinds import (
    BY_MEDIA_TYPE,
    ENDINGS,
    KINDS,
    LARGEST,
    MEGABYTE,
    NOT_TAKEN,
    TOO_LARGE,
    Kind,
    shown_megabytes,
)
from evaluations.models import EvaluationRound, Evidence
from evaluations.reading.county import SeenCounty
from evaluations.reading.criteria import may_see
from evaluations.reading.values import said
from tables.message import Message

COUNTY = 6  # significant digits of a county's code
NAMED = 5  # other uses of a file that are spelled out
NOTHING = Sight()


class Limits:
    """What may be uploaded, for the page and for its script, which fills what stands in braces."""

    megabytes = LARGEST // MEGABYTE
    endings = " ".join(ENDINGS)
    # A type, not an ending, lets a phone offer its camera.
    accept = ",".join(one for kind in KINDS.values() for one in ([kind.media_type] if kind.is_image else kind.endings))

    @property
    def kinds(self) -> str:
        return pgettext("between names", ", ").join(key.upper() for key in KINDS)

    @property
    def large(self) -> str:
        return said(Message(TOO_LARGE, {"size": "{size}", "limit": self.megabytes}))

    @property
    def kind(self) -> str:
        return said(Message(NOT_TAKEN, {"ending": "{ending}"}))


LIMITS = Limits()


@dataclass(frozen=True)
class EvidenceLine:
    """One file as listed. `also` names the other values it is offered for its reader sees, `others` counts more."""

    pk: int
    name: str
    kind: Kind
    size: int
    on: datetime
    by: str
    also: tuple[str, ...] = ()
    others: int = 0

    @property
    def shown_size(self) -> str:
        """As people read it."""
        return f"{-(-self.size // 1024)} KB" if self.size < 1024 * 1024 else f"{shown_megabytes(self.size)} MB"

    @property
    def repeated(self) -> str:
        """What is said of a file that is offered for several values; "" for one that isn't."""
        more = max(0, len(self.also) - NAMED) + self.others
        named = pgettext("between names", ", ").join(self.also[:NAMED])
        if not named and not more:
            return ""
        if not named:
            return ngettext(
                "The same file is offered for %(count)s other value too.",
                "The same file is offered for %(count)s other values too.",
                more,
            ) % {"count": more}
        if not more:
            return gettext("The same file is offered too for: %(named)s.") % {"named": named}
        return gettext("The same file is offered too for: %(named)s, and %(count)s more.") % {
            "named": named,
            "count": more,
        }


def files_of(evaluation: EvaluationRound, branch: Branch, sight: Sight = NOTHING) -> dict[str, list[EvidenceLine]]:
    """Criterion code → the files offered for it, the oldest first; one query.

    Without `sight` no other use of a file is named, only counted.
    """
    live = Evidence.objects.filter(removed_at=None)
    own = live.filter(round=evaluation, branch=branch)
    same = live.filter(file__in=own.values("file")).select_related("round", "branch", "criterion", "file")
    rows = list(same.order_by("pk"))
    uses: dict[str, list[Evidence]] = {}
    for row in rows:
        uses.setdefault(row.file_id, []).append(row)
    lines: dict[str, list[EvidenceLine]] = {}
    for row in rows:
        if row.round_id == evaluation.pk and row.branch_id == branch.pk:
            others = [other for other in uses[row.file_id] if other is not row]
            lines.setdefault(row.criterion.code, []).append(line_of(row, others, sight))
    return lines


def line_of(row: Evidence, others: list[Evidence], sight: Sight) -> EvidenceLine:
    near = [other for other in others if other.branch.code[:COUNTY] == row.branch.code[:COUNTY]]
    named = [use_of(other, row) for other in near if may_see(sight, other.branch.code, other.criterion)]
    kind = BY_MEDIA_TYPE[row.file.media_type]
    return EvidenceLine(
        row.pk, row.name, kind, row.file.size, row.added_at, row.added_by, tuple(named), len(others) - len(named)
    )


def use_of(other: Evidence, row: Evidence) -> str:
    """Where else a file is offered: the branch unless it is the same, the criterion, the year unless it is this one."""
    parts = [] if other.branch_id == row.branch_id else [other.branch.shown_name]
    parts += [] if other.round_id == row.round_id else [str(other.round.year)]
    return " ".join([*parts, other.criterion.code])


def evidence_seen(seen: SeenCounty, pk: int, *, taken_back: bool = False) -> Evidence:
    """The file offered, or `taken_back` even, for whoever may see its value; 404 for everybody else."""
    rows = Evidence.objects.filter(round=seen.row.round_id, pk=pk)
    rows = rows if taken_back else rows.filter(removed_at=None)
    near = rows.filter(branch__code__startswith=seen.row.county_id[:COUNTY])
    evidence = near.select_related("branch", "criterion", "file").first()
    if evidence is None or not may_see(seen.sight, evidence.branch.code, evidence.criterion):
        raise Http404
    return evidence
