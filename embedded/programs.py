"""The portal's own processes, as commands."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from subprocess import Popen

from embedded.processes import finish, spawn
from embedded.trouble import Trouble, last_line, no_room

WEB_WORKERS, WEB_THREADS = 2, 4
STOP_SECONDS = 3  # for a command in the foreground: its transaction is rolled back when it is killed
CELERY = [sys.executable, "-m", "celery", "-A", "config"]
WORKER = [*CELERY, "worker", "--include=embedded.followers", "--without-gossip", "--without-mingle"]
BEAT = [*CELERY, "beat", "--pidfile="]


def web(port: int) -> list[str]:
    sizes = [f"--workers={WEB_WORKERS}", f"--threads={WEB_THREADS}", "--graceful-timeout=10", "--no-control-socket"]
    address = [f"--bind=127.0.0.1:{port}"]
    return [sys.executable, "-m", "gunicorn", "config.wsgi", "--config=python:embedded.followers", *address, *sizes]


class Portal:
    """Starts the portal's processes in `base` with the environment they need."""

    def __init__(self, base: Path, settings: Mapping[str, str]) -> None:
        self.base = base
        self.env = {**os.environ, **settings, "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"}

    def start(self, name: str, command: list[str]) -> Popen:
        return spawn(command, log=self.base / "var" / "log" / f"{name}.log", env=self.env, cwd=self.base)

    def manage(self, *arguments: str) -> None:
        """Run a management command in the foreground; Trouble when it fails, after its own message."""
        if self.run([sys.executable, "manage.py", *arguments]):
            full = no_room(self.base / "var")
            raise Trouble(full or f"`manage.py {' '.join(arguments)}` failed, see above.")

    def run(self, command: list[str], log: Path | None = None) -> int:
        """Run a command to its end; when somebody stops the runner it ends first, before the servers it works on."""
        process = spawn(command, log=log, env=self.env, cwd=self.base)
        try:
            return process.wait()
        finally:
            process.terminate()
            finish(process, STOP_SECONDS)

    def migrate(self) -> None:
        """Bring the database's tables up to date, in silence."""
        log = self.base / "var" / "log" / "migrate.log"
        command = [sys.executable, "manage.py", "migrate", "--verbosity=1"]
        if self.run(command, log):
            full = no_room(self.base / "var")
            raise Trouble(full or f"The database could not be migrated: {last_line(log)} (see {log}).")
