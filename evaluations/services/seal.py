"""Seal a county's round: inputs, standard, roster, engine version and results as one canonical file with a SHA-256.

The file holds everything the engine needs, so anyone with the file and the engine can compute it again byte for byte.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import partial

import numpy as np
from django.db import OperationalError, connection
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from evaluations.models import (
    EvaluationRound,
    Rating,
    RatingMark,
    RoundCounty,
    SealedCounty,
    SealedRating,
    State,
    Submission,
)
from evaluations.services.columns import CountyInputs, read_county
from evaluations.services.rating import in_snapshot, rate_in_snapshot
from evaluations.services.results import RankedResults, rank, rank_results
from evaluations.services.sealed import columns_of
from evaluations.workflow import Status
from ledger.models import LedgerEntry
from ledger.services import append
from scoring import engine
from scoring.compiled import CompiledSet
from scoring.models import STAR_CODES

FORMAT = "five-star-seal/1"
SEALED = "round.seal"  # what the ledger calls it
LOCK_NOT_AVAILABLE = "55P03"


class SealRefused(Exception):
    """Why a round can't be sealed, in words for the operator."""


def seal_round(evaluation: EvaluationRound, *, document: str, by: str) -> list[SealedCounty]:
    """Seal every county of a past round that was decided on paper; counties already sealed are left as they are."""
    document = decided_by(document)
    counties = list(evaluation.counties.select_related("county"))
    submitted = set(submitted_counties(evaluation))
    paper = (State.DRAFT, State.OPEN, State.CLOSED)
    under_way = [row.county.name for row in counties if row.state not in paper or row.county_id in submitted]
    if under_way:
        raise SealRefused(
            _("The round is under review in %(counties)s and is sealed there at the end of its own road.")
            % {"counties": "、".join(under_way)}
        )
    sealed = dict(evaluation.seals.values_list("county_id", "document"))
    if len(sealed) == len(counties) and document not in sealed.values():
        documents = "、".join(sorted(set(sealed.values())))
        raise SealRefused(_("The round is sealed already, by the document %(documents)s.") % {"documents": documents})
    return [
        seal_county(evaluation, row.county_id, document=document, by=by)
        for row in counties
        if row.county_id not in sealed
    ]


def submitted_counties(evaluation: EvaluationRound) -> QuerySet:
    """The counties where a branch has submitted: their results are decided on their own road, not on paper."""
    submitted = Submission.objects.filter(entry__round=evaluation).exclude(status=Status.DRAFT)
    return submitted.values_list("entry__county_id", flat=True).distinct()


def decided_by(document: str) -> str:
    """The number of the document that decided the result, as it is stored."""
    document, longest = document.strip(), SealedCounty._meta.get_field("document").max_length
    if not document:
        raise SealRefused(_("Sealing needs the number of the document that decided the result."))
    if len(document) > longest:
        raise SealRefused(_("A document number has at most %(longest)s characters.") % {"longest": longest})
    return document


def seal_county(evaluation: EvaluationRound, county_code: str, *, document: str, by: str) -> SealedCounty:
    """Rate a county one last time and seal it, in one snapshot."""
    work = partial(seal_in_snapshot, evaluation, county_code, document=document, by=by, state=State.CLOSED)
    try:
        return in_snapshot(evaluation.pk, county_code, work, first=hold_off_edits)
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", None) == LOCK_NOT_AVAILABLE:
            raise SealRefused(_("Values are being recorded just now: seal again when that has ended.")) from error
        raise


# Counties first, as everywhere; then whatever a county's results are computed from, submissions and stars included.
HOLD_OFF = """
    SET LOCAL lock_timeout = '5s';
    LOCK TABLE evaluations_roundcounty IN EXCLUSIVE MODE;
    LOCK TABLE evaluations_submission, evaluations_starreview, evaluations_objection, evaluations_value,
        evaluations_vetorecord, branches_branch IN SHARE MODE
"""


def hold_off_edits() -> None:
    """Wait for edits under way and let no new one in: the snapshot comes after, as LOCK takes none.

    Every step and every edit of a value holds its county's row first; whoever waits for it here has written nothing.
    Everybody's edits queue behind this, so it gives up soon where one takes long.
    """
    with connection.cursor() as cursor:
        cursor.execute(HOLD_OFF)


def seal_in_snapshot(
    evaluation: EvaluationRound, county_code: str, *, document: str, by: str, state: State,
    noted: Mapping[str, object] | None = None,
) -> SealedCounty:  # fmt: skip
    """Seal a county inside a snapshot and leave it in that state. The state comes first: it says what counts.

    `noted` is told in the one ledger entry besides.
    """
    here = RoundCounty.objects.filter(round=evaluation, county_id=county_code)
    here.filter(document="").update(document=document)  # a draft had no other; what authorised an open round stays
    here.update(state=state)
    rate_in_snapshot(evaluation, county_code)
    inputs = read_county(evaluation, county_code)
    ranked = rank(inputs, engine.rate(inputs.standard.compiled, inputs.columns))
    content = canonical_file(evaluation, county_code, inputs, ranked)
    seal = SealedCounty.objects.create(
        round=evaluation,
        county_id=county_code,
        document=document,
        engine_version=engine.ENGINE_VERSION,
        content=content,
        sha256=hashlib.sha256(content.encode()).hexdigest(),
    )
    copy_ratings(seal)
    mark_following(evaluation, county_code)
    append(
        chain=county_code, actor=by, action=SEALED, subject=evaluation.slug,
        detail={"document": document, "sha256": seal.sha256, "branches": len(inputs.codes)} | dict(noted or {}),
    )  # fmt: skip
    return seal


def mark_following(evaluation: EvaluationRound, county_code: str) -> None:
    """The round after this one shows movement against the ranks just sealed."""
    following = RoundCounty.objects.filter(round__previous=evaluation, county_id=county_code, rated_at__isnull=False)
    sealed = SealedCounty.objects.filter(county_id=county_code).values("round")
    rounds = following.exclude(round__in=sealed).values_list("round_id", flat=True)
    RatingMark.objects.bulk_create([RatingMark(round_id=one, county_id=county_code) for one in rounds])


def copy_ratings(seal: SealedCounty) -> None:
    fields = ["branch_id", *STAR_CODES, "earned", "level", "index", "county_rank", "township_rank"]
    rows = Rating.objects.of(seal.round_id, seal.county_id).order_by("branch_id").values(*fields)
    SealedRating.objects.bulk_create([SealedRating(seal=seal, **row) for row in rows], batch_size=2000)


def canonical_file(evaluation: EvaluationRound, county_code: str, inputs: CountyInputs, ranked: RankedResults) -> str:
    """The sealed file: JSON, keys sorted, no spaces, one number format (ten-thousandths and hundredths as integers)."""
    return canonical(
        {
            "format": FORMAT,
            "round": evaluation.slug,
            "year": evaluation.year,
            "county": county_code,
            "engine": engine.ENGINE_VERSION,
            "standard": inputs.standard.compiled.as_dict(),
            "roster": [
                {"branch": code, "township": township, "population": population, "households": households}
                for code, township, population, households in zip(
                    inputs.codes, inputs.townships, inputs.columns.population.tolist(),
                    inputs.columns.households.tolist(), strict=True,
                )
            ],
            "inputs": inputs_of(inputs.columns),
            "results": results_of(inputs.standard.compiled, ranked),
        }
    )  # fmt: skip


def inputs_of(columns: engine.Columns) -> dict:
    """The columns as plain integers; what the review withholds only where it does (on paper it never does)."""
    given = {name: getattr(columns, name).tolist() for name in ("units", "state", "last_units", "last_state")}
    return given if not columns.withheld.any() else given | {"withheld": columns.withheld.astype(int).tolist()}


def canonical(content: dict) -> str:
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def results_of(compiled: CompiledSet, ranked: RankedResults) -> dict:
    """The results as plain integers, in roster order; ranks 0 and missing scores -1 stand for none."""
    results = ranked.results
    shown = results.rated & ranked.included[:, None]
    return {
        "points": results.points.tolist(),
        "scores": np.where(shown, results.scores, -1).tolist(),
        "earned": (results.earned & ranked.included[:, None]).astype(int).tolist(),
        "level": np.where(ranked.included, results.level, -1).tolist(),
        "index": np.where(results.has_index & ranked.included, results.index, -1).tolist(),
        "county_rank": ranked.county_rank.tolist(),
        "township_rank": ranked.township_rank.tolist(),
        "parked": [str(reason) if reason else "" for reason in results.parked],
    }


def compute_again(content: dict) -> dict:
    """Run the engine on a sealed file's own inputs and return the results it gives."""
    compiled = CompiledSet.from_dict(content["standard"])
    townships = [row["township"] for row in content["roster"]]
    results = engine.rate(compiled, columns_of(content, compiled))
    return results_of(compiled, rank_results(results, townships, np.full(len(townships), -1, np.int64)))


def problems_of(seal: SealedCounty) -> list[str]:
    """What is wrong with a sealed county: its digest, the ledger's, its results, its rows."""
    if hashlib.sha256(seal.content.encode()).hexdigest() != seal.sha256:
        return [_("the file does not have the SHA-256 recorded with it")]
    problems = []
    if recorded_digests(seal.county_id, seal.round.slug)[-1:] != [seal.sha256]:
        problems.append(_("the ledger does not have this SHA-256"))
    try:
        return problems + content_problems(seal)
    except (ValueError, TypeError, LookupError):  # a forger's file may lack anything
        return [*problems, _("the file is not in canonical form")]


def content_problems(seal: SealedCounty) -> list[str]:
    content = json.loads(seal.content)
    problems = []
    if canonical(content) != seal.content:
        problems.append(_("the file is not in canonical form"))
    if content["engine"] != seal.engine_version:  # else a row could pass for one that nobody can compute again
        problems.append(_("the sealed row names another engine than the sealed file"))
    if content["engine"] == engine.ENGINE_VERSION and compute_again(content) != content["results"]:
        problems.append(_("the engine gives other results from the sealed inputs"))
    return problems + row_problems(seal, content)


def recorded_digests(county_code: str, slug: str) -> list[str]:
    """The SHA-256 of each seal of a county's round that the ledger tells of, oldest first."""
    entries = LedgerEntry.objects.filter(chain=county_code, action=SEALED, subject=slug).order_by("sequence")
    return [json.loads(detail)["sha256"] for detail in entries.values_list("detail", flat=True)]


def seals_gone(county_code: str, slug: str | None = None) -> list[str]:
    """The rounds whose seals of this county the ledger tells of and that are no longer there."""
    entries = LedgerEntry.objects.filter(chain=county_code, action=SEALED, **({"subject": slug} if slug else {}))
    here = set(SealedCounty.objects.filter(county=county_code).values_list("round__slug", flat=True))
    return sorted(set(entries.values_list("subject", flat=True)) - here)


def row_problems(seal: SealedCounty, content: dict) -> list[str]:
    """Branches whose sealed rows differ from the sealed file in any column."""
    stored = {
        code: (*map(in_hundredths, numbers), earned, -1 if level is None else level, *(rank_ or 0 for rank_ in ranks))
        for code, *numbers, earned, level, ranks in (
            (*row[:-2], row[-2:])
            for row in seal.ratings.values_list(
                "branch__code", *STAR_CODES, "index", "earned", "level", "county_rank", "township_rank"
            )
        )
    }
    expected = dict(expected_rows(content))
    wrong = sorted(code for code in expected.keys() | stored.keys() if expected.get(code) != stored.get(code))
    return [_("branch %(code)s: the sealed row differs from the sealed file") % {"code": code} for code in wrong[:20]]


def expected_rows(content: dict) -> Iterator[tuple[str, tuple]]:
    """Per branch code: five scores, index, earned, level and ranks as the sealed file has them."""
    results, codes = content["results"], [star["code"] for star in content["standard"]["stars"]]
    for place, row in enumerate(content["roster"]):
        scores = dict(zip(codes, results["scores"][place], strict=True))
        earned = dict(zip(codes, results["earned"][place], strict=True))
        single = (results[name][place] for name in ("level", "county_rank", "township_rank"))
        names = " ".join(code for code in STAR_CODES if earned.get(code))
        yield row["branch"], (*(scores.get(code, -1) for code in STAR_CODES), results["index"][place], names, *single)


def in_hundredths(number: Decimal | None) -> int:
    return -1 if number is None else int(number * 100)
