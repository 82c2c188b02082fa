"""What a person saw of a star, kept for their own list: no step on the road, and no entry in the ledger."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models.functions import Now

from accounts.models import User
from evaluations.models import RoundCounty, StarLook, StarReview
from evaluations.services.road import Wish


@transaction.atomic
def keep_looks(county: RoundCounty, star: str, seen: Sequence[Wish], *, by: User, moved: Sequence[str] = ()) -> None:
    """Keep what was seen of each branch; of those just `moved` by the same person, what they made of it."""
    rows = StarReview.objects.filter(
        star=star, entry__round=county.round_id, entry__county=county.county_id,
        entry__branch__code__in=[wish.branch for wish in seen],
    )  # fmt: skip
    reviews = dict(rows.values_list("entry__branch__code", "pk"))
    looks = [
        StarLook(
            review_id=reviews[wish.branch], person=by.ledger_name, stamp=wish.seen_stamp or 0, at=Now(),
            revision=wish.seen_revision + (wish.branch in moved),
        )
        for wish in seen
        if wish.branch in reviews
    ]  # fmt: skip
    StarLook.objects.bulk_create(
        looks, update_conflicts=True, unique_fields=["review", "person"], update_fields=["revision", "stamp", "at"],
        batch_size=2000,
    )  # fmt: skip
