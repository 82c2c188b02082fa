"""The command line's own manners: one sentence and status 1, whatever went wrong."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

NOWHERE = {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "REDIS_URL": "redis://127.0.0.1:1", "SECRET_KEY": "x"}


def manage(*arguments: str, **options) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=settings.BASE_DIR, env=os.environ | NOWHERE,
        capture_output=True, text=True, check=False, **options,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["load_regions"], "file"),
        (["open_round", "r", "--region", "1", "--criteria", "c", "--year", "abc"], "'abc'"),
        (["load_values", "r", "values.csv", "--as", "boss"], "'boss'"),
    ],
)
def test_a_wrong_argument_is_one_line_that_names_it(arguments, named):
    done = manage(*arguments)

    assert (done.returncode, done.stdout) == (1, "")
    assert named in done.stderr and arguments[0] in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_database_that_is_away_is_one_line():
    done = manage("export_ranking", "r2026")

    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert "database" in done.stderr


def test_a_reader_that_has_read_enough_gets_no_traceback():
    command = f"{sys.executable} manage.py help --commands | head -1"

    done = subprocess.run(
        ["bash", "-c", f"for i in 1 2 3; do {command}; done"], cwd=settings.BASE_DIR, env=os.environ | NOWHERE,
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert len(done.stdout.splitlines()) == 3
    assert "Traceback" not in done.stderr and "BrokenPipe" not in done.stderr
