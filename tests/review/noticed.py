"""A county on public notice, and the same county sealed: where objections, appeals and revocations begin."""

from __future__ import annotations

import json
from datetime import date, timedelta
from uuid import uuid4

from django.db import transaction

from accounts.models import User
from accounts.roles import Role
from branches.models import Branch
from branches.working_days import today
from evaluations.models import (
    EvaluationRound,
    Objection,
    Proposal,
    PublicNotice,
    Rating,
    RoundCounty,
    SealedCounty,
    SealedRating,
)
from evaluations.services.objecting import Wanted, file_objection
from evaluations.services.rating import rate_county
from evaluations.services.ruling import rule
from evaluations.services.seal import seal_in_snapshot
from evaluations.workflow import ACTIONS, CHECK_OBJECTION, ProposalStatus, StarStatus, State, Status
from tests import factories
from tests.evaluations.pages import results
from tests.review import world
from tests.review.world import COUNTY, STAR, Review

DOCUMENT, REPLY = "示组发〔2026〕31号", "经核查，情况属实。"
TEXT, CONTACT = "KEY-TEXT 公厕长期上锁，群众无法使用。", "KEY-CONTACT 0000-1234567"


def build(count: int = 2, **fields) -> Review:
    """Every branch with all its stars recommended and earned, the list approved and on notice since yesterday."""
    county = world.build(count, **fields)
    county.branches[0].name = "清水河村"  # the others of both townships bear the same names
    county.branches[0].save(update_fields=["name"])
    for branch in county.branches:
        factories.give(county.entry.this, branch)
    county.put(Status.REVIEWED, *county.branches, stars=StarStatus.RECOMMENDED)
    rate_county(county.entry.this, COUNTY)
    publish(county)
    return county


def publish(county: Review, *, first: int = -1, last: int = 6, number: int = 1) -> PublicNotice:
    """Put the county's list on notice from one day to another, counted from today."""
    county.stand(State.ON_NOTICE)
    return notice_of(county.county, first=first, last=last, number=number)


def notice_of(row: RoundCounty, *, first: int = -1, last: int = 6, number: int = 1) -> PublicNotice:
    proposal = Proposal.objects.create(
        county=row, number=number, status=ProposalStatus.APPROVED, content=list_of(row.round), digest="0" * 64,
        made_by="organization_reviewer", minutes="示组纪〔2026〕9号", approved_by="organization_approver",
    )  # fmt: skip
    return PublicNotice.objects.create(
        proposal=proposal, county=row, edition=number, opened_by="organization_approver", days=5,
        first_day=today() + timedelta(days=first), last_day=today() + timedelta(days=last),
        contact="县委组织部 0000-0001234（工作时间）",
    )  # fmt: skip


def list_of(evaluation: EvaluationRound) -> str:
    """The list as a proposal freezes it, scores and ranks and all."""
    rows = Rating.objects.filter(round=evaluation, county=COUNTY).select_related("branch", "township")
    lines = [
        {
            "branch": row.branch.code, "name": row.branch.name, "name_en": row.branch.name_en,
            "township": row.township.name, "township_en": row.township.name_en, "level": row.level,
            "index": str(row.index), "rank": row.county_rank, "earned": row.earned_stars,
        }
        for row in rows.order_by("branch__code")
    ]  # fmt: skip
    return json.dumps({"branches": lines}, ensure_ascii=False)


def long_list(count: int, *, sealed: bool = False) -> RoundCounty:
    """A county of so many branches with results as if rated, on notice or confirmed."""
    made = results(count, state=State.ON_NOTICE)
    row = RoundCounty.objects.select_related("round").get(round=made)
    notice_of(row)
    if sealed:
        seal_rows(row)
    return row


def seal_rows(row: RoundCounty) -> SealedCounty:
    seal = SealedCounty.objects.create(
        round=row.round, county_id=COUNTY, document=DOCUMENT, engine_version="1", content="{}", sha256="0" * 64
    )
    kept = ("branch_id", "earned", "level", "index", "county_rank", "township_rank")
    ratings = Rating.objects.filter(round=row.round).values(*kept)
    SealedRating.objects.bulk_create([SealedRating(seal=seal, **fields) for fields in ratings])
    RoundCounty.objects.filter(pk=row.pk).update(state=State.CONFIRMED, confirmed_at=world.now())
    return seal


def seal(county: Review, *, confirmed_days_ago: int = 0) -> SealedCounty:
    """Confirm the county as it stands."""
    with transaction.atomic():
        made = seal_in_snapshot(
            county.entry.this, COUNTY, document="示组发〔2026〕30号", by="organization_approver", state=State.CONFIRMED
        )
    confirmed = world.now() - timedelta(days=confirmed_days_ago)
    RoundCounty.objects.filter(pk=county.county.pk).update(confirmed_at=confirmed)
    return made


def wanted(county: Review, at: Branch | None = None, **fields) -> Wanted:
    return Wanted(
        **{"branch": (at or county.branches[0]).code, "star": STAR, "text": TEXT, "key": uuid4(), "contact": ""}
        | fields
    )


def objection(county: Review, at: Branch | None = None, *, address: str = "192.0.2.7", **fields) -> Objection:
    """One that a visitor has just filed."""
    receipt = file_objection(county.county, wanted(county, at, **fields), address=address)
    return Objection.objects.get(receipt=receipt)


def take(county: Review, key: str, one: Objection, *, by: User, **given):
    """A step with an objection by somebody who has just looked."""
    one.refresh_from_db()
    return rule(county.county, ACTIONS[key], one.pk, by=by, **{"seen_revision": one.revision} | given)


def checked(county: Review, one: Objection) -> Objection:
    answer = take(county, CHECK_OBJECTION.key, one, by=county.reviewers[one.star], finding="已到现场核查。")
    assert answer.refused is None
    one.refresh_from_db()
    return one


def another_approver() -> User:
    return factories.person(Role.ORGANIZATION_APPROVER, factories.county())


def day(**more) -> date:
    return today() + timedelta(**more or {"days": 0})
