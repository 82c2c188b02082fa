"""How people write a value: signs, units, letters of either case, words that are no reason, fractions for percent."""

from datetime import date, timedelta

import pytest
from django.utils import translation

from evaluations.models import Value
from tests.entry import world
from tests.entry.sending import reasons, table

pytestmark = pytest.mark.django_db
TEXT_OF_B = "占比30-50%或带动15-30%农户"  # option B of CY-05


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def county():
    return world.build()


@pytest.mark.parametrize("text", ["95.5", "95.5%", "95.5 %", "９５．５％"])
def test_a_percentage_is_taken_with_its_sign_and_without(county, text):
    answer = county.enter("CY-02", text, by=county.farms)

    assert answer.status == "saved"
    assert county.value("CY-02").reported_number == 95.5


def test_only_a_percentage_has_a_percent_sign(county):
    assert county.enter("WM-04", "45%").status == "refused"
    assert county.enter("WM-04", "45").status == "saved"


@pytest.mark.parametrize("text", ["B", "b", "Ｂ", f"B {TEXT_OF_B}", f"b、{TEXT_OF_B}", TEXT_OF_B])
def test_an_option_is_taken_by_its_code_its_text_or_both(county, text):
    answer = county.enter("CY-05", text)

    assert answer.status == "saved"
    assert county.value("CY-05").reported_option == "B"


@pytest.mark.parametrize("text", ["E", "B C", "B 仅有规划", "、"])
def test_what_is_no_option_is_refused_by_the_codes(county, text):
    assert county.enter("CY-05", text).message.endswith("must be one of A, B, C, D")


@pytest.mark.parametrize(
    ("code", "text", "allowed"),
    [
        ("WM-04", "450户", "a whole number without its unit"),
        ("WM-04", "约450", "a whole number without its unit"),
        ("WM-04", "4.5", "a whole number, 0 or more"),
        ("WM-04", "4.56789", "a whole number, 0 or more"),
        ("WM-04", "-4", "a whole number, 0 or more"),
        ("WM-04", "1,200", "a number without separators between its digits"),
        ("WM-04", "12345678901", "a number of at most 10 digits before the point"),
        ("CY-01", "1，200.5", "a number without separators between its digits"),
        ("CY-01", "-12345678901.5", "a number of at most 10 digits before the point"),
        ("CY-01", "23.6万元", "a number without its unit"),
        ("CY-01", "23.61234", "a number with at most 4 decimals"),
        ("CY-02", "很高", "a number, with or without the percent sign"),
    ],
)
def test_a_number_with_words_is_told_to_leave_them_out(county, code, text, allowed):
    answer = county.enter(code, text, by=county.farms if code.startswith("CY") else county.clerk)

    assert (answer.status, answer.message) == ("refused", f"“{text}”: must be {allowed}")


@pytest.mark.parametrize("note", ["无", "没有", " - ", "——", "/", "NA", "n/a", "不适用", "。"])
def test_a_word_that_says_nothing_is_no_reason(county, note):
    refused = county.enter("WM-04", "", na=True, note=note)
    taken = county.enter("WM-04", "", na=True, note="村内无常住户")

    assert refused.status == "refused"
    assert refused.message == f"“{note.strip()}” is no reason: write in the note why it is not applicable."
    assert taken.status == "saved"


@pytest.mark.parametrize("text", ["NA", "na", "N/A", "不适用"])
def test_na_without_a_reason_has_a_sentence_of_its_own(county, text):
    answer = county.enter("WM-04", text)

    assert (answer.status, answer.message) == (
        "refused", "NA needs a reason: write in the note why it is not applicable."
    )  # fmt: skip


def test_data_of_a_day_to_come_is_refused_wherever_it_stands(county):
    today = date.today()
    farms, later = county.farms, today + timedelta(days=2)

    page = county.enter("CY-01", "20", by=farms, as_of=later)
    row = table(county, f"code,indicator,value,as_of\n{county.branches[0].code},CY-01,20,{later}\n")
    control = county.enter("CY-01", "20", by=farms, as_of=today - timedelta(days=2))

    assert (page.status, page.message) == ("refused", f"“{later}”: must be a day that is not in the future")
    assert reasons(row) == [page.message]
    assert control.status == "saved"


def percents(county, **texts):
    """The farms' table of CY-02: a value for each branch, in the order of the branches."""
    lines = [f"{branch.code},{text}" for branch, text in zip(county.branches, texts.values(), strict=False)]
    return table(county, "code,CY-02\n" + "\n".join(lines) + "\n")


def doubts(upload):
    """(the number, is it ticked, what is doubted) of every row."""
    rows = upload.rows.order_by("place").values_list("number", "wanted", "message")
    return [(float(number), wanted, message is not None) for number, wanted, message in rows]


def test_a_fraction_among_percentages_is_doubted_and_left_unticked(county):
    upload = percents(county, one="94.7", two="0.947", three="88", four="0")

    assert doubts(upload) == [(94.7, True, False), (0.947, False, True), (88, True, False), (0, True, False)]
    assert reasons(upload) == ["0.947 looks like a decimal fraction; 94.7% is entered as 94.7"]


def last_year(county, place, number):
    criterion = county.last.criteria_set.criteria.get(code="CY-02")
    Value.objects.create(round=county.last, branch=county.branches[place], criterion=criterion, reported_number=number)


@pytest.mark.parametrize("texts", [{"one": "0.947"}, {"one": "0.947", "two": "0.88"}, {"one": "0.947", "two": "95"}])
def test_a_column_of_fractions_is_doubted_where_nothing_says_that_they_are_so_small(county, texts):
    upload = percents(county, **texts)

    assert {number: (wanted, asked) for number, wanted, asked in doubts(upload)} == {
        float(text): (False, True) if float(text) < 1 else (True, False) for text in texts.values()
    }


def test_a_fraction_that_was_one_last_year_too_is_a_small_percentage(county):
    last_year(county, 0, 94)
    last_year(county, 1, "0.9")

    upload = percents(county, one="0.947", two="0.88")

    assert doubts(upload) == [(0.947, False, True), (0.88, True, False)]


@pytest.mark.parametrize("text", ["0.9%", "1.2"])
def test_what_is_said_to_be_a_percentage_is_not_doubted(county, text):
    upload = percents(county, one="94.7", two=text, three="88")

    assert [wanted for _number, wanted, doubted in doubts(upload) if not doubted] == [True] * 3
