"""Appeals: a township files them, an approver decides."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from evaluations.objection_forms import AppealForm
from evaluations.reading.appeals import AppealList, AppealPage
from evaluations.reading.values import said
from evaluations.services.appealing import appeal as file_appeal
from evaluations.services.appealing import rule_on_appeal
from evaluations.views.busy import told_when_busy
from evaluations.views.counties import county_of
from evaluations.views.steps import asked_step, form_for, taken, with_form
from evaluations.workflow import Subject


@require_safe
@login_required
def appeals(request: HttpRequest, slug: str, county: str) -> HttpResponse:
    seen = county_of(request, slug, county)
    listed = AppealList(seen, request.user, request.GET)
    if not listed.places:
        raise Http404
    return render(request, "case/appeals.html", {"seen": seen, "list": listed})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@told_when_busy
def appeal_new(request: HttpRequest, slug: str, county: str, code: str) -> HttpResponse:
    """Appeal for one star of one branch of one's township."""
    seen = county_of(request, slug, county)
    one = AppealList(seen, request.user, request.GET).of(code)
    sent = request.POST if request.method == "POST" else None
    form = AppealForm(sent, stars=one.stars if sent is None else seen.stars)
    if form.is_bound and form.is_valid():
        answer = file_appeal(seen.row, branch=code, by=request.user, **form.cleaned_data)
        if answer.refused is None:
            messages.success(request, _("Filed; the receipt number is %(receipt)s.") % {"receipt": answer.receipt})
            return redirect(seen.url("appeals"))
        form.add_error(None, said(answer.refused))
    return with_form(request, "appeal_new", form, seen=seen, one=one)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@told_when_busy
def appeal(request: HttpRequest, slug: str, county: str, pk: int) -> HttpResponse:
    """One appeal; a POST takes the step named by its button."""
    seen = county_of(request, slug, county)
    page = AppealPage(seen, request.user, pk)
    step = asked_step(request, Subject.APPEAL)
    form = form_for(request, step, page.steps, page.one.revision)
    if taken(form, step, lambda step, **given: rule_on_appeal(seen.row, step, pk, by=request.user, **given)):
        messages.success(request, _("Written down."))
        return redirect(seen.url("appeal", pk))
    return with_form(request, "appeal", form, seen=seen, page=page)
