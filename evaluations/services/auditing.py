"""What an auditor does with the ledger, each act kept in it: walking a chain, taking entries out as a file."""

from __future__ import annotations

from django.db import transaction

from accounts.models import User
from evaluations.models import SealedCounty
from evaluations.services.seal import problems_of
from ledger.services import SYSTEM, append, verify


def verify_chain(chain: str, *, by: User) -> list[str]:
    """What is wrong with a chain and with the seals of its county; nothing where both are whole."""
    problems = [str(problem) for problem in verify(chain)]
    for seal in SealedCounty.objects.select_related("round").filter(county=chain).order_by("pk").iterator(chunk_size=1):
        problems += [f"{seal.round.slug}: {problem}" for problem in problems_of(seal)]
    with transaction.atomic():
        append(
            chain=SYSTEM,
            actor=by.ledger_name,
            action="ledger.verify",
            subject=chain,
            detail={"problems": problems[:20]},
        )
    return problems


@transaction.atomic
def note_export(asked: dict[str, str], count: int, *, by: User) -> None:
    """Keep who took what out of the ledger."""
    told = {name: text for name, text in asked.items() if text}
    append(chain=SYSTEM, actor=by.ledger_name, action="ledger.export", subject="ledger", detail=told | {"rows": count})
