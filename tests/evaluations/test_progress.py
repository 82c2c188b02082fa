"""The operator's progress line: a bar on a terminal, a line for each tenth in a log."""

import io
from datetime import timedelta

import pytest
from django.core.management.base import OutputWrapper
from django.utils import timezone, translation

from evaluations.management.progress import ProgressLine, bar
from evaluations.models import RatingRun


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def run_at(done: int, **fields) -> RatingRun:
    return RatingRun(
        branches=100, branches_done=done, counties=4, counties_done=done // 25,
        created_at=timezone.now() - timedelta(seconds=10), **fields,
    )  # fmt: skip


def shown(stream: io.StringIO, *runs: RatingRun) -> str:
    line = ProgressLine(OutputWrapper(stream))
    for run in runs:
        line.show(run)
    line.end()
    return stream.getvalue()


def test_a_log_gets_one_line_for_each_tenth_reached():
    lines = shown(io.StringIO(), run_at(5), run_at(10), run_at(12), run_at(25), run_at(100)).splitlines()

    assert [line.split("%")[0].strip() for line in lines] == ["10", "20", "100"]


def test_a_terminal_gets_one_line_drawn_over_itself():
    text = shown(Terminal(), run_at(0), run_at(50), run_at(100))

    assert text.count("\n") == 1 and text.endswith("\n")
    assert text.count("\r") == 3


def test_a_shorter_line_covers_the_longer_one_before_it():
    _empty, first, second = shown(Terminal(), run_at(99), run_at(100)).rstrip("\n").split("\r")

    assert "left" in first and "left" not in second
    assert len(second) >= len(first)


def test_the_line_tells_counties_seconds_left_and_failures():
    text = shown(Terminal(), run_at(50, failures=2))

    assert "50 / 100 branches" in text and "2 / 4 counties" in text and "2 failed" in text
    assert "about 10 seconds left" in text


def test_nothing_failed_is_not_said():
    assert "failed" not in shown(Terminal(), run_at(50))


@pytest.mark.parametrize(("done", "full"), [(0, 0), (0.5, 15), (1, 30)])
def test_the_bar_is_always_as_long(done, full):
    assert bar(done) == "█" * full + "░" * (30 - full)
