"""One file, var/running.json: locked by the runner as long as it lives, and telling others where the servers are.

The kernel drops the lock with the process, however it ends, so a leftover file is never mistaken for a running server.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FILE = "running.json"


class Held(Exception):
    """Another runner holds this directory."""


class Announcement:
    def __init__(self, descriptor: int, kind: str) -> None:
        self.descriptor, self.kind = descriptor, kind
        self.write({})

    def write(self, settings: dict[str, str]) -> None:
        """Tell who runs here and, once they answer, where the servers are."""
        text = json.dumps({"pid": os.getpid(), "kind": self.kind, "settings": settings}).encode()
        os.ftruncate(self.descriptor, 0)
        os.pwrite(self.descriptor, text, 0)


@contextmanager
def holding(var: Path, kind: str) -> Iterator[Announcement]:
    """Be the only runner of `var`; Held when there is one already."""
    var.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(var / FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _lock(descriptor)
        yield Announcement(descriptor, kind)
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise Held from error


def read(var: Path) -> dict[str, Any]:
    """{pid, kind, settings} of the living runner of `var`; {} when there is none, no settings while it starts."""
    try:
        with (var / FILE).open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return json.load(file)
    except (OSError, ValueError):
        pass
    return {}
