"""Values by file: the workbook handed out and taken back, a department's table, and what becomes of a file sent in."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from evaluations.models import Upload, UploadKind
from evaluations.reading.county import SeenCounty
from evaluations.reading.uploads import LISTED, Comparison, comments_of, upload_of, uploads_of
from evaluations.services import confirming, takeover
from evaluations.services.handing_out import workbook_of
from evaluations.services.upload_room import NoRoom
from evaluations.services.uploads import discard, take_upload
from evaluations.upload_forms import TableForm, UploadForm
from evaluations.views.busy import told_when_busy
from evaluations.views.downloads import CSV, XLSX, county_file
from evaluations.views.entry import entry_of
from evaluations.workbooks.comparing import MOST
from evaluations.workbooks.plan import unit_of, units_of
from evaluations.workbooks.returning import csv_with_errors
from tables.errors import TableRefused
from tables.xlsx_marks import marked

READ = ["GET", "HEAD", "POST"]
ALL = {  # what a button ticks or unticks
    "overwrite": (takeover.CONFLICTS, True), "leave": (takeover.CONFLICTS, False),
    "clear": (takeover.CLEARED, True), "keep": (takeover.CLEARED, False), "believe": (takeover.ASKED, True),
}  # fmt: skip


@require_http_methods(READ)
@login_required
@told_when_busy
def workbook(request: HttpRequest, slug: str, county: str) -> HttpResponse:
    """The workbooks one may download, and where they come back."""
    seen, scope = entry_of(request, slug, county)
    if request.method == "POST":
        form = UploadForm(request)
        if form.is_valid():
            return kept(request, seen, form, kind=UploadKind.WORKBOOK)
        messages.error(request, form.first_error)
        return redirect(seen.url("entry_workbook"))
    recent = uploads_of(request.user, seen.row, scope)[:5]
    context = {"seen": seen, "units": units_of(seen.row, scope), "recent": recent}
    return render(request, "entry/workbook.html", context)


@require_POST
@login_required
def workbook_file(request: HttpRequest, slug: str, county: str) -> HttpResponse:
    """One workbook; posted, since what it held when it was handed out is kept."""
    seen, scope = entry_of(request, slug, county)
    unit = unit_of(seen.row, scope, request.POST.get("unit", ""))
    content = workbook_of(seen.row, unit, by=request.user.ledger_name)
    return county_file(seen, content, XLSX, f"{unit.name}-{seen.round.slug}.xlsx")


@require_http_methods(READ)
@login_required
@told_when_busy
def table(request: HttpRequest, slug: str, county: str) -> HttpResponse:
    """A department's own table."""
    seen, scope = entry_of(request, slug, county)
    units = [unit for unit in units_of(seen.row, scope) if unit.department]
    if not units:
        raise Http404
    if request.method == "POST":
        form = TableForm(request, units)
        if form.is_valid():
            given = {name: form.cleaned_data[name] for name in ("source", "as_of")}
            department = form.units[form.cleaned_data["unit"]].department
            return kept(request, seen, form, kind=UploadKind.TABLE, department=department, **given)
        messages.error(request, form.first_error)
        return redirect(f"{seen.url('entry_import')}?{form.kept}")
    context = {"seen": seen, "units": units, "given": request.GET, "most": MOST}
    return render(request, "entry/import.html", context)


def kept(request: HttpRequest, seen: SeenCounty, form: UploadForm, **fields) -> HttpResponse:
    """Keep the file and go where it is read."""
    file = {name: form.cleaned_data[name] for name in ("name", "content")}
    try:
        upload = take_upload(seen.row, by=request.user.ledger_name, **file, **fields)
    except NoRoom as refused:
        messages.error(request, refused.message.translated(_))
        return redirect(seen.url("uploads"))
    return redirect(seen.url("upload", upload.pk))


@require_safe
@login_required
def uploads(request: HttpRequest, slug: str, county: str) -> HttpResponse:
    seen, scope = entry_of(request, slug, county)
    listed = uploads_of(request.user, seen.row, scope)[:LISTED]
    return render(request, "entry/uploads.html", {"seen": seen, "uploads": listed})


@require_http_methods(READ)
@login_required
@told_when_busy
def upload(request: HttpRequest, slug: str, county: str, pk: int) -> HttpResponse:
    """One file: how far it is, then beside what the portal holds; a POST chooses, takes over or discards."""
    seen, scope = entry_of(request, slug, county)
    found = upload_of(request.user, seen.row, scope, pk)
    if request.method == "POST":
        return decided(request, seen, found)
    context = {"seen": seen, "comparison": Comparison(found, request.GET)}
    if not request.htmx:
        return render(request, "entry/upload.html", context)
    if not context["comparison"].running:
        return HttpResponseClientRefresh()
    return render(request, "entry/_upload_job.html", context)


def decided(request: HttpRequest, seen: SeenCounty, found: Upload) -> HttpResponse:
    """Keep the ticks of the page, do what was pressed, and show the page again, or the one that was turned to."""
    action = request.POST.get("action", "choose")
    if action == "discard":
        discard(found, by=request.user.ledger_name)
        return redirect(request.get_full_path())
    new = takeover.choose(found, shown=numbers(request, "shown"), wanted=numbers(request, "row"))
    if action == "apply":
        apply(request, found, unseen=new)
    elif action in ALL:
        which, wanted = ALL[action]
        takeover.choose_all(found, which, wanted=wanted)
    elif request.htmx:
        context = {"comparison": Comparison(found, request.GET)}
        return render(request, "entry/_upload_buttons.html", context)
    asked = QueryDict(request.POST.get("to", "").removeprefix("?")) or request.GET
    return redirect(f"{request.path}?{asked.urlencode()}" if asked else request.path)


def apply(request: HttpRequest, found: Upload, *, unseen: bool) -> None:
    """Write the choice; ticks that the portal had not yet are kept instead: the button named another number."""
    if unseen:
        text = _("Nothing was written yet: your last ticks are only kept now. Look at the number and confirm again.")
        messages.warning(request, text)
        return
    try:
        confirming.confirm(found, user=request.user, choice=request.POST.get("choice", ""))
    except takeover.NotWritten as refused:
        messages.error(request, refused.message.translated(_))


def numbers(request: HttpRequest, name: str) -> list[int]:
    """The numbers posted under a name; what is none is left out."""
    return [int(text) for text in request.POST.getlist(name) if text.isascii() and text.isdecimal() and len(text) < 19]


@require_safe
@login_required
def upload_errors(request: HttpRequest, slug: str, county: str, pk: int) -> HttpResponse:
    """The same file with what is wrong: a workbook with comments in its cells, a CSV with a column more."""
    seen, scope = entry_of(request, slug, county)
    found = upload_of(request.user, seen.row, scope, pk)
    if not found.content:
        raise Http404
    back = sent_back if Comparison(found, request.GET).is_workbook else csv_sent_back
    try:
        return back(seen, found)
    except TableRefused as refused:
        messages.error(request, refused.messages[0].translated(_))
        return redirect(seen.url("upload", pk))


def sent_back(seen: SeenCounty, found: Upload) -> HttpResponse:
    content = marked(bytes(found.content), comments_of(found))
    return county_file(seen, content, XLSX, f"{found.name.rpartition('.')[0]}-{_('errors')}.xlsx")


def csv_sent_back(seen: SeenCounty, found: Upload) -> HttpResponse:
    content = csv_with_errors(bytes(found.content), comments_of(found).get("", {}), head=_("Errors"))
    return county_file(seen, content, CSV, f"{found.name.rpartition('.')[0]}-{_('errors')}.csv")
