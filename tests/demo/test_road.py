"""The demo county further along its year: each stage is reached through the road, and nothing is left half done."""

import pytest
from django.core.management import call_command

from demo.rounds import ROUND
from evaluations.models import Decision, PublicNotice, RoundCounty, SealedCounty, StarReview, Submission
from ledger.services import verify

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.full]


def state() -> str:
    return RoundCounty.objects.get(round__slug=ROUND).state


def test_the_demo_s_year_goes_through_review_notice_and_seal(tmp_path):
    call_command("load_demo", directory=tmp_path, verbosity=0)

    call_command("advance_demo", "review")
    under_way = (state(), set(StarReview.objects.values_list("status", flat=True)))
    call_command("advance_demo", "notice")
    shown = (state(), PublicNotice.objects.count())
    call_command("advance_demo", "confirmed")

    assert under_way == ("under_review", {"reviewing", "returned", "recommended", "not_recommended"})
    assert shown == ("on_notice", 1) and state() == "confirmed"
    assert set(Submission.objects.filter(entry__round__slug=ROUND).values_list("status", flat=True)) <= {
        "reviewed",
        "absent",
    }
    assert SealedCounty.objects.filter(round__slug=ROUND).count() == 1 and Decision.objects.exists()
    assert verify() == []
