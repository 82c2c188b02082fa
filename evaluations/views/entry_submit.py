"""Submitting, its receipt, and withdrawing."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from branches.models import Branch
from evaluations.reading.entry_receipt import receipt_of
from evaluations.reading.entry_submit import Checklist
from evaluations.reading.entry_words import waiting_words
from evaluations.reading.people import refused_by_name
from evaluations.reading.values import said
from evaluations.services.road import UNKNOWN, Outcome, Wish, act
from evaluations.views.busy import leading_to, told_when_busy
from evaluations.views.counties import county_of
from evaluations.views.entry import entry_of
from evaluations.workflow import SUBMIT, WITHDRAW

MOST = 3000  # branches of one request
TOLD = 10  # refusals spelled out


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@told_when_busy
def submit(request: HttpRequest, slug: str, county: str) -> HttpResponse:
    """What is in the way, and the button; a POST submits the branches chosen."""
    seen, scope = entry_of(request, slug, county)
    if not scope.townships:
        raise Http404
    if request.method != "POST":
        context = {"seen": seen, "scope": scope, "list": Checklist(seen, scope), "words": waiting_words()}
        return render(request, "entry/submit.html", context)
    outcome = act(seen.row, SUBMIT, wishes_of(request), by=request.user)
    tell(request, outcome)
    return redirect(seen.url("entry_receipt", outcome.receipt) if outcome.receipt else seen.url("entry_submit"))


@require_safe
@login_required
def receipt(request: HttpRequest, slug: str, county: str, number: str) -> HttpResponse:
    seen = county_of(request, slug, county)
    scope = request.user.entry_scope(county)
    return render(request, "entry/receipt.html", {"seen": seen, "scope": scope, "receipt": receipt_of(seen, number)})


@require_POST
@login_required
@partial(told_when_busy, answer=leading_to("work", "slug", "county"))
def withdraw(request: HttpRequest, slug: str, county: str) -> HttpResponse:
    """Take submitted branches back, before the township check has begun."""
    seen, scope = entry_of(request, slug, county)
    if not scope.townships:
        raise Http404
    outcome = act(seen.row, WITHDRAW, wishes_of(request), by=request.user)
    tell(request, outcome)
    if outcome.moved:
        told = ngettext("Withdrawn: %(count)s branch.", "Withdrawn: %(count)s branches.", len(outcome.moved))
        messages.success(request, told % {"count": len(outcome.moved)})
    return redirect(seen.url("work"))


def wishes_of(request: HttpRequest) -> list[Wish]:
    """The branches chosen, each with the revision seen; what can't be read is nobody's branch."""
    chosen = dict.fromkeys(text[:24] for text in request.POST.getlist("branch")[:MOST])
    wishes = {}
    for text in chosen:
        code, _colon, revision = text.partition(":")
        if len(code) == 12 and code.isascii() and code.isdigit() and revision.isascii() and revision.isdigit():
            wishes[code] = Wish(code, min(int(revision), 2**31 - 1))
    return list(wishes.values())


def tell(request: HttpRequest, outcome: Outcome) -> None:
    """What was refused and why; that nothing was chosen."""
    if not (outcome.moved or outcome.refused or outcome.repeated):
        messages.warning(request, _("Choose at least one branch."))
    refused = list(outcome.refused.items())[:TOLD]
    known = [code for code, why in refused if why != UNKNOWN]  # a stranger's branch stays without a name
    names = {one.code: one.shown_name for one in Branch.objects.filter(code__in=known)}
    for code, why in refused_by_name(dict(refused)).items():
        shown = {"branch": names.get(code, code), "why": said(why)}
        messages.error(request, _("%(branch)s: %(why)s") % shown)
    if len(outcome.refused) > TOLD:
        more = len(outcome.refused) - TOLD
        messages.error(request, ngettext("And %(count)s more.", "And %(count)s more.", more) % {"count": more})
