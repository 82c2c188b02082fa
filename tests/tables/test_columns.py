"""What each kind of column takes and what it refuses, beside each other."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tables.cells import DateCell, PercentCell
from tables.columns import Boolean, Choice, Code, Date, Integer, Json, Number, Raw, Text, division_code
from tables.errors import BadCell
from tables.message import Message
from tables.numbers import read_decimal

FULL_WIDTH = str.maketrans("0123456789.-", "０１２３４５６７８９．－")

TAKEN = [
    (Number(), "82.0727", Decimal("82.0727")),
    (Number(), " -5 ", Decimal(-5)),
    (Number(), "\u3000007.50", Decimal("7.5")),
    (Number(), "9999999999.9999", Decimal("9999999999.9999")),
    (Number(percent=True), PercentCell("0.205"), Decimal("20.5")),
    (Number(percent=True), PercentCell("1"), Decimal(100)),
    (Number(percent=True), "20.5", Decimal("20.5")),
    (Number(), PercentCell("0.205"), Decimal("0.205")),
    (Integer(), "0", 0),
    (Integer(minimum=-5), "-5", -5),
    (division_code(), " 419921000123 ", "419921000123"),
    (Code(pattern="[A-Z]+", form=Message("letters")), "ABC", "ABC"),
    (Choice(options=("village", "community")), "village", "village"),
    (Boolean(), "TRUE", True),
    (Boolean(), "是", True),
    (Boolean(), "1", True),
    (Boolean(), "No", False),
    (Boolean(), "否", False),
    (Date(), "2026-03-01", date(2026, 3, 1)),
    (Date(), "2026/3/1", date(2026, 3, 1)),
    (Date(), DateCell("2026-03-01"), date(2026, 3, 1)),
    (Json(), '{"bands": [[0, 5.10, null]]}', {"bands": [[0, Decimal("5.10"), None]]}),
    (Raw(), " 3O5 ", "3O5"),
    (Text(max_length=5), " 王庄村\u200b ", "王庄村"),
    (Text(max_length=1), "e\u0301", "é"),
    (Text(max_length=9), "'=1+1", "=1+1"),
    (Text(max_length=9, lines=True), "a\r\nb", "a\nb"),
    (Text(max_length=9, default=""), "  ", ""),
    (Integer(default=None), "", None),
    (Integer(optional=True), "", None),
]
REFUSED = [
    *[
        (Number(), text)
        for text in (
            "", "1.23456", "10000000000", "1e5", "1E+5", "1_000", "1,234", "NaN", "Infinity", "-inf", "٣", "１２", "²",
            "+5", ".5", "5.", "--5", "0x10", "5%", "=5", "5 5", "3.0\x00", "9" * 5000, DateCell("2026-03-01"),
        )
    ],
    (Number(percent=True), PercentCell("0.1234567")),
    *[(Integer(maximum=9), text) for text in ("10", "-1", "1.0", "１", "1_0", "", "9" * 30)],
    *[
        (division_code(), text)
        for text in ("", "41992100012", "4199210001234", "041992100012", "41992100012a", "４１９９２１０００１２３")
    ],
    (Choice(options=("village", "community")), "Village"),
    (Boolean(), "2"),
    (Boolean(), "真"),
    *[(Date(), text) for text in ("2026-02-30", "2026.3.1", "3/1/2026", "２０２６-03-01", "45000")],
    *[
        (Json(), text)
        for text in (
            "{", "NaN", "[Infinity]", "[1e999]", '{"a":1,"a":2}', "[" * 5000, "[1" + "0" * 5000 + "]", '"\\u0000"',
            '"\\ud800"', "[" * 21 + "]" * 21, '"' + "a" * 20_000 + '"',
        )
    ],
    *[
        (Text(max_length=9), text)
        for text in ("", "a" * 10, "a\x00b", "a\x1bb", "a\u202eb", "a\u2066b", "a\ud800b", "a\nb", "a\ufffeb", "\u200b")
    ],
    *[(column, DateCell("2026-03-01")) for column in (Integer(), division_code(), Text(max_length=30), Boolean())],
]  # fmt: skip


@pytest.mark.parametrize(("column", "text", "value"), TAKEN)
def test_a_column_takes(column, text, value):
    taken = column.read(text)

    assert taken == value
    assert type(taken) is type(value)


@pytest.mark.parametrize(("column", "text"), REFUSED)
def test_a_column_refuses(column, text):
    with pytest.raises(BadCell) as refused:
        column.read(text)

    assert str(refused.value.allowed)


@pytest.mark.parametrize(
    ("column", "text", "sentence"),
    [
        (Number(), "１２．５", "a number with at most 4 decimals in half-width digits (12.5)"),
        (Integer(maximum=9), "10", "a whole number from 0 to 9"),
        (Integer(), "x", "a whole number"),
        (division_code(), "12", "a code of 12 digits"),
        (Choice(options=("a", "b")), "c", "one of a, b"),
        (Boolean(), "x", "1 or 0, true or false, yes or no, 是 or 否"),
        (Text(max_length=2), "abc", "text of at most 2 characters"),
        (Text(max_length=9), "a\u202eb", "text without the control character U+202E"),
        (Text(max_length=9), "a\nb", "text on one line"),
        (Number(), DateCell("2026-03-01"), "a number with at most 4 decimals; the spreadsheet has made it a date"),
    ],
)
def test_a_refusal_says_what_is_allowed(column, text, sentence):
    with pytest.raises(BadCell) as refused:
        column.read(text)

    assert str(refused.value.allowed) == sentence


@given(some.integers(-(10**14) + 1, 10**14 - 1))
def test_every_number_of_ten_thousandths_reads_back_exactly(units):
    number = Decimal(units).scaleb(-4)

    assert read_decimal(f"{number:f}") == number


@given(some.text(alphabet="0123456789.-+eE_, ０１２٣%∞NaIinfty", max_size=16))
def test_whatever_is_read_is_a_finite_number_within_bounds(text):
    try:
        number = read_decimal(text)
    except BadCell:
        return

    assert number.is_finite()
    assert abs(number) < 10**10
    assert number == number.quantize(Decimal("0.0001"))
    assert text.strip().isascii()
    assert not (number == 0 and number.is_signed())


@given(some.decimals(min_value=-(10**9), max_value=10**9, places=4))
def test_full_width_digits_are_always_refused(number):
    with pytest.raises(BadCell):
        read_decimal(f"{number:f}".translate(FULL_WIDTH))
