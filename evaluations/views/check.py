"""The township's check: what was submitted, one branch looked at, passed on or returned; corrected stars likewise."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.roles import Role
from branches.models import CODE_LENGTH
from evaluations.reading.county import SeenCounty
from evaluations.reading.people import refused_by_name
from evaluations.reading.review_check import CheckList
from evaluations.reading.review_town import TownPage
from evaluations.reading.values import said
from evaluations.review_forms import StepForm, wishes_of
from evaluations.services.road import Outcome, act, places_of
from evaluations.views.busy import told_when_busy
from evaluations.views.counties import county_of
from evaluations.views.entry_submit import tell
from evaluations.views.refusing import forbid_refused
from evaluations.workflow import PASS, PASS_STAR, RETAKE
from scoring.models import STAR_CODES

SEVERAL = {PASS.key: PASS, RETAKE.key: RETAKE}  # steps taken with several branches at once


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@told_when_busy
def check(request: HttpRequest, slug: str, county: str) -> HttpResponse:
    """What waits for the township's word; a POST passes those chosen, or takes them back."""
    seen, places = checked_county(request, slug, county)
    if request.method != "POST":
        return listed(request, seen, CheckList(seen, places, reader=request.user))
    action, chosen = request.POST.get("action", ""), request.POST.getlist("branch")
    if action == PASS_STAR.key:
        told(request, [pass_stars(request, seen, star, chosen) for star in STAR_CODES])
    elif action in SEVERAL:
        told(request, [act(seen.row, SEVERAL[action], wishes_of(chosen), by=request.user)])
    else:
        messages.warning(request, _("Nothing was done: choose what to do."))
    return redirect(seen.url("check"))


def listed(request: HttpRequest, seen: SeenCounty, page: CheckList) -> HttpResponse:
    """The list; the address of a branch that it had before leads on."""
    code = request.GET.get("branch", "")
    if len(code) == CODE_LENGTH and code.isascii() and code.isdigit():
        return redirect(seen.url("check_branch", code))
    return render(request, "review/check.html", {"seen": seen, "page": page})


def pass_stars(request: HttpRequest, seen: SeenCounty, star: str, chosen: list[str]) -> Outcome:
    """Pass the corrections of one star; of a star nothing was chosen of, nothing comes."""
    own = [text for text in chosen if text.endswith(f":{star}")]
    wishes = wishes_of([text.rpartition(":")[0] for text in own])
    return act(seen.row, PASS_STAR, wishes, by=request.user, star=star) if wishes else Outcome()


def told(request: HttpRequest, outcomes: list[Outcome]) -> None:
    """How many were moved; each refusal by its branch."""
    moved = sum(len(one.moved) for one in outcomes)
    if moved:
        words = ngettext("Done: %(count)s branch.", "Done: %(count)s branches.", moved)
        messages.success(request, words % {"count": moved})
    said_something = [one for one in outcomes if one.moved or one.refused or one.repeated]
    for outcome in said_something or outcomes[:1]:
        tell(request, outcome)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@told_when_busy
def check_branch(request: HttpRequest, slug: str, county: str, code: str, star: str = "") -> HttpResponse:
    """One branch, or one corrected star of it: what was given, what changed; passed on or returned from here."""
    seen, places = checked_county(request, slug, county)
    page = TownPage(seen, places, code, star, reader=request.user)
    if request.method != "POST":
        return shown(request, page, StepForm(subject=page.subject, criteria=page.criteria))
    form = StepForm(request.POST, subject=page.subject, criteria=page.criteria)
    if form.is_valid() and stepped(request, page, form):
        return redirect(seen.url("check"))
    fresh = TownPage(seen, places, code, star, reader=request.user)
    return shown(request, fresh, form, status=422)


def stepped(request: HttpRequest, page: TownPage, form: StepForm) -> bool:
    """Take the step; where it is refused, the form says why and keeps what was typed."""
    outcome = act(page.seen.row, form.step, form.wishes, by=request.user, star=page.star, **form.asked)
    forbid_refused(outcome)
    for why in refused_by_name(outcome.refused).values():
        form.add_error(None, said(why))
    if outcome.moved or outcome.repeated:
        words = {"branch": page.title, "step": form.step.label}
        messages.success(request, _("%(branch)s: done (%(step)s).") % words)
    elif not outcome.refused:
        form.add_error(None, _("The page was incomplete; nothing was done. Try again."))
    return not form.errors


def shown(request: HttpRequest, page: TownPage, form: StepForm, status: int = 200) -> HttpResponse:
    return render(request, "review/check_branch.html", {"seen": page.seen, "page": page, "form": form}, status=status)


def checked_county(request: HttpRequest, slug: str, county: str) -> tuple[SeenCounty, tuple[str, ...]]:
    """The county, and what the codes of the townships reviewed begin with; 404 for whoever reviews none."""
    seen = county_of(request, slug, county)
    places = places_of(request.user, Role.TOWNSHIP_REVIEWER, county)
    if not places:
        raise Http404
    return seen, places
