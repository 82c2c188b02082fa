"""A branch's page tells the worked examples of scoring.md §7 as they stand there."""

from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.roles import Role
from evaluations.models import Value, VetoRecord
from tests.evaluations.pages import address
from tests.evaluations.rounds import give, rate, village_jia
from tests.factories import county, criteria_set, person, published_options

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client):
    """Somebody of the organization department."""
    client.force_login(person(Role.ORGANIZATION_REVIEWER, county()))


@pytest.fixture
def jia(reader):
    """甲 as the organization department may look at it; rated by `shown`."""
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


def changed_standard(code, **fields):
    """The village standard with one criterion changed before it is published."""
    standard = criteria_set("changed", published=False)
    standard.criteria.filter(code=code).update(**fields)
    type(standard).objects.filter(pk=standard.pk).update(published_at=timezone.now())
    return standard


def test_a_mandatory_growth_is_met_by_the_value_that_grew(client, reader):
    made, branch = village_jia(changed_standard("CY-03", mandatory=True))

    page, _text = shown(client, made, branch)

    assert "industry" not in page.rating.unmet
    assert not line_of(page, "CY-03").unmet and not line_of(page, "CY-03").missing


def test_a_growth_is_missing_where_the_value_that_grows_is(client, jia):
    made, branch = jia
    Value.objects.filter(round=made, branch=branch, criterion__code="CY-01").delete()

    page, _text = shown(client, made, branch)

    assert line_of(page, "CY-03").missing and line_of(page, "CY-01").missing


def test_advice_names_values_of_the_branch_s_own_and_never_a_growth(client, jia):
    made, branch = jia
    for code, number in {"CY-01": 5, "CY-02": 30, "CY-06": 80}.items():
        give(made, branch, code, Decimal(number), rater="final")

    page, _text = shown(client, made, branch)

    gap = next(gap for gap in page.gaps if gap.mark.code == "industry")
    assert gap.steps and not {"CY-03", "CY-04"} & {step.line.row.code for step in gap.steps}
    assert "待填" not in "".join(step.words for step in gap.steps)


def test_advice_says_from_what_to_what_and_keeps_its_word(client, jia, monkeypatch):
    monkeypatch.setattr("evaluations.reading.gaps.SHOWN", 9)
    made, branch = jia
    for code, given in {
        "WM-01": 2, "WM-02": 2, "WM-03": 1, "WM-04": 372, "WM-05": 1, "WM-06": Decimal("95.5"), "WM-07": 2,
        "WM-08": 1, "WM-09": Decimal("91.3"), "WM-B1": 3,
    }.items():  # fmt: skip
        criterion = made.criteria_set.criteria.get(code=code)
        option = published_options(criterion)[given - 1] if criterion.value_type == "choice" else ""
        give(made, branch, code, given, option=option)
    type(branch).objects.filter(pk=branch.pk).update(households=600)
    page, _text = shown(client, made, branch)
    gap = next(gap for gap in page.gaps if gap.mark.code == "civility")
    words = {step.line.row.code: (step.words, step.shown_gain) for step in gap.steps}
    assert gap.one_is_enough and gap.lack == "1.18"
    assert words["WM-07"] == ("由 B 提到 A", "+5")
    assert words["WM-04"] == ("由 372 户增到 425 户", "+1.18")

    give(made, branch, "WM-04", Decimal(425), rater="final")
    page, _text = shown(client, made, branch)

    assert next(line for line in page.star_lines if line.mark.code == "civility").mark.state == "earned"


def test_no_advice_is_given_on_values_that_are_not_counted_yet(client, jia):
    made, branch = jia
    give(made, branch, "CY-02", Decimal(30), rater="final")
    rate(made)
    give(made, branch, "CY-02", Decimal(31), rater="final")

    page = client.get(address("branch", made, branch.code)).context["page"]

    gap = next(gap for gap in page.gaps if gap.mark.code == "industry")
    assert gap.lack == "2.73" and not gap.steps


def test_a_record_vetoes_only_where_the_number_passes_the_threshold(client, reader):
    standard = changed_standard("CY-V1", parameters='{"op": "<=", "value": 1, "on_fail": "veto_star"}')
    made, branch = village_jia(standard)
    records = {"round": made, "branch": branch, "criterion": standard.criteria.get(code="CY-V1")}
    VetoRecord.objects.create(**records, document="示审〔2026〕12号")

    once, _text = shown(client, made, branch)
    VetoRecord.objects.create(**records, document="示审〔2026〕13号")
    twice, _text = shown(client, made, branch)

    assert [line_of(page, "CY-V1").vetoes for page in (once, twice)] == [False, True]
    assert [page.rating.vetoed for page in (once, twice)] == ["", "industry"]


def test_an_unmet_mandatory_criterion_comes_first(client, jia):
    made, branch = jia
    give(made, branch, "CY-07", Decimal(99), rater="final")

    page, text = shown(client, made, branch)

    gap = next(gap for gap in page.gaps if gap.mark.code == "industry")
    assert [line.row.code for line in gap.unmet] == ["CY-07"]
    assert [(step.line.row.code, step.enough) for step in gap.steps] == [("CY-07", True)]  # nothing else helps alone
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
