"""Files offered as evidence: added, taken back, and read by whoever may see the value."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.roles import Role
from branches.models import Branch
from evaluations.evidence.kinds import BY_MEDIA_TYPE, LARGEST, Refused, refuse_size
from evaluations.models import Evidence
from evaluations.reading.county import SeenCounty
from evaluations.reading.evidence import LIMITS, evidence_seen, files_of
from evaluations.reading.values import said
from evaluations.services import evidence as service
from evaluations.views.busy import busy_words, told_when_busy
from evaluations.views.counties import county_of
from evaluations.views.entry import entry_of
from scoring.standard import published_standard
from tables.message import N_, Message

FETCHED = "evidence.js"  # how our script names itself: it gets the part of the page anew, everybody else the page
GUARDED = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}


def busy(request: HttpRequest, slug: str, county: str, pk: int = 0) -> HttpResponse:
    """Nothing was changed, since somebody else is writing: for the script, or back to the page."""
    if request.headers.get("X-Requested-With") == FETCHED:
        return JsonResponse({"message": busy_words()}, status=503)
    messages.error(request, busy_words())
    return redirect(wanted_page(request) or reverse("work", args=[slug, county]))


@require_POST
@partial(told_when_busy, answer=busy)
def add(request: HttpRequest, slug: str, county: str) -> HttpResponse:
    """Take a file for one value of one branch."""
    if not request.user.is_authenticated:
        return signed_out(request)
    seen, _scope = entry_of(request, slug, county)
    place = request.POST.get("branch", ""), request.POST.get("criterion", "")
    try:
        service.add_evidence(seen.row, offer_of(request, *place), by=request.user)
    except Refused as refused:
        return answer(request, seen, place, refused)
    except service.Unknown:
        raise Http404 from None
    return answer(request, seen, place)


@require_POST
@partial(told_when_busy, answer=busy)
def remove(request: HttpRequest, slug: str, county: str, pk: int) -> HttpResponse:
    """Take a file back; done before, by a second click or somebody else, it is done."""
    if not request.user.is_authenticated:
        return signed_out(request)
    seen, _scope = entry_of(request, slug, county)
    evidence = evidence_seen(seen, pk, taken_back=True)
    place = evidence.branch.code, evidence.criterion.code
    try:
        service.take_back(seen.row, pk, by=request.user)
    except Refused as refused:
        return answer(request, seen, place, refused)
    except service.Unknown:
        raise Http404 from None
    return answer(request, seen, place)


def offer_of(request: HttpRequest, branch: str, criterion: str) -> service.Offer:
    """The file as it was sent. One far above the limit was not even kept in memory, so its size is the request's."""
    file = request.FILES.get("file")
    if file is None:
        sent = int(request.META.get("CONTENT_LENGTH") or 0)
        if sent <= LARGEST:
            raise Refused(Message(N_("No file was chosen. Not uploaded.")))
        refuse_size(sent)
    return service.Offer(branch, criterion, file.name or "", file.content_type or "", file.read())


def signed_out(request: HttpRequest) -> HttpResponse:
    if request.headers.get("X-Requested-With") == FETCHED:
        return JsonResponse({"message": _("Sign in again; the file was not uploaded.")}, status=401)
    return redirect("sign_in")


def answer(request: HttpRequest, seen: SeenCounty, place: tuple[str, str], refused: Refused | None = None):
    """The value's files as they are now, for the script; back to the page otherwise. With what was refused, if so."""
    message = said(refused.problem) if refused else ""
    if request.headers.get("X-Requested-With") != FETCHED:
        if message:
            messages.error(request, message)
        return redirect(back(request, seen, place[0]))
    status = (423 if isinstance(refused, service.Locked) else 422) if refused else 200
    html = "" if refused else render_to_string("entry/_evidence.html", component(seen, *place), request)
    return JsonResponse({"message": message, "html": html}, status=status)


def component(seen: SeenCounty, branch: str, criterion: str) -> dict[str, object]:
    """What templates/entry/_evidence.html takes."""
    row = next(one for one in published_standard(seen.round.criteria_set_id).criteria if one.code == criterion)
    files = files_of(seen.round, Branch.objects.get(code=branch), seen.sight).get(criterion, [])
    return {
        "seen": seen, "branch": branch, "row": row, "files": files, "limits": LIMITS, "can_edit": True, "next": "",
    }  # fmt: skip


def wanted_page(request: HttpRequest) -> str:
    """The page of the portal the form came from, where it says so."""
    wanted = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if is_ours else ""


def back(request: HttpRequest, seen: SeenCounty, branch: str) -> str:
    """Where the form came from, within the portal; else the branch's page of entry, where it has one."""
    if wanted := wanted_page(request):
        return wanted
    place = [seen.round.slug, seen.row.county_id]
    try:
        return reverse("entry_branch", args=[*place, branch])
    except NoReverseMatch:
        return reverse("work", args=place)


@require_safe
@login_required
def file(request: HttpRequest, slug: str, county: str, pk: int) -> HttpResponseBase:
    """The file itself, to be saved; never shown inside the portal's pages."""
    seen = county_of(request, slug, county)
    evidence = evidence_seen(seen, pk)
    kind = BY_MEDIA_TYPE[evidence.file.media_type]
    return sent(request, seen, evidence, service.store().path(evidence.file_id), kind.media_type, evidence.name)


@require_safe
@login_required
def thumbnail(request: HttpRequest, slug: str, county: str, pk: int) -> HttpResponseBase:
    """A picture in small: a JPEG, whatever the picture is."""
    seen = county_of(request, slug, county)
    evidence = evidence_seen(seen, pk)
    name = f"{Path(evidence.name).stem}.jpg"
    return sent(request, seen, evidence, service.store().thumbnail(evidence.file_id), "image/jpeg", name)


def sent(
    request: HttpRequest, seen: SeenCounty, evidence: Evidence, path: Path, media_type: str, name: str
) -> HttpResponseBase:
    """A stored file to be saved, with headers that keep it harmless; a page that says so where it is not on disk."""
    try:
        content = path.open("rb")
    except OSError:
        return render(request, "entry/file_missing.html", {"seen": seen, "evidence": evidence}, status=404)
    if Role.AUDITOR in seen.sight.workers:
        service.note_reading(seen.row, evidence, by=request.user)
    return FileResponse(content, as_attachment=True, filename=name, content_type=media_type, headers=GUARDED)
