"""A person's inbox: read, opened, muted."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from evaluations.reading.inbox import Inbox
from evaluations.services import inbox as own

LARGEST = 2**63 - 1


@require_safe
@login_required
def inbox(request: HttpRequest) -> HttpResponse:
    return render(request, "inbox/inbox.html", {"inbox": Inbox(request.user, request.GET.get("page", "1"))})


@require_POST
@login_required
def open_item(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark an item as read and go where it leads; `stay` only marks it."""
    item = own.read(request.user, pk) if pk <= LARGEST else None
    if item is None:
        raise Http404
    return redirect("inbox" if "stay" in request.POST or not item.url.startswith("/") else item.url)


@require_POST
@login_required
def read_all(request: HttpRequest) -> HttpResponse:
    until = request.POST.get("until", "")
    if until.isascii() and until.isdigit() and int(until[:19]) <= LARGEST:
        own.read_all(request.user, until=int(until[:19]))
    return redirect("inbox")


@require_POST
@login_required
def kinds(request: HttpRequest) -> HttpResponse:
    """Which kinds one is told of."""
    own.tell_only(request.user, request.POST.getlist("kind"))
    return redirect("inbox")
