"""Have a file read by a process that may use only so much memory and time (child.py)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from evaluations.evidence.kinds import Kind, Refused
from tables.message import N_, Message

SECONDS = 25
ROOT = Path(__file__).resolve().parents[2]
TOO_INTRICATE = Message(N_("The file is too large or too intricate to be read safely. Not uploaded."))


def examine(kind: Kind, path: Path, target: Path, thumbnail: Path) -> None:
    """Read the file as its kind; a picture is written anew to `target` and `thumbnail`. Refused says why not.

    OSError where the disk could not take the picture.
    """
    command = [sys.executable, "-m", "evaluations.evidence.child", kind.key, str(path), str(target), str(thumbnail)]
    try:
        done = subprocess.run(
            command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, timeout=SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise Refused(TOO_INTRICATE) from None
    answer = json.loads(done.stdout) if done.stdout and not done.returncode else [""]
    if answer[0] == "refused":
        raise Refused(Message(answer[1], answer[2]))
    if answer[0] == "disk":
        raise OSError(answer[1], "not written")
    if answer[0] != "kept":
        raise Refused(TOO_INTRICATE)
