"""`python -m embedded demo | serve | up | down | clean | supervise`, which the Makefile calls."""

import logging
import sys
from pathlib import Path

from embedded import background, trouble
from embedded.announcement import Held
from embedded.demo import demo, serve

BASE = Path(__file__).resolve().parent.parent
VERBS = {
    "demo": demo,
    "serve": serve,
    "up": background.up,
    "down": background.down,
    "clean": background.clean,
    "supervise": background.supervise,
}


def main(arguments: list[str]) -> int:
    """Run one verb; whatever a person can mend is one sentence on stderr and status 1."""
    if len(arguments) != 1 or arguments[0] not in VERBS:
        print(f"usage: python -m embedded {' | '.join(VERBS)}", file=sys.stderr)
        return 2
    logging.basicConfig(format="%(asctime)s %(message)s", level=logging.WARNING)
    try:
        VERBS[arguments[0]](BASE)
    except trouble.Trouble as problem:
        print(problem, file=sys.stderr)
        return 1
    except Held:
        print("Another start is under way here: try again when it is done.", file=sys.stderr)
        return 1
    except OSError as error:
        print(trouble.say(error), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
