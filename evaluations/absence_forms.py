"""What is typed to hand a role over for some days."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Grant, User
from branches.fields import CleanCharField

DAY = {"type": "date"}


class AbsenceForm(forms.Form):
    """One of the person's own roles, who takes it on, from when to when, and why."""

    grant = forms.ModelChoiceField(Grant.objects.none(), label=_("Role"), empty_label=None)
    deputy = CleanCharField(label=_("Deputy's account"), max_length=150)
    first = forms.DateField(label=_("First day"), widget=forms.DateInput(format="%Y-%m-%d", attrs=DAY))
    last = forms.DateField(label=_("Last day"), widget=forms.DateInput(format="%Y-%m-%d", attrs=DAY))
    reason = CleanCharField(label=_("Reason"), max_length=300)

    def __init__(self, user: User, data=None):
        super().__init__(data)
        own = user.grants.select_related("region", "department", "branch").order_by("pk")
        self.fields["grant"].queryset = own
        self.fields["grant"].label_from_instance = role_in_place
        dress(self)

    def clean_deputy(self) -> User:
        named = User.objects.filter(username=self.cleaned_data["deputy"], is_active=True).first()
        if named is None:
            raise forms.ValidationError(_("There is no such account."))
        return named


def role_in_place(grant: Grant) -> str:
    """A role with where it is held, as a person would name it."""
    place = grant.region or grant.branch
    return f"{grant.get_role_display()} · {place.shown_name}" if place else str(grant.get_role_display())


def dress(form: forms.Form) -> None:
    """Give a form's inputs the portal's looks."""
    for field in form.fields.values():
        field.widget.attrs["class"] = "form-select" if isinstance(field.widget, forms.Select) else "form-control"
