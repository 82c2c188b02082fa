"""What is typed about deadlines: a time on the county's clock, a unit, a reason."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from branches.fields import CleanCharField

MINUTE = "%Y-%m-%dT%H:%M"  # what <input type="datetime-local"> sends


def moment(label) -> forms.DateTimeField:
    field = forms.DateTimeField(label=label, input_formats=[MINUTE, f"{MINUTE}:%S", "%Y-%m-%d %H:%M"])
    field.error_messages["invalid"] = _("A time is written as 2026-12-20 18:00.")
    field.error_messages["required"] = _("The time is missing.")
    return field


class DueForm(forms.Form):
    """Until when the county takes values; why that changes."""

    due = moment(_("Entry closes at"))
    reason = CleanCharField(label=_("Reason"), max_length=300, required=False)


class AskForm(forms.Form):
    """More time for one of the person's units: `unit` is a township's code or a department's name."""

    unit = CleanCharField(max_length=60)
    until = moment(_("Until"))
    reason = CleanCharField(label=_("Reason"), max_length=300, required=False)


class DecideForm(forms.Form):
    """Granted or refused."""

    granted = forms.ChoiceField(choices=[("yes", ""), ("no", "")])
    answer = CleanCharField(max_length=300, required=False)


def first_error(form: forms.Form) -> str:
    """One sentence for what is wrong with what was sent."""
    return str(next(iter(form.errors.values()))[0])
