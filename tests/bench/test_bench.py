"""The benchmark's own honesty: what could not run is no pass, a peer with another answer doesn't count."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg2
import pytest

from bench.figures import NOT_RUN, PASS, REPORTED, SHORT, Figure, not_run, table
from bench.peers.compare import same_level_and_index

BASE = Path(__file__).resolve().parents[2]
ANSWER = {"a": (3, 8207, 1, 1), "b": (2, 7000, 2, 1)}


@pytest.mark.parametrize(
    ("ratios", "at_most", "verdict"),
    [
        ([1.4, 1.5, 1.9], True, PASS),
        ([1.4, 1.6, 1.6], True, SHORT),
        ([1.5, 1.6], False, PASS),
        ([1.4, 1.4], False, SHORT),
        ([], True, NOT_RUN),
    ],
)
def test_the_median_ratio_meets_the_target_or_not(ratios, at_most, verdict):
    figure = Figure("P1", "…", ratios=ratios, target=1.5, at_most=at_most)

    assert figure.verdict == verdict


def test_what_has_no_target_is_only_reported():
    assert Figure("P1b", "…", ratios=[9.0]).verdict == REPORTED


def test_what_could_not_run_is_no_pass_and_says_why():
    figure = not_run("P4", "…", 10, "LibreOffice is not installed")

    assert figure.verdict == NOT_RUN
    assert "LibreOffice is not installed" in table([figure])


def test_a_peer_with_the_same_answer_counts():
    assert same_level_and_index(ANSWER, dict(ANSWER))[0]


@pytest.mark.parametrize(
    "other",
    [ANSWER | {"b": (3, 7000, 2, 1)}, ANSWER | {"b": (2, 7001, 2, 1)}, {}, {"a": ANSWER["a"], "c": ANSWER["b"]}],
)
def test_a_peer_with_another_answer_does_not_count(other):
    assert not same_level_and_index(ANSWER, other)[0]


@pytest.mark.full
def test_the_whole_benchmark_runs_small_and_leaves_nothing_behind():
    command = [sys.executable, "-m", "bench", "--quick", "--huge"]

    done = subprocess.run(command, cwd=BASE, capture_output=True, text=True, timeout=900)

    assert done.returncode == 0, done.stderr
    for name in ("P1", "P1b", "P1c", "P2", "P3", "P4", "P5", "P6"):
        assert f"\n{name:4} " in done.stdout
    assert "0 with another level or index" in done.stdout
    assert "portal_bench" not in databases()


def databases() -> set[str]:
    connection = psycopg2.connect(os.environ["DATABASE_URL"])
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT datname FROM pg_database")
            return {name for (name,) in cursor.fetchall()}
    finally:
        connection.close()
