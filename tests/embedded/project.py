"""A copy of the project in a directory of its own, driven from outside like a person would."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from embedded.choices import free_ports
from embedded.processes import wait_until
from tests.embedded.watching import processes_below

SOURCE = Path(__file__).resolve().parent.parent.parent
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "var", "tests", "__pycache__", ".env", ".*_cache", "results")
OURS = ("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "BEAT_FILE", "HTTPS", "STATIC_FROM_SOURCE", "DJANGO_SETTINGS_MODULE")
READY = "The portal is at"


class Project:
    def __init__(self, base: Path) -> None:
        self.base = base.resolve()
        self.port = free_ports(1)[0]
        shutil.copytree(SOURCE, self.base, ignore=LEFT_OUT, dirs_exist_ok=True)

    def start(self, *command: str) -> subprocess.Popen:
        """Start `python ...` in the project, its output in a file so that nothing waits on a pipe."""
        with (self.base / "output").open("w") as output:
            return subprocess.Popen(
                [sys.executable, *command], cwd=self.base, env=self.environment(), stdout=output, stderr=output
            )

    def run(self, *command: str) -> tuple[int, str]:
        """(status, everything it said) of `python ...` in the project."""
        answer = subprocess.run(
            [sys.executable, *command],
            cwd=self.base,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=180,
        )
        return answer.returncode, answer.stdout + answer.stderr

    def demo(self) -> subprocess.Popen:
        """A demo that serves its page."""
        process = self.start("-m", "embedded", "demo")
        assert wait_until(lambda: READY in self.said() or process.poll() is not None, 180)
        assert READY in self.said(), self.said()
        return process

    def said(self) -> str:
        return (self.base / "output").read_text()

    def environment(self) -> dict[str, str]:
        return {name: value for name, value in os.environ.items() if name not in OURS} | {"PORT": str(self.port)}

    def processes(self) -> dict[int, str]:
        return processes_below(self.base)
