"""Branches drawn for a visit on site: by a seed that nobody chose, so that anyone can draw them again.

The seed is the SHA-256 of the county's ledger head as it stood when the sample was drawn, the round and the star.
Branches are put in the order of SHA-256(seed + code), and the first are drawn.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import wraps
from hashlib import sha256

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.models import Grant, User
from branches.working_days import today
from evaluations.models import RoundCounty, SiteCheck, SiteSample, StarReview
from evaluations.services.deadlines import keep_refusal, role_of
from evaluations.services.private_numbers import private_number
from evaluations.services.road import may_act
from evaluations.services.road.persons import CONFLICT, ENTERED_IT, declared_by, entered_by, mixed_duties
from evaluations.services.road.steps import COUNTY, LONGEST_REASON
from evaluations.workflow import RECOMMEND, StarStatus
from ledger.models import GENESIS, LedgerEntry, LedgerHead
from ledger.services import append
from tables.errors import BadCell
from tables.text import clean_text

MOST = 200
STEPS = {"draw": "sample.draw", "record_visit": "sample.visit"}  # what the ledger calls them


class NotDrawn(ValueError):
    """Why nothing was drawn or written down, in the reader's language."""


@dataclass(frozen=True)
class Visit:
    """What was found on site."""

    on: date | None
    agrees: bool | None
    finding: str = ""


def seed_of(sequence: int, head: str, slug: str, star: str) -> str:
    """The seed as hexadecimal: of the ledger's head, the round and the star, a line each."""
    return sha256(f"{sequence}\n{head}\n{slug}\n{star}".encode()).hexdigest()


def drawn(seed: str, codes: Iterable[str], size: int) -> list[str]:
    """The first branches in the order of SHA-256(seed + code)."""
    return sorted(codes, key=lambda code: sha256((seed + code).encode()).hexdigest())[:size]


def keeping_refusals(step: Callable) -> Callable:
    """A step that leaves an entry when it is refused: undone first, then kept in a transaction of its own."""

    @wraps(step)
    def taken(county: RoundCounty, *args: object, by: User) -> object:
        try:
            with transaction.atomic():
                return step(county, *args, by=by)
        except NotDrawn as why:
            keep_refusal(county, STEPS[step.__name__], str(why), by, role_tried(county, args[0], by))
            raise

    return taken


def role_tried(county: RoundCounty, of: str | SiteCheck, by: User) -> Grant | None:
    """The role by which somebody draws for a star, or writes down a visit of its sample."""
    star = of.sample.star if isinstance(of, SiteCheck) else of
    return may_act(by, RECOMMEND, county.county_id, place=county.county_id, star=star)


@keeping_refusals
def draw(county: RoundCounty, star: str, size: int, *, by: User) -> SiteSample:
    """Draw some of the branches whose star is under review or decided; raises NotDrawn with the reason."""
    grant = reviewing_grant(county, star, by)
    lock_under_review(county)
    entries = drawn_from(county, star)
    if not entries:
        raise NotDrawn(_("No branch has reached this star's review yet."))
    if not 1 <= size <= min(MOST, len(entries)):
        raise NotDrawn(_("Draw at least 1 branch and at most %(most)s.") % {"most": min(MOST, len(entries))})
    head = LedgerHead.objects.select_for_update().filter(chain=county.county_id).first()
    sequence, digest = (head.sequence, head.hash) if head else (0, GENESIS)
    seed = seed_of(sequence, digest, county.round.slug, star)
    sample = SiteSample.objects.create(
        county=county, star=star, size=size, of=len(entries), ledger_sequence=sequence, ledger_hash=digest, seed=seed,
        by=by.ledger_name,
    )  # fmt: skip
    chosen = drawn(seed, entries, size)
    SiteCheck.objects.bulk_create([SiteCheck(sample=sample, entry_id=entries[code]) for code in chosen])
    detail = {
        "round": county.round.slug, "star": star, "size": size, "ledger_sequence": sequence, "ledger_hash": digest,
        "seed": seed, "from": sorted(entries), "branches": chosen,
    } | role_of(grant)  # fmt: skip
    append(chain=county.county_id, actor=by.ledger_name, action="sample.draw", subject=str(sample.pk), detail=detail)
    return sample


def reviewing_grant(county: RoundCounty, of: str | SiteCheck, by: User) -> Grant:
    """The role by which this person reviews the star; LookupError without one, NotDrawn where another forbids it."""
    grant = role_tried(county, of, by)
    if grant is None:
        raise LookupError("this star is reviewed by somebody else")
    if why := mixed_duties(by, grant):
        raise NotDrawn(why.translated(_))
    return grant


def lock_under_review(county: RoundCounty) -> None:
    """The county stays as it is until the transaction ends; raises NotDrawn where it is elsewhere on its road."""
    with connection.cursor() as cursor:
        cursor.execute(COUNTY, [county.pk])
        state = cursor.fetchone()[0]
    if state not in RECOMMEND.counties:
        raise NotDrawn(_("The county is not under review."))


def drawn_from(county: RoundCounty, star: str) -> dict[str, int]:
    """Branch code → roster entry, of the branches that have reached the star's review."""
    reached = StarReview.objects.filter(star=star, entry__round=county.round_id, entry__county=county.county_id)
    rows = reached.exclude(status=StarStatus.WAITING).values_list("entry__branch__code", "entry_id")
    return dict(rows.order_by("entry__branch__code"))


@keeping_refusals
def record_visit(county: RoundCounty, check: SiteCheck, visit: Visit, *, by: User) -> None:
    """Keep what a visit found; raises NotDrawn with what is missing or wrong, or who it is that may not."""
    grant = reviewing_grant(county, check, by)
    lock_under_review(county)
    finding = read_finding(visit)
    row = SiteCheck.objects.select_for_update(of=("self",)).select_related("entry__branch").get(pk=check.pk)
    refuse_barred(row, by)
    before = {"on": row.checked_on.isoformat() if row.checked_on else "", "agrees": row.agrees, "finding": row.finding}
    row.checked_on, row.agrees, row.finding, row.by, row.at = visit.on, visit.agrees, finding, by.ledger_name, Now()
    row.save(update_fields=["checked_on", "agrees", "finding", "by", "at"])
    show_in_star(row.entry_id, check.sample.star)
    detail = {
        "round": county.round.slug, "star": check.sample.star, "branch": row.entry.branch.code, "before": before,
        "on": visit.on.isoformat(), "agrees": visit.agrees, "finding": finding,
    } | role_of(grant)  # fmt: skip
    append(
        chain=county.county_id, actor=by.ledger_name, action="sample.visit", subject=str(row.sample_id), detail=detail
    )


def refuse_barred(row: SiteCheck, by: User) -> None:
    """Nobody visits what they entered or where they have a conflict, and a visit stays its visitor's.

    Who visited has reviewed (road/persons.py): under another's name the first visitor could approve the list.
    """
    if row.by and row.by not in by.own_names:
        raise NotDrawn(_("This visit was recorded by %(who)s, who alone corrects it.") % {"who": name_of(row.by)})
    if entered_by(by, row.entry.round_id, [row.entry.branch_id]):
        raise NotDrawn(ENTERED_IT.translated(_))
    if declared_by(by, [row.entry.branch_id]):
        raise NotDrawn(CONFLICT.translated(_))


def name_of(username: str) -> str:
    """What an account is called, as people read it."""
    return str(User.objects.filter(username=username).first() or username)


def show_in_star(entry_id: int, star: str) -> None:
    """Whoever is about to decide has to see what was found: it raises the star's revision, as a dissent does."""
    stars = StarReview.objects.filter(entry=entry_id, star=star)
    stars.update(revision=F("revision") + 1, changed_at=Now())


def read_finding(visit: Visit) -> str:
    if visit.on is None or visit.agrees is None:
        raise NotDrawn(_("Give the day of the visit, and whether it was as reported."))
    if visit.on > today():
        raise NotDrawn(_("The day of the visit must not be in the future."))
    try:
        finding = clean_text(visit.finding, max_length=LONGEST_REASON)
    except BadCell as bad:
        raise NotDrawn(_("must be %(allowed)s") % {"allowed": bad.allowed.translated(_)}) from None
    if not visit.agrees and not finding:
        raise NotDrawn(_("Say what was found where it is not as reported."))
    if why := private_number(finding):
        raise NotDrawn(why.translated(_))
    return finding


# Drawn again --------------------------------------------------------------------------------------------------------
def problems_of(sample: SiteSample, *, county: RoundCounty | None = None) -> list[str]:
    """What does not fit when a sample is drawn again from the ledger; [] where all of it does."""
    county = county or sample.county
    problems = []
    if ledger_hash_at(county.county_id, sample.ledger_sequence) != sample.ledger_hash:
        problems.append(_("the ledger has no such entry with this hash"))
    if seed_of(sample.ledger_sequence, sample.ledger_hash, county.round.slug, sample.star) != sample.seed:
        problems.append(_("the seed is not the one of this ledger entry, round and star"))
    noted = drawn_as_noted(county, sample)
    if noted is None:
        return [*problems, _("the ledger does not tell of this sample")]
    again = drawn(sample.seed, noted["from"], sample.size)
    if again != codes_of(sample) or again != noted["branches"] or len(noted["from"]) != sample.of:
        problems.append(_("the branches kept are not the ones the seed draws"))
    return problems


def ledger_hash_at(chain: str, sequence: int) -> str:
    if sequence == 0:
        return GENESIS
    return LedgerEntry.objects.filter(chain=chain, sequence=sequence).values_list("hash", flat=True).first() or ""


def drawn_as_noted(county: RoundCounty, sample: SiteSample) -> dict | None:
    """What the ledger keeps of the draw: the branches it was drawn from, in particular."""
    entries = LedgerEntry.objects.filter(chain=county.county_id, action="sample.draw", subject=str(sample.pk))
    text = entries.values_list("detail", flat=True).first()
    return json.loads(text) if text else None


def codes_of(sample: SiteSample) -> list[str]:
    rows = SiteCheck.objects.filter(sample=sample).order_by("pk")
    return list(rows.values_list("entry__branch__code", flat=True))


def all_problems(county_code: str, slug: str | None = None) -> Sequence[str]:
    """What does not fit of any sample of a county, of the round named or of all."""
    samples = SiteSample.objects.select_related("county__round").filter(county__county=county_code).order_by("pk")
    if slug:
        samples = samples.filter(county__round__slug=slug)
    return [
        f"{one.county.round.slug} {one.county.county_id} {one.star} {one.pk}: {problem}"
        for one in samples
        for problem in problems_of(one)
    ]
