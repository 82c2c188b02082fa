"""A step with a case, as its form asks for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from evaluations.objection_forms import FindingForm, RulingForm
from evaluations.reading.values import said
from evaluations.services.cases import Answer
from evaluations.workflow import ACTIONS, Action, Need, Subject


def asked_step(request: HttpRequest, subject: Subject) -> Action | None:
    """The step of that subject which the button names, be it open now or not: the service says what became of it."""
    step = ACTIONS.get(request.POST.get("step", ""))
    return step if step is not None and step.subject == subject and step.sources else None


def form_for(request: HttpRequest, step: Action | None, steps: Sequence[Action], revision: int) -> Form:
    """The form that the step asks for, filled as it was sent; with nothing sent, that of the steps open now."""
    finds = any(Need.FINDING in one.needs for one in ([step] if step else steps))
    sent = request.POST if request.method == "POST" else None
    return (FindingForm if finds else RulingForm)(sent, initial={"revision": revision})


def taken(form: Form, step: Action | None, take: Callable[..., Answer]) -> bool:
    """Take the step; where it is refused, the form says why and keeps what was written."""
    if not form.is_bound:
        return False
    if step is None:
        form.add_error(None, _("Choose what to do."))
    if not form.is_valid():
        return False
    read = dict(form.cleaned_data)
    answer = take(step, seen_revision=read.pop("revision"), **read)
    if answer.refused is not None:
        form.add_error(None, said(answer.refused))
    return answer.refused is None


def with_form(request: HttpRequest, template: str, form: Form, **context: object) -> HttpResponse:
    """A page with its form; what was sent and not taken comes back as a 422."""
    return render(request, f"case/{template}.html", context | {"form": form}, status=422 if form.errors else 200)
