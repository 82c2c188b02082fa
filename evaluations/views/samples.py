"""Samples for visits on site: drawn, drawn again by whoever audits, and what the visits found."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from evaluations.models import SiteCheck
from evaluations.reading.review_samples import SamplePage
from evaluations.review_forms import DrawForm, VisitForm
from evaluations.services.sampling import NotDrawn, Visit, draw, record_visit
from evaluations.views.busy import leading_to, told_when_busy
from evaluations.views.counties import county_of
from evaluations.views.refusing import forbid_beside


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@told_when_busy
def review_samples(request: HttpRequest, slug: str, county: str, star: str) -> HttpResponse:
    """The samples of a star; a POST draws another one."""
    page = sample_page(request, slug, county, star)
    form = DrawForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if not page.is_own:
            forbid_beside(request, page.seen.row, "sample.draw")
        if form.is_valid() and taken(
            form, lambda: draw(page.seen.row, star, form.cleaned_data["size"], by=request.user)
        ):
            messages.success(request, _("The sample is drawn."))
            return redirect(page.seen.url("review_samples", star))
    return shown(request, page, form, None)


@require_POST
@login_required
@partial(told_when_busy, answer=leading_to("review_samples", "slug", "county", "star"))
def review_visit(request: HttpRequest, slug: str, county: str, star: str, pk: int) -> HttpResponse:
    """Keep what a visit found."""
    page = sample_page(request, slug, county, star)
    checks = SiteCheck.objects.select_related("sample", "entry__branch")
    check = get_object_or_404(checks, pk=pk, sample__county=page.seen.row, sample__star=star)
    if not page.is_own:
        forbid_beside(request, page.seen.row, "sample.visit")
    form = VisitForm(request.POST)
    if form.is_valid():
        read = form.cleaned_data
        visit = Visit(read["on"], read["agrees"] == "yes", read["finding"])
        if taken(form, lambda: record_visit(page.seen.row, check, visit, by=request.user)):
            messages.success(request, _("Kept: %(branch)s.") % {"branch": check.entry.branch.shown_name})
            return redirect(f"{page.seen.url('review_samples', star)}#check-{check.pk}")
    return shown(request, sample_page(request, slug, county, star), DrawForm(), (check.pk, form))


def sample_page(request: HttpRequest, slug: str, county: str, star: str) -> SamplePage:
    seen = county_of(request, slug, county)
    return SamplePage(seen, star, request.GET.get("again", ""), reader=request.user)


def taken(form, step: Callable[[], object]) -> bool:
    """Was it done? Otherwise the form says why not."""
    try:
        step()
    except NotDrawn as why:
        form.add_error(None, str(why))
    return not form.errors


def shown(request: HttpRequest, page: SamplePage, form: DrawForm, visit: tuple[int, VisitForm] | None) -> HttpResponse:
    wrong = form.is_bound or visit is not None
    context = {"seen": page.seen, "page": page, "form": form, "visited": visit}
    return render(request, "review/samples.html", context, status=422 if wrong else 200)
