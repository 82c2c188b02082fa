"""pytest plugin (`-p embedded.pytest_services`): a PostgreSQL and a Valkey of the run's own, gone when it ends.

A plugin and not conftest.py, because pytest-django reads the settings before any conftest is imported. Workers of
pytest-xdist inherit the environment, so they share the servers and get databases of their own.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import pytest

from embedded.services import Services
from embedded.trouble import Trouble

SETTINGS = {"HTTPS": "off", "STATIC_FROM_SOURCE": "on", "DJANGO_ALLOW_ASYNC_UNSAFE": "1"}


def start() -> None:
    """Start the servers and name them to Django; in an xdist worker they are there already."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        return
    var = Path(tempfile.mkdtemp(prefix="portal-tests-"))
    try:
        services = Services(var, forgetful=True).start()
    except (Trouble, OSError) as problem:
        shutil.rmtree(var, ignore_errors=True)
        raise pytest.UsageError(f"The tests have no servers: {problem}") from problem
    atexit.register(shutil.rmtree, var, ignore_errors=True)
    atexit.register(services.stop)  # atexit and not a hook: also when collection fails
    os.environ.update(SETTINGS | services.settings() | {"BEAT_FILE": str(var / "beat")})


start()
