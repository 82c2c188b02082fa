"""Co-departments countersign: the criteria asked of them, and one criterion with all branches."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from evaluations.reading.review_signs import SignPage, own_departments, sign_lines
from evaluations.review_forms import WordForm, wishes_of
from evaluations.services import countersigning
from evaluations.services.countersigning import Word
from evaluations.services.road import Outcome
from evaluations.views.busy import told_when_busy
from evaluations.views.counties import county_of
from evaluations.views.entry_submit import tell


@require_safe
@login_required
def countersigns(request: HttpRequest, slug: str, county: str) -> HttpResponse:
    """The criteria that this person's departments countersign."""
    seen = county_of(request, slug, county)
    if not own_departments(seen, request.user):
        raise Http404
    return render(request, "review/countersigns.html", {"seen": seen, "lines": sign_lines(seen, request.user)})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@told_when_busy
def countersign(request: HttpRequest, slug: str, county: str, criterion: str) -> HttpResponse:
    """One criterion: sign for all, for those chosen, or dissent with a note."""
    seen = county_of(request, slug, county)
    page = SignPage(seen, criterion, request.GET, reader=request.user)
    form = WordForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and signed(request, page, form).moved:
        return redirect(request.get_full_path())
    if request.method == "POST":
        page = SignPage(seen, criterion, request.GET, reader=request.user)
    context = {"seen": seen, "page": page, "form": form, "chosen": set(request.POST.getlist("branch"))}
    return render(request, "review/countersign.html", context, status=422 if request.method == "POST" else 200)


def signed(request: HttpRequest, page: SignPage, form: WordForm) -> Outcome:
    """Give the word on those chosen, or on all that the page named as waiting."""
    field = "every" if "all" in request.POST else "branch"
    texts = [text for part in request.POST.getlist(field) for text in part.split()]
    word = Word(form.cleaned_data["agrees"] == "yes", form.cleaned_data["note"])
    outcome = countersigning.countersign(
        page.seen.row, page.row, wishes_of(texts), word, department=page.department, by=request.user
    )
    if outcome.moved:
        count = len(outcome.moved)
        words = ngettext("Noted: %(count)s branch.", "Noted: %(count)s branches.", count)
        messages.success(request, words % {"count": count})
    tell(request, outcome)
    if not (outcome.moved or outcome.refused):
        form.add_error(None, _("Choose at least one branch."))
    return outcome
