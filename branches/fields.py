"""Form fields that read what a person typed as the portal stores it: one normaliser for texts, one for numbers.

They live in the lowest app that has forms, so that every form of the portal can use them. Django's own fields take
full-width and Arabic digits, `1_000`, `1E+2`, direction marks and invisible characters; these refuse what can't be
meant and make plain what can.
"""

from __future__ import annotations

from decimal import Decimal

from django import forms
from django.contrib.auth.forms import UsernameField
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.db import models
from django.utils.translation import gettext as _

from tables.errors import BadCell
from tables.numbers import plain_digits, read_decimal, read_integer
from tables.text import clean_text


def refused(bad: BadCell) -> ValidationError:
    """What a field may hold, in the reader's language."""
    return ValidationError(_("must be %(allowed)s") % {"allowed": bad.allowed.translated(_)}, code="invalid")


class Clean:
    """A char field whose text goes through the one normaliser (tables.text) before anything else looks at it."""

    lines = False

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # The normaliser refuses NUL itself, and says so in a sentence.
        self.validators = [one for one in self.validators if not isinstance(one, ProhibitNullCharactersValidator)]

    def to_python(self, value):
        if value in self.empty_values:
            return super().to_python(value)
        try:
            return super().to_python(clean_text(str(value), lines=self.takes_lines))
        except BadCell as bad:
            raise refused(bad) from None

    @property
    def takes_lines(self) -> bool:
        return self.lines or isinstance(self.widget, forms.Textarea)


class CleanCharField(Clean, forms.CharField):
    """Text: NFC, trimmed, nothing invisible or reversing in it, its length counted afterwards."""


class CleanEmailField(Clean, forms.EmailField):
    """A mail address."""


class CleanUsernameField(Clean, UsernameField):
    """An account's name."""


class CleanDecimalField(forms.DecimalField):
    """A number below 10^10 with at most 4 decimals; its digits may be full-width."""

    def to_python(self, value):
        if value in self.empty_values:
            return None
        try:
            return value if isinstance(value, Decimal) and value.is_finite() else read_decimal(plain_digits(str(value)))
        except BadCell as bad:
            raise refused(bad) from None


class CleanIntegerField(forms.IntegerField):
    """A whole number of at most 18 digits; its digits may be full-width."""

    def to_python(self, value):
        if value in self.empty_values:
            return None
        try:
            return value if type(value) is int else read_integer(plain_digits(str(value)))
        except BadCell as bad:
            raise refused(bad) from None


CLEAN_COLUMNS = {  # formfield_overrides of every admin page that takes text or numbers
    models.CharField: {"form_class": CleanCharField},
    models.TextField: {"form_class": CleanCharField},
    models.EmailField: {"form_class": CleanEmailField},
    models.DecimalField: {"form_class": CleanDecimalField},
    models.IntegerField: {"form_class": CleanIntegerField},
    models.PositiveIntegerField: {"form_class": CleanIntegerField},
    models.PositiveSmallIntegerField: {"form_class": CleanIntegerField},
    models.SmallIntegerField: {"form_class": CleanIntegerField},
}
