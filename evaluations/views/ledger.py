"""The auditor's screen: the ledger searched, taken out as a file, and walked."""

from __future__ import annotations

import io

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from evaluations.reading.ledger import COLUMNS, MOST_EXPORTED, LedgerSearch
from evaluations.services.auditing import not_computed, note_export, of_other_engines, verify_chain
from ledger.models import LedgerHead
from tables.writing import write_csv, write_xlsx

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@login_required
def ledger(request: HttpRequest) -> HttpResponse:
    return render(request, "ledger/ledger.html", {"search": LedgerSearch(request.user, request.GET)})


@require_POST
@login_required
def export(request: HttpRequest) -> HttpResponse:
    """The entries asked for as a file; that they were taken out is an entry itself."""
    search = LedgerSearch(request.user, request.POST)
    count = search.entries.order_by()[: MOST_EXPORTED + 1].count()
    if count > MOST_EXPORTED:
        told = _("More than %(most)s entries: narrow the filter, nothing was exported.")
        messages.error(request, told % {"most": f"{MOST_EXPORTED:,}"})
        return redirect("ledger")
    content, kind, name = as_file(search, request.POST.get("format", ""))
    note_export(search.asked, count, by=request.user)
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def as_file(search: LedgerSearch, asked: str) -> tuple[bytes, str, str]:
    """Content, type and name of the file."""
    if asked == "xlsx":
        book = io.BytesIO()
        write_xlsx(book, COLUMNS, search.rows(), sheet="ledger")
        return book.getvalue(), XLSX, "ledger.xlsx"
    text = io.StringIO(newline="")
    write_csv(text, COLUMNS, search.rows(), bom=True)
    return text.getvalue().encode(), "text/csv; charset=utf-8", "ledger.csv"


@require_POST
@login_required
def verify(request: HttpRequest) -> HttpResponse:
    """Walk one chain and compute its county's seals again."""
    search = LedgerSearch(request.user, request.POST)
    head = LedgerHead.objects.filter(chain=search.asked["chain"]).first()
    if not search.sees_all or head is None:
        raise Http404
    problems = verify_chain(head.chain, by=request.user)
    for problem in problems[:20]:
        messages.error(request, problem)
    if not problems:
        told = _("Whole: %(count)s entries, last hash %(hash)s.") % {"count": head.sequence, "hash": head.hash}
        messages.success(request, " ".join(filter(None, (told, not_computed(of_other_engines(head.chain))))))
    return redirect("ledger")
