"""What went wrong, in the one plain sentence a person is shown instead of a traceback."""

import errno
import shutil
from pathlib import Path

LEAST_FREE = 16 * 2**20  # bytes: one segment of PostgreSQL's log


class Trouble(Exception):
    """Something the person at the keyboard can mend; its text is one whole sentence."""


def say(error: OSError) -> str:
    """The sentence for an operating system error."""
    where = f" ({error.filename})" if error.filename else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk is full{where}: free some space and try again."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"This account may not write here{where}: run as the owner of the directory."
    return f"The system refused: {error.strerror}{where}."


def no_room(var: Path) -> str:
    """The sentence for a full disk, where that is what a failure below `var` comes from; else nothing."""
    lines = (var / "log" / "postgres.log").read_text(errors="replace").splitlines()[-60:] if has_log(var) else []
    told = any("No space left on device" in line for line in lines)
    if told or shutil.disk_usage(var).free < LEAST_FREE:
        return "The disk is full: free some space and try again; what was being written was not kept."
    return ""


def has_log(var: Path) -> bool:
    return (var / "log" / "postgres.log").exists()


def last_line(log: Path) -> str:
    """The last thing a program wrote to its log."""
    lines = log.read_text(errors="replace").split("\n") if log.exists() else []
    return next((line.strip() for line in reversed(lines) if line.strip()), "it left no message")


def blame(program: str, log: Path) -> Trouble:
    """Why a server stopped, from the end of its log."""
    lines = log.read_text(errors="replace").splitlines()[-40:] if log.exists() else []
    if any("No space left on device" in line for line in lines) or shutil.disk_usage(log.parent).free < LEAST_FREE:
        return Trouble(f"The disk is full: {program} could not start; free some space and try again.")
    telling = [line for line in lines if any(word in line for word in ("FATAL", "PANIC", "Fatal", "rror"))]
    last = telling[-1].strip() if telling else last_line(log)
    return Trouble(f"{program} did not start: {last} (its log is {log}).")
