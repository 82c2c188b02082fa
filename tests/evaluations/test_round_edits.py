"""A round's year, previous round and document are edited until a county is sealed, by whose place holds it whole."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts.roles import Role
from branches.models import Region
from evaluations.models import EvaluationRound, RatingMark, RoundCounty, State
from evaluations.services.rating import rate_county
from evaluations.services.rounds import RoundRefused, edit_round
from evaluations.services.seal import seal_round
from ledger.models import LedgerEntry
from tests.factories import branches, county, criteria_set, give, person, round_of, township

pytestmark = pytest.mark.django_db

COUNTIES = ["419901000000", "419902000000"]


@pytest.fixture
def city_round():
    """A round of the city over two counties."""
    rated = [*branches(1), *branches(1, town=township("419902001000"))]
    return round_of(rated, region=Region.objects.get(code="419900000000"))


def criteria_administrator():
    user = person(Role.CRITERIA_ADMINISTRATOR, county())
    user.is_staff = True
    user.save()
    return user


def page_of(made: EvaluationRound) -> str:
    return reverse("admin:evaluations_evaluationround_change", args=[made.pk])


def test_an_edit_is_kept_once_in_each_county_and_repeating_it_is_no_edit(city_round):
    wanted = {"year": 2027, "previous": None, "document": " 市组通〔2027〕1号 "}

    assert edit_round(city_round, **wanted, by="somebody")
    assert not edit_round(city_round, **wanted, by="somebody")

    city_round.refresh_from_db()
    assert (city_round.year, city_round.document) == (2027, "市组通〔2027〕1号")
    entries = LedgerEntry.objects.order_by("chain").values_list("chain", "action", "actor")
    assert list(entries) == [(code, "round.edit", "somebody") for code in COUNTIES]


def test_a_document_given_by_an_edit_opens_no_county(city_round):
    city_round.counties.update(state=State.DRAFT, document="")

    edit_round(city_round, year=2026, previous=None, document="市组通〔2026〕9号", by="x")

    assert set(RoundCounty.objects.values_list("state", "document")) == {(State.DRAFT, "")}


def test_a_wrong_year_or_the_round_itself_before_it_is_refused(city_round):
    for wrong in ({"year": 1999, "previous": None}, {"year": 2026, "previous": city_round}):
        with pytest.raises(ValidationError):
            edit_round(city_round, **wrong, document="", by="x")

    assert not LedgerEntry.objects.exists()


def test_another_previous_round_makes_rated_counties_due_again():
    rated = branches(1)
    standard = criteria_set()
    past = round_of(rated, slug="past", year=2025, criteria_set=standard)
    made = round_of(rated, criteria_set=standard)
    give(made, rated[0])
    rate_county(made, COUNTIES[0])
    assert not RatingMark.objects.filter(round=made).exists()

    edit_round(made, year=2026, previous=past, document=made.document, by="x")

    assert RatingMark.objects.filter(round=made, county=COUNTIES[0]).count() == 1


def test_a_sealed_round_is_only_looked_at(client):
    rated = branches(1)
    made = round_of(rated)
    give(made, rated[0])
    client.force_login(criteria_administrator())
    form = {"year": 2027, "document": made.document}
    assert client.post(page_of(made), form).status_code == 302
    seal_round(made, document="示组通〔2026〕8号", by="x")

    with pytest.raises(RoundRefused, match="封存|认定|sealed"):
        edit_round(made, year=2028, previous=None, document=made.document, by="x")
    assert client.get(page_of(made)).status_code == 200
    assert client.post(page_of(made), form | {"year": 2028}).status_code == 403
    assert EvaluationRound.objects.get().year == 2027


def test_a_county_s_administrator_looks_at_a_city_s_round_and_doesn_t_edit_it(client, city_round):
    foreign = round_of(branches(1, town=township("419903001000")), slug="foreign", criteria_set=criteria_set("other"))
    client.force_login(criteria_administrator())

    listed = client.get(reverse("admin:evaluations_evaluationround_changelist")).content.decode()

    assert city_round.slug in listed and foreign.slug not in listed
    assert client.get(page_of(city_round)).status_code == 200
    assert client.post(page_of(city_round), {"year": 2027, "document": ""}).status_code == 403
    assert client.get(page_of(foreign)).status_code == 302
