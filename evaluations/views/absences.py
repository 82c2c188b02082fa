"""Handing a role of one's own over for some days, taking one on, ending it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Absence
from evaluations.absence_forms import AbsenceForm
from evaluations.reading.absences import Absences
from evaluations.reading.values import said
from evaluations.services import absences as service

LARGEST = 2**63 - 1


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def absences(request: HttpRequest) -> HttpResponse:
    posted = request.method == "POST"
    form = AbsenceForm(request.user, request.POST if posted else None)
    if posted and form.is_valid():
        asked = form.cleaned_data
        days = service.Days(asked["first"], asked["last"])
        try:
            service.ask_deputy(asked["grant"], asked["deputy"], days, reason=asked["reason"], by=request.user)
        except service.AbsenceRefused as refused:
            form.add_error(None, said(refused.message))
        else:
            messages.success(request, _("Asked. It counts once the deputy has taken it on."))
            return redirect("absences")
    return render(
        request, "absence/absences.html", {"page": Absences(request.user), "form": form}, status=422 if posted else 200
    )


@require_POST
@login_required
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    return step(request, pk, service.accept)


@require_POST
@login_required
def end(request: HttpRequest, pk: int) -> HttpResponse:
    return step(request, pk, service.end)


def step(request: HttpRequest, pk: int, take) -> HttpResponse:
    """Take a step with an absence one has to do with; say why where it is refused."""
    mine = Absence.objects.filter(Q(grant__user=request.user) | Q(deputy=request.user), pk__lte=LARGEST)
    absence = get_object_or_404(mine.select_related("grant__user", "deputy"), pk=min(pk, LARGEST))
    try:
        take(absence, by=request.user)
    except service.AbsenceRefused as refused:
        messages.error(request, said(refused.message))
    return redirect("absences")
