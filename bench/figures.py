"""One measured figure: its runs, their medians, the ratio that counts and whether it meets its target. PURE."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

PASS, SHORT, NOT_RUN, REPORTED = "pass", "falls short", "not run", "reported"


@dataclass
class Figure:
    """`runs` holds each run's numbers under the name of what ran; `ratios` one number per interleaved pair.

    A figure with a target meets it with the median of its ratios; one without is only reported; one that could not
    run is never a pass.
    """

    id: str
    what: str
    unit: str = "s"
    runs: Mapping[str, list[float]] = field(default_factory=dict)
    ratios: list[float] = field(default_factory=list)
    target: float | None = None
    at_most: bool = True
    note: str = ""

    @property
    def medians(self) -> dict[str, float]:
        return {name: statistics.median(numbers) for name, numbers in self.runs.items() if numbers}

    @property
    def ratio(self) -> float | None:
        return statistics.median(self.ratios) if self.ratios else None

    @property
    def verdict(self) -> str:
        if self.ratio is None:
            return NOT_RUN if self.target is not None else REPORTED
        if self.target is None:
            return REPORTED
        met = self.ratio <= self.target if self.at_most else self.ratio >= self.target
        return PASS if met else SHORT

    def as_dict(self) -> dict:
        derived = {"medians": self.medians, "ratio": self.ratio, "verdict": self.verdict}
        return rounded(asdict(self) | derived)


def rounded(content):
    """Floats to four decimals all the way down, so that the file reads well."""
    if isinstance(content, dict):
        return {name: rounded(value) for name, value in content.items()}
    if isinstance(content, list):
        return [rounded(value) for value in content]
    return round(content, 4) if isinstance(content, float) else content


def not_run(id_: str, what: str, target: float, why: str, at_most: bool = True) -> Figure:
    return Figure(id_, what, target=target, at_most=at_most, note=f"not run: {why}")


def table(figures: list[Figure]) -> str:
    """The figures as lines of text."""
    lines = [f"{'':4} {'measured':66} {'medians':52} {'ratio':>8} {'target':>9}  verdict"]
    for figure in figures:
        medians = ", ".join(f"{name} {number:.4g}" for name, number in figure.medians.items())
        ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
        target = "" if figure.target is None else f"{'<=' if figure.at_most else '>='} {figure.target:g}"
        lines.append(f"{figure.id:4} {figure.what:66} {medians:52} {ratio:>8} {target:>9}  {figure.verdict}")
        if figure.note:
            lines.append(f"{'':4} {figure.note}")
    return "\n".join(lines)
