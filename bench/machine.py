"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("django", "psycopg2-binary", "celery", "numpy")


def describe() -> dict:
    """Machine, versions, commit and date; asks the database for its own version."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        postgres = cursor.fetchone()[0]
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit(),
        "machine": {"cpu": cpu(), "cores": os.cpu_count(), "memory_gb": memory(), "system": platform.platform()},
        "versions": {"python": platform.python_version(), "postgresql": postgres}
        | {package: version(package) for package in PACKAGES},
    }


def commit() -> str:
    """The commit measured, marked where files differ from it."""
    answer = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False)
    return answer.stdout.strip() or "unknown"


def cpu() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown")


def memory() -> float:
    kilobytes = next(line for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("MemTotal"))
    return round(int(kilobytes.split()[1]) / 1024**2, 1)


def load() -> float:
    """Processes that wanted a core over the last minute: much above what runs here is noise from others."""
    return round(os.getloadavg()[0], 2)
