"""Brings the servers, the worker and beat up, for as long as somebody wants them."""

import os
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import environ

from embedded import announcement
from embedded.discovery import REQUIRED
from embedded.keeper import Keeper
from embedded.programs import BEAT, WORKER, Portal
from embedded.services import Services
from embedded.trouble import no_room

LOCAL = {"HTTPS": "off", "STATIC_FROM_SOURCE": "on"}  # this machine only, no `collectstatic` step
LOOK_SECONDS = 0.3


class Stopped(BaseException):
    """Somebody asked the runner to end: Ctrl-C, `make down`, a closed terminal."""


@contextmanager
def stoppable() -> Iterator[None]:
    """End quietly on the first signal; later ones wait for the tidy stop that is under way."""

    def stop_once(*_: object) -> None:
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, signal.SIG_IGN)
        with suppress(OSError):  # the terminal may be gone already
            print("\n正在停止 · Stopping ...", flush=True)
        raise Stopped

    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, stop_once)
    try:
        yield
    except Stopped:
        pass


@contextmanager
def up(base: Path, kind: str) -> Iterator["Running"]:
    """Run the servers, migrated, with a worker and beat; announce them; stop all of it on the way out."""
    with announcement.holding(base / "var", kind) as announced:
        services = Services(base / "var", given(base))
        portal = Portal(base, settings := local_settings(services.settings()))
        programs = Keeper(lambda: no_room(base / "var"))
        try:
            services.start()
            portal.migrate()
            programs.keep("worker", lambda: portal.start("worker", WORKER))
            programs.keep("beat", lambda: portal.start("beat", BEAT))
            announced.write(settings)
            yield Running(services, portal, programs)
        finally:
            programs.stop()  # before the servers they write to
            services.stop()


@dataclass(frozen=True)
class Running:
    services: Services
    portal: Portal
    programs: Keeper

    def watch(self) -> None:
        """Keep everything running until a signal says stop."""
        while True:
            self.services.keeper.look()
            self.programs.look()
            time.sleep(LOOK_SECONDS)


def given(base: Path) -> dict[str, str]:
    """What the environment or .env names already, and so is not started here."""
    environ.Env.read_env(base / ".env")
    return {name: os.environ[name] for name in REQUIRED if os.environ.get(name)}


def local_settings(settings: Mapping[str, str]) -> dict[str, str]:
    return {name: os.environ.get(name, value) for name, value in LOCAL.items()} | dict(settings)
