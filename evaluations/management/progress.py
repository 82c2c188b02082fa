"""A long job's progress on the operator's terminal; where there is none, a line for every tenth of it."""

from __future__ import annotations

from django.core.management.base import OutputWrapper
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaluations.models import RatingRun
from evaluations.reading.runs import Progress

BAR = 30
TENTHS = 10


class ProgressLine:
    """Shows one run: a bar that is drawn over itself, or lines in a log."""

    def __init__(self, stream: OutputWrapper):
        self.stream = stream
        self.drawn = 0  # characters of the line on the terminal
        self.tenth = 0

    def show(self, run: RatingRun) -> None:
        done = run.branches_done / run.branches if run.branches else 1
        if self.stream.isatty():
            self.draw(f"{bar(done)} {words(run)}")
        elif int(done * TENTHS) > self.tenth:
            self.tenth = int(done * TENTHS)
            self.write(f"{self.tenth * 100 // TENTHS:3d}% {words(run)}\n")

    def draw(self, line: str) -> None:
        self.write("\r" + line.ljust(self.drawn))
        self.drawn = len(line)

    def end(self) -> None:
        if self.drawn:
            self.write("\n")

    def write(self, text: str) -> None:
        """As it is: progress is no error, so it is not drawn in the colour of one."""
        self.stream.write(text, str, "")
        self.stream.flush()


def bar(done: float) -> str:
    return "█" * int(done * BAR) + "░" * (BAR - int(done * BAR))


def words(run: RatingRun) -> str:
    """Branches and counties done, what failed, and the seconds left by the pace so far."""
    parts = [
        _("%(done)s / %(all)s branches") % {"done": run.branches_done, "all": run.branches},
        _("%(done)s / %(all)s counties") % {"done": run.counties_done, "all": run.counties},
    ]
    if run.failures:
        parts.append(_("%(failures)s failed") % {"failures": run.failures})
    left = Progress(run, Q()).seconds_left
    if left:
        parts.append(ngettext("about %(n)s second left", "about %(n)s seconds left", left) % {"n": left})
    return " · ".join(parts)
