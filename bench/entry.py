"""E1, E1d: grids of 60 × 60 and of a department's 600 branches render and answer a keystroke. E3: a value saved, over a
bare Django upsert."""

from __future__ import annotations

import json
import shutil
import statistics
import time
from contextlib import contextmanager
from uuid import uuid4

from django.contrib.auth.decorators import login_required
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.db import connection, transaction
from django.http import HttpRequest, JsonResponse
from django.test import Client, override_settings
from django.test.testcases import LiveServerThread
from django.urls import include, path, reverse
from django.views.decorators.http import require_POST

from accounts.models import Grant, User
from accounts.roles import Role
from bench.figures import Figure, not_run
from bench.province import Rated
from branches.models import Department
from evaluations.models import RosterEntry, RoundCounty, State, Submission, Value
from scoring.standard import published_standard

HOST = "localhost"
KEYS, KEYSTROKE = 30, 50  # rounds of four keys; the most milliseconds from a key to its paint
SAVES, WARM, RATIO = 300, 30, 2
BARE = """
    INSERT INTO evaluations_value AS v
        (round_id, branch_id, criterion_id, period, reported_number, revision, updated_by)
    VALUES (%s, %s, %s, 0, %s, 1, %s)
    ON CONFLICT (round_id, branch_id, criterion_id, period) DO UPDATE
    SET reported_number = EXCLUDED.reported_number, revision = v.revision + 1, updated_at = now()
    RETURNING revision
"""
WATCH = """() => {
  window.took = [];
  document.addEventListener("keydown", event => {
    requestAnimationFrame(() => setTimeout(() => window.took.push(performance.now() - event.timeStamp)));
  }, true);
}"""
PAINTED = "() => new Promise(done => requestAnimationFrame(() => setTimeout(done, 20)))"
FIRST_PAINT = """() => new Promise(done => {
  const look = () => {
    const [entry] = performance.getEntriesByName("first-contentful-paint");
    if (entry) { done(entry.startTime); } else { setTimeout(look, 20); }
  };
  look();
})"""


@login_required
@require_POST
def bare(request: HttpRequest) -> JsonResponse:
    """The least a view can do: the session's user, the CSRF check, one upsert in a transaction."""
    body = json.loads(request.body)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(BARE, [*body["place"], body["text"], request.user.username])
        return JsonResponse({"revision": cursor.fetchone()[0]})


urlpatterns = [path("bare/", bare), path("", include("config.urls"))]


def opened(rated: Rated) -> list[RosterEntry]:
    """The county's branches, open for entry."""
    (county,) = rated.counties
    RoundCounty.objects.filter(round=rated.round_id, county=county).update(state=State.OPEN, document="bench")
    entries = list(RosterEntry.objects.filter(round=rated.round_id, county=county).select_related("branch"))
    Submission.objects.bulk_create([Submission(entry=entry) for entry in entries], ignore_conflicts=True)
    return entries


def clerk_of(rated: Rated) -> tuple[User, list[RosterEntry]]:
    """A clerk of all the county's townships, and their branches."""
    (county,), entries = rated.counties, opened(rated)
    user, _made = User.objects.get_or_create(username=f"bench-clerk-{county}", defaults={"label": "bench"})
    for town in sorted({entry.township_id for entry in entries}):
        Grant.objects.get_or_create(user=user, role=Role.ENTRY_CLERK, region_id=town)
    return user, entries


def signed_in(user: User, **options) -> Client:
    client = Client(HTTP_HOST=HOST, **options)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


# -- E1 ----------------------------------------------------------------------------------------------------------------


def measure_grid(rated: Rated) -> list[Figure]:
    """A township's grid, every criterion."""
    user, entries = clerk_of(rated)
    return measured("E1", f"grid of {len(entries)} branches, every criterion", rated, user, "?star=all")


def measure_department_grid(rated: Rated) -> list[Figure]:
    """A department's grid: one criterion of a whole county."""
    (county,), entries = rated.counties, opened(rated)
    rows = published_standard(rated.evaluation.criteria_set_id).criteria
    row = next(row for row in rows if row.source == "department" and row.takes_entry)
    department = Department.objects.create(county_id=county, name=row.owner)
    user = User.objects.create(username=f"bench-department-{county}", label="bench")
    Grant.objects.create(user=user, role=Role.DEPARTMENT_CLERK, region_id=county, department=department)
    what = f"a department's grid of {len(entries)} branches, one criterion"
    return measured("E1d", what, rated, user, f"?criterion={row.code}")


def measured(name: str, grid: str, rated: Rated, user: User, query: str) -> list[Figure]:
    """Milliseconds the server needs, until the browser's first paint, and from each key to its paint."""
    what = f"ms from a key to its paint, {grid}"
    address = reverse("entry_grid", args=[rated.evaluation.slug, *rated.counties]) + query
    client = signed_in(user)
    served = [served_in(client, address) for _turn in range(6)][1:]
    try:
        painted, keys = in_browser(client, address)
    except ImportError as missing:
        return [not_run(name, what, KEYSTROKE, str(missing))]
    runs = {"server": served, "first paint": painted, "key": keys}
    cells = client.get(address).content.count(b'role="gridcell"')
    return [Figure(name, what, "ms", runs, keys, KEYSTROKE, note=f"{cells:,} cells; slowest key {max(keys):.0f} ms")]


def served_in(client: Client, address: str) -> float:
    started = time.perf_counter()
    assert client.get(address).status_code == 200
    return (time.perf_counter() - started) * 1000


def in_browser(client: Client, address: str) -> tuple[list[float], list[float]]:
    """First paints of three visits; each key's time to paint: digits, Enter, arrows, in the middle of the table."""
    from playwright.sync_api import sync_playwright

    with server() as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": 1366, "height": 768})
        context.add_cookies([{"name": "session", "value": client.cookies["session"].value, "url": base}])
        page, painted = context.new_page(), []
        for _visit in range(3):
            page.goto(base + address)
            painted.append(page.evaluate(FIRST_PAINT))
        page.evaluate("Grid.go(Math.floor(Grid.rows.length / 2), Math.min(1, Grid.columns.length - 1))")
        page.evaluate(WATCH)
        for place in range(KEYS):
            for key in (str(place % 10), "Enter", "ArrowUp", "ArrowDown"):
                page.keyboard.press(key)
                page.evaluate(PAINTED)
        keys = page.evaluate("window.took")
        browser.close()
    return painted, keys


@contextmanager
def server():
    """The portal behind a real socket, on the benchmark's own database."""
    thread = LiveServerThread(HOST, StaticFilesHandler, connections_override={})
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    try:
        yield f"http://{HOST}:{thread.port}"
    finally:
        thread.terminate()


# -- E3 ----------------------------------------------------------------------------------------------------------------


def measure_saving(rated: Rated) -> list[Figure]:
    """One value saved by the portal and by the bare view in turns; medians of milliseconds, and their ratio."""
    user, entries = clerk_of(rated)
    rows = {row.code: row.pk for row in published_standard(rated.evaluation.criteria_set_id).criteria}
    codes = {"portal": "WM-04", "bare": "ZB-10"}
    Value.objects.filter(round=rated.round_id, criterion__in=[rows[code] for code in codes.values()]).delete()
    runs: dict[str, list[float]] = {"portal": [], "bare": []}
    with override_settings(ROOT_URLCONF="bench.entry"):
        client = signed_in(user, enforce_csrf_checks=True)
        address = reverse("save_values", args=[rated.evaluation.slug, *rated.counties])
        token = token_of(client, rated)
        for turn in range(WARM + SAVES):
            branch, revision = entries[turn % len(entries)].branch, turn // len(entries)
            portal = {"edits": [edit_of(branch.code, codes["portal"], str(turn % 40), revision)]}
            bare_body = {"place": [rated.round_id, branch.pk, rows[codes["bare"]]], "text": turn % 40}
            took = {"portal": sent(client, address, portal, token), "bare": sent(client, "/bare/", bare_body, token)}
            if turn >= WARM:
                for name, seconds in took.items():
                    runs[name].append(seconds * 1000)
    ratio = statistics.median(runs["portal"]) / statistics.median(runs["bare"])
    return [Figure("E3", "one value saved, over a bare Django view doing one upsert", "ms", runs, [ratio], RATIO)]


def token_of(client: Client, rated: Rated) -> str:
    text = client.get(reverse("entry_grid", args=[rated.evaluation.slug, *rated.counties])).content.decode()
    return text.split('data-token="')[1].split('"')[0]


def edit_of(branch: str, criterion: str, text: str, revision: int) -> dict:
    return {
        "key": str(uuid4()), "branch": branch, "criterion": criterion, "period": 0, "text": text, "na": False,
        "note": "", "document": "", "source": "", "way": "typed", "revision": revision,
    }  # fmt: skip


def sent(client: Client, address: str, body: dict, token: str) -> float:
    content = json.dumps(body)
    started = time.perf_counter()
    response = client.post(address, content, content_type="application/json", headers={"X-CSRFToken": token})
    took = time.perf_counter() - started
    if response.status_code != 200:
        raise RuntimeError(f"{address} answered {response.status_code}: {response.content[:200]!r}")
    return took
