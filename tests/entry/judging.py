"""Judge every file of a folder in one process, under the limits of the one that reads an offered file.

`python -m tests.entry.judging FOLDER` writes {file name: what is said of it}. A process for each would cost a minute.
"""

import json
import sys
from pathlib import Path

from evaluations.evidence import child
from evaluations.evidence.kinds import kind_of
from tables.message import Message


def said_of(path: Path) -> str:
    kind = kind_of(path.name, "", path.read_bytes()[:16])
    kept, *refused = child.answer_of(kind.key, str(path), f"{path}.drawn", f"{path}.small")
    return kept if not refused else str(Message(*refused))


if __name__ == "__main__":
    child.limit()
    said = {path.name: said_of(path) for path in sorted(Path(sys.argv[1]).iterdir()) if path.is_file()}
    sys.stdout.write(json.dumps(said))
