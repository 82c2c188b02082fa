"""Measure the portal: `make bench`, or `python -m bench [--quick] [--only P1 P5 …] [--huge]`."""

from __future__ import annotations

import argparse
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
    return parser.parse_args()


def main() -> int:
    options = arguments()
    (BASE / "var").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=BASE / "var") as directory, servers(Path(directory)):
        import os

        with own_database(os.environ["DATABASE_URL"], "portal_bench"):
            from bench.suite import run

            return run(options, Path(directory))


if __name__ == "__main__":
    sys.exit(main())
