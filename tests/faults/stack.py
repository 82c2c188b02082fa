"""A real worker and beat on the test's database, and a broker that may be hurt without hurting other tests."""

import os
import signal
import sys
from pathlib import Path
from subprocess import Popen
from urllib.parse import quote

import redis
from celery import current_app
from django.db import connection

from embedded.processes import spawn, wait_until
from embedded.valkey import Valkey

BASE = Path(__file__).resolve().parent.parent.parent
CELERY = [sys.executable, "-m", "celery", "-A", "config"]
QUEUE = "celery"
START = 60  # seconds: two Python processes on a busy machine


class Broker:
    """A Valkey of the tests' own."""

    def __init__(self, var: Path, choices) -> None:
        self.server = Valkey(var, choices)
        self.url = self.server.url
        self.start()
        self.client = redis.Redis.from_url(self.url, socket_timeout=5)

    def start(self) -> None:
        self.process = self.server.start()

    def die(self) -> None:
        kill(self.process)

    def waiting(self) -> int:
        """How many messages nobody has taken."""
        return self.client.llen(QUEUE)

    def freeze(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)


def kill(process: Popen) -> None:
    """The whole group at once."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def send_through(url: str) -> None:
    """Let this process publish to that broker."""
    current_app.conf.broker_url = url
    current_app.amqp._producer_pool = None


def database_url() -> str:
    known = connection.settings_dict
    return f"postgres://{known['USER']}:{quote(known['PASSWORD'])}@{known['HOST']}:{known['PORT']}/{known['NAME']}"


class Workers:
    """`celery worker -c 2` and `celery beat`, each in a process group of its own."""

    def __init__(self, broker: Broker, folder: Path) -> None:
        self.log = folder / "worker.log"
        self.beat_log = folder / "beat.log"
        self.env = os.environ | {
            "DATABASE_URL": database_url(), "REDIS_URL": broker.url, "BEAT_FILE": str(folder / "beat"),
            "PYTHONUNBUFFERED": "1",
        }  # fmt: skip
        self.worker = self.beat = None

    def start(self) -> None:
        """Start both and return when the worker takes messages."""
        if self.beat is None:
            self.start_beat()
        self.start_worker()

    def start_beat(self) -> None:
        self.beat = spawn([*CELERY, "beat", "--pidfile="], log=self.beat_log, env=self.env, cwd=BASE)

    def start_worker(self) -> None:
        seen = self._ready()
        options = ["--include=embedded.followers", "--without-gossip", "--without-mingle", "--loglevel=INFO"]
        self.worker = spawn([*CELERY, "worker", "-c", "2", *options], log=self.log, env=self.env, cwd=BASE)
        assert wait_until(lambda: self._ready() > seen, START), self.log.read_text()

    def _ready(self) -> int:
        return self.log.read_text().count(" ready.") if self.log.exists() else 0

    def kill(self) -> None:
        """The whole group at once, as a machine's out-of-memory killer or a power cut would."""
        kill(self.worker)

    def children(self) -> list[int]:
        """The processes that do the rating."""
        text = Path(f"/proc/{self.worker.pid}/task/{self.worker.pid}/children").read_text()
        return [int(pid) for pid in text.split()]

    def end(self) -> None:
        for process in (self.worker, self.beat):
            if process is not None and process.poll() is None:
                kill(process)
