"""The departments' review: a star's list, and one branch's star decided on."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evaluations.reading.people import refused_by_name
from evaluations.reading.review_queue import Queue, heads_of
from evaluations.reading.review_star import StarPage
from evaluations.reading.values import said
from evaluations.review_forms import FixForm, StepForm, wishes_of
from evaluations.services.correcting import Fix, correct
from evaluations.services.looking import keep_looks
from evaluations.services.road import act
from evaluations.views.busy import leading_to, told_when_busy
from evaluations.views.counties import county_of
from evaluations.views.refusing import forbid_beside, forbid_refused
from evaluations.workflow import Subject

LATER = "later"


@require_safe
@login_required
def review_queue(request: HttpRequest, slug: str, county: str, star: str) -> HttpResponse:
    seen = county_of(request, slug, county)
    queue = Queue(seen, star, request.GET, reader=request.user)
    context = {"seen": seen, "queue": queue, "heads": heads_of(seen), "columns": columns_of(queue)}
    return render(request, "review/queue.html", context)


def columns_of(queue: Queue) -> dict:
    return {
        "name": queue.column("name", _("Branch")),
        "score": queue.column("score", _("Score"), falls=True),
        "line": queue.column("line", _("To the line")),
        "submitted": queue.column("submitted", _("Submitted")),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@told_when_busy
def review_star(request: HttpRequest, slug: str, county: str, star: str, code: str) -> HttpResponse:
    """One branch's star; a POST takes a step with it, or leaves it for later, and opens the next."""
    page = page_of(request, slug, county, star, code)
    if request.method != "POST":
        return shown(request, page, form_of(page))
    if request.POST.get("action") == LATER:
        keep_looks(page.seen.row, star, wishes_of([request.POST.get("seen", "")]), by=request.user)
        return redirect(following(page))
    form = form_of(page, request.POST)
    if form.is_valid() and stepped(request, page, form):
        return redirect(following(page) if "next" in request.POST else page.url())
    return shown(request, page_of(request, slug, county, star, code), form, status=422)


def page_of(request: HttpRequest, slug: str, county: str, star: str, code: str) -> StarPage:
    seen = county_of(request, slug, county)
    return StarPage(seen, Queue(seen, star, request.GET, reader=request.user), code, reader=request.user)


def form_of(page: StarPage, data=None) -> StepForm:
    return StepForm(data, subject=Subject.STAR, criteria=[line.row for line in page.returnable])


def stepped(request: HttpRequest, page: StarPage, form: StepForm) -> bool:
    """Take the step and keep what was seen; where it is refused, the form says why and keeps what was typed."""
    row, star, wishes = page.seen.row, page.head.code, form.wishes
    outcome = act(row, form.step, wishes, by=request.user, star=star, **form.asked)
    forbid_refused(outcome)
    for why in refused_by_name(outcome.refused).values():
        form.add_error(None, said(why))
    if outcome.moved or outcome.repeated:
        keep_looks(row, star, wishes, by=request.user, moved=outcome.moved)
        words = {"branch": page.branch.shown_name, "step": form.step.label}
        messages.success(request, _("%(branch)s: done (%(step)s).") % words)
    elif not outcome.refused:
        form.add_error(None, _("The page was incomplete; nothing was done. Try again."))
    return not form.errors


def following(page: StarPage) -> str:
    """The next branch of the list that waits, else the list."""
    queue = Queue(page.seen, page.head.code, page.queue.asked, reader=page.reader)
    row = queue.following(page.branch.code)
    return queue.url_of(row.code) if row else page.seen.url("review_queue", page.head.code) + queue.query


def shown(
    request: HttpRequest, page: StarPage, form: StepForm, fix: FixForm | None = None, status: int = 200
) -> HttpResponse:
    """The page; `fix` asked for by its value's key opens the form to correct it."""
    asked = fix.data.get("key", "") if fix is not None else request.GET.get("correct", "")
    context = {"seen": page.seen, "page": page, "form": form, "fix": fix, "correcting": asked}
    return render(request, "review/star.html", context, status=status)


@require_POST
@login_required
@partial(told_when_busy, answer=leading_to("review_star", "slug", "county", "star", "code"))
def review_correct(request: HttpRequest, slug: str, county: str, star: str, code: str) -> HttpResponse:
    """Correct one value, or take the correction back."""
    page = page_of(request, slug, county, star, code)
    if not page.queue.is_own:
        forbid_beside(request, page.seen.row, "value.correct")
    form = FixForm(request.POST)
    if form.is_valid():
        read = form.cleaned_data
        fix = Fix(
            code, read["criterion"], read["period"], read["text"], read["reason"], read["document"], read["revision"]
        )
        outcome = correct(page.seen.row, fix, star=star, by=request.user)
        for why in outcome.refused.values():
            form.add_error(None, said(why))
        if outcome.moved:
            messages.success(request, _("Corrected: %(criterion)s. The value reported stays beside it.") % read)
            return redirect(f"{page.url()}#{read['criterion']}")
    return shown(request, page_of(request, slug, county, star, code), form_of(page), form, status=422)
