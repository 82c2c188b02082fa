"""Child processes that end with their parent, also when the parent is killed outright."""

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1
LARGEST_LOG = 10 * 2**20
libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(sig: signal.Signals = signal.SIGKILL, parent: int | None = None) -> None:
    """Have the kernel send this process `sig` when its parent ends; leave at once if `parent` is gone already."""
    libc.prctl(PR_SET_PDEATHSIG, int(sig), 0, 0, 0)
    if parent is not None and os.getppid() != parent:
        os._exit(1)


def spawn(
    command: Sequence[str | Path],
    *,
    log: Path | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    on_death: signal.Signals = signal.SIGKILL,
    become: Callable[[], None] | None = None,
) -> subprocess.Popen:
    """Start a child in a session of its own (Ctrl-C reaches only the runner), writing to `log` when one is given.

    Call from the main thread: the kernel ties the child's life to the thread that started it.
    """
    parent = os.getpid()

    def prepare() -> None:
        if become:
            become()
        die_with_parent(on_death, parent)

    output = _open_log(log) if log else None
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
            env=env,
            cwd=cwd,
            preexec_fn=prepare,
            start_new_session=True,
        )
    finally:
        if output:
            output.close()


def finish(process: subprocess.Popen, seconds: float) -> None:
    """Wait for a child that was asked to end; after `seconds`, or if it left anything in its session, kill that."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        pass
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass
    process.wait()


def wait_until(true: Callable[[], object], seconds: float, pause: float = 0.03) -> bool:
    """Poll until `true()` holds; False when it did not within `seconds`."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return True


def working_in(directory: Path) -> list[int]:
    """The processes whose working directory this is: for a data directory, its PostgreSQL."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and os.readlink(entry / "cwd") == str(directory):
                found.append(int(entry.name))
        except OSError:  # it ended meanwhile, or belongs to somebody else
            continue
    return found


def _open_log(path: Path):
    path.parent.mkdir(parents=True, exist_ok=True)
    overgrown = path.exists() and path.stat().st_size > LARGEST_LOG
    return path.open("wb" if overgrown else "ab")
