"""A county's road: where it stands, its next step, its calendar, its branches with five stars."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evaluations.county_forms import CalendarForm, CountyStepForm, SeenForm
from evaluations.reading.county import SeenCounty
from evaluations.reading.county_absent import AbsentList
from evaluations.reading.county_branch import CountyBranch
from evaluations.reading.county_branches import CountyBranches
from evaluations.reading.county_list import ProposedList
from evaluations.reading.county_road import CountyRoad
from evaluations.reading.values import said
from evaluations.services.calendar import keep_calendar, keeps_calendar
from evaluations.services.deadlines import DeadlineRefused
from evaluations.services.proposing import current_proposal
from evaluations.services.rating import Busy
from evaluations.services.road import Outcome, Wish, act, may_act
from evaluations.services.road.counties import move_county
from evaluations.services.road.proposals import move_proposal
from evaluations.views.busy import told_when_busy
from evaluations.views.entry_overview import watched_county
from evaluations.views.entry_submit import tell, wishes_of
from evaluations.views.refusing import forbid, forbid_beside
from evaluations.views.values import is_in_the_way
from evaluations.workflow import ACTIONS, MARK_ABSENT, READMIT, SEND_BACK, Action, Subject

WHOLE = (Subject.COUNTY, Subject.PROPOSAL)


@require_safe
@login_required
def road(request: HttpRequest, slug: str, county: str) -> HttpResponse:
    seen = watched_county(request, slug, county)
    return render(request, "county/road.html", {"seen": seen, "page": CountyRoad(seen, request.user)})


@require_safe
@login_required
def proposed(request: HttpRequest, slug: str, county: str) -> HttpResponse:
    """The list as it would be, or as it was frozen, and what may be done with it."""
    seen = watched_county(request, slug, county)
    return render(request, "county/list.html", {"seen": seen, "page": ProposedList(seen, request.user, request.GET)})


@require_POST
@login_required
def step(request: HttpRequest, slug: str, county: str, key: str) -> HttpResponse:
    """One step of the county or of its list."""
    seen = watched_county(request, slug, county)
    action = ACTIONS.get(key)
    if action is None or action.subject not in WHOLE:
        raise Http404
    if may_act(request.user, action, county, place=county) is None:
        forbid(request, seen.row, action)
    try:
        tell_step(request, action, take(request, seen, action))
    except (OperationalError, Busy) as error:
        if not isinstance(error, Busy) and not is_in_the_way(error):
            raise
        messages.error(request, _("Values are being recorded just now; nothing was done. Try again in a minute."))
    on_list = request.POST.get("page") == "county_list" or action.subject == Subject.PROPOSAL
    return redirect(seen.url("county_list" if on_list else "county_road"))


def tell_step(request: HttpRequest, action: Action, outcome: Outcome | None) -> None:
    """What was done, or why it was not."""
    if outcome is None:
        messages.error(request, _("There is no proposed list."))
    elif outcome.moved:
        messages.success(request, _("Done: %(step)s.") % {"step": action.label})
    for why in outcome.refused.values() if outcome else ():
        messages.error(request, said(why))


def take(request: HttpRequest, seen: SeenCounty, action: Action) -> Outcome | None:
    """The step with what its form gave; None where there is no list to take it with."""
    form = CountyStepForm(request.POST)
    texts = {name: request.POST.get(name, "")[:1000] for name in ("reason", "document")}
    if action.subject == Subject.COUNTY:
        given = texts | {"seen_revision": form.seen, "due": form.asked_due}
        return move_county(seen.row, action, by=request.user, **given)
    made = current_proposal(seen.row)
    return made and move_proposal(made, action, by=request.user, seen_revision=form.seen, **texts)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@told_when_busy
def calendar(request: HttpRequest, slug: str, county: str) -> HttpResponse:
    """The county's calendar; a POST prepares or changes it, and comes back filled where something is in the way."""
    seen = watched_county(request, slug, county)
    if request.method != "POST":
        return show_calendar(request, seen, CalendarForm(seen.row))
    if keeps_calendar(request.user, seen.row) is None:
        forbid_beside(request, seen.row, "calendar.set")
    form = CalendarForm(seen.row, request.POST)
    if not form.is_valid():
        return show_calendar(request, seen, form)
    given = {"seen_revision": form.seen, "reason": form.cleaned_data["reason"], "by": request.user}
    try:
        changed = keep_calendar(seen.row, form.wanted(), **given)
    except DeadlineRefused as refused:
        form.add_error(None, said(refused.message))
        return show_calendar(request, seen, form)
    messages.success(request, _("The calendar is kept.") if changed else _("Nothing was changed."))
    return redirect(seen.url("county_calendar"))


def show_calendar(request: HttpRequest, seen: SeenCounty, form: CalendarForm) -> HttpResponse:
    context = {"seen": seen, "page": CountyRoad(seen, request.user), "form": form}
    return render(request, "county/calendar.html", context, status=422 if form.errors else 200)


@require_safe
@login_required
def branches(request: HttpRequest, slug: str, county: str) -> HttpResponse:
    seen = watched_county(request, slug, county)
    return render(request, "county/branches.html", {"seen": seen, "page": CountyBranches(seen, request.GET)})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@told_when_busy
def branch(request: HttpRequest, slug: str, county: str, code: str) -> HttpResponse:
    """One branch with five stars; a POST gives one star back to its department."""
    seen = watched_county(request, slug, county)
    page = CountyBranch(seen, request.user, code)
    if request.method != "POST":
        return render(request, "county/branch.html", {"seen": seen, "page": page})
    if not page.may_send_back:
        forbid(request, seen.row, SEND_BACK)
    wish, asked = Wish(code, SeenForm(request.POST).seen), request.POST.get("star", "")
    star = asked if asked in {one.code for one in seen.stars} else ""
    outcome = act(seen.row, SEND_BACK, [wish], by=request.user, star=star, reason=request.POST.get("reason", "")[:1000])
    tell(request, outcome)
    if outcome.moved:
        messages.success(request, _("Returned to the department."))
    return redirect(seen.url("county_branch", code))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@told_when_busy
def absent(request: HttpRequest, slug: str, county: str) -> HttpResponse:
    """Branches that never submitted: recorded as such, or let in after all."""
    seen = watched_county(request, slug, county)
    page = AbsentList(seen, request.user, request.POST)
    if request.method != "POST":
        return render(request, "county/absent.html", {"seen": seen, "page": page})
    action = READMIT if request.POST.get("step") == READMIT.key else MARK_ABSENT
    if not page.mine:
        forbid(request, seen.row, action)
    reason = request.POST.get("reason", "")[:1000]
    outcome = act(seen.row, action, wishes_of(request), by=request.user, reason=reason, due=page.due)
    tell(request, outcome)
    if outcome.moved:
        messages.success(request, page.told(action, len(outcome.moved)))
    return redirect(seen.url("county_absent"))
