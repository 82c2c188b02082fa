"""Objections as their handlers see them: the list, one of them with its steps, one taken down by telephone."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from evaluations.objection_forms import ObjectionForm
from evaluations.reading.county import SeenCounty
from evaluations.reading.objections import ObjectionList, ObjectionPage
from evaluations.reading.public import Line, PublicCounty, PublicList, frozen_lines
from evaluations.reading.values import said
from evaluations.services.objecting import ObjectionRefused, Wanted, file_objection
from evaluations.services.road import may_act
from evaluations.services.ruling import rule
from evaluations.views.busy import told_when_busy
from evaluations.views.counties import county_of
from evaluations.views.steps import asked_step, form_for, taken, with_form
from evaluations.workflow import RECORD_OBJECTION, Subject


@require_safe
@login_required
def objections(request: HttpRequest, slug: str, county: str) -> HttpResponse:
    seen = county_of(request, slug, county)
    listed = ObjectionList(seen, request.user, request.GET)
    if not listed.codes:
        raise Http404
    records = may_act(request.user, RECORD_OBJECTION, county, place=county)
    takes = records is not None and seen.row.state in RECORD_OBJECTION.counties
    return render(request, "case/objections.html", {"seen": seen, "list": listed, "takes": takes})


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@told_when_busy
def objection(request: HttpRequest, slug: str, county: str, pk: int) -> HttpResponse:
    """One objection; a POST takes the step named by its button. What is refused comes back as it was written."""
    seen = county_of(request, slug, county)
    page = ObjectionPage(seen, request.user, pk)
    step = asked_step(request, Subject.OBJECTION)
    form = form_for(request, step, page.steps, page.one.revision)
    if taken(form, step, lambda step, **given: rule(seen.row, step, pk, by=request.user, **given)):
        messages.success(request, _("Written down."))
        return redirect(seen.url("objection", pk))
    return with_form(request, "objection", form, seen=seen, page=page)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@told_when_busy
def record(request: HttpRequest, slug: str, county: str) -> HttpResponse:
    """Take an objection down that came by telephone or on paper."""
    seen = county_of(request, slug, county)
    if may_act(request.user, RECORD_OBJECTION, county, place=county) is None:
        raise Http404
    open_ = PublicCounty(seen.row)
    lines = frozen_lines(open_) if open_.notice else []
    line = next((line for line in lines if line.branch == request.GET.get("branch")), None)
    form = ObjectionForm(request.POST if line and request.method == "POST" else None, stars=line.stars if line else [])
    if form.is_bound and form.is_valid() and taken_down(request, seen, line, form):
        return redirect(seen.url("objections"))
    offered = PublicList(lines, request.GET)
    return with_form(request, "record", form, seen=seen, open=open_, line=line, list=offered)


def taken_down(request: HttpRequest, seen: SeenCounty, line: Line, form: ObjectionForm) -> bool:
    """File it and name its receipt; else say why not on the form."""
    read = form.cleaned_data
    wanted = Wanted(line.branch, read["star"], read["text"], form.form_key, read["contact"])
    try:
        receipt = file_objection(seen.row, wanted, by=request.user)
    except ObjectionRefused as refused:
        form.add_error(None, said(refused.message))
        return False
    messages.success(request, _("Taken down; the receipt number to give is %(receipt)s.") % {"receipt": receipt})
    return True
