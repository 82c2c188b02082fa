"""Pages for anybody, without signing in: lists on notice and confirmed, objecting, looking up an answer.

The language stands in the address and no page here reads a cookie, so that whoever keeps copies of pages keeps the
right ones (Vary would have to name the cookies, and no copy would ever be used twice).
"""

from __future__ import annotations

from functools import wraps

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from accounts.addresses import client_address
from evaluations.objection_forms import ObjectionForm
from evaluations.reading.public import Line, PublicCounty, PublicList, frozen_lines, open_counties, public_county
from evaluations.reading.public_sealed import SealedLists
from evaluations.reading.receipts import answer_to
from evaluations.reading.values import said
from evaluations.services.objecting import ObjectionRefused, Wanted, file_objection

KEPT = 60  # seconds; a list that was withdrawn is gone everywhere a minute later
UNLISTED = "noindex"
ROBOTS = """User-agent: *
Disallow: /
Allow: /public/
Disallow: /public/receipts/
Disallow: /public/*/object/
"""


def spoken(view):
    """Answer in the language that the address names, whatever a cookie says."""

    @wraps(view)
    def answer(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        asked = request.GET.get("lang", "")
        language = asked if asked in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        request.LANGUAGE_CODE = language
        with translation.override(language):
            response = view(request, *args, **kwargs)
        response["Content-Language"] = language
        return response

    return answer


def kept(response: HttpResponse, *, listed: bool) -> HttpResponse:
    """Let anybody keep a copy for a minute; let nobody find tomorrow what stands here for some days only."""
    response["Cache-Control"] = f"public, max-age={KEPT}"
    if not listed:
        response["X-Robots-Tag"] = UNLISTED
    return response


def shown(request: HttpRequest, page: str, context: dict, *, status: int = 200) -> HttpResponse:
    """A page of the public's, with the address of the same page in the other language."""
    query = request.GET.copy()
    english = request.LANGUAGE_CODE == "en"
    query.pop("lang", None)
    if not english:
        query["lang"] = "en"
    other = f"{request.path}?{query.urlencode()}" if query else request.path
    more = {"other_language": other, "spoken": "?lang=en" if english else "", "is_english": english}
    return render(request, f"public/{page}.html", context | more, status=status)


@require_safe
@spoken
def counties(request: HttpRequest) -> HttpResponse:
    return kept(shown(request, "counties", {"counties": open_counties()}), listed=True)


@require_safe
@spoken
def county(request: HttpRequest, slug: str, county: str) -> HttpResponse:
    """A county's list: on notice, confirmed, or withdrawn."""
    found = public_county(slug, county)
    if found.seal:
        lists = SealedLists(found, request.GET.get("list", ""))
        context = {"county": found, "lists": lists, "list": PublicList(lists.lines, request.GET)}
        return kept(shown(request, "confirmed", context), listed=True)
    if found.notice:
        context = {"county": found, "list": PublicList(frozen_lines(found), request.GET)}
        return kept(shown(request, "notice", context), listed=False)
    return kept(shown(request, "withdrawn", {"county": found}), listed=False)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@spoken
def objection(request: HttpRequest, slug: str, county: str, code: str) -> HttpResponse:
    """Object to one star of one branch; what can't be taken comes back as it was written, with the reason."""
    found = public_county(slug, county)
    line = line_of(found, code, sent=request.method == "POST")
    form = ObjectionForm(request.POST if request.method == "POST" else None, stars=line.stars)
    status = 0
    if form.is_bound and form.is_valid():
        try:
            return to_receipt(request, filed(request, found, line, form))
        except ObjectionRefused as refused:
            form.add_error(None, said(refused.message))
            status = 429 if refused.later else 409
    context = {"county": found, "line": line, "form": form}
    response = shown(request, "objection", context, status=status or (422 if form.errors else 200))
    response["X-Robots-Tag"] = UNLISTED
    return response


def line_of(found: PublicCounty, code: str, *, sent: bool) -> Line:
    """The branch as the list on notice has it; 404 for one that isn't on it.

    What is sent when the notice was withdrawn meanwhile comes back with the reason; no branch is named any more.
    """
    if sent and found.notice is None:
        return Line(code, "", "", "", list(found.stars.values()))
    lines = frozen_lines(found) if found.notice else []
    line = next((line for line in lines if line.branch == code), None)
    if line is None:
        raise Http404
    return line


def filed(request: HttpRequest, found: PublicCounty, line: Line, form: ObjectionForm) -> str:
    read = form.cleaned_data
    wanted = Wanted(line.branch, read["star"], read["text"], form.form_key, read["contact"])
    return file_objection(found.row, wanted, address=client_address(request))


def to_receipt(request: HttpRequest, number: str) -> HttpResponse:
    tail = "?lang=en" if request.LANGUAGE_CODE == "en" else ""
    return redirect(reverse("public_receipt", args=[number]) + tail)


@require_safe
@never_cache
@spoken
def receipts(request: HttpRequest) -> HttpResponse:
    """Where a receipt number is typed in."""
    number = request.GET.get("number", "").replace("\0", "").strip().upper()[:30]
    if number and answer_to(number):
        return to_receipt(request, number)
    problem = _("No objection has this number. Compare it with the receipt, letter by letter.") if number else ""
    response = shown(request, "receipts", {"number": number, "problem": problem})
    response["X-Robots-Tag"] = UNLISTED
    return response


@require_safe
@never_cache
@spoken
def receipt(request: HttpRequest, number: str) -> HttpResponse:
    """How far an objection is, and the reply: to whoever has its number."""
    answer = answer_to(number.replace("\0", ""))
    if answer is None:
        raise Http404
    response = shown(request, "receipt", {"answer": answer})
    response["X-Robots-Tag"] = UNLISTED
    return response


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Lists may be found by a search engine, nothing else."""
    response = HttpResponse(ROBOTS, content_type="text/plain; charset=utf-8")
    response["Cache-Control"] = "public, max-age=86400"
    return response
