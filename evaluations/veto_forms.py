"""What is typed about a veto: its report, the wish to lift it, the ruling on that wish."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from branches.fields import CleanCharField
from evaluations.absence_forms import DAY, dress
from evaluations.reading.vetoes import ReportPage
from evaluations.services.vetoing import Report

NOT_SEEN = _("Changed since you opened the page; nothing was done.")


class ReportForm(forms.Form):
    """A veto of one branch. The service judges it; this reads what was typed and keeps it where it is refused."""

    branch = CleanCharField(label=_("Branch: code"), max_length=12)
    criterion = forms.ChoiceField(label=_("Veto criterion"))
    document = CleanCharField(label=_("Document number"), max_length=120)
    found_on = forms.DateField(label=_("Date found"), widget=forms.DateInput(format="%Y-%m-%d", attrs=DAY))
    reporter = CleanCharField(label=_("Reported by (unit)"), max_length=120)
    finding = CleanCharField(
        label=_("Finding"), max_length=300, widget=forms.Textarea(attrs={"rows": 3, "maxlength": 300}),
        help_text=_("No names of private persons, no ID or telephone numbers: the case and its document are enough."),
    )  # fmt: skip

    def __init__(self, page: ReportPage, data=None):
        super().__init__(data, initial={"branch": page.code, "reporter": page.unit})
        self.fields["criterion"].choices = [("", "—"), *page.choices]
        dress(self)

    def clean_finding(self) -> str:
        return " ".join(self.cleaned_data["finding"].split())

    @property
    def report(self) -> Report:
        return Report(**self.cleaned_data)


class LiftForm(forms.Form):
    """Why a veto should be lifted, and the document that says so."""

    document = CleanCharField(label=_("Document number"), max_length=120)
    reason = CleanCharField(label=_("Reason"), max_length=300)

    def __init__(self, data=None):
        super().__init__(data)
        dress(self)


class RuleForm(forms.Form):
    """Lift it or keep it, and why; `seen` is the request that was looked at."""

    lift = forms.ChoiceField(choices=[("yes", _("Lift the veto")), ("no", _("Keep the veto"))])
    reason = CleanCharField(label=_("Reason"), max_length=300)
    seen = CleanCharField(max_length=40, widget=forms.HiddenInput, error_messages={"required": NOT_SEEN})

    def __init__(self, data=None, **kwargs):
        super().__init__(data, **kwargs)
        dress(self)
