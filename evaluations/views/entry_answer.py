"""A clerk sends the correction of a star that its department returned."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from evaluations.services.road import act
from evaluations.views.busy import leading_to, told_when_busy
from evaluations.views.entry import entry_of
from evaluations.views.entry_submit import tell, wishes_of
from evaluations.workflow import ANSWER, ANSWER_DATA

STEPS = {ANSWER.key: ANSWER, ANSWER_DATA.key: ANSWER_DATA}


@require_POST
@login_required
@partial(told_when_busy, answer=leading_to("work", "slug", "county"))
def answer(request: HttpRequest, slug: str, county: str) -> HttpResponse:
    """The township sends it to its reviewer, a department straight to the star's."""
    seen, _scope = entry_of(request, slug, county)
    action = STEPS.get(request.POST.get("action", ""), ANSWER)
    star = request.POST.get("star", "")[:20].replace("\0", "")
    outcome = act(seen.row, action, wishes_of(request)[:1], by=request.user, star=star)
    tell(request, outcome)
    if outcome.moved:
        messages.success(request, _("The correction is sent."))
    return redirect(seen.url("work"))
