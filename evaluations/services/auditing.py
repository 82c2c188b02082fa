"""What an auditor does with the ledger, each act kept in it: walking a chain, taking entries out as a file."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from evaluations.models import SealedCounty, SiteSample
from evaluations.services.private_numbers import fit_to_keep
from evaluations.services.sampling import all_problems
from evaluations.services.seal import problems_of, seals_gone
from ledger.services import SYSTEM, append, verify
from ledger.verifying import all_chains
from scoring import engine


def chains_to_check() -> list[str]:
    """Every chain there is, and every county with a seal or a sample, should its chain be gone."""
    sealed = SealedCounty.objects.values_list("county_id", flat=True)
    sampled = SiteSample.objects.values_list("county__county_id", flat=True)
    return sorted({*all_chains(), *sealed.distinct(), *sampled.distinct()})


def problems_of_county(chain: str, slug: str | None = None) -> list[str]:
    """What is wrong with a chain, with the seals of its county and with its samples (of the round named, or of all).

    Each seal is computed again and each sample drawn again, and the ledger's seals are looked for.
    """
    problems = [str(problem) for problem in verify(chain)]
    for seal in seals_of(chain, slug).iterator(chunk_size=1):
        problems += [f"{seal.round.slug} {chain}: {problem}" for problem in problems_of(seal)]
    gone = _("the ledger tells of a seal that is gone")
    problems += [f"{sealed} {chain}: {gone}" for sealed in seals_gone(chain, slug)]
    return problems + list(all_problems(chain, slug))


def seals_of(chain: str, slug: str | None = None) -> QuerySet[SealedCounty]:
    seals = SealedCounty.objects.select_related("round").filter(county=chain).order_by("pk")
    return seals.filter(round__slug=slug) if slug else seals


def of_other_engines(chain: str, slug: str | None = None) -> int:
    """How many of these seals another version of the engine made: this one cannot say whether it gave their results.

    Their digests, the ledger's and their rows are compared all the same.
    """
    return seals_of(chain, slug).exclude(engine_version=engine.ENGINE_VERSION).count()


def not_computed(count: int) -> str:
    """What is said of such seals; nothing where there are none."""
    if not count:
        return ""
    return _(
        "Not computed again: %(count)s sealed results of another engine than this one (%(engine)s). Their digests,"
        " their rows and what the ledger tells of them agree."
    ) % {"count": count, "engine": engine.ENGINE_VERSION}


def verify_chain(chain: str, *, by: User) -> list[str]:
    """problems_of_county, and that somebody asked is kept."""
    problems = problems_of_county(chain)
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
    told = {name: kept for name, text in asked.items() if (kept := fit_to_keep(text))}
    append(chain=SYSTEM, actor=by.ledger_name, action="ledger.export", subject="ledger", detail=told | {"rows": count})
