"""What is typed about a county's calendar and its branches' road, read as the portal stores it."""

from __future__ import annotations

from datetime import datetime

from django import forms
from django.utils.translation import gettext_lazy as _

from branches.fields import CleanCharField, CleanIntegerField
from evaluations.deadline_forms import moment
from evaluations.models import RoundCounty
from evaluations.services.calendar import Calendar, calendar_of

LARGEST = 2**31 - 2


class SeenForm(forms.Form):
    """The revision a page was made from; what can't be read is none that ever was."""

    revision = CleanIntegerField(min_value=0, max_value=LARGEST, required=False)

    @property
    def seen(self) -> int:
        """The revision seen, or none that is."""
        self.is_valid()
        revision = self.cleaned_data.get("revision")
        return -1 if revision is None else revision


class CountyStepForm(SeenForm):
    """A step of the county: the revision seen, and the time it asks for; what can't be read is none."""

    due = moment(_("Entry closes at"))

    @property
    def asked_due(self) -> datetime | None:
        self.is_valid()
        return self.cleaned_data.get("due")


class CalendarForm(SeenForm):
    """A county's calendar; times may be left open while it is a draft."""

    document = CleanCharField(label=_("Authorising document number"), max_length=60, required=False)
    entry_due = moment(_("Entry closes at"))
    township_due = moment(_("Township checks end at"))
    department_due = moment(_("Department reviews end at"))
    notice_days = CleanIntegerField(label=_("Working days of public notice"), min_value=5, max_value=60)
    appeal_days = CleanIntegerField(label=_("Working days to appeal"), min_value=1, max_value=60)
    contact = CleanCharField(label=_("Contact shown to the public"), max_length=200, required=False)
    reason = CleanCharField(label=_("Reason of the change"), max_length=300, required=False)

    def __init__(self, row: RoundCounty, data=None):
        self.row = row
        super().__init__(data, initial=calendar_of(row).__dict__)
        for name in ("entry_due", "township_due", "department_due"):
            self.fields[name].required = False
            self.fields[name].widget = forms.DateTimeInput(
                format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local", "class": "form-control"}
            )
        for name in ("document", "contact", "reason", "notice_days", "appeal_days"):
            self.fields[name].widget.attrs["class"] = "form-control"
        if row.state != "draft":
            self.fields["document"].disabled = True
            self.fields["entry_due"].disabled = row.state != "open"

    def wanted(self) -> Calendar:
        return Calendar(**{name: self.cleaned_data[name] for name in Calendar.__dataclass_fields__})
