"""How a command finds the servers that `make up` or `make demo` started."""

import os
from pathlib import Path

from embedded import announcement

REQUIRED = ("SECRET_KEY", "DATABASE_URL", "REDIS_URL")


def discover(base: Path) -> dict[str, str]:
    """Environment variables for settings: {} when nothing is missing, else those of the running servers.

    Ends the program with one plain sentence when something needed is named nowhere.
    """
    if all(os.environ.get(name) for name in REQUIRED):
        return {}
    found = announcement.read(base / "var").get("settings", {})
    missing = [name for name in REQUIRED if not os.environ.get(name) and name not in found]
    if missing:
        raise SystemExit(f"No servers are running here ({', '.join(missing)} not set): start them with `make up`.")
    return found
