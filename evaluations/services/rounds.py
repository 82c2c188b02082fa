"""Open a round over a region: its counties, its roster, its authorising document."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from branches.models import Branch, Level, Region, ancestor_code
from evaluations.models import EvaluationRound, RatingMark, RosterEntry, RoundCounty, State
from ledger.services import append
from scoring.models import CriteriaSet


class RoundRefused(Exception):
    """Why a round can't be opened as asked, in words for the operator."""


@transaction.atomic
def open_round(
    *, slug: str, region: Region, year: int, criteria_set: CriteriaSet, previous: EvaluationRound | None = None,
    document: str = "", by: str,
) -> tuple[EvaluationRound, bool]:  # fmt: skip
    """Make a round (open with a document, else a draft), or open the draft of that name; say whether anything changed.

    Raises RoundRefused where the set is a draft, the region a township, the name taken by another round, or the
    region has no active branch of the set's kind.
    """
    document = checked_document(document)
    refuse_unfit(region, criteria_set)
    wanted = {"region": region, "year": year, "criteria_set": criteria_set, "previous": previous}
    evaluation = EvaluationRound.objects.select_for_update(of=("self",)).filter(slug=slug).first()
    created = evaluation is None
    if created:
        evaluation = EvaluationRound(slug=slug, document=document, **wanted)
        evaluation.full_clean()
        evaluation.save()
    else:
        refuse_other(evaluation, wanted, document)
    changed = enrol(evaluation) + give_document(evaluation, document)
    if not evaluation.counties.exists():
        raise RoundRefused(
            _("There is no active branch of the kind “%(kind)s” in %(region)s.")
            % {"kind": criteria_set.get_kind_display(), "region": region.name}
        )
    if changed:
        note_opening(evaluation, created, by)
    return evaluation, bool(changed)


def refuse_unfit(region: Region, criteria_set: CriteriaSet) -> None:
    """Refuse a region that may hold no rating, and a standard that may still change."""
    if region.level == Level.TOWNSHIP:
        raise RoundRefused(_("A township may not hold a rating of its own: name a county, a city or a province."))
    if not criteria_set.is_published:
        raise RoundRefused(_("The criteria set “%(name)s” is a draft; publish it first.") % {"name": criteria_set.name})


def checked_document(document: str) -> str:
    """A document number as it is stored; RoundRefused when it is too long to be one."""
    document, longest = document.strip(), EvaluationRound._meta.get_field("document").max_length
    if len(document) > longest:
        raise RoundRefused(_("A document number has at most %(longest)s characters.") % {"longest": longest})
    return document


def refuse_other(evaluation: EvaluationRound, wanted: dict, document: str) -> None:
    """Refuse to open a round again as something else."""
    differ = [name for name, value in wanted.items() if getattr(evaluation, name) != value]
    if document and evaluation.document and document != evaluation.document:
        differ.append("document")
    if differ:
        raise RoundRefused(
            _("The round “%(slug)s” exists already with another %(fields)s.")
            % {"slug": evaluation.slug, "fields": ", ".join(differ)}
        )


def enrol(evaluation: EvaluationRound) -> int:
    """Put missing active branches of the region on the roster, where a county has not opened; return how many."""
    branches = Branch.objects.below(evaluation.region).active().filter(kind=evaluation.criteria_set.kind)
    missing = branches.exclude(pk__in=evaluation.roster.values("branch"))
    begun = set(evaluation.counties.exclude(state=State.DRAFT).values_list("county_id", flat=True))
    entries = [
        RosterEntry(round=evaluation, branch_id=pk, county_id=county, township_id=township)
        for pk, code, township in missing.values_list("pk", "code", "township_id")
        if (county := ancestor_code(code, Level.COUNTY)) not in begun
    ]
    RosterEntry.objects.bulk_create(entries, batch_size=5000)
    counties = sorted({entry.county_id for entry in entries})
    RoundCounty.objects.bulk_create(
        [RoundCounty(round=evaluation, county_id=county) for county in counties], ignore_conflicts=True
    )
    rated = evaluation.counties.filter(county__in=counties, rated_at__isnull=False)
    RatingMark.objects.bulk_create([RatingMark(round=evaluation, county_id=row.county_id) for row in rated])
    return len(entries)


def give_document(evaluation: EvaluationRound, document: str) -> bool:
    """Open the counties still in draft with this document; say whether any was."""
    if not document:
        return False
    if not evaluation.document:
        evaluation.document = document
        evaluation.save(update_fields=["document"])
    drafts = evaluation.counties.filter(state=State.DRAFT)
    return bool(drafts.update(state=State.OPEN, document=document))


def note_opening(evaluation: EvaluationRound, created: bool, by: str) -> None:
    """One ledger entry per county: a round's road is each county's own."""
    for row in evaluation.counties.all():
        append(
            chain=row.county_id, actor=by, action="round.open" if row.state == State.OPEN else "round.draft",
            subject=evaluation.slug,
            detail={
                "created": created, "document": row.document, "year": evaluation.year,
                "criteria": evaluation.criteria_set.name,
                "previous": evaluation.previous.slug if evaluation.previous else "",
            },
        )  # fmt: skip


@transaction.atomic
def edit_round(
    evaluation: EvaluationRound, *, year: int, previous: EvaluationRound | None, document: str, by: str
) -> bool:
    """Change a round's year, previous round and document number; say whether anything changed.

    The document is the round's alone: a county opens by open_round, never by an edit. Raises RoundRefused once a
    county is sealed (its file names all three), ValidationError where a field is wrong.
    """
    evaluation = EvaluationRound.objects.select_for_update(of=("self",)).get(pk=evaluation.pk)
    if evaluation.seals.exists():
        raise RoundRefused(_("The round “%(slug)s” is sealed and can no longer change.") % {"slug": evaluation.slug})
    before = edited_fields(evaluation)
    evaluation.year, evaluation.previous, evaluation.document = year, previous, checked_document(document)
    after = edited_fields(evaluation)
    if after == before:
        return False
    evaluation.full_clean()
    evaluation.save(update_fields=list(after))
    if after["previous"] != before["previous"]:  # last year's values and ranks are others now
        rated = evaluation.counties.filter(rated_at__isnull=False)
        RatingMark.objects.bulk_create([RatingMark(round=evaluation, county_id=row.county_id) for row in rated])
    for row in evaluation.counties.order_by("county_id"):
        append(
            chain=row.county_id, actor=by, action="round.edit", subject=evaluation.slug,
            detail={"before": before, "after": after},
        )  # fmt: skip
    return True


def edited_fields(evaluation: EvaluationRound) -> dict[str, object]:
    """What edit_round may change, as the ledger keeps it."""
    previous = evaluation.previous.slug if evaluation.previous else ""
    return {"year": evaluation.year, "previous": previous, "document": evaluation.document}
