"""As whom PostgreSQL runs, because it refuses to run as root.

An ordinary user is asked nothing. Root gets a user namespace, in which it looks like `nobody` and owns the same files.
Where namespaces are refused (chroot, most containers) the server becomes the real `nobody`, which keeps one capability:
to enter directories such as /root, in which the clone may lie.
"""

import ctypes
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from embedded.processes import libc
from embedded.trouble import Trouble

NOBODY = 65534
CLONE_NEWUSER = 0x10000000
PR_SET_SECUREBITS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 28, 47, 2
NO_SETUID_FIXUP = 4  # keeps capabilities over setuid, and lets access(2), which initdb asks, count them
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2
CAPABILITY_VERSION = 0x20080522


@dataclass(frozen=True)
class Identity:
    """`assume` runs in the child before the server; `owner` is who must own its files on disk."""

    name: str
    owner: int
    assume: Callable[[], None] | None


def choose(directory: Path) -> Identity:
    """The identity that can work below `directory`; Trouble when root has no way to lay its power down."""
    if os.geteuid() != 0:
        return Identity("user", os.geteuid(), None)
    if _reaches(enter_namespace, directory):  # its root cannot pass a directory that another user closed
        return Identity("namespace", 0, enter_namespace)
    if _reaches(become_nobody, directory):
        return Identity("nobody", NOBODY, become_nobody)
    raise Trouble("PostgreSQL will not run as root, and root may become nobody else here: use an ordinary user.")


def enter_namespace() -> None:
    """Move this process into a user namespace of its own, where root's files belong to `nobody`."""
    uid, gid = os.geteuid(), os.getegid()
    if libc.unshare(CLONE_NEWUSER):
        raise OSError(ctypes.get_errno(), "user namespace")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{NOBODY} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{NOBODY} {gid} 1")


def become_nobody() -> None:
    """Give up root for good, keeping only the right to pass through directories."""
    kept = CAP_DAC_READ_SEARCH if _permitted() >> CAP_DAC_READ_SEARCH & 1 else CAP_DAC_OVERRIDE
    _check(libc.prctl(PR_SET_SECUREBITS, NO_SETUID_FIXUP, 0, 0, 0))
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0)
    mask = 1 << kept
    _check(libc.capset(header, (ctypes.c_uint32 * 6)(mask, mask, mask, 0, 0, 0)))
    _check(libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, kept, 0, 0))


def give(path: Path, owner: int) -> None:
    """Hand a directory and all below it to `owner`, when root and it is not theirs yet."""
    if os.geteuid() != 0 or path.stat().st_uid == owner:
        return
    for folder, _, files in os.walk(path):
        for name in [".", *files]:
            os.chown(Path(folder, name), owner, owner, follow_symlinks=False)


def _reaches(assume: Callable[[], None], directory: Path) -> bool:
    """Whether a process that assumed this identity may enter the directory; tried in a child."""
    pid = os.fork()
    if pid == 0:
        try:
            assume()
            os.chdir(directory)
        except BaseException:
            os._exit(1)
        os._exit(0)
    return os.waitpid(pid, 0)[1] == 0


def _permitted() -> int:
    status = Path("/proc/self/status").read_text()
    return int(status.partition("CapPrm:")[2].split()[0], 16)


def _check(result: int) -> None:
    if result:
        raise OSError(ctypes.get_errno(), "capabilities")
