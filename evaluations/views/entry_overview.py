"""How far entry is, for the organization department: the deadline, and more time for who has a reason."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import EntryScope
from branches.models import Department, Region
from evaluations.deadline_forms import AskForm, DecideForm, DueForm, first_error
from evaluations.models import Extension
from evaluations.reading.county import SeenCounty
from evaluations.reading.entry_branches import BranchList
from evaluations.reading.entry_overview import OVERSEERS, Overview, approves
from evaluations.reading.entry_overview import unit_of as unit_name
from evaluations.reading.values import said
from evaluations.services import deadlines
from evaluations.views.busy import leading_to, told_when_busy
from evaluations.views.counties import county_of
from evaluations.views.entry import entry_of


@require_safe
@login_required
def overview(request: HttpRequest, slug: str, county: str) -> HttpResponse:
    seen = watched_county(request, slug, county)
    return render(request, "entry/overview.html", {"seen": seen, "page": Overview(seen, request.user)})


@require_safe
@login_required
def branches(request: HttpRequest, slug: str, county: str) -> HttpResponse:
    """The branches behind one number of the overview."""
    seen = watched_county(request, slug, county)
    found = BranchList(Overview(seen, request.user), request.GET)
    return render(request, "entry/branches.html", {"seen": seen, "list": found})


@require_POST
@login_required
@partial(told_when_busy, answer=leading_to("entry_overview", "slug", "county"))
def due(request: HttpRequest, slug: str, county: str) -> HttpResponse:
    """Set the county's deadline."""
    seen = approved_county(request, slug, county)
    form = DueForm(request.POST)
    if not form.is_valid():
        messages.error(request, first_error(form))
    elif told(request, lambda: deadlines.set_due(seen.row, **form.cleaned_data, by=request.user)):
        messages.success(request, _("The deadline is set."))
    return redirect(seen.url("entry_overview"))


@require_POST
@login_required
@partial(told_when_busy, answer=leading_to("work", "slug", "county"))
def ask(request: HttpRequest, slug: str, county: str) -> HttpResponse:
    """A clerk asks for more time."""
    seen, scope = entry_of(request, slug, county)
    form = AskForm(request.POST)
    unit = unit_of(seen, scope, form.cleaned_data["unit"]) if form.is_valid() else None
    if unit is None:
        messages.error(request, first_error(form) if form.errors else _("There is no such unit of yours."))
        return redirect(seen.url("work"))
    until, reason = form.cleaned_data["until"], form.cleaned_data["reason"]
    step = lambda: deadlines.ask_extension(seen.row, **unit, until=until, reason=reason, by=request.user)  # noqa: E731
    if told(request, step):
        messages.success(request, _("Asked for. The organization department decides."))
    return redirect(seen.url("work"))


@require_POST
@login_required
@partial(told_when_busy, answer=leading_to("entry_overview", "slug", "county"))
def decide(request: HttpRequest, slug: str, county: str, pk: int) -> HttpResponse:
    """Grant an extension, or refuse it."""
    seen = approved_county(request, slug, county)
    extension = get_object_or_404(Extension.objects.select_related("county"), pk=pk, county=seen.row)
    form = DecideForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose to grant or to refuse."))
        return redirect(seen.url("entry_overview"))
    granted, answer = form.cleaned_data["granted"] == "yes", form.cleaned_data["answer"]
    if told(request, lambda: deadlines.decide_extension(extension, granted=granted, answer=answer, by=request.user)):
        messages.success(request, decided(extension, granted=granted))
    return redirect(seen.url("entry_overview"))


def decided(extension: Extension, *, granted: bool) -> str:
    """What was decided, for whom; what was granted names the new deadline."""
    unit, until = unit_name(extension), date_format(localtime(extension.until), "Y-m-d H:i")
    if not granted:
        return _("Refused: no extension for %(unit)s.") % {"unit": unit}
    return _("Granted: the deadline of %(unit)s is now %(until)s.") % {"unit": unit, "until": until}


def watched_county(request: HttpRequest, slug: str, county: str) -> SeenCounty:
    """The county, for its organization department and the auditor; 404 for everybody else."""
    seen = county_of(request, slug, county)
    if not seen.sight.workers & OVERSEERS:
        raise Http404
    return seen


def approved_county(request: HttpRequest, slug: str, county: str) -> SeenCounty:
    """The county, for its approver; 404 for everybody else."""
    seen = county_of(request, slug, county)
    if not approves(request.user, county):
        raise Http404
    return seen


def unit_of(seen: SeenCounty, scope: EntryScope, unit: str) -> dict[str, object] | None:
    """The person's township or department of that code or name, as ask_extension takes it."""
    if unit in scope.departments:
        return {"department": Department.objects.filter(county=seen.row.county_id, name=unit).first()}
    if unit.ljust(12)[:9] in scope.townships:
        region = Region.objects.filter(code=unit, level="township").first()
        return {"township": region} if region else None
    return None


def told(request: HttpRequest, step) -> bool:
    """Take a step; say why where it is refused."""
    try:
        step()
    except deadlines.DeadlineRefused as refused:
        messages.error(request, said(refused.message))
        return False
    return True
