"""What a receipt number opens: how far the objection is, and the reply. Nothing of what it was about."""

from __future__ import annotations

from dataclasses import dataclass

from evaluations.models import Objection
from evaluations.workflow import PUBLIC_LABELS, ObjectionStatus


@dataclass(frozen=True)
class ReceiptAnswer:
    receipt: str
    word: str
    reply: str


def answer_to(receipt: str) -> ReceiptAnswer | None:
    """The answer to the objection of that number; None where there is none."""
    one = Objection.objects.filter(receipt=receipt).only("receipt", "status", "reply").first()
    if one is None:
        return None
    return ReceiptAnswer(one.receipt, str(PUBLIC_LABELS[ObjectionStatus(one.status)]), one.reply)
