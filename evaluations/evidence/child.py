"""The limited process that reads one offered file: `python -m evaluations.evidence.child KIND FILE TARGET THUMBNAIL`.

Writes ["kept"], ["refused", sentence, parameters] or ["disk", number] where it could not write. A picture is drawn anew
into TARGET and, small, into THUMBNAIL; any other file is only judged. No line at all: a limit was hit.
"""

import json
import resource
import sys

from evaluations.evidence.images import FORMATS, redraw
from evaluations.evidence.kinds import Refused
from evaluations.evidence.office import check_office
from evaluations.evidence.pdf import check_pdf

MEGABYTE = 1024 * 1024
LIMITS = {
    resource.RLIMIT_AS: 1024 * MEGABYTE,  # 40 megapixels are held twice while they are turned upright
    resource.RLIMIT_CPU: 20,
    resource.RLIMIT_FSIZE: 128 * MEGABYTE,
    resource.RLIMIT_CORE: 0,
}


def judge(kind: str, path: str, target: str, thumbnail: str) -> None:
    """Keep the file or raise Refused."""
    if kind in FORMATS:
        redraw(path, kind, target, thumbnail)
    elif kind == "pdf":
        check_pdf(path)
    else:
        check_office(path, kind)


def limit() -> None:
    for one, most in LIMITS.items():
        resource.setrlimit(one, (most, most))


def answer_of(kind: str, path: str, target: str, thumbnail: str) -> list:
    """What is said of a file."""
    try:
        judge(kind, path, target, thumbnail)
    except Refused as refusal:
        return ["refused", refusal.problem.text, dict(refusal.problem.params)]
    except OSError as error:
        return ["disk", error.errno]
    return ["kept"]


def main() -> None:
    limit()
    sys.stdout.write(json.dumps(answer_of(*sys.argv[1:5])))


if __name__ == "__main__":
    main()
