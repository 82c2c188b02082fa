"""The county's ranking, its townships, and both as files."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from evaluations.reading.county import SeenCounty
from evaluations.reading.exports import as_csv, as_xlsx
from evaluations.reading.ranking import Ranking
from evaluations.reading.townships import township_table, townships_of
from evaluations.views.counties import county_of
from evaluations.views.downloads import CSV, XLSX, county_file


@require_safe
@login_required
def ranking(request: HttpRequest, slug: str, county: str) -> HttpResponse:
    seen = county_of(request, slug, county)
    listed = Ranking(seen, request.GET)
    table = township_table(seen) if seen.sight.ranking else None
    choices = table.rows if table else townships_of(seen)
    context = {"seen": seen, "ranking": listed, "heads": heads_of(listed), "table": table, "townships": choices}
    return render(request, "evaluations/ranking.html", context)


def heads_of(listed: Ranking) -> dict:
    """The heads of the columns, each a way to order by it."""
    return {
        "rank": listed.column("rank", _("Rank")),
        "name": listed.column("name", _("Branch")),
        "level": listed.column("level", _("Level"), falls=True),
        "index": listed.column("index", _("Index"), falls=True),
        "move": listed.column("move", _("Move"), falls=True),
        "stars": [(head, listed.column(head.code, head.short, falls=True)) for head in listed.seen.shown_stars],
    }


@require_safe
@login_required
def townships(request: HttpRequest, slug: str, county: str) -> HttpResponse:
    seen = county_of(request, slug, county)
    if not seen.sight.ranking:
        raise Http404
    return render(request, "evaluations/townships.html", {"seen": seen, "table": township_table(seen, with_last=True)})


@require_safe
@login_required
def ranking_csv(request: HttpRequest, slug: str, county: str) -> HttpResponse:
    seen = county_of(request, slug, county)
    return download(seen, as_csv(seen), CSV, "csv")


@require_safe
@login_required
def ranking_xlsx(request: HttpRequest, slug: str, county: str) -> HttpResponse:
    seen = county_of(request, slug, county)
    return download(seen, as_xlsx(seen), XLSX, "xlsx")


def download(seen: SeenCounty, content: bytes, kind: str, suffix: str) -> HttpResponse:
    return county_file(seen, content, kind, f"ranking-{seen.round.slug}-{seen.row.county_id}.{suffix}")
