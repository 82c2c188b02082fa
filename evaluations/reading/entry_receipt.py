"""A receipt: what one submission took in, when, with how many values; still shown when it has been withdrawn since."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime

from django.http import Http404

from evaluations.models import Decision
from evaluations.reading.county import SeenCounty
from evaluations.reading.entry_annex import AnnexLine, annex_of
from evaluations.reading.people import names_of
from evaluations.workflow import SUBMIT
from ledger.models import LedgerEntry

NUMBER = re.compile(r"SB-(\d{4})-(\d{1,18})")


@dataclass(frozen=True)
class ReceiptRow:
    """One branch of a receipt; `values` None where the ledger holds no count of it."""

    decision: Decision
    values: int | None
    stands: bool
    annex: list[AnnexLine]

    @property
    def branch(self):
        return self.decision.submission.entry.branch

    @property
    def wish(self) -> str:
        return f"{self.branch.code}:{self.decision.submission.revision}"


@dataclass(frozen=True)
class Receipt:
    """One act of submitting: its number, its branches."""

    number: str
    first: Decision
    by: str  # who submitted, by unit and name
    rows: list[ReceiptRow]

    @property
    def at(self) -> datetime:
        return self.first.at

    @property
    def late(self) -> bool:
        return self.first.late

    @property
    def values(self) -> int:
        return sum(row.values or 0 for row in self.rows)

    @property
    def standing(self) -> list[ReceiptRow]:
        return [row for row in self.rows if row.stands]

    @property
    def townships(self) -> str:
        return " ".join(dict.fromkeys(row.decision.submission.entry.township.shown_name for row in self.rows))


def receipt_of(seen: SeenCounty, number: str) -> Receipt:
    """The receipt of that number; 404 for one that isn't there, or that holds a branch this person doesn't see."""
    first = first_decision(seen, number)
    act = Decision.objects.filter(action=SUBMIT.key, at=first.at, by=first.by)
    act = act.filter(submission__entry__round=seen.row.round_id, submission__entry__county=seen.row.county_id)
    decisions = list(
        act.select_related("submission__entry__branch", "submission__entry__township")
        .order_by("submission__entry__branch__sort_key")
    )  # fmt: skip
    if not all(seen.sight.opens_branch(one.submission.entry.branch.code) for one in decisions):
        raise Http404
    kept = entry_kept(seen, number)
    values = json.loads(kept.detail)["values"] if kept else {}
    annex = annex_of(seen.round, [one.submission.entry.branch_id for one in decisions], kept.at if kept else first.at)
    rows = [
        ReceiptRow(
            one, values.get(one.submission.entry.branch.code), one.submission.receipt == number,
            annex.get(one.submission.entry.branch_id, []),
        )
        for one in decisions
    ]  # fmt: skip
    return Receipt(number, first, names_of([first.by])[first.by], rows)


def first_decision(seen: SeenCounty, number: str) -> Decision:
    found = NUMBER.fullmatch(number)
    if found is None or int(found[1]) != seen.round.year or number != f"SB-{found[1]}-{int(found[2]):06d}":
        raise Http404
    place = {"submission__entry__round": seen.row.round_id, "submission__entry__county": seen.row.county_id}
    decision = Decision.objects.filter(pk=found[2], action=SUBMIT.key, **place).first()
    if decision is None or Decision.objects.filter(at=decision.at, by=decision.by, pk__lt=decision.pk).exists():
        raise Http404
    return decision


def entry_kept(seen: SeenCounty, number: str) -> LedgerEntry | None:
    """What the ledger keeps of the submission: written while its values could not change."""
    return LedgerEntry.objects.filter(chain=seen.row.county_id, action="submission.submit", subject=number).first()
