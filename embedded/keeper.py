"""Keeps processes running: starts again what ended by itself, gives up on what will not stay, stops all in order."""

import logging
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from embedded import processes
from embedded.trouble import Trouble

ENDS, WITHIN_SECONDS = 5, 60  # ending this often within this time is no accident
log = logging.getLogger(__name__)


@dataclass
class Kept:
    name: str
    start: Callable[[], subprocess.Popen]
    stop_signal: signal.Signals
    seconds: float  # given to it to end by itself
    process: subprocess.Popen
    ended: list[float] = field(default_factory=list)


class Keeper:
    """`reason` may know better than a log why processes end: a sentence, or nothing."""

    def __init__(self, reason: Callable[[], str] = lambda: "") -> None:
        self.kept: list[Kept] = []
        self.reason = reason

    def keep(
        self,
        name: str,
        start: Callable[[], subprocess.Popen],
        stop_signal: signal.Signals = signal.SIGTERM,
        seconds: float = 20,
    ) -> None:
        """Start a process and watch over it from now on."""
        self.kept.append(Kept(name, start, stop_signal, seconds, start()))

    def look(self) -> None:
        """Start again whatever ended since the last look; Trouble when it ends again and again."""
        for kept in self.kept:
            if kept.process.poll() is not None:
                self._start_again(kept)

    def stop(self) -> None:
        """Ask all to end, then see each of them off."""
        for kept in self.kept:
            kept.process.send_signal(kept.stop_signal)
        while self.kept:
            kept = self.kept.pop()
            processes.finish(kept.process, kept.seconds)

    def _start_again(self, kept: Kept) -> None:
        now = time.monotonic()
        kept.ended = [moment for moment in kept.ended if now - moment < WITHIN_SECONDS] + [now]
        if len(kept.ended) >= ENDS:
            words = f"The {kept.name} ended {ENDS} times within a minute (its log is in var/log/)."
            raise Trouble(self.reason() or words)
        log.warning("%s ended with status %s; starting it again", kept.name, kept.process.returncode)
        processes.finish(kept.process, 0)  # what it left behind
        kept.process = kept.start()
