"""Vetoes of a county: listed, reported, lifted by two persons."""

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evaluations.deadline_forms import first_error
from evaluations.reading.values import said
from evaluations.reading.vetoes import ReportPage, VetoList, VetoPage, as_csv, as_xlsx, reports_vetoes
from evaluations.services import vetoing
from evaluations.veto_forms import LiftForm, ReportForm, RuleForm
from evaluations.views.busy import leading_to, told_when_busy
from evaluations.views.counties import county_of
from evaluations.views.downloads import CSV, XLSX, county_file
from evaluations.views.refusing import forbid

FILES = {"csv": (as_csv, CSV), "xlsx": (as_xlsx, XLSX)}


@require_safe
@login_required
def vetoes(request: HttpRequest, slug: str, county: str) -> HttpResponse:
    seen = county_of(request, slug, county)
    reports = reports_vetoes(request.user, county) and seen.row.state in vetoing.REPORT_VETO.counties
    return render(request, "veto/vetoes.html", {"seen": seen, "list": VetoList(seen, request.GET), "reports": reports})


@require_safe
@login_required
def vetoes_file(request: HttpRequest, slug: str, county: str, suffix: str) -> HttpResponse:
    """The same records as a file."""
    seen = county_of(request, slug, county)
    write, kind = FILES[suffix]
    content = write(VetoList(seen, request.GET))
    return county_file(seen, content, kind, f"vetoes-{seen.round.slug}-{county}.{suffix}")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@told_when_busy
def report(request: HttpRequest, slug: str, county: str) -> HttpResponse:
    seen = county_of(request, slug, county)
    page = ReportPage(seen, request.user, request.POST.get("branch", request.GET.get("branch", "")))
    posted = request.method == "POST"
    form = ReportForm(page, request.POST if posted else None)
    if posted and form.is_valid():
        try:
            made = vetoing.report_veto(seen.row, form.report, by=request.user)
        except vetoing.VetoRefused as refused:
            form.add_error(None, said(refused.message))
        else:
            messages.success(request, _("Veto reported: %(document)s.") % {"document": made.document})
            return redirect(seen.url("veto", made.pk))
    context = {"seen": seen, "page": page, "form": form}
    return render(request, "veto/report.html", context, status=422 if posted else 200)


@require_safe
@login_required
def veto(request: HttpRequest, slug: str, county: str, pk: int) -> HttpResponse:
    page = VetoPage(county_of(request, slug, county), pk, request.user)
    forms = {"lift_form": LiftForm(), "rule_form": rule_form(page)}
    return render(request, "veto/veto.html", {"seen": page.seen, "page": page} | forms)


@require_POST
@login_required
@partial(told_when_busy, answer=leading_to("veto", "slug", "county", "pk"))
def ask(request: HttpRequest, slug: str, county: str, pk: int) -> HttpResponse:
    """Ask for the lifting of a veto."""
    page = acting_page(request, slug, county, pk, vetoing.ASK_LIFT)
    return moved(request, page, LiftForm(request.POST), ask_to_lift)


@require_POST
@login_required
@partial(told_when_busy, answer=leading_to("veto", "slug", "county", "pk"))
def rule(request: HttpRequest, slug: str, county: str, pk: int) -> HttpResponse:
    """Lift a veto or keep it."""
    page = acting_page(request, slug, county, pk, vetoing.LIFT)
    return moved(request, page, RuleForm(request.POST), rule_on_lift)


def rule_form(page: VetoPage) -> RuleForm:
    """An empty form that says which request its page shows."""
    return RuleForm(initial={"seen": page.seen_mark})


def ask_to_lift(page: VetoPage, data: dict) -> str:
    vetoing.ask_lift(page.row, page.seen.row, reason=data["reason"], document=data["document"], by=page.user)
    return _("Lifting asked for: another person decides.")


def rule_on_lift(page: VetoPage, data: dict) -> str:
    lift = data["lift"] == "yes"
    told = {"lift": lift, "reason": data["reason"], "seen": data["seen"]}
    vetoing.rule_on_lift(page.row, page.seen.row, by=page.user, **told)
    return _("Veto lifted.") if lift else _("Veto kept.")


def acting_page(request: HttpRequest, slug: str, county: str, pk: int, action) -> VetoPage:
    """The record's page, for whoever holds a role of that step there; who only looks may not take it."""
    page = VetoPage(county_of(request, slug, county), pk, request.user)
    if not page.may(action):
        forbid(request, page.seen.row, action, page.row.criterion.star)
    return page


def moved(request: HttpRequest, page: VetoPage, form, step) -> HttpResponse:
    """Take the step and come back; where it is refused the form comes back as it was filled."""
    status = 422
    if form.is_valid():
        try:
            messages.success(request, step(page, form.cleaned_data))
            return redirect(page.seen.url("veto", page.row.pk))
        except vetoing.VetoRefused as refused:
            messages.error(request, said(refused.message))
            status = 409
    else:
        messages.error(request, first_error(form))
    lifting = isinstance(form, LiftForm)
    forms = {"lift_form": form if lifting else LiftForm(), "rule_form": rule_form(page) if lifting else form}
    return render(request, "veto/veto.html", {"seen": page.seen, "page": page} | forms, status=status)
