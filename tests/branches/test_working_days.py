"""Working days as the database counts them, around the holidays that the State Council published."""

from datetime import date

import pytest
from django.core.management import call_command

from branches.calendar import load_special_days, save_special_day
from branches.models import SpecialDay
from branches.working_days import is_working_day, working_day_after, working_days_between, years_without_schedule
from ledger.models import LedgerEntry
from tests import factories

pytestmark = pytest.mark.django_db
COUNTY, OTHER = "419901000000", "419902000000"


@pytest.fixture(autouse=True)
def schedule():
    load_special_days(by="test")


AFTER = [  # asked, working days, the last of them
    (date(2026, 11, 24), 5, date(2026, 12, 1)),  # Tuesday; a weekend in between
    (date(2026, 11, 27), 1, date(2026, 11, 30)),  # Friday
    (date(2026, 2, 13), 1, date(2026, 2, 14)),  # a Saturday that is worked before Spring Festival
    (date(2026, 2, 13), 5, date(2026, 2, 27)),  # 15 to 23 February off
    (date(2026, 2, 27), 1, date(2026, 2, 28)),
    (date(2026, 9, 18), 2, date(2026, 9, 21)),  # Sunday the 20th is worked
    (date(2026, 9, 24), 5, date(2026, 10, 9)),  # Mid-Autumn and National Day
    (date(2026, 10, 9), 1, date(2026, 10, 10)),
    (date(2025, 12, 31), 1, date(2026, 1, 4)),  # a worked Sunday after New Year
    (date(2025, 9, 26), 5, date(2025, 10, 10)),  # 28 September worked, 1 to 8 October off
    (date(2026, 4, 30), 5, date(2026, 5, 11)),  # 9 May is worked
    (date(2026, 6, 18), 1, date(2026, 6, 22)),
]


@pytest.mark.parametrize(("day", "days", "last"), AFTER)
def test_the_nth_working_day_after_a_day(day, days, last):
    assert working_day_after(day, days, COUNTY) == last
    assert working_days_between(day, last, COUNTY) == days


def test_a_county_s_own_day_outweighs_the_one_for_everywhere():
    factories.county()
    SpecialDay.objects.create(county_id=COUNTY, on=date(2026, 11, 25), working=False, name="古庙会")
    SpecialDay.objects.create(county_id=COUNTY, on=date(2026, 10, 10), working=False, name="调休")

    assert not is_working_day(date(2026, 11, 25), COUNTY) and is_working_day(date(2026, 11, 25), OTHER)
    assert not is_working_day(date(2026, 10, 10), COUNTY) and is_working_day(date(2026, 10, 10), OTHER)
    assert working_day_after(date(2026, 11, 24), 1, COUNTY) == date(2026, 11, 26)


def test_without_the_schedule_only_weekends_are_known_and_that_is_said():
    assert years_without_schedule([date(2026, 12, 30), date(2027, 1, 4)]) == [2027]
    SpecialDay.objects.all().delete()

    assert working_day_after(date(2026, 2, 13), 1, COUNTY) == date(2026, 2, 16)
    assert years_without_schedule([date(2026, 2, 13)]) == [2026]


def test_loading_the_schedule_again_changes_nothing():
    before = LedgerEntry.objects.count()

    call_command("load_special_days")

    assert load_special_days(by="test").created == 0 and LedgerEntry.objects.count() == before


def test_a_day_of_a_county_is_in_the_county_s_ledger():
    region = factories.county()

    save_special_day(SpecialDay(county=region, on=date(2026, 11, 25), name="古庙会"), by="admin")

    assert LedgerEntry.objects.get(chain=COUNTY).action == "special_day.save"
