"""Pages whose POST meets somebody else's work in the database: a sentence instead of an error."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.db import IntegrityError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRefresh

from evaluations.views.values import is_in_the_way


def told_when_busy(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Show the page again and say that nothing was written, where a deadlock or a lock stopped a POST."""

    @wraps(view)
    def told(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except (OperationalError, IntegrityError) as error:
            if request.method != "POST" or not is_in_the_way(error):
                raise
        messages.error(request, _("Nothing was written: somebody else is writing here just now. Try again."))
        return HttpResponseClientRefresh() if request.htmx else redirect(request.get_full_path())

    return told
