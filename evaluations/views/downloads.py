"""Files about a county, as they are handed out: each of a sealed county says which sealed file it goes with."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from evaluations.models import PublicNotice
from evaluations.reading.county import SeenCounty

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SEAL = "X-Seal-SHA256"
SHORT = 16  # digits of the digest that a file's name holds


def county_file(seen: SeenCounty, content: bytes, kind: str, name: str) -> HttpResponse:
    """The file under its name; of a sealed county name and header carry the digest, whatever columns the file has."""
    digest = seen.sealed_digest
    if not digest:
        return HttpResponse(content, content_type=kind, headers={"Content-Disposition": attached(name)})
    stem, _dot, suffix = name.rpartition(".")
    marked = f"{stem}{edition_of(seen)}-sha256-{digest[:SHORT]}.{suffix}"
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": attached(marked), SEAL: digest})


def edition_of(seen: SeenCounty) -> str:
    """The number of the notice that was sealed, as a name holds it; empty where a command sealed without one."""
    notices = PublicNotice.objects.filter(county=seen.row, withdrawn_at=None)
    edition = notices.values_list("edition", flat=True).first()
    return f"-no{edition}" if edition else ""


def attached(name: str) -> str:
    return content_disposition_header(True, name)
