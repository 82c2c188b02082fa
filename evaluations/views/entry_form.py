"""A branch's page of entry; without JavaScript it is posted whole."""

from __future__ import annotations

import re

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import IntegrityError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods

from evaluations.forms import ValueForm
from evaluations.reading.entry_form import EntryPage
from evaluations.reading.entry_next import next_elsewhere
from evaluations.reading.entry_roster import names_of_branches
from evaluations.reading.entry_words import page_words
from evaluations.reading.people import with_names
from evaluations.reading.review_answers import returned_stars
from evaluations.services.edits import REFUSED, SAVED, Answer, Edit
from evaluations.services.entering import record_edits
from evaluations.views.entry import entry_of
from evaluations.views.values import is_in_the_way

Outcome = tuple[ValueForm, Answer | None]
HELD = 20  # branches named at once
CODE = re.compile(r"[0-9]{12}")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def entry_branch(request: HttpRequest, slug: str, county: str, code: str) -> HttpResponse:
    """One star of a branch: its values to be entered; `next` and `at` go to a value, `part` gives what follows them."""
    seen, scope = entry_of(request, slug, county)
    page = EntryPage(seen, scope, code, request.GET.get("star", ""))
    if request.method == "POST":
        return save(request, page)
    if "next" in request.GET or "at" in request.GET:
        return redirect(address_of(request, page))
    if part := PARTS.get(request.GET.get("part", "")):
        return part(request, page)
    return shown(request, page, {})


def live(request: HttpRequest, page: EntryPage) -> HttpResponse:
    """What follows from saved values."""
    return render(request, "entry/_branch_live.html", {"page": page})


def printed(request: HttpRequest, page: EntryPage) -> HttpResponse:
    """The whole branch on paper: every star, with lines for what is not given yet."""
    return render(request, "entry/branch_print.html", {"seen": page.seen, "page": page})


def held(request: HttpRequest, page: EntryPage) -> JsonResponse:
    """The names of branches of which this browser still holds values; strangers have none."""
    codes = [code for code in request.GET.getlist("of")[:HELD] if CODE.fullmatch(code)]
    return JsonResponse({"names": names_of_branches(page.seen, page.scope, codes)})


PARTS = {"live": live, "print": printed, "held": held}


def address_of(request: HttpRequest, page: EntryPage) -> str:
    """Where `at` or `next` lead: to a value of the branch, else to the next branch that has an open one."""
    code = request.GET.get("at", "")
    if code or page.next_open():
        return jump(page, code)
    elsewhere = next_elsewhere(page.seen, page.scope, page.branch.code)
    if not elsewhere:
        messages.success(request, gettext("No open value is left, in no branch of yours."))
    return elsewhere or jump(page, "")


def jump(page: EntryPage, code: str) -> str:
    """The address of a criterion, else of the next open value."""
    row = next((row for row in page.mine if row.code == code), None)
    place = None if row else page.next_open()
    row = row or (place.row if place else None)
    star = row.star if row and row.star != "all" else page.star
    return page.address(star, row.code if row else "")


def shown(request: HttpRequest, page: EntryPage, again: dict[str, Outcome], status: int = 200) -> HttpResponse:
    """The page; `again` has the forms that were posted and not taken, by their names."""
    asked = [(question, [form_of(place, again) for place in question.places]) for question in page.asking]
    here = page.address(page.star)
    context = {"seen": page.seen, "page": page, "asked": asked, "here": here, "words": page_words()}
    context["stars"] = returned_stars(page.seen, page.scope, request.user, page.branch.code)
    return render(request, "entry/branch.html", context, status=status)


def form_of(place, again: dict[str, Outcome]) -> ValueForm:
    if place.name not in again:
        return ValueForm(place)
    form, answer = again[place.name]
    return form.again(place, answer)


def save(request: HttpRequest, page: EntryPage) -> HttpResponse:
    """Save what was changed on the page; what is not taken comes back as it was typed."""
    forms = [ValueForm(place, request.POST) for place in page.open_places]
    edits = {form.place.name: edit for form in forms if (edit := edit_of(form, request.POST.get("keep", "")))}
    answers = recorded(request, page, list(edits.values()))
    answered = dict(zip(edits, answers, strict=True))
    saved = sum(answer.status == SAVED for answer in answers)
    if saved:
        told = ngettext("%(count)s value saved.", "%(count)s values saved.", saved)
        messages.success(request, told % {"count": saved})
    again = {form.place.name: (form, answered.get(form.place.name)) for form in forms if is_left(form, answered)}
    if not again:
        return redirect(page.address(page.star))
    fresh = EntryPage(page.seen, page.scope, page.branch.code, page.star)
    return shown(request, fresh, again, status=422)


def recorded(request: HttpRequest, page: EntryPage, edits: list[Edit]) -> list[Answer]:
    """What became of the edits; of all of them the same where somebody else's work is in the way."""
    try:
        answers = record_edits(page.seen.row, edits, scope=page.scope, by=request.user.ledger_name)
        return with_names(answers, reader=request.user.ledger_name)
    except (OperationalError, IntegrityError) as error:
        if not is_in_the_way(error):
            raise
    words = gettext("Somebody else is writing here just now. Save again.")
    return [Answer(str(edit.key), REFUSED, edit.revision, words) for edit in edits]


def edit_of(form: ValueForm, keep: str) -> Edit | None:
    """What was posted for one value; None where it was left as the page showed it."""
    if not form.is_valid():
        return None
    if form.place.offer and keep in ("all", form.place.name) and not form.touched:
        return form.keep()
    return form.edit() if form.touched else None


def is_left(form: ValueForm, answered: dict[str, Answer]) -> bool:
    """Was this one typed and not taken?"""
    if not form.is_valid():
        return True
    answer = answered.get(form.place.name)
    return answer is not None and answer.status != SAVED
