"""What is typed while a branch is reviewed: a step with its reason, a value corrected, a co-department's word."""

from __future__ import annotations

from collections.abc import Iterable

from django import forms
from django.utils.translation import gettext_lazy as _

from branches.fields import CleanCharField, CleanIntegerField
from evaluations.deadline_forms import moment
from evaluations.services.road import Wish
from evaluations.workflow import ACTIONS, Action, Subject, actions_of
from scoring.models import Criterion

MOST = 3000  # branches of one request
LARGEST = 2**31 - 2  # of a revision
LONGEST = 64  # characters of a wish


def reason_field(label) -> CleanCharField:
    return CleanCharField(label=label, max_length=300, required=False)


class StepForm(forms.Form):
    """A step with one branch or one star of it, be it open now or not: the service says what became of it.

    Only criteria of its own are named.
    """

    action = forms.ChoiceField()
    reason = reason_field(_("Reason"))
    criterion = forms.MultipleChoiceField(required=False)
    due = moment(_("To be answered by"))
    seen = CleanCharField(max_length=LONGEST, required=False)

    def __init__(self, data=None, *, subject: Subject, criteria: Iterable[Criterion], **more):
        super().__init__(data, **more)
        self.fields["action"].choices = [(step.key, step.label) for step in actions_of(subject)]
        self.fields["action"].error_messages = dict.fromkeys(
            ("required", "invalid_choice"), _("Choose what to do.")
        )
        self.fields["criterion"].choices = [(row.code, row.code) for row in criteria]
        self.fields["due"].required = False

    @property
    def step(self) -> Action:
        return ACTIONS[self.cleaned_data["action"]]

    @property
    def wishes(self) -> list[Wish]:
        return wishes_of([self.cleaned_data["seen"]])

    @property
    def asked(self) -> dict:
        read = self.cleaned_data
        return {"reason": read["reason"], "criteria": read["criterion"], "due": read["due"]}

    @property
    def ticked(self) -> set[str]:
        """The criteria ticked, of a form that is shown again."""
        return set(self.data.getlist("criterion")) if self.is_bound else set()

    @property
    def chosen(self) -> str:
        return self.data.get("action", "") if self.is_bound else ""


class FixForm(forms.Form):
    """A value corrected; an empty one takes the correction back."""

    criterion = CleanCharField(max_length=32)
    period = CleanIntegerField(min_value=0, max_value=4)
    revision = CleanIntegerField(min_value=0, max_value=LARGEST)
    text = CleanCharField(label=_("Corrected value"), max_length=60, required=False)
    reason = reason_field(_("Reason"))
    document = CleanCharField(label=_("Document number"), max_length=120, required=False)


class WordForm(forms.Form):
    """A co-department's word on the branches chosen."""

    agrees = forms.ChoiceField(choices=[("yes", ""), ("no", "")])
    note = reason_field(_("Note"))


class DrawForm(forms.Form):
    """How many branches are drawn for a visit."""

    size = CleanIntegerField(label=_("Branches to draw"), min_value=1, max_value=200)


class VisitForm(forms.Form):
    """What a visit found."""

    on = forms.DateField(label=_("Visited on"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    agrees = forms.ChoiceField(label=_("As reported"), choices=[("yes", _("yes")), ("no", _("no"))])
    finding = reason_field(_("Finding"))


def wishes_of(texts: Iterable[str]) -> list[Wish]:
    """The branches chosen, "code:revision:stamp" each, as they were seen; what can't be read is nobody's branch."""
    wishes = {}
    for text in list(texts)[:MOST]:
        code, *numbers = text[:LONGEST].split(":")[:3]
        known = all(one.isascii() and one.isdigit() and len(one) < 19 for one in numbers)
        if len(code) == 12 and code.isascii() and code.isdigit() and numbers and known:
            revision, stamp = int(numbers[0]), int(numbers[1]) if len(numbers) > 1 else None
            wishes[code] = Wish(code, min(revision, LARGEST), stamp)
    return list(wishes.values())
