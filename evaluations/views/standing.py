"""The current list beside the yearly one, as a page and as files; a star revoked."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from evaluations.objection_forms import RevocationForm
from evaluations.reading.standing import RevocationPage, StandingList
from evaluations.reading.values import said
from evaluations.services.revoking import revoke as revoke_star
from evaluations.views.busy import told_when_busy
from evaluations.views.counties import county_of
from evaluations.views.downloads import CSV, XLSX, county_file
from evaluations.views.steps import with_form


@require_safe
@login_required
def standing(request: HttpRequest, slug: str, county: str) -> HttpResponse:
    seen = county_of(request, slug, county)
    return render(request, "case/standing.html", {"seen": seen, "list": StandingList(seen, request.user, request.GET)})


@require_safe
@login_required
def standing_csv(request: HttpRequest, slug: str, county: str) -> HttpResponse:
    listed = StandingList(county_of(request, slug, county), request.user, request.GET)
    return download(listed, listed.as_csv(), CSV, "csv")


@require_safe
@login_required
def standing_xlsx(request: HttpRequest, slug: str, county: str) -> HttpResponse:
    listed = StandingList(county_of(request, slug, county), request.user, request.GET)
    return download(listed, listed.as_xlsx(), XLSX, "xlsx")


def download(listed: StandingList, content: bytes, kind: str, suffix: str) -> HttpResponse:
    seen = listed.seen
    name = f"current-{seen.round.slug}-{seen.row.county_id}-{listed.on.isoformat()}.{suffix}"
    return county_file(seen, content, kind, name)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@told_when_busy
def revoke(request: HttpRequest, slug: str, county: str, code: str) -> HttpResponse:
    """Revoke one star of one branch; what is refused comes back as it was written."""
    seen = county_of(request, slug, county)
    page = RevocationPage(StandingList(seen, request.user, request.GET), code)
    sent = request.POST if request.method == "POST" else None
    form = RevocationForm(sent, stars=seen.stars if sent else page.stars, initial={"revision": page.revision})
    if form.is_bound and form.is_valid():
        read = dict(form.cleaned_data)
        answer = revoke_star(seen.row, branch=code, by=request.user, seen_revision=read.pop("revision"), **read)
        if answer.refused is None:
            messages.success(
                request, _("Revoked. The current list changes on %(day)s.") % {"day": read["on"].isoformat()}
            )
            return redirect(seen.url("standing"))
        form.add_error(None, said(answer.refused))
    return with_form(request, "revoke", form, seen=seen, page=page)
