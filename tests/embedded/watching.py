"""What the tests of embedded/ look at from outside: processes, by the directory they work in."""

import os
from pathlib import Path


def processes_below(directory: Path) -> dict[int, str]:
    """{pid: command line} of every process whose working directory is `directory` or below it."""
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            place = Path(os.readlink(entry / "cwd"))
            if place.is_relative_to(directory):
                found[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:  # it ended meanwhile
            continue
    return found
