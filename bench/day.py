"""L1: a working day. Clerks save and read at a fixed rate through gunicorn, while a worker counts what they saved.

The rate does not wait for the answers (an open model): a request is timed from the moment it was due, so that a portal
that falls behind can't hide it. Whatever the portal acknowledged must stand in PostgreSQL at the end, and be counted.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import statistics
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.urls import reverse

from accounts.models import Grant, User
from accounts.roles import Role
from bench.entry import edit_of, signed_in, token_of
from bench.figures import Figure
from bench.province import Rated
from bench.workers import BASE, worker
from embedded import processes
from embedded.choices import free_ports
from embedded.programs import web
from evaluations.models import RatingMark, RosterEntry, RoundCounty, State, Submission, Value
from evaluations.services import runs

SAVES, POINTS, FORMS, WORK = 40, 50, 7, 3  # each second: values; a branch's points after one; forms; My work
WARM = 10
TARGETS = {50: 40, 95: 120, 99: 250}  # percentile → milliseconds of a save (L-01)
SHARES = {"L1": 1, "L1h": 0.5}  # of those rates
CALLERS, ANSWER_SECONDS, READY_SECONDS, COUNTED_SECONDS = 48, 20, 30, 60
OPTIONS = ("A", "B", "C", "D")
GIVEN = {"WM-04": lambda turn: str(turn % 90 + 1), "WM-07": lambda turn: OPTIONS[turn % 4],
         "CY-05": lambda turn: OPTIONS[turn % 4]}  # fmt: skip


@dataclass(frozen=True)
class Clerk:
    """One township's clerk, as a signed-in browser is known to the portal."""

    cookie: str
    token: str


@dataclass
class Place:
    """One value of one branch: whose it is, and what the portal last said that it holds."""

    clerk: Clerk
    branch: str
    criterion: str
    revision: int = 0
    text: str = ""


@dataclass(frozen=True)
class Call:
    """One request to be made: when it is due (seconds from the start), of what kind, about which value."""

    due: float
    kind: str
    place: Place


@dataclass
class Day:
    """A county's addresses and what came of every call."""

    address: str
    base: str  # of the county's pages
    took: dict[str, list[float]] = field(default_factory=dict)  # kind → milliseconds from due to answered
    faults: list[str] = field(default_factory=list)
    local: threading.local = field(default_factory=threading.local)

    def answer(self, call: Call, begun: float) -> None:
        """Make one call and note how long after it was due its answer was there."""
        try:
            self.save(call.place) if call.kind == "save" else self.read(call)
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.local.connection = None
            self.faults.append(f"{call.kind}: {error!r}")
        if call.due >= WARM:
            self.took.setdefault(call.kind, []).append((time.monotonic() - begun - call.due) * 1000)

    def save(self, place: Place) -> None:
        text = GIVEN[place.criterion](place.revision + int(place.branch[-6:]))
        edit = edit_of(place.branch, place.criterion, text, place.revision)
        body = self.ask("POST", "values/", place.clerk, json.dumps({"edits": [edit]}))
        (given,) = json.loads(body)["answers"]
        if given["status"] != "saved":
            raise ValueError(given)
        place.revision, place.text = given["revision"], text

    def read(self, call: Call) -> None:
        paths = {
            "points": f"entry/points/?branch={call.place.branch}",
            "form": f"entry/branches/{call.place.branch}/?star=civility",
            "work": "entry/",
        }
        self.ask("GET", paths[call.kind], call.place.clerk)

    def ask(self, method: str, path: str, clerk: Clerk, body: str | None = None) -> bytes:
        """The answer's body; ValueError for any status but 200. Each caller keeps its connection."""
        headers = {"Cookie": clerk.cookie, "X-CSRFToken": clerk.token, "Content-Type": "application/json"}
        try:
            status, content = self.exchange(method, path, body, headers)
        except ConnectionError:  # kept open too long: as a browser does, once more on a new line
            self.local.connection = None
            status, content = self.exchange(method, path, body, headers)
        if status != 200:
            raise ValueError(f"{method} {path} answered {status}")
        return content

    def exchange(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> tuple[int, bytes]:
        if getattr(self.local, "connection", None) is None:
            self.local.connection = http.client.HTTPConnection(self.address, timeout=ANSWER_SECONDS)
        self.local.connection.request(method, self.base + path, body, headers)
        response = self.local.connection.getresponse()
        return response.status, response.read()


def measure(rated: Rated, seconds: int) -> list[Figure]:
    """Percentiles of a save under a day's load and under half of it; raises as `measure_share`."""
    return [figure for name, share in SHARES.items() for figure in measure_share(rated, seconds, name, share)]


def measure_share(rated: Rated, seconds: int, name: str, share: float) -> list[Figure]:
    """The same at a share of the rates; raises where a call failed or an acknowledged value is gone."""
    (county,) = rated.counties
    RoundCounty.objects.filter(round=rated.round_id, county=county).update(state=State.OPEN, document="bench")
    places = places_of(rated, county)
    calls = plan(places, seconds, share)
    base = reverse("work", args=[rated.evaluation.slug, county]).removesuffix("entry/")
    with worker(1), portal() as address, counting():
        day = play(Day(address, base), calls)
        wait_until_counted(rated)
    if day.faults:
        raise RuntimeError(f"{len(day.faults)} of {len(calls)} requests failed, the first: {day.faults[0]}")
    lost = missing(rated, places)
    if lost:
        raise RuntimeError(f"{len(lost)} acknowledged values are not there, the first: {lost[0]}")
    return [percentile(day, f"{name} p{place}", place, len(calls), share) for place in TARGETS]


def places_of(rated: Rated, county: str) -> list[Place]:
    """Every branch's values, in an order that comes back to a value only after all the others."""
    entries = list(RosterEntry.objects.filter(round=rated.round_id, county=county).select_related("branch"))
    Submission.objects.bulk_create([Submission(entry=entry) for entry in entries], ignore_conflicts=True)
    Value.objects.filter(round=rated.round_id, criterion__code__in=GIVEN, branch__code__startswith=county[:6]).delete()
    clerks = {town: clerk_in(rated, county, town) for town in sorted({entry.township_id for entry in entries})}
    places = [Place(clerks[one.township_id], one.branch.code, code) for code in GIVEN for one in entries]
    random.Random(4199).shuffle(places)
    return places


def clerk_in(rated: Rated, county: str, town: str) -> Clerk:
    user, _made = User.objects.get_or_create(username=f"bench-clerk-{town}", defaults={"label": "bench"})
    Grant.objects.get_or_create(user=user, role=Role.ENTRY_CLERK, region_id=town)
    client = signed_in(user)
    token = token_of(client, Rated(rated.round_id, {county: 0}))
    return Clerk("; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items()), token)


def plan(places: list[Place], seconds: int, share: float) -> list[Call]:
    """The calls in the order they are due: each kind at that share of its rate, at moments drawn from a seed."""
    drawn = random.Random(41)
    rates = {"save": SAVES, "points": POINTS, "form": FORMS, "work": WORK}
    calls = []
    for kind, rate in rates.items():
        due = sorted(drawn.uniform(0, WARM + seconds) for _call in range(int(rate * share * (WARM + seconds))))
        calls += [Call(moment, kind, places[turn % len(places)]) for turn, moment in enumerate(due)]
    return sorted(calls, key=lambda call: call.due)


def play(day: Day, calls: list[Call]) -> Day:
    """Make each call when it is due, whether the ones before are answered or not."""
    begun = time.monotonic()
    with ThreadPoolExecutor(CALLERS) as callers:
        for call in calls:
            time.sleep(max(0.0, call.due - (time.monotonic() - begun)))
            callers.submit(day.answer, call, begun)
    return day


@contextmanager
def portal() -> Iterator[str]:
    """The portal behind gunicorn, as it is served; yields its address."""
    (port,) = free_ports(1)
    process = processes.spawn(web(port), log=BASE / "var" / "log" / "bench-web.log", env=dict(os.environ), cwd=BASE)
    try:
        if not processes.wait_until(lambda: is_answering(port), READY_SECONDS):
            raise TimeoutError("gunicorn did not answer (see var/log/bench-web.log)")
        yield f"localhost:{port}"
    finally:
        process.terminate()
        processes.finish(process, READY_SECONDS)


def is_answering(port: int) -> bool:
    connection = http.client.HTTPConnection(f"localhost:{port}", timeout=1)
    try:
        connection.request("GET", "/sign-in/")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


@contextmanager
def counting() -> Iterator[None]:
    """Beat's part: what is due is told to the worker every second."""
    over = threading.Event()

    def tell() -> None:
        while not over.wait(1):
            runs.publish_due()

    thread = threading.Thread(target=tell, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def wait_until_counted(rated: Rated) -> None:
    if not processes.wait_until(lambda: not RatingMark.objects.filter(round=rated.round_id).exists(), COUNTED_SECONDS):
        raise TimeoutError("what was saved was not counted")


def missing(rated: Rated, places: list[Place]) -> list[str]:
    """Values that the portal said it has and PostgreSQL hasn't, or holds otherwise."""
    fields = ("branch__code", "criterion__code", "revision", "reported_number", "reported_option")
    rows = Value.objects.filter(round=rated.round_id, criterion__code__in=GIVEN).values_list(*fields)
    held = {row[:2]: (row[2], row[4] or str(int(row[3] or 0))) for row in rows}
    return [
        f"{place.branch} {place.criterion}"
        for place in places
        if place.revision and held.get((place.branch, place.criterion)) != (place.revision, place.text)
    ]


def percentile(day: Day, name: str, place: int, calls: int, share: float) -> Figure:
    """One percentile of each kind of call; the save's is the one with a target."""
    found = {kind: [statistics.quantiles(took, n=100)[place - 1]] for kind, took in sorted(day.took.items())}
    what = f"ms of a save, p{place}, at {SAVES * share:g} saves and {(POINTS + FORMS + WORK) * share:g} reads a second"
    note = f"{calls:,} requests, none failed; every acknowledged value is there and counted" if place == 50 else ""
    return Figure(name, what, "ms", found, found["save"], TARGETS[place], note=note)
