"""B-05, M-17, M-19: whatever is typed, our fields give a number or a text as the portal stores it, or a sentence."""

import unicodedata
from decimal import Decimal

import pytest
from django import forms
from django.core.exceptions import ValidationError
from hypothesis import example, given
from hypothesis import strategies as st

from branches.fields import CleanCharField, CleanDecimalField, CleanIntegerField
from tables.text import REVERSING

ANY = st.text(st.characters(), max_size=60)  # lone surrogates included
NUMBERLIKE = st.text("0123456789０１２３４５６７８９.．-－+eE_ \u3000٣,，NaInf", max_size=20)
NUMBERS = st.decimals(min_value=-(10**10) + 1, max_value=10**10 - 1, places=4)
FULL_WIDTH = str.maketrans("0123456789.-", "０１２３４５６７８９．－")


def read(field: forms.Field, text: str):
    """What the field makes of the text; None where it refuses it in a sentence."""
    try:
        return field.clean(text)
    except ValidationError as refused:
        assert all(message.strip() for message in refused.messages)
        return None


@given(ANY | NUMBERLIKE)
@example("１２３")
@example("٣")
@example("1_000")
@example("1E+2")
@example("-0")
@example("NaN")
def test_a_decimal_is_finite_in_range_and_has_at_most_4_places(text):
    number = read(CleanDecimalField(), text)

    if number is not None:
        assert number.is_finite() and abs(number) < 10**10
        assert number == number.quantize(Decimal("0.0001")) and str(number).isascii() and str(number) != "-0"


@given(NUMBERS)
def test_a_decimal_is_read_as_it_was_written_in_narrow_and_in_wide_digits(number):
    text = f"{number:f}"

    assert read(CleanDecimalField(), text) == read(CleanDecimalField(), text.translate(FULL_WIDTH)) == number


@pytest.mark.parametrize("text", ["٣", "1_000", "1E+2", "NaN", "Infinity", "12.34567", "1,234", "9" * 11, "①", "5²"])
def test_what_is_not_a_plain_number_is_refused(text):
    assert read(CleanDecimalField(), text) is None


@given(ANY | NUMBERLIKE)
def test_a_whole_number_fits_the_database(text):
    number = read(CleanIntegerField(), text)

    assert number is None or type(number) is int and abs(number) < 10**18


@given(ANY)
@example("\u202eabc")
@example("\u200b")
@example("\ud800")
@example("a\x00b")
@example("\x1b[31m")
def test_a_text_is_normal_trimmed_and_holds_nothing_that_no_text_may_hold(text):
    cleaned = read(CleanCharField(required=False, max_length=40), text)

    if cleaned is not None:
        assert cleaned == cleaned.strip() == unicodedata.normalize("NFC", cleaned)
        assert not any(unicodedata.category(char) in ("Cc", "Cs") or char in REVERSING for char in cleaned)
        assert len(cleaned) <= 40 and cleaned.encode().decode() == cleaned
        assert read(CleanCharField(required=False, max_length=40), cleaned) == cleaned


@pytest.mark.parametrize("text", ["\u202eabc", "\ud800", "a\x00b", "\x1b[31m", "a\nb"])
def test_a_text_that_no_column_may_hold_is_refused_in_a_sentence(text):
    assert read(CleanCharField(), text) is None


def test_length_is_counted_after_normalising():
    assert read(CleanCharField(max_length=2), "  e\u0301\u200be\u0301 ") == "éé"


def test_lines_are_kept_where_they_may_be():
    assert read(CleanCharField(widget=forms.Textarea), "a\r\nb") == "a\nb"
