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

Answer = Callable[..., HttpResponse]


def page_again(request: HttpRequest, *_args, **_kwargs) -> HttpResponse:
    """The page that was posted to, with the sentence."""
    messages.error(request, busy_words())
    return HttpResponseClientRefresh() if request.htmx else redirect(request.get_full_path())


def leading_to(page: str, *names: str) -> Answer:
    """The page of that name, with the sentence, instead of an address that is only posted to."""

    def answer(request: HttpRequest, *_args, **named) -> HttpResponse:
        messages.error(request, busy_words())
        return redirect(page, *(named[name] for name in names))

    return answer


def busy_words() -> str:
    return _("Nothing was written: somebody else is writing here just now. Try again.")


def told_when_busy(view: Answer, *, answer: Answer = page_again) -> Answer:
    """Say that nothing was written, where a deadlock or a lock stopped a POST; `answer` takes what the view takes."""

    @wraps(view)
    def told(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except (OperationalError, IntegrityError) as error:
            if request.method != "POST" or not is_in_the_way(error):
                raise
        return answer(request, *args, **kwargs)

    return told
