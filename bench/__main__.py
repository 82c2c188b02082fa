"""Measure the portal: `make bench`, or `python -m bench [--quick] [--only P1 P5 …] [--huge] [--with-pandas]`."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.database import own_database, servers

BASE = Path(__file__).resolve().parent.parent


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="small sizes, one run each: tries the harness, proves nothing"
    )
    parser.add_argument("--only", nargs="+", metavar="P", help="only these figures, e.g. P1 P5")
    parser.add_argument("--huge", action="store_true", help="P3 too: 600,000 branches, about 10 GB of disk")
    parser.add_argument("--with-pandas", action="store_true", help="first make bench/.venv with pandas, for P4")
    return parser.parse_args()


def install_pandas() -> None:
    """pandas is no dependency of the portal: it gets an environment of its own, forgotten with it."""
    environment = BASE / "bench" / ".venv"
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    packages = ["pandas==2.3.3", "psycopg2-binary==2.9.13"]
    subprocess.run([str(environment / "bin" / "pip"), "install", "--quiet", *packages], check=True)


def main() -> int:
    options = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # stop the servers and forget their data then too
    if options.with_pandas:
        install_pandas()
    (BASE / "var").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=BASE / "var") as directory, servers(Path(directory)):
        with own_database(os.environ["DATABASE_URL"], "portal_bench"):
            from bench.suite import run

            return run(options, Path(directory))


if __name__ == "__main__":
    sys.exit(main())
