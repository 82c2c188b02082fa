"""What is written about objections, appeals and revocations; every text goes through the one normaliser."""

from __future__ import annotations

from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from branches.fields import CleanCharField, CleanIntegerField
from evaluations.reading.values import said
from evaluations.services.objecting import LONGEST_CONTACT, LONGEST_TEXT
from evaluations.services.private_numbers import private_number


def without_private_numbers(text: str) -> None:
    """No identity card and no mobile number in what others will read."""
    if why := private_number(text):
        raise ValidationError(said(why))


def written(label, longest: int, *, lines: bool = True, required: bool = False, missing: str | None = None, **more):
    """A text; `missing` says what to do where there is none."""
    widget = (
        forms.Textarea(attrs={"rows": 4, "class": "form-control"})
        if lines
        else forms.TextInput(attrs={"class": "form-control"})
    )
    field = CleanCharField(label=label, max_length=longest, required=required, widget=widget, **more)
    if missing:
        field.error_messages["required"] = missing
    return field


def seen() -> CleanIntegerField:
    """The revision that was looked at; whoever sends none has looked at nothing."""
    return CleanIntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)


class OfOneStar(forms.Form):
    """About one star, of those it can be about."""

    star = forms.ChoiceField(label=_("Star"), widget=forms.RadioSelect(attrs={"class": "form-check-input"}))

    def __init__(self, *args, stars, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["star"].choices = [(star.code, star.shown_name) for star in stars]
        self.fields["star"].error_messages |= dict.fromkeys(("required", "invalid_choice"), _("Choose one star."))


class ObjectionForm(OfOneStar):
    """An objection to one star of one branch. `key` makes the form one; `website` is left empty by people."""

    text = written(
        _("Facts and reasons"), LONGEST_TEXT, required=True, missing=_("Write what you object to and why."),
        validators=[without_private_numbers],
    )  # fmt: skip
    contact = written(_("How to reach you (optional)"), LONGEST_CONTACT, lines=False)
    key = forms.UUIDField(required=False, initial=uuid4, widget=forms.HiddenInput)
    website = CleanCharField(required=False, max_length=200)

    def clean_website(self) -> str:
        if self.cleaned_data["website"]:
            raise ValidationError(_("The field that stays empty was filled in, so nothing was sent. Empty it."))
        return ""

    @property
    def form_key(self) -> UUID:
        return self.cleaned_data.get("key") or uuid4()


class FindingForm(forms.Form):
    """What the department found."""

    finding = written(_("Finding"), 1000)
    revision = seen()


class RulingForm(forms.Form):
    """How it was decided: what the other side reads, and the decision's number."""

    reply = written(_("Reply"), 1000)
    document = written(_("Decision number"), 120, lines=False)
    revision = seen()


class AppealForm(OfOneStar):
    """A township's appeal for one star."""

    reason = written(_("Facts and reasons"), 1000)
    document = written(_("Document number of the township (optional)"), 120, lines=False)


class RevocationForm(OfOneStar):
    """A star taken away from a day on."""

    on = forms.DateField(
        label=_("Effective from"), required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("A day is written as 2026-12-20.")},
    )  # fmt: skip
    document = written(_("Decision number"), 120, lines=False)
    reason = written(_("Reason"), 300, lines=False)
    revision = seen()
