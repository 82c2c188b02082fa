"""P6: the number of queries behind every page, in counties of very different size."""

from __future__ import annotations

import time

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Grant, User
from accounts.roles import Role
from bench.figures import Figure
from bench.province import Rated
from evaluations.models import Rating
from evaluations.services.rating import rate_county
from evaluations.services.runs import run_here, start_run

TARGET = 12
HOST = "localhost"


def measure(rounds: list[Rated]) -> list[Figure]:
    """One figure per page: its queries at each size, which must be equal; times stand in the note."""
    visits = [visit(rated) for rated in rounds]
    figures = []
    for page in visits[0]:
        counts = {f"{rated.branches:,}": [float(seen[page][0])] for rated, seen in zip(rounds, visits, strict=True)}
        most, equal = max(count[0] for count in counts.values()), len({count[0] for count in counts.values()}) == 1
        times = ", ".join(f"{seen[page][1] * 1000:.0f}" for seen in visits)
        note = f"{times} ms a page" if equal else f"NOT EQUAL; {times} ms a page"
        what = f"queries of the page “{page}”, by branches in the county"
        ratios = [most] if equal else [float("inf")]
        figures.append(Figure("P6", what, "queries", counts, ratios, TARGET, note=note))
    return figures


def visit(rated: Rated) -> dict[str, tuple[int, float]]:
    """Page → queries and seconds of its second call, as a county's organization reviewer sees it."""
    (county,) = rated.counties
    rate_county(rated.evaluation, county)
    run = run_here(start_run(rated.evaluation, by="bench"))
    client = Client(HTTP_HOST=HOST)
    client.force_login(reviewer(county), backend="django.contrib.auth.backends.ModelBackend")
    seen = {}
    for page, address in addresses(rated, county, run.pk).items():
        look(client, address)
        seen[page] = look(client, address)
    return seen


def reviewer(county: str) -> User:
    user = User.objects.create(username=f"bench-{county}", label="bench")
    Grant.objects.create(user=user, role=Role.ORGANIZATION_REVIEWER, region_id=county)
    return user


def addresses(rated: Rated, county: str, run: int) -> dict[str, str]:
    slug = rated.evaluation.slug
    middle = Rating.objects.of(rated.round_id, county).order_by("branch__code").values_list("branch__code", flat=True)
    found = {"home": reverse("home")}
    for page in ("ranking", "ranking_csv", "ranking_xlsx", "townships", "standard"):
        found[page] = reverse(page, args=[slug, county])
    found["branch"] = reverse("branch", args=[slug, county, middle[len(middle) // 2]])
    return found | {"runs": reverse("runs", args=[slug]), "run": reverse("run", args=[run])}


def look(client: Client, address: str) -> tuple[int, float]:
    """Queries and seconds of one answer, read to its end. Raises where the page is not one."""
    started = time.perf_counter()
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address)
        b"".join(response) if response.streaming else response.content
    if response.status_code != 200:
        raise RuntimeError(f"{address} answered {response.status_code}")
    return len(queries), time.perf_counter() - started
