"""Where a clerk begins: what waits, and one step to it."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from evaluations.reading.entry_department import department_lines
from evaluations.reading.entry_start import first_work
from evaluations.reading.entry_words import waiting_words
from evaluations.reading.entry_work import Work, roster
from evaluations.reading.review_answers import returned_stars
from evaluations.reading.search import asked_for, matching
from evaluations.views.entry import entry_of


@require_safe
@login_required
def start(request: HttpRequest) -> HttpResponse:
    """After signing in: a clerk's work where something waits for it, else the first page."""
    first = first_work(request.user)
    return redirect(first.url("work")) if first else redirect("home")


@require_safe
@login_required
def work(request: HttpRequest, slug: str, county: str) -> HttpResponse:
    """What waits for this person; `find` goes straight to the branch where it names one alone."""
    seen, scope = entry_of(request, slug, county)
    search = asked_for(request.GET.get("find", ""))
    if search:
        found = roster(seen).filter(matching(search, county)).values_list("branch__code", flat=True)
        mine = [code for code in found if scope.covers(code)]
        if len(mine) == 1:
            return redirect(seen.url("entry_branch", mine[0]))
    page = Work(seen, scope, search)
    lines = department_lines(seen, scope) if scope.departments else []
    context = {"seen": seen, "scope": scope, "work": page, "lines": lines, "words": waiting_words()}
    context["stars"] = returned_stars(seen, scope, request.user)
    return render(request, "entry/work.html", context)
