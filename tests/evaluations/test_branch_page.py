"""A branch's page tells the worked examples of scoring.md §7 as they stand there."""

from decimal import Decimal

import pytest

from accounts.roles import Role
from evaluations.models import VetoRecord
from tests.evaluations.pages import address
from tests.evaluations.rounds import give, rate, village_jia
from tests.factories import county, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def jia(client):
    """甲 as the organization department may look at it; rated by `shown`."""
    client.force_login(person(Role.ORGANIZATION_REVIEWER, county()))
    return village_jia()


def shown(client, made, branch, star="all"):
    rate(made)
    response = client.get(address("branch", made, branch.code), {"star": star})
    return response.context["page"], response.content.decode()


def line_of(page, code):
    return next(line for line in page.lines if line.row.code == code)


@pytest.mark.parametrize(
    ("code", "points", "value", "scored"),
    [
        ("CY-01", "15", "23.6 万元", ""),
        ("CY-02", "6.8", "54%", ""),
        ("CY-03", "7.2727", "", "比上年 7.2727%"),
        ("CY-04", "6.4", "19200 元", "19200 元，为全县平均的 96%"),
        ("CY-06", "8", "120 户", "120 户，每百户 24 户"),
        ("CY-05", "9", "B", ""),
        ("ST-01", "10.2857", "90%", ""),
        ("ST-05", "13.5", "", ""),
    ],
)
def test_each_criterion_shows_its_value_and_its_points(client, jia, code, points, value, scored):
    page, _text = shown(client, *jia)

    line = line_of(page, code)
    assert (str(line.points), line.given.text, line.scored) == (points, value, scored)


def test_the_stars_show_score_bonus_and_bar(client, jia):
    page, text = shown(client, *jia)

    industry, ecology = page.star_lines[:2]
    assert (industry.mark.score, industry.mark.state, industry.shown_bonus) == ("82.07", "earned", "")
    assert (ecology.mark.score, ecology.shown_bonus) == ("83.57", "2.00")
    assert (ecology.bar.base, ecology.bar.bonus, ecology.bar.passing) == (Decimal("81.57"), Decimal("2.00"), 80)
    assert "含加分 2.00" in text


def test_the_rule_stands_in_words_beside_the_value(client, jia):
    _page, text = shown(client, *jia)

    assert "20% 得 0 分，60% 得满分 8 分，中间按比例" in text
    assert "按每百户计，0 户 得 0 分，30 户 得满分 10 分，中间按比例" in text


def test_last_year_stands_beside_this_year(client, jia):
    page, _text = shown(client, *jia)

    assert line_of(page, "CY-01").last.text == "22 万元"
    assert line_of(page, "CY-02").last is None


def test_quarters_are_shown_beside_each_other(client, jia):
    page, text = shown(client, *jia)

    assert line_of(page, "ST-05").given.short == "6 / 4 / 3 / 5"
    assert "三季度" in text


def test_a_corrected_value_says_so_and_counts(client, jia):
    made, branch = jia
    give(made, branch, "CY-01", Decimal("15.6"), rater="department")

    page, text = shown(client, made, branch)

    assert line_of(page, "CY-01").given.corrected
    assert line_of(page, "CY-01").given.text == "15.6 万元"
    assert "已更正" in text


def test_a_veto_shows_its_record_and_keeps_the_score(client, jia):
    made, branch = jia
    VetoRecord.objects.create(
        round=made, branch=branch, criterion=made.criteria_set.criteria.get(code="CY-V1"), document="示审〔2026〕12号"
    )

    page, text = shown(client, made, branch)

    star = page.star_lines[0].mark
    assert (star.state, star.score) == ("vetoed", "82.07")
    assert [line.row.code for line in next(gap for gap in page.gaps if gap.mark.code == "industry").vetoes] == ["CY-V1"]
    assert "示审〔2026〕12号" in text


def test_what_a_star_lacks_is_named_with_the_step_that_gives_it(client, jia):
    made, branch = jia
    give(made, branch, "CY-02", Decimal(30), rater="final")

    page, text = shown(client, made, branch)

    gap = next(gap for gap in page.gaps if gap.mark.code == "industry")
    assert (page.star_lines[0].mark.score, gap.lack) == ("77.27", "2.73")
    assert gap.one_is_enough
    assert all(step.gain >= gap.mark.lack for step in gap.steps if step.enough)
    assert "差 2.73 分" in text


def test_an_unmet_mandatory_criterion_comes_first(client, jia):
    made, branch = jia
    give(made, branch, "CY-07", Decimal(99), rater="final")

    page, text = shown(client, made, branch)

    gap = next(gap for gap in page.gaps if gap.mark.code == "industry")
    assert [line.row.code for line in gap.unmet] == ["CY-07"]
    assert not gap.one_is_enough
    assert "必达，未达" in text


def test_missing_and_not_applicable_are_words_not_zeros(client, jia):
    made, branch = jia
    row = give(made, branch, "ST-06", None)
    row.reported_na, row.reported_option, row.note = True, "", "与邻村共建"
    row.save()

    page, text = shown(client, made, branch)

    assert line_of(page, "ST-06").given.not_applicable and line_of(page, "ST-06").points is None
    assert line_of(page, "WM-01").given.missing
    assert "与邻村共建" in text and "待填" in text
