"""`make up` and `make down`: the same runner, detached from the terminal."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from embedded import announcement, runner
from embedded.processes import wait_until
from embedded.programs import Portal
from embedded.trouble import Trouble

START_SECONDS, STOP_SECONDS = 180, 120


def up(base: Path) -> None:
    """Have the servers running and migrated, whether they were or not."""
    var = base / "var"
    if announcement.read(var):
        settings = _wait_until_announced(var, None)
        Portal(base, settings).migrate()
        print("The servers are running already.")
    else:
        _wait_until_announced(var, _detach(base))
        print("PostgreSQL, Valkey, the worker and beat are running; `make down` stops them.")


def supervise(base: Path) -> None:
    """The detached runner itself; a second one leaves at once."""
    try:
        with runner.stoppable(), runner.up(base, "up") as running:
            running.watch()
    except announcement.Held:
        pass


def down(base: Path) -> None:
    """Stop the runner of this directory, `make demo`'s too, and wait until it is gone."""
    var = base / "var"
    running = announcement.read(var)
    if not running:
        print("Nothing is running here.")
        return
    os.kill(running["pid"], signal.SIGTERM)
    if not wait_until(lambda: announcement.read(var).get("pid") != running["pid"], STOP_SECONDS):
        os.kill(running["pid"], signal.SIGKILL)  # everything it started dies with it
    print("Stopped.")


def clean(base: Path) -> None:
    """Forget all data: stop what runs, then remove var/."""
    down(base)
    for name in ("var", "staticfiles"):
        if (base / name).exists():
            shutil.rmtree(base / name)
    print("var/ is gone; `make demo` starts afresh.")


def _detach(base: Path) -> tuple[subprocess.Popen, Path, int]:
    log = base / "var" / "log" / "runner.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "embedded", "supervise"],
            cwd=base,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        return process, log, output.tell()


def _wait_until_announced(var: Path, started: tuple[subprocess.Popen, Path, int] | None) -> dict[str, str]:
    def settled() -> bool:
        failed = started is not None and started[0].poll() not in (None, 0)
        return failed or bool(announcement.read(var).get("settings"))

    wait_until(settled, START_SECONDS, pause=0.1)
    settings = announcement.read(var).get("settings")
    if settings:
        return settings
    raise Trouble(_last_words(started) or f"The servers did not start within {START_SECONDS} s (see var/log/).")


def _last_words(started: tuple[subprocess.Popen, Path, int] | None) -> str:
    if started is None:
        return ""
    _, log, offset = started
    with log.open("rb") as file:
        file.seek(offset)
        words = file.read().decode(errors="replace").strip()
    return words.splitlines()[-1] if words else ""
