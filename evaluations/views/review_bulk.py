"""Many branches of a star at one stroke: recommended, each still checked, and taken back again."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from evaluations.reading.review_queue import Queue
from evaluations.review_forms import wishes_of
from evaluations.services.looking import keep_looks
from evaluations.services.road import Wish, act
from evaluations.views.busy import leading_to, told_when_busy
from evaluations.views.counties import county_of
from evaluations.views.entry_submit import tell
from evaluations.views.refusing import forbid
from evaluations.workflow import RECOMMEND, RECONSIDER, Action


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@told_when_busy
def review_bulk(request: HttpRequest, slug: str, county: str, star: str) -> HttpResponse:
    """All branches that the filter leaves, before they are recommended; a POST recommends those it names."""
    queue = acting_queue(request, slug, county, star, RECOMMEND)
    if request.method != "POST":
        return render(request, "review/bulk.html", {"seen": queue.seen, "queue": queue})
    texts = [text for field in request.POST.getlist("branch") for text in field.split()]
    wishes, reason = wishes_of(texts), request.POST.get("reason", "")
    outcome = act(queue.seen.row, RECOMMEND, wishes, by=request.user, star=star, reason=reason)
    seen = [wish for wish in wishes if wish.branch in outcome.moved]
    keep_looks(queue.seen.row, star, seen, by=request.user, moved=outcome.moved)
    if outcome.moved:
        words = ngettext("Recommended: %(count)s branch.", "Recommended: %(count)s branches.", len(outcome.moved))
        messages.success(request, words % {"count": len(outcome.moved)})
    tell(request, outcome)
    return redirect(queue.seen.url("review_queue", star) + queue.query)


@require_POST
@login_required
@partial(told_when_busy, answer=leading_to("review_queue", "slug", "county", "star"))
def review_undo(request: HttpRequest, slug: str, county: str, star: str) -> HttpResponse:
    """Take back what was recommended last at one stroke; what somebody touched since stays."""
    queue = acting_queue(request, slug, county, star, RECONSIDER)
    wishes = [Wish(one.entry.branch.code, one.revision) for one in queue.undo]
    outcome = act(queue.seen.row, RECONSIDER, wishes, by=request.user, star=star)
    if outcome.moved:
        words = ngettext("Taken back: %(count)s branch.", "Taken back: %(count)s branches.", len(outcome.moved))
        messages.success(request, words % {"count": len(outcome.moved)})
    elif not outcome.refused:
        messages.warning(request, _("There is nothing left to take back."))
    if outcome.refused:
        tell(request, outcome)
    return redirect(queue.seen.url("review_queue", star) + queue.query)


def acting_queue(request: HttpRequest, slug: str, county: str, star: str, action: Action) -> Queue:
    """The list of a star, to those who review it, whatever the county's state; who only looks may not take the step."""
    queue = Queue(county_of(request, slug, county), star, request.GET, reader=request.user)
    if not queue.is_own and request.method == "POST":
        forbid(request, queue.seen.row, action, star)
    if not queue.is_own:
        raise Http404
    return queue
