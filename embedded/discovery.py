"""How a command finds the servers that `make up` or `make demo` started."""

import fcntl
import json
import os
from pathlib import Path

REQUIRED = ("SECRET_KEY", "DATABASE_URL", "REDIS_URL")


def discover(base: Path) -> dict[str, str]:
    """Environment variables for settings: none when the environment has all it needs, else those of the running servers.

    Ends the program with one plain sentence when something needed is named nowhere.
    """
    if all(os.environ.get(name) for name in REQUIRED):
        return {}
    found = announced(base / "var")
    missing = [name for name in REQUIRED if not os.environ.get(name) and name not in found]
    if missing:
        raise SystemExit(f"No servers are running here ({', '.join(missing)} not set): start them with `make up`.")
    return found


def announced(var: Path) -> dict[str, str]:
    """The settings of the servers under `var`, {} when none run."""
    try:
        return json.loads((var / "services.json").read_text())["settings"] if is_held(var) else {}
    except (OSError, ValueError, KeyError):
        return {}


def is_held(var: Path) -> bool:
    """Whether a living runner holds this directory: the kernel drops the lock with the process, however it ends."""
    try:
        with (var / "runner.lock").open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
